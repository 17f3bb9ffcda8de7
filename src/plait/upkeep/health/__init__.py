"""Is the node well: what the doctor finds, in a folder that is not running and in a node that is."""

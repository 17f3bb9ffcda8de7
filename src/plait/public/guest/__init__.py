"""Pages for firms without a node, each by a link."""

"""Sparkplug B 3.0: the node as host application of what is published to it, and as an edge node of a host elsewhere."""

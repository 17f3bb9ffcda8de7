"""The inbox: what came, as it came; how it is read; what of it has gone in."""

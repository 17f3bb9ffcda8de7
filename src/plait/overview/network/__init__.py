"""The firms this node knows, what goes between them, and the latest messages."""

"""Sharing: the firms a node knows, what it offers them, and the contracts under which data go from one to the other."""

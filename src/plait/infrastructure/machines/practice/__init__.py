"""Machines to try things out with: a simulated plant of two, run beside the node, over the same protocol as real ones."""

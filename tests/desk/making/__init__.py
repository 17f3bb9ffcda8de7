"""Makers of the order desk's corpus: files as firms send them, each with what a careful clerk reads in it."""

"""Connecting a machine: find it, try it, see what it offers, choose, name, connect."""

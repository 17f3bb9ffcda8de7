"""Desk work done by the machine."""

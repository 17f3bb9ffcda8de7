"""Backups of the whole node in one file, made while it runs, and put back on any computer."""

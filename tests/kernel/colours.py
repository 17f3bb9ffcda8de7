"""A plug-in for tests."""

PLUGIN = "ff0000"

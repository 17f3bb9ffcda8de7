"""A plug-in that cannot be loaded, for tests."""

raise RuntimeError("broken")

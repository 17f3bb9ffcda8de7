"""A package with templates, for tests."""

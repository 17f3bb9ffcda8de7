"""Where goods came from and where they went, across firms."""

"""Where a thing comes from and where it went, as one picture."""

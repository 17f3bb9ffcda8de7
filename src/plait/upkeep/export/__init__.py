"""Everything a firm has in its node, as open files that any program reads."""

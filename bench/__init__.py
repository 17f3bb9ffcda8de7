"""One script a claim; each prints one JSON line a figure."""

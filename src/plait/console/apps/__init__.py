"""Pages of apps, one file an app."""

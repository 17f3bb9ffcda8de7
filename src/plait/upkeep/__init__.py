"""The node looks after itself: health, backups, metrics, support."""

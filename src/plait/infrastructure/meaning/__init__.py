"""What signals mean: states of machines and finished cycles, by rules a person can read and change."""

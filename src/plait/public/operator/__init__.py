"""Pages at the machine: badge and PIN, my jobs, two taps."""

"""Digital product passports folded from events (EN 18222)."""

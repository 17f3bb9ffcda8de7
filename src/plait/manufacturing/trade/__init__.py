"""Trade: a chain of signed, immutable documents between two firms."""

"""The order book: every line that customers have ordered and that is not yet delivered, however it came."""

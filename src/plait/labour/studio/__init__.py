"""Labels that are read again before they leave."""

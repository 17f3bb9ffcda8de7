"""Orders of every kind in one list, an order with all that belongs to it, and requests with their answers side by side."""

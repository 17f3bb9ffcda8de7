"""The braid view: an order's whole life as knots on three strands, and the picture of it."""

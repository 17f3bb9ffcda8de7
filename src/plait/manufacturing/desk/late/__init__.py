"""Late or not: when each open order will be ready, why it is late, and what would help."""

"""Links by which a firm without a node takes part: one thing, for a while, by whoever holds the code."""

"""What a helper needs to see of a node, without what the firm does with it."""

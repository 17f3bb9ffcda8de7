"""What a person needs to know across the strands: what needs doing, where a thing is, who is in the network."""

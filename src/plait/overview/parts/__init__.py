"""Parts with their stock: what is here, what open orders still take, how a part is made, what moved."""

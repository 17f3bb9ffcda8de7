"""Parts: what a firm sells, buys and does, with routing, materials, cost and stock by lot."""

"""The order desk: from a request to a promise, from an order to a run, from trouble to an answer."""

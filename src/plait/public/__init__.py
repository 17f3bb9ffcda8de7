"""Pages without a login: the firm's card and the page of an item."""

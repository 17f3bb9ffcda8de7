"""The firm, its keys and DID document; people, roles, tokens, scopes: the one place that says who may see and do what."""

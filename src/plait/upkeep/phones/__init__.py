"""Phones and other computers of the firm's own network: a second way in, by TLS, off unless somebody allows it."""

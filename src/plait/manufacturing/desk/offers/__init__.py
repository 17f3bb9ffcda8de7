"""Offers: from what a customer asks to a price, a date and a held slot; sent, accepted, lost, learned from."""

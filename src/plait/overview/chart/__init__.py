"""The schedule as a picture: what runs where and when, and what will be late."""

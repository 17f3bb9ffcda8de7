"""The machines as a wall of tiles, one machine as a picture over time, and links for a screen on the wall."""

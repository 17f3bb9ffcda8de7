"""What people at the machines say: begun, stopped and why, counted, a photo, a call for help."""

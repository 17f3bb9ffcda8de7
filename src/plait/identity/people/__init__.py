"""How people sign in: passwords, sessions, lock-out, and the trail they leave."""

"""The door: signing in with a password, a code or a link, and signing out. Plain pages, before the console is loaded."""

"""Where needs come from: one file a room that is looked into."""

"""Capabilities: what firms say they can do, and who fits a requirement."""

"""Any number, name or scanned code leads to its page."""

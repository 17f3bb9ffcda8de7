"""How two nodes come to an agreement (Dataspace Protocol 2025-1, section 7)."""

"""What this node offers to share, and the catalog a partner may see of it (Dataspace Protocol 2025-1, section 5)."""

"""Data under an agreement: who may pull, with which token, until when (Dataspace Protocol 2025-1, section 9)."""

"""An idempotency key together with what it was first used for."""

__all__ = ["Once"]


class Once(str):
    """An idempotency key as text; ``digest`` (SHA-256, hex) stands for the request it came with, so that a repeat with another content is noticed.

    After the IETF draft "The Idempotency-Key HTTP Header Field", sections 2.5 and 2.7.
    """

    __slots__ = ("digest",)

    digest: str

    def __new__(cls, key: str, digest: str = "") -> "Once":
        """Return ``key`` with the digest of its request."""
        made = super().__new__(cls, key)
        made.digest = digest
        return made

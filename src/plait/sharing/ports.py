"""What the rooms of sharing need of the firm's identity."""

from typing import Any, Protocol

__all__ = ["Signer"]


class Signer(Protocol):
    """Signs in the firm's name and makes the tokens partners know us by (bound to ``identity``)."""

    def sign(self, payload: bytes) -> str:
        """Return ``payload`` as a compact JWS with our key; its ``kid`` is the key's DID URL (RFC 7515)."""
        ...

    def public_jwk(self) -> dict[str, Any]:
        """Return the public half of our key as a JWK (RFC 7517)."""
        ...

    def partner_token(self, aud_did: str) -> str:
        """Return a token of 60 seconds for the partner with that DID."""
        ...

"""Compact signatures (RFC 7515) with ES256 (RFC 7518, section 3.4) (pure)."""

from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

__all__ = ["payload_of", "signed"]


def signed(token: str, key: dict[str, Any]) -> bool:
    """Tell whether the compact JWS was made with the private half of the public JWK ``key``."""
    try:
        jws.deserialize_compact(token.encode(), ECKey.import_key(key), algorithms=["ES256"])
    except (JoseError, ValueError, TypeError, KeyError):
        return False
    return True


def payload_of(token: str) -> bytes:
    """Return what a compact JWS says, unverified; ValueError when it is none."""
    try:
        return bytes(jws.extract_compact(token.encode()).payload)
    except (JoseError, TypeError, KeyError) as error:
        raise ValueError(str(error)) from error

"""The firm whose node this is, and the others it knows."""

from typing import Any

import msgspec

__all__ = ["Firm", "Member"]


class Firm(msgspec.Struct, frozen=True):
    """One firm. ``party_id`` (UUID) never changes; everything else is a dated alias that may.

    ``did`` is its did:web name, ``gln`` its GS1 location number (13 digits), ``gcp`` its GS1 company prefix,
    ``isic`` its ISIC Rev.4 class (4 digits), ``url`` where its node answers (no trailing slash), ``resolver_url`` what
    labels print, ``region`` an ISO 3166-2 code, ``zone`` an IANA time zone, ``currency`` ISO 4217.
    """

    party_id: str
    name: str
    did: str
    url: str
    gln: str = ""
    gcp: str = ""
    isic: str = ""
    region: str = ""
    zone: str = "UTC"
    currency: str = "EUR"
    resolver_url: str = ""


class Member(msgspec.Struct, frozen=True):
    """Another firm as the directory knows it; ``key`` is its pinned public key (JWK), ``memberships`` what it belongs to."""

    party_id: str
    name: str
    did: str
    url: str
    gln: str = ""
    isic: str = ""
    region: str = ""
    roles: tuple[str, ...] = ()
    memberships: tuple[str, ...] = ()
    key: dict[str, Any] | None = None

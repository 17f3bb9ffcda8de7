"""The firm whose node this is, and the others it knows."""

from typing import Any

import msgspec

__all__ = ["Firm", "Member"]


class Firm(msgspec.Struct, frozen=True):
    """One firm. ``party_id`` (UUID) never changes; everything else is a dated alias that may.

    ``did`` is its did:web name, ``gln`` its GS1 location number (13 digits), ``gcp`` its GS1 company prefix,
    ``isic`` its ISIC Rev.4 class (4 digits), ``url`` where its node answers (no trailing slash), ``resolver_url`` what
    labels print, ``region`` an ISO 3166-2 code, ``zone`` an IANA time zone, ``currency`` ISO 4217, ``former`` the DIDs it had before.
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
    former: tuple[str, ...] = ()


class Member(msgspec.Struct, frozen=True):
    """Another firm as the directory knows it.

    ``key`` is its pinned public key (JWK), ``memberships`` what it belongs to, ``former`` the DIDs and addresses it had before.
    """

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
    former: tuple[str, ...] = ()

    def here(self, url: str) -> str:
        """Return an address below the firm's node as it is today, when ``url`` is below one the node had before."""
        root = next((each for each in self.former if url.startswith(f"{each}/")), "")
        return f"{self.url}{url.removeprefix(root)}" if root else url

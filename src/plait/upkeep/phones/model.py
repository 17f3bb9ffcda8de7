"""The way in for phones as it is asked for and shown, and the facts of it."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from plait.kernel.facts import fact
from plait.kernel.problems import register

__all__ = ["BAD_PLACE", "CertificateMade", "PhonesAllowed", "PhonesQuery", "PhonesStopped", "PhonesView", "PhonesWanted"]

BAD_PLACE = register("phones-address", 422, "This is no address of this computer", "Leave it empty for all of its addresses, or name one of them.")


class PhonesWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where phones come in: at which ``address`` of this computer (empty: as set, else all) and ``port`` (0: as set)."""

    address: str = ""
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0


class PhonesQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In which language what it means is said."""

    language: Literal["en", "de", "zh"] = "en"


class PhonesView(msgspec.Struct, frozen=True):
    """Whether phones may come, whether they can (else ``why`` not), by which addresses, with which certificate (SHA-256), and what that means in words.

    ``here`` are the addresses that this computer has in its networks; ``qr`` is the first of ``urls`` as an SVG.
    """

    allowed: bool
    listening: bool
    why: str
    here: list[str]
    urls: list[str]
    fingerprint: str
    until: datetime | None
    words: list[str]
    qr: str


@fact("admin.phones_allowed")
class PhonesAllowed(msgspec.Struct, frozen=True):
    """The network of this computer may reach the node at ``address`` (0.0.0.0: each of its addresses) and ``port``."""

    address: str
    port: int


@fact("admin.phones_stopped")
class PhonesStopped(msgspec.Struct, frozen=True):
    """The network may no longer reach the node."""


@fact("admin.certificate_made")
class CertificateMade(msgspec.Struct, frozen=True):
    """The node made itself a certificate for its names and addresses; browsers show its ``fingerprint`` (SHA-256)."""

    fingerprint: str
    names: list[str]
    until: datetime

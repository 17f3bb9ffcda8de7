"""What identity knows: the firm's profile, tokens, people, and the facts of them."""

from datetime import datetime
from typing import Any, Literal, TypeAlias

import msgspec

from plait.kernel.facts import fact

__all__ = [
    "FirmDescribed",
    "FirmFounded",
    "FirmProfile",
    "MadeToken",
    "Me",
    "Moved",
    "NewPerson",
    "NewToken",
    "Person",
    "PersonEntered",
    "PersonLeft",
    "Role",
    "TokenMade",
    "TokenRenewed",
    "TokenRevoked",
    "TokenView",
]

Role: TypeAlias = Literal["viewer", "operator", "manager", "admin"]


class FirmProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a firm says of itself; fields as in ``kernel.firm.Firm``."""

    name: str
    gln: str = ""
    gcp: str = ""
    isic: str = ""
    region: str = ""
    zone: str = "UTC"
    currency: str = "EUR"
    resolver_url: str = ""


class NewToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An access token to be made; valid for ``days``. ``scopes``: patterns of actions such as ``trade.read`` or ``epcis.*`` (none: all of the role)."""

    role: Role = "viewer"
    label: str = ""
    days: int = 365
    scopes: tuple[str, ...] = ()


class TokenView(msgspec.Struct, frozen=True):
    """An access token without its secret."""

    id: str
    role: Role
    label: str
    made: datetime
    expires: datetime
    revoked: datetime | None = None
    scopes: tuple[str, ...] = ()
    maker: str = ""
    used: datetime | None = None


class MadeToken(msgspec.Struct, frozen=True):
    """A token just made; the secret ``token`` is shown this once."""

    id: str
    token: str
    role: Role
    label: str
    expires: datetime
    scopes: tuple[str, ...] = ()


class NewPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who works here."""

    name: str
    role: Role = "viewer"


class Person(msgspec.Struct, frozen=True):
    """Somebody who works here, and what they may do."""

    id: str
    name: str
    role: Role


class Me(msgspec.Struct, frozen=True):
    """Whom the node takes the caller for."""

    kind: str
    id: str
    party: str
    roles: list[str]
    agreement: str | None = None
    dataset: str | None = None


@fact("identity.firm_founded")
class FirmFounded(msgspec.Struct, frozen=True):
    """The firm's node was made; ``party_id`` stays for ever, ``key`` is the public key it began with (JWK)."""

    party_id: str
    name: str
    key: dict[str, Any]


@fact("identity.firm_described")
class FirmDescribed(msgspec.Struct, frozen=True):
    """The firm's profile from now on."""

    party_id: str
    profile: FirmProfile


@fact("identity.token_made")
class TokenMade(msgspec.Struct, frozen=True):
    """A token was made; neither its secret nor the secret's hash is told."""

    id: str
    role: Role
    label: str
    expires: datetime
    scopes: tuple[str, ...] = ()


@fact("identity.moved")
class Moved(msgspec.Struct, frozen=True):
    """The node answers at another address than before; its DID (did:web) has changed with it."""

    party_id: str
    before: str
    did: str
    url: str


@fact("identity.token_revoked")
class TokenRevoked(msgspec.Struct, frozen=True):
    """A token ended before its time."""

    id: str


@fact("identity.token_renewed")
class TokenRenewed(msgspec.Struct, frozen=True):
    """A token got a new secret; the old one ended."""

    id: str


@fact("identity.person_left")
class PersonLeft(msgspec.Struct, frozen=True):
    """Somebody no longer works here; their sessions and tokens ended."""

    id: str
    name: str


@fact("identity.person_entered")
class PersonEntered(msgspec.Struct, frozen=True):
    """Somebody was entered, or their role changed."""

    id: str
    name: str
    role: Role

"""Cards, statements of membership, and what a node remembers of other firms."""

from typing import Annotated, Any

import msgspec

from plait.kernel.facts import fact
from plait.kernel.firm import Firm, Member

__all__ = [
    "Announcement",
    "Card",
    "Dismissal",
    "JoinRequest",
    "Joined",
    "Listed",
    "MemberDismissed",
    "MemberMoved",
    "MemberSeen",
    "Pack",
    "SelfDescription",
    "Statement",
    "card_of",
]


class Card(msgspec.Struct, frozen=True):
    """How a firm introduces itself; signed by its own ``key`` (a public JWK), so anybody may pass it on. ``issued`` orders its versions (RFC 3339)."""

    party_id: str
    name: str
    did: str
    url: str
    key: dict[str, Any]
    issued: str
    gln: str = ""
    isic: str = ""
    region: str = ""
    roles: tuple[str, ...] = ()

    def member(self) -> Member:
        """Return the firm this card tells of, without memberships."""
        return Member(self.party_id, self.name, self.did, self.url, self.gln, self.isic, self.region, self.roles, (), self.key)


def card_of(firm: Firm, key: dict[str, Any], issued: str) -> Card:
    """Return our own card."""
    return Card(firm.party_id, firm.name, firm.did, firm.url, key, issued, firm.gln, firm.isic, firm.region)


class Listed(msgspec.Struct, frozen=True):
    """One member in a statement; ``thumbprint`` is that of its key (RFC 7638, SHA-256)."""

    party_id: str
    did: str
    thumbprint: str


class Statement(msgspec.Struct, frozen=True):
    """Who are active members of ``association`` (a party_id), as the association signs it."""

    association: str
    name: str
    did: str
    issued: str
    members: tuple[Listed, ...]


class SelfDescription(msgspec.Struct, frozen=True):
    """A node's own signed card (compact JWS)."""

    card: str


class Announcement(msgspec.Struct, frozen=True):
    """A firm introduces itself with its signed card."""

    card: str


class Pack(msgspec.Struct, frozen=True):
    """Cards passed on, with the sender's signed statement of membership (empty when there is none)."""

    cards: tuple[str, ...] = ()
    statement: str = ""


class JoinRequest(msgspec.Struct, frozen=True):
    """The address of a node to join the network by."""

    url: Annotated[str, msgspec.Meta(pattern="^https?://[^/]", max_length=2048)]


class Dismissal(msgspec.Struct, frozen=True):
    """Why a firm is no longer a member."""

    reason: str = ""


@fact("directory.member_seen")
class MemberSeen(msgspec.Struct, frozen=True):
    """Another firm became known."""

    party_id: str
    name: str
    did: str
    url: str


@fact("directory.member_moved")
class MemberMoved(msgspec.Struct, frozen=True):
    """A known firm changed a name it goes by; ``kind`` is did, url, gln or name."""

    party_id: str
    kind: str
    old: str
    new: str


@fact("directory.joined")
class Joined(msgspec.Struct, frozen=True):
    """We joined the network by ``party_id``, whose statements of membership count from now on."""

    party_id: str
    name: str
    url: str


@fact("directory.member_dismissed")
class MemberDismissed(msgspec.Struct, frozen=True):
    """A firm is no longer an active member of ours."""

    party_id: str
    name: str
    reason: str

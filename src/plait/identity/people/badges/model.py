"""Badges, PINs and what they open, and the facts of them. Neither a badge's number nor a PIN stands in a fact."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from plait.kernel.facts import fact
from plait.kernel.problems import register

__all__ = [
    "BADGE_BLOCKED",
    "BAD_BADGE",
    "NO_BADGE",
    "PIN_LOCKED",
    "WEAK_PIN",
    "BadgeBlocked",
    "BadgeEnded",
    "BadgeMade",
    "BadgeState",
    "BadgeView",
    "BadgeWanted",
    "Enter",
    "MadeBadge",
    "NewPin",
    "OperatorSignedIn",
    "OperatorView",
    "OwnPin",
    "PinSet",
]

BAD_BADGE = register("bad-badge", 401, "Badge or PIN is wrong", "Try again. If the badge is new, a PIN must be set for it first.")
PIN_LOCKED = register("pin-locked", 429, "Too many wrong PINs", "Wait as long as Retry-After says, then try again.")
BADGE_BLOCKED = register("badge-blocked", 403, "The badge is blocked after too many wrong PINs", "Ask an administrator to set a new PIN.")
WEAK_PIN = register("weak-pin", 422, "This PIN cannot be used", "Use 4 to 8 digits, no run such as 1234 and not one digit alone.")
NO_BADGE = register("no-badge", 409, "Badges are for operators, managers and administrators", "Change the person's role first.")


class BadgeWanted(msgspec.Struct, frozen=True):
    """As what a badge is drawn."""

    form: Literal["png", "pdf", "svg"] = "pdf"


class MadeBadge(msgspec.Struct, frozen=True):
    """A badge just made. Its ``number`` and ``url`` (the QR code's text) are shown this once; ``qr`` is SVG. Earlier badges of the person have ended."""

    person: str
    name: str
    number: str
    url: str
    qr: str


class BadgeView(msgspec.Struct, frozen=True):
    """What one may know of somebody's badge: since when, whether a PIN is set, whether it is blocked."""

    person: str
    made: datetime | None
    pin: bool
    blocked: bool
    language: str


class BadgeState(msgspec.Struct, frozen=True):
    """A PIN's hash, the wrong tries in a row and when the last was (milliseconds)."""

    hash: str
    wrong: int
    last: int


class NewPin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A PIN to be set."""

    pin: Annotated[str, msgspec.Meta(max_length=20)]


class OwnPin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One's own PIN and the one to be."""

    old: Annotated[str, msgspec.Meta(max_length=20)]
    new: Annotated[str, msgspec.Meta(max_length=20)]


class Enter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A badge's number and the PIN."""

    badge: Annotated[str, msgspec.Meta(max_length=80)]
    pin: Annotated[str, msgspec.Meta(max_length=20)]


class OperatorView(msgspec.Struct, frozen=True):
    """Somebody signed in by badge and PIN; the session ends after ``idle_s`` seconds without use."""

    id: str
    person: str
    name: str
    language: str
    idle_s: int


@fact("identity.badge_made")
class BadgeMade(msgspec.Struct, frozen=True):
    """Somebody got a badge; an earlier one ended."""

    person: str
    name: str


@fact("identity.badge_ended")
class BadgeEnded(msgspec.Struct, frozen=True):
    """Somebody's badge was taken back."""

    person: str
    name: str


@fact("identity.badge_blocked")
class BadgeBlocked(msgspec.Struct, frozen=True):
    """A badge was blocked after ``count`` wrong PINs in a row."""

    person: str
    name: str
    count: int


@fact("identity.pin_set")
class PinSet(msgspec.Struct, frozen=True):
    """Somebody's PIN was set; sessions by their badge ended."""

    person: str
    name: str


@fact("identity.operator_signed_in")
class OperatorSignedIn(msgspec.Struct, frozen=True):
    """Somebody signed in by badge and PIN."""

    person: str
    name: str
    session: str

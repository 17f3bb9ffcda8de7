"""Who may do what, and what a profile, a token and a person must be: pure decisions."""

import re
from fnmatch import fnmatchcase
from functools import lru_cache
from zoneinfo import ZoneInfo

from plait.identity.model import FirmProfile, NewPerson, NewToken
from plait.kernel import classification, gs1
from plait.kernel.problems import INVALID, Problem

__all__ = ["DATASETS", "PARTNER_ACTIONS", "PARTNER_KINDS", "ROLES", "check_narrower", "check_person", "check_profile", "check_token", "matches", "may"]

ROLES: dict[str, tuple[str, ...]] = {
    "viewer": ("*.read", "people.sessions"),
    "operator": ("*.read", "people.sessions", "line.*", "machines.*", "epcis.capture", "label.*"),
    "manager": ("*",),
    "admin": ("*",),
}
ADMIN_ONLY = "admin.*"

# What a partner may ask for with its own signed token, without any contract.
PARTNER_ACTIONS = ("trade.mail", "dsp.*", "directory.announce", "trace.ask", "capability.read", "guest.claim")

# Kinds of things of which a partner sees those it is itself the other side of, without any contract.
PARTNER_KINDS = ("trade", "trade.*", "sharing", "dsp.*", "capability")

# What a contract on a dataset of each kind opens: actions, and kinds of things.
DATASETS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "traceability": (("epcis.read", "trace.read", "trace.ask"), ("traceability", "epcis.event", "trace")),
    "aggregates": (("observatory.report",), ("aggregates", "observatory.report")),
    "catalog": (("capability.read",), ("catalog", "capability")),
    "passport": (("passport.read",), ("passport",)),
    "twin": (("twins.read",), ("twin", "product")),
}

_REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_URL = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9._~\-/]*)?")
_SCOPE = re.compile(r"[a-z*]{1,40}(\.[a-z_*]{1,40}){0,3}")
LONGEST = 200


def matches(action: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether ``action`` is one of ``patterns`` (``room.verb``, ``*`` for any run of characters)."""
    return any(fnmatchcase(action, pattern) for pattern in patterns)


@lru_cache(maxsize=4096)
def may(roles: frozenset[str], action: str) -> bool:
    """Tell whether one of ``roles`` allows ``action``; ``admin.*`` is for administrators alone."""
    if fnmatchcase(action, ADMIN_ONLY):
        return "admin" in roles
    return any(matches(action, ROLES[role]) for role in roles if role in ROLES)


def _refuse(field: str, why: str) -> Problem:
    return Problem(INVALID, f"{field}: {why}", path=f"$.{field}")


def _check_text(field: str, value: str, *, needed: bool) -> None:
    if needed and not value.strip():
        raise _refuse(field, "is empty")
    if len(value) > LONGEST or not value.isprintable():
        raise _refuse(field, f"is longer than {LONGEST} characters or holds control characters")


def check_profile(profile: FirmProfile) -> None:
    """Raise ``invalid`` naming the first field that breaks its rule."""
    _check_text("name", profile.name, needed=True)
    if profile.gln:
        try:
            gs1.gln(profile.gln)
        except gs1.BadKey as error:
            raise _refuse("gln", error.detail) from error
    if profile.gcp and not (profile.gcp.isascii() and profile.gcp.isdigit() and 4 <= len(profile.gcp) <= 12):
        raise _refuse("gcp", "a company prefix has 4 to 12 digits")
    if profile.isic and not (len(profile.isic) == 4 and classification.valid(profile.isic)):
        raise _refuse("isic", f"{profile.isic} is no class of ISIC Rev.4")
    if profile.region and not _REGION.fullmatch(profile.region):
        raise _refuse("region", f"{profile.region} is no ISO 3166-2 code such as DE-BW")
    if not _CURRENCY.fullmatch(profile.currency):
        raise _refuse("currency", f"{profile.currency} is no ISO 4217 code")
    if profile.resolver_url and not _URL.fullmatch(profile.resolver_url):
        raise _refuse("resolver_url", "is no http or https address")
    try:
        ZoneInfo(profile.zone)
    except (KeyError, ValueError, OSError) as error:
        raise _refuse("zone", f"{profile.zone!r} is no IANA time zone") from error


def check_token(wanted: NewToken) -> None:
    """Raise ``invalid`` for a label too long or a life of less than a day or more than ten years."""
    _check_text("label", wanted.label, needed=False)
    if not 1 <= wanted.days <= 3653:
        raise _refuse("days", "a token is valid for 1 to 3653 days")
    if len(wanted.scopes) > 50 or not all(_SCOPE.fullmatch(scope) for scope in wanted.scopes):
        raise _refuse("scopes", "a scope is an action such as trade.read, with * for any run of letters")


def check_narrower(wanted: NewToken, maker: tuple[str, ...]) -> None:
    """Raise ``invalid`` for a token that could do more than the token (with the scopes ``maker``) that makes it."""
    if maker and (not wanted.scopes or not all(matches(scope, maker) for scope in wanted.scopes)):
        raise _refuse("scopes", f"a token for {', '.join(maker)} makes no token that may do more")


def check_person(wanted: NewPerson) -> None:
    """Raise ``invalid`` for a name that is empty or too long."""
    _check_text("name", wanted.name, needed=True)

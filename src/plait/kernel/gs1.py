"""GS1 keys in all their spellings: Digital Link, EPC URN, element string; one canonical form.

The canonical form is the Digital Link on ``https://id.gs1.org``: no query, GTIN in 14 digits, qualifiers in their order,
percent-escapes only where RFC 3986 needs them (GS1 Digital Link URI Syntax 1.3, sections 4 and 5). Whatever breaks a rule
raises ``BadKey``: the Problem ``gs1-key`` and a ValueError in one.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from urllib.parse import quote, unquote, urlsplit

import msgspec

from plait.kernel.gs1_ai import AIS, BAD_KEY, KEYS, BadKey, check_digit, check_value
from plait.kernel.gs1_urn import from_urn, to_urn

__all__ = [
    "BAD_KEY",
    "HOST",
    "BadKey",
    "Key",
    "canonical",
    "check_digit",
    "gln",
    "gtin",
    "gtin14",
    "lgtin",
    "party",
    "read",
    "read_elements",
    "sgtin",
    "sscc",
    "sscc_number",
]

HOST = "https://id.gs1.org"

_ELEMENT = re.compile(r"\((\d{2,4})\)")
_GTIN_LENGTHS = {8, 12, 13, 14}


class Key(msgspec.Struct, frozen=True):
    """A GS1 key: its application identifier ``ai``, its ``value``, and its qualifiers in order as (AI, value)."""

    ai: str
    value: str
    qualifiers: tuple[tuple[str, str], ...] = ()

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """Key and qualifiers as (AI, value)."""
        return ((self.ai, self.value), *self.qualifiers)

    @property
    def path(self) -> str:
        """The path of its Digital Link, beginning with a slash."""
        return "".join(f"/{ai}/{quote(value, safe='')}" for ai, value in self.parts)

    @property
    def uri(self) -> str:
        """Its canonical Digital Link."""
        return HOST + self.path

    def on(self, resolver: str) -> str:
        """Return its Digital Link on another resolver (``resolver_url``), as labels print it."""
        return resolver.rstrip("/") + self.path

    @property
    def elements(self) -> str:
        """Its element string with bracketed AIs, as read by people."""
        return "".join(f"({ai}){value}" for ai, value in self.parts)

    def urn(self, prefix: int) -> str:
        """Return its EPC URN, the company prefix having ``prefix`` digits; BadKey where there is none."""
        return to_urn(self.parts, prefix)


def _make(parts: Sequence[tuple[str, str]]) -> Key:
    """Return the key of ``parts`` (the key first); BadKey for a bad value, an unknown qualifier or a wrong order."""
    (ai, value), *rest = parts
    if ai not in KEYS:
        raise BadKey(f"({ai}) is no primary key")
    known = KEYS[ai]
    value = _padded(value) if ai == "01" else value
    check_value(ai, value)
    for code, inner in rest:
        check_value(code, inner)
    given = [code for code, _ in rest]
    chains = known.qualifiers or ((),)
    if not any(_in_order(given, chain) for chain in chains):
        wanted = " or ".join(", ".join(chain) or "none" for chain in chains)
        raise BadKey(f"({ai}) is followed by {', '.join(given)}; allowed, in this order: {wanted}")
    if known.needs and known.needs not in given:
        raise BadKey(f"({ai}) {known.title} needs ({known.needs})")
    return Key(ai, value, tuple(rest))


def _in_order(given: list[str], chain: tuple[str, ...]) -> bool:
    places = [chain.index(code) for code in given if code in chain]
    return len(places) == len(given) and all(first < second for first, second in pairwise(places))


def _padded(value: str) -> str:
    return value.zfill(14) if value.isascii() and value.isdigit() and len(value) in _GTIN_LENGTHS else value


def gtin14(value: str) -> str:
    """Return a GTIN-8, -12, -13 or -14 as 14 digits; BadKey for another length or a wrong check digit."""
    padded = _padded(value)
    check_value("01", padded)
    return padded


def gtin(value: str) -> str:
    """Return the canonical Digital Link of an article."""
    return _make([("01", value)]).uri


def sgtin(value: str, serial: str) -> str:
    """Return the canonical Digital Link of one piece by GTIN and serial number."""
    return _make([("01", value), ("21", serial)]).uri


def lgtin(value: str, lot: str) -> str:
    """Return the canonical Digital Link of a lot of an article."""
    return _make([("01", value), ("10", lot)]).uri


def sscc(value: str) -> str:
    """Return the canonical Digital Link of a logistic unit (18 digits)."""
    return _make([("00", value)]).uri


def gln(value: str, extension: str = "") -> str:
    """Return the canonical Digital Link of a place (13 digits), with its extension if it has one."""
    return _make([("414", value), *([("254", extension)] if extension else [])]).uri


def party(value: str) -> str:
    """Return the canonical Digital Link of a party by its GLN."""
    return _make([("417", value)]).uri


def sscc_number(prefix: str, serial: int, extension: int = 0) -> str:
    """Return the 18 digits of the SSCC with ``serial`` under the company prefix; BadKey when it does not fit."""
    width = 16 - len(prefix)
    if not (prefix.isascii() and prefix.isdigit() and 4 <= len(prefix) <= 12) or not 0 <= extension <= 9:
        raise BadKey(f"no SSCC can be made of company prefix {prefix!r} and extension {extension}")
    if not 0 <= serial < 10**width:
        raise BadKey(f"serial {serial} has more than the {width} digits left by company prefix {prefix}")
    digits = f"{extension}{prefix}{serial:0{width}}"
    return digits + check_digit(digits)


def read(uri: str) -> Key | None:
    """Return the key a Digital Link (any domain and path) or EPC URN stands for, None when it is some other URI.

    BadKey when it is meant as a key (an EPC URN, on id.gs1.org, or of the right form) and breaks a rule.
    """
    if uri.startswith("urn:epc:"):
        parts = from_urn(uri)
        return None if parts is None else _make(parts)
    if not uri.startswith(("https://", "http://")):
        return None
    try:
        split = urlsplit(uri)
        host = split.hostname
    except ValueError as error:
        raise BadKey(f"{uri!r} is no address: {error}") from error
    segments = split.path.rstrip("/").split("/")[1:]
    for start, code in enumerate(segments):
        pairs = segments[start:]
        if code in KEYS and len(pairs) % 2 == 0 and (_looks_right(code, pairs[1]) or (start == 0 and host == "id.gs1.org")):
            return _make([(pairs[place], _unescaped(pairs[place + 1])) for place in range(0, len(pairs), 2)])
    if host == "id.gs1.org" and segments and segments[0] in KEYS:
        raise BadKey(f"{uri}: an application identifier has no value")
    return None


def _looks_right(code: str, escaped: str) -> bool:
    value = unquote(escaped)
    return KEYS[code].pattern.fullmatch(_padded(value) if code == "01" else value) is not None


def _unescaped(escaped: str) -> str:
    try:
        return unquote(escaped, errors="strict")
    except UnicodeDecodeError as error:
        raise BadKey(f"{escaped} holds an escape that is not UTF-8") from error


@lru_cache(maxsize=1 << 16)
def canonical(uri: str) -> str:
    """Return the canonical form of ``uri``; URIs that are no GS1 keys are returned as they are. BadKey as ``read``."""
    key = read(uri)
    return uri if key is None else key.uri


def read_elements(text: str) -> Key:
    """Read an element string with bracketed AIs, ``(01)..(10)..(21)..``, in any order of the qualifiers; BadKey."""
    marks = [mark for mark in _ELEMENT.finditer(text) if mark[1] in AIS or mark.start() == 0]
    if not marks or marks[0].start() != 0:
        raise BadKey(f"{text!r} does not begin with an application identifier in brackets")
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    parts = [(mark[1], text[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)]
    keys = [part for part in parts if part[0] in KEYS]
    if len(keys) != 1:
        raise BadKey(f"{text!r} holds {len(keys) or 'no'} primary keys, one is needed")
    order = [code for chain in KEYS[keys[0][0]].qualifiers or () for code in chain]
    rest = [part for part in parts if part not in keys]
    rest.sort(key=lambda part: order.index(part[0]) if part[0] in order else len(order))
    return _make([*keys, *rest])

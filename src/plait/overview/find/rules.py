"""What a text may mean (pure): a key of GS1 in one of its spellings, or a plain number or name."""

import re

import msgspec

from plait.kernel import gs1
from plait.kernel.problems import Problem

__all__ = ["Meant", "beginnings", "meant"]

LONGEST = 500
SHORTEST = 2
_BARE = re.compile(r"\d{8}|\d{12,14}|\d{18}")
_ELEMENTS = re.compile(r"(?:01)(?P<gtin>\d{14})(?:21(?P<serial>[^\x1d]{1,20})|10(?P<lot>[^\x1d]{1,20}))?")
SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9]")


class Meant(msgspec.Struct, frozen=True):
    """``text`` without blanks around it, and the ``key`` it stands for (None: it is no key of GS1); ``uri`` when it is another URI."""

    text: str
    key: gs1.Key | None = None
    uri: str = ""


def meant(text: str) -> Meant:
    """Return what a person typed or a scanner read; whatever breaks a rule of GS1 is taken as plain text."""
    plain = SYMBOLOGY.sub("", text.strip()[:LONGEST])
    try:
        return Meant(plain, _key(plain), plain if plain.startswith(("http://", "https://", "urn:", "did:")) else "")
    except Problem:
        return Meant(plain)


def _key(text: str) -> gs1.Key | None:
    if text.startswith(("http://", "https://", "urn:epc:")):
        return gs1.read(text)
    if text.startswith("("):
        return gs1.read_elements(text)
    if text.startswith("/"):
        return gs1.read(gs1.HOST + text)
    if _BARE.fullmatch(text):
        return gs1.read(f"{gs1.HOST}/{'00' if len(text) == 18 else '01'}/{text}")
    scanned = _ELEMENTS.fullmatch(text.strip("\x1d"))
    if scanned is None:
        return None
    rest = "".join(f"({ai}){scanned[name]}" for ai, name in (("10", "lot"), ("21", "serial")) if scanned[name])
    return gs1.read_elements(f"(01){scanned['gtin']}{rest}")


def beginnings(text: str) -> tuple[str, ...]:
    """Return the spellings by which a number may begin: as typed, in capitals, in small letters; none for less than two signs."""
    return tuple(dict.fromkeys((text, text.upper(), text.lower()))) if len(text) >= SHORTEST else ()

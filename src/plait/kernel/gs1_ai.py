"""The GS1 application identifiers that name things: keys and their qualifiers, what each may hold, in which order they stand.

Source: GS1 General Specifications, sections 3.2 to 3.9 and 7.9 to 7.11; GS1 Digital Link URI Syntax 1.3, section 4.
"""

import re
from collections.abc import Callable

import msgspec

from plait.kernel.problems import Problem, register

__all__ = ["AIS", "BAD_KEY", "KEYS", "Ai", "BadKey", "check_digit", "check_pair", "check_value"]

BAD_KEY = register("gs1-key", 422, "Not a valid GS1 identifier", "Check the digits and the order of its parts.")

X = r"[!-\"%-?A-Z_a-z]"
Y = r"[#\-/0-9A-Z]"
SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
SET_32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)


class BadKey(Problem, ValueError):
    """A GS1 identifier breaks a rule (``gs1-key``); also a ValueError."""

    def __init__(self, detail: str) -> None:
        super().__init__(BAD_KEY, detail)


def check_digit(digits: str) -> str:
    """Return the check digit for ``digits``: modulo 10, weights 3, 1, 3... from the right (General Specifications, 7.9.1)."""
    if not (digits.isascii() and digits.isdigit()):
        raise BadKey(f"{digits!r} are not digits")
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def check_pair(text: str) -> str:
    """Return the check character pair of a Global Model Number: modulo 1021, prime weights from the right (7.9.5)."""
    if not text or len(text) > len(PRIMES) or any(char not in SET_82 for char in text):
        raise BadKey(f"{text!r} cannot be part of a GMN")
    total = sum(SET_82.index(char) * prime for char, prime in zip(reversed(text), PRIMES, strict=False)) % 1021
    return SET_32[total >> 5] + SET_32[total & 31]


def _mod10(length: int, start: int = 0) -> Callable[[str], str]:
    def check(value: str) -> str:
        right = check_digit(value[start : start + length - 1])
        given = value[start + length - 1]
        return "" if given == right else f"its check digit is {given} and should be {right}"

    return check


def _pair(value: str) -> str:
    right = check_pair(value[:-2])
    return "" if value.endswith(right) else f"its check characters are {value[-2:]} and should be {right}"


def _piece(value: str) -> str:
    wrong = _mod10(14)(value)
    return wrong or ("" if 1 <= int(value[14:16]) <= int(value[16:18]) else f"piece {value[14:16]} of {value[16:18]} cannot be")


class Ai(msgspec.Struct, frozen=True):
    """One application identifier: its data ``title``, the ``form`` of its value in words and as ``pattern``, further checks.

    A key has ``qualifiers``: the sequences in which they may stand after it; ``needs`` must be among them.
    """

    code: str
    title: str
    form: str
    pattern: re.Pattern[str]
    check: Callable[[str], str] | None = None
    qualifiers: tuple[tuple[str, ...], ...] | None = None
    needs: str = ""


def _ai(code: str, title: str, form: str, pattern: str, check: Callable[[str], str] | None = None, *order: str, needs: str = "", key: bool = True) -> Ai:
    chains = tuple(tuple(chain.split()) for chain in order) or ((),)
    return Ai(code, title, form, re.compile(pattern), check, chains if key else None, needs)


_TABLE = (
    _ai("00", "SSCC", "18 digits", r"\d{18}", _mod10(18)),
    _ai("01", "GTIN", "14 digits", r"\d{14}", _mod10(14), "22 10 21", "235"),
    _ai("253", "GDTI", "13 digits and up to 17 characters", rf"\d{{13}}{X}{{0,17}}", _mod10(13)),
    _ai("255", "GCN", "13 digits and up to 12 digits", r"\d{13}\d{0,12}", _mod10(13)),
    _ai("401", "GINC", "a company prefix and in all up to 30 characters", rf"(?=\d{{4}}){X}{{1,30}}"),
    _ai("402", "GSIN", "17 digits", r"\d{17}", _mod10(17)),
    _ai("414", "LOC No.", "13 digits", r"\d{13}", _mod10(13), "254", "7040"),
    _ai("415", "PAY TO", "13 digits", r"\d{13}", _mod10(13), "8020", needs="8020"),
    _ai("417", "PARTY", "13 digits", r"\d{13}", _mod10(13), "7040"),
    _ai("8003", "GRAI", "0, 13 digits and up to 16 characters", rf"0\d{{13}}{X}{{0,16}}", _mod10(13, 1)),
    _ai("8004", "GIAI", "a company prefix and in all up to 30 characters", rf"(?=\d{{4}}){X}{{1,30}}", None, "7040"),
    _ai("8006", "ITIP", "14 digits, piece and total of 2 digits each", r"\d{18}", _piece, "22 10 21"),
    _ai("8010", "CPID", "a company prefix and in all up to 30 of A-Z, 0-9, #, -, /", rf"(?=\d{{4}}){Y}{{1,30}}", None, "8011"),
    _ai("8013", "GMN", "a company prefix and in all up to 25 characters", rf"(?=\d{{4}}){X}{{5,23}}[2-9A-HJ-NP-Z]{{2}}", _pair),
    _ai("8017", "GSRN - PROVIDER", "18 digits", r"\d{18}", _mod10(18), "8019"),
    _ai("8018", "GSRN - RECIPIENT", "18 digits", r"\d{18}", _mod10(18), "8019"),
    _ai("10", "BATCH/LOT", "1 to 20 characters", rf"{X}{{1,20}}", key=False),
    _ai("21", "SERIAL", "1 to 20 characters", rf"{X}{{1,20}}", key=False),
    _ai("22", "CPV", "1 to 20 characters", rf"{X}{{1,20}}", key=False),
    _ai("235", "TPX", "1 to 28 characters", rf"{X}{{1,28}}", key=False),
    _ai("254", "GLN EXTENSION COMPONENT", "1 to 20 characters", rf"{X}{{1,20}}", key=False),
    _ai("7040", "UIC+EXT", "a digit, two characters and an importer index", rf"\d{X}{X}[-0-9A-Z_a-z]", key=False),
    _ai("8011", "CPID SERIAL", "1 to 12 digits not beginning with 0", r"0|[1-9]\d{0,11}", key=False),
    _ai("8019", "SRIN", "1 to 10 digits", r"\d{1,10}", key=False),
    _ai("8020", "REF No.", "1 to 25 characters", rf"{X}{{1,25}}", key=False),
)

AIS: dict[str, Ai] = {each.code: each for each in _TABLE}
KEYS: dict[str, Ai] = {each.code: each for each in _TABLE if each.qualifiers is not None}


def check_value(code: str, value: str) -> None:
    """Raise BadKey naming what is wrong unless ``value`` may stand under the application identifier ``code``."""
    known = AIS.get(code)
    if known is None:
        raise BadKey(f"({code}) names no key or qualifier known here")
    if not value.isascii() or not known.pattern.fullmatch(value):
        raise BadKey(f"({code}) {known.title} is {value!r} and should be {known.form}")
    if known.check is not None and (wrong := known.check(value)):
        raise BadKey(f"({code}) {known.title} {value}: {wrong}")

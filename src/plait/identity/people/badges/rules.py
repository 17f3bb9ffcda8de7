"""A badge's number, what a PIN must be, how wrong ones close the door: pure decisions."""

import secrets

from plait.identity.people.badges.model import WEAK_PIN
from plait.kernel.problems import Problem

__all__ = ["BLOCKED_AFTER", "OPERATOR_SCOPES", "badge_of", "check_pin", "cookie_name", "grouped", "new_number", "set_cookie", "wait_s"]

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26
FREE_TRIES = 3
BLOCKED_AFTER = 10
OPERATOR_SCOPES = ("line.read", "line.work")
_RUN = "01234567890"
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_number() -> str:
    """Return a badge's number: 128 random bits in 26 letters and digits that are not mistaken for one another (Crockford's Base 32)."""
    bits = secrets.randbits(128)
    return "".join(LETTERS[bits >> 5 * place & 31] for place in reversed(range(LENGTH)))


def badge_of(text: str) -> str:
    """Return the number in what was scanned (an address) or typed (spaces, small letters, O for 0), "" when it is none."""
    tail = text.strip().partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]
    plain = "".join(sign for sign in tail.upper() if sign.isalnum()).translate(_ALIKE)
    return plain if len(plain) == LENGTH and all(sign in LETTERS for sign in plain) else ""


def grouped(number: str) -> str:
    """Return a number as it is printed, in groups of four with the last of two."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def check_pin(pin: str) -> None:
    """Raise ``weak-pin`` for what is not 4 to 8 digits, one digit alone, a run, or a pair repeated."""
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
        raise Problem(WEAK_PIN, "It has 4 to 8 digits and nothing else.")
    if len(set(pin)) == 1 or pin in _RUN or pin[::-1] in _RUN or pin == pin[:2] * (len(pin) // 2):
        raise Problem(WEAK_PIN, "It is one of those that are tried first.")


def wait_s(wrong: int) -> int:
    """Return for how long a badge is closed after so many wrong PINs in a row: from the fourth on 15 s, doubling."""
    return 0 if wrong <= FREE_TRIES else 15 * 2 ** (min(wrong, BLOCKED_AFTER) - FREE_TRIES - 1)


def cookie_name(party: str, *, secure: bool) -> str:
    """Return the cookie's name: one a node, as the console's."""
    return f"{'__Secure-' if secure else ''}plait-op-{party.replace('-', '')[-12:]}"


def set_cookie(name: str, value: str, *, secure: bool, seconds: int) -> str:
    """Return the Set-Cookie header's value: for the operator pages alone; ``seconds`` 0 takes the cookie back."""
    return f"{name}={value}; Path=/op; HttpOnly; SameSite=Strict; Max-Age={seconds}{'; Secure' if secure else ''}"

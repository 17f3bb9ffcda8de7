"""What a password must be, how long wrong ones close a door, what a cookie and its request must be: pure decisions."""

import re
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from plait.identity.people.model import CROSS_SITE, WEAK
from plait.kernel.problems import Problem

__all__ = ["check_password", "check_site", "cookie_in", "cookie_name", "device_of", "lock_seconds", "set_cookie"]

SHORTEST = 12
LONGEST = 256
JUDGED = 72
GUESSES_LOG10 = 9.0
FREE_TRIES = 5
LONGEST_LOCK = 900
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
COMMON = (
    "password",
    "passwort",
    "kennwort",
    "geheim",
    "qwerty",
    "qwertz",
    "azerty",
    "asdfgh",
    "zxcvbn",
    "letmein",
    "welcome",
    "willkommen",
    "admin",
    "iloveyou",
    "dragon",
    "monkey",
    "football",
    "sunshine",
    "princess",
    "plait",
    "changeme",
    "default",
    "secret",
)
_RUNS = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz")


def check_password(password: str, *names: str) -> None:
    """Raise ``weak-password`` with the reason (NIST SP 800-63B, section 5.1.1: length and guessability, no rules of composition).

    Guessability is what zxcvbn says: how many guesses it takes with lists of 30,000 common passwords, of names and words, their
    disguises, keyboard runs and dates. It takes up to a quarter of a second.
    """
    if len(password) < SHORTEST:
        raise Problem(WEAK, f"It has {len(password)} characters; {SHORTEST} are the least.")
    if len(password) > LONGEST:
        raise Problem(WEAK, f"It has more than {LONGEST} characters.")
    left = password.casefold()
    words = [word for name in names for word in (name.casefold(), *name.casefold().split()) if len(word) >= 3]
    for word in (*COMMON, *words):
        left = left.replace(word, "")
    for run in _RUNS:
        for size in range(len(run), 3, -1):
            for start in range(len(run) - size + 1):
                left = left.replace(run[start : start + size], "")
    left = re.sub(r"(.)\1{2,}", r"\1", left)
    if len(left) < SHORTEST // 2 or len(set(left)) < 5:
        raise Problem(WEAK, "It is made of names, common words, runs or repetitions.")
    from zxcvbn import zxcvbn

    if float(zxcvbn(password[:JUDGED], user_inputs=words, max_length=JUDGED)["guesses_log10"]) < GUESSES_LOG10:
        raise Problem(WEAK, "It is near to passwords that many people have; those are tried first.")


def lock_seconds(failures: int) -> int:
    """Return for how long a door is closed after so many wrong passwords in a row: from the sixth on 1 s doubling to 15 minutes."""
    return 0 if failures <= FREE_TRIES else min(LONGEST_LOCK, 2 ** min(failures - FREE_TRIES - 1, 20))


def cookie_name(party: str, *, secure: bool) -> str:
    """Return the cookie's name: one a node, since browsers give cookies to every port of a host; ``__Host-`` where it is secure (RFC 6265bis)."""
    return f"{'__Host-' if secure else ''}plait-{party.replace('-', '')[-12:]}"


def set_cookie(name: str, value: str, *, secure: bool, seconds: int) -> str:
    """Return the Set-Cookie header's value; ``seconds`` 0 takes the cookie back."""
    return f"{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{'; Secure' if secure else ''}"


def cookie_in(header: str, name: str) -> str:
    """Return the value of a cookie, empty when it is not there or the header cannot be read."""
    jar = SimpleCookie()
    try:
        jar.load(header)
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""


def check_site(headers: Mapping[str, str], method: str) -> None:
    """Raise ``cross-site`` unless a request that changes something, and comes with a cookie, comes from our own pages (OWASP CSRF, fetch metadata)."""
    if method in SAFE:
        return
    site = headers.get("sec-fetch-site", "")
    if site in {"same-origin", "none"}:
        return
    origin = headers.get("origin", "")
    if not site and origin and urlsplit(origin).netloc == headers.get("host", ""):
        return
    raise Problem(CROSS_SITE, f"It comes from {(origin or site or 'a page that does not say where it stands')[:200]}.")


def device_of(agent: str) -> str:
    """Return a user agent in a few words: browser and system."""
    browsers = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))
    browser = next((name for mark, name in browsers if mark in agent), "")
    system = next((name for mark, name in systems if mark in agent), "")
    return " on ".join(part for part in (browser, system) if part) or "another program"

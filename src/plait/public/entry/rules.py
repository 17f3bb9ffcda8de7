"""Where a login leads, in which language it speaks, what its forms hold, how a refusal is said: pure decisions."""

import re
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from plait.identity.people.model import BAD_CODE, BAD_LOGIN, LOCKED_OUT, WEAK
from plait.kernel.problems import CONFLICT, INVALID, LIMITED, MALFORMED, Problem
from plait.kernel.texts import LANGUAGES, Texts, language_of

__all__ = ["HOME", "LANGUAGE_COOKIE", "fields", "language_cookie", "language_for", "place", "said", "switch"]

HOME = "/console"
LANGUAGE_COOKIE = "plait_lang"
NAMES = {"en": "English", "de": "Deutsch", "zh": "中文"}
LONGEST = 2000
MOST_FIELDS = 20
_INSIDE = re.compile(r"/(?:console|op)(?:[/?][^\\\s\x00-\x1f\x7f]*)?")
_UP = re.compile(r"(?:^|/)(?:\.|%2e){1,2}(?:/|\?|$)", re.IGNORECASE)
WORDS = {
    BAD_LOGIN: "Name or password is wrong.",
    BAD_CODE: "The code is not valid. Ask an administrator for a new one; a code is good for a day and for one use.",
    LOCKED_OUT: "Too many wrong tries. Try again in {wait}.",
    LIMITED: "Too many tries at once. Try again in {wait}.",
    WEAK: "This password is too easy to guess. Use at least 12 characters; several words are good.",
    CONFLICT: "Somebody of this name works here already, or there is an administrator already.",
    INVALID: "A name has 1 to 200 characters.",
}


def place(wanted: str) -> str:
    """Return where a login leads: the path wanted when it is one of the console or the operator pages of this node, else the console.

    What leads elsewhere, or seems to for some browser (two slashes, a backslash, a control character, dots that climb), is not gone to.
    """
    path = wanted.partition("?")[0]
    if len(wanted) > LONGEST or not _INSIDE.fullmatch(wanted) or _UP.search(path):
        return HOME
    return quote(wanted, safe="/?&=%#:;,@!$'()*+~[]-._")


def _cookie(headers: Mapping[str, str], name: str) -> str:
    jar = SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""


def language_for(headers: Mapping[str, str], asked: str) -> str:
    """Return the language of a page: the one asked for, the one chosen before, the first the browser wants that we speak, English."""
    wanted = [asked, _cookie(headers, LANGUAGE_COOKIE), *(each.partition(";")[0] for each in headers.get("accept-language", "").split(",")[:10])]
    return next((found for each in wanted if (found := language_of(each))), LANGUAGES[0])


def language_cookie(language: str) -> str:
    """Return the Set-Cookie header that keeps a chosen language for a year; the console reads the same one."""
    return f"{LANGUAGE_COOKIE}={language}; Path=/; SameSite=Lax; Max-Age=31536000"


def switch(path: str, query: Mapping[str, str], now: str) -> list[dict[str, Any]]:
    """Return the languages with the address of this page in each."""
    return [{"code": code, "name": NAMES[code], "now": code == now, "href": f"{path}?{urlencode({**query, 'lang': code})}"} for code in LANGUAGES]


def fields(content: bytes) -> dict[str, str]:
    """Return the fields of a form (application/x-www-form-urlencoded), the last of a name; raise ``malformed``."""
    try:
        return dict(parse_qsl(content.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise Problem(MALFORMED, f"The form cannot be read: {error}") from error


def said(problem: Problem, say: Texts) -> str:
    """Return a refusal in a sentence or two for who signs in; one that is not theirs to mend is raised as it is."""
    if problem.code not in WORDS:
        raise problem
    seconds = int(problem.extra.get("retry_after", 60))
    wait = say("{count} seconds", count=seconds) if seconds < 100 else say("{count} minutes", count=-(-seconds // 60))
    text = WORDS[problem.code]
    return say(text, wait=wait) if "{wait}" in text else say(text)

"""Taking secrets out of what is logged or handed to a helper: by the name of the value, and by the shape of the text."""

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["HIDDEN", "clean", "one_line", "redact"]

HIDDEN = "[hidden]"
LONGEST = 8000
DEPTH = 6
_NAME = re.compile(r"authori[sz]ation|cookie|token|password|passwd|passphrase|secret|credential|api[-_]?key|private|jws|jwt", re.IGNORECASE)
_SHAPES = (
    re.compile(r"-----BEGIN [A-Z0-9 ]*-----.*?(?:-----END [A-Z0-9 ]*-----|\Z)", re.DOTALL),
    re.compile(r"\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*"),
    re.compile(r"(?<=://)[^/\s@]+(?=@)"),
    re.compile(r"(?<=/g/)[A-Za-z0-9_-]{12,}"),
    re.compile(r"(?<=/wall/)[A-Za-z0-9_-]{12,}"),
    re.compile(r"(?<=/login/once/)[A-Za-z0-9_-]{12,}"),
    re.compile(r"(?<=/op/b/)[A-Za-z0-9_-]{12,}"),
    re.compile(r"(?i)(?<=bearer )[^\s,;\"']+"),
    re.compile(r"(?i)(?<=basic )[A-Za-z0-9+/=_-]{8,}"),
    re.compile(
        r"(?i)(?<![A-Za-z])((?:set-)?cookie|authorization|password|passwd|passphrase|secret|[a-z_-]*token|api[-_]?key)"
        r"(\"?'?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&]+)"
    ),
)
_BREAKS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))} | {0x2028: "\\u2028", 0x2029: "\\u2029"}


def one_line(text: str) -> str:
    """Return ``text`` on one line, with control characters (also those that steer a terminal) written out."""
    return text.translate(_BREAKS)


def clean(text: str) -> str:
    """Return ``text`` with everything that looks like a secret hidden.

    That is PEM, JWS and JWT, bearer tokens, guest, screen and login links, badges, logins in addresses, and ``name=value`` of secret names.
    """
    for shape in _SHAPES[:-1]:
        text = shape.sub(HIDDEN, text)
    return _SHAPES[-1].sub(lambda found: f"{found[1]}{found[2]}{HIDDEN}", text)


def redact(value: Any, name: str = "", depth: int = 0) -> Any:
    """Return ``value`` fit to be shown: hidden if ``name`` says that it is a secret, texts cleaned, lists and mappings walked."""
    if name and _NAME.search(name):
        return HIDDEN
    if depth > DEPTH:
        return "..."
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {one_line(str(key)): redact(each, str(key), depth + 1) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [redact(each, "", depth + 1) for each in value]
    if isinstance(value, (bytes, bytearray)):
        return f"({len(value)} bytes)"
    return one_line(clean(str(value)[:LONGEST]))

"""What may leave the house: numbers, versions and our own words. Everything else is left out or veiled; nothing is let through by default."""

import hashlib
import json
import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

import msgspec

from plait.kernel.problems import REGISTRY
from plait.kernel.settings import Settings

__all__ = ["Veil", "code_of", "frames", "line", "masked"]

LEFT_OUT = "(left out)"
_OWN_WORDS = ("event", "level", "logger", "timestamp", "follower", "kind", "code", "method", "phase")
_PLAIN = re.compile(r"[A-Za-z0-9 .,:;_'\-]{1,200}")
_FRAME = re.compile(r'File "(?P<file>[^"]*)", line (?P<line>\d+), in (?P<name>[\w<>.]+)')
_LAST = re.compile(r".*[/\\]")
_CLASS = re.compile(r"(?:^|\\x0a|\n)(?P<name>[A-Za-z_][\w.]*(?:Error|Exception|Problem|Timeout|Cancelled|Group|Interrupt|Exit))\b")
_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9.+-]*)://[^\s;,)]*", re.IGNORECASE)
_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
_PATH = re.compile(r"(?<![\w.])(?:[A-Za-z]:)?[\\/](?:[^\s\\/;,:]+[\\/])*(?P<last>[^\s\\/;,:]*)")
_MAIL = re.compile(r"\S+@\S+")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_HOST = re.compile(r"\b[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+(?::\d+)?\b|\[?[0-9a-f]*:[0-9a-f:]+\]?(?::\d+)?")
_OWN_FILES = frozenset({"plait.db", "events.db", "plait.toml", "es256.pem", "admin.token", "backup.target", "http.port"})


class Veil:
    """Hides names in our own sentences so that the same name looks the same within one pack. ``salt`` is drawn for each pack."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt

    def text(self, text: str) -> str:
        """Return ``text`` with addresses, hosts, ids, mail addresses, folders and quoted words veiled."""
        text = _URL.sub(lambda found: f"{found['scheme']}-{self._mark(found[0])}", text)
        text = _MAIL.sub(lambda found: f"mail-{self._mark(found[0])}", text)
        text = _ID.sub(lambda found: f"id-{self._mark(found[0])}", text)
        text = _QUOTED.sub(LEFT_OUT, text)
        text = _PATH.sub(lambda found: f"DIR/{found['last']}" if found["last"] in _OWN_FILES else "DIR", text)
        return _HOST.sub(self._host, text)

    def _host(self, found: re.Match[str]) -> str:
        word = found[0]
        if word in _OWN_FILES or (re.fullmatch(r"[\d.]+|[\d:]+", word) and not _is_address(word)):
            return word
        return f"host-{self._mark(word)}"

    def _mark(self, word: str) -> str:
        return hashlib.blake2b(word.lower().encode(), key=self._salt, digest_size=3).hexdigest()


def _is_address(word: str) -> bool:
    try:
        ip_address(word.strip("[]"))
    except ValueError:
        return False
    return True


def code_of(text: str) -> str:
    """Return the code of a problem, or the class of an error, that ``text`` begins with; empty when it is neither."""
    word = text.partition(":")[0].strip()
    return word if word in REGISTRY or _CLASS.fullmatch(word) else ""


def frames(trace: str) -> list[str]:
    """Return where an error happened, file by file without folders, and of what class it was; never its text, which may quote data."""
    places = [f"{_LAST.sub('', found['file'])}:{found['line']} {found['name']}" for found in _FRAME.finditer(trace)]
    return places + [found["name"] for found in _CLASS.finditer(trace)]


def line(raw: str) -> dict[str, Any]:
    """Return what may be shown of a log line: our own words, numbers, codes and where errors happened."""
    try:
        entry = json.loads(raw)
    except ValueError:
        return {"event": LEFT_OUT}
    if not isinstance(entry, dict):
        return {"event": LEFT_OUT}
    own = str(entry.get("logger", "")).startswith("plait")
    return {str(key): _value(str(key), value, own=own) for key, value in entry.items() if _PLAIN.fullmatch(str(key))}


def _value(key: str, value: Any, *, own: bool) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = str(value)
    if key == "exception":
        return frames(text)
    if key in _OWN_WORDS and (own or key != "event") and _PLAIN.fullmatch(text):
        return text
    return code_of(text) or LEFT_OUT


def masked(settings: Settings) -> dict[str, Any]:
    """Return the settings: numbers, switches and choices as they are, of texts and lists only whether they are set."""
    return {section: {key: _setting(value, kinds.get(key)) for key, value in values.items()} for section, values, kinds in _sections(settings)}


def _sections(settings: Settings) -> list[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    tree = msgspec.to_builtins(settings)
    return [(each.name, tree[each.name], {field.name: field.type for field in msgspec.structs.fields(each.type)}) for each in msgspec.structs.fields(Settings)]


def _setting(value: Any, kind: Any) -> Any:
    if isinstance(value, (bool, int, float)) or (getattr(kind, "__origin__", None) is not None and isinstance(value, str)):
        return value
    if isinstance(value, (list, tuple)) and value:
        return f"({len(value)} entries)"
    return "(set)" if value else ""

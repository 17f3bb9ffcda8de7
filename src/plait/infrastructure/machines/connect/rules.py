"""What is proposed for a device's signals and its place, and what a failed try means: pure decisions."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from plait.infrastructure.machines.connect.meanings import known, meaning_of, unit_in
from plait.infrastructure.machines.connect.model import Hint, Proposal, Why
from plait.infrastructure.machines.connect.units import code_of
from plait.infrastructure.machines.model import Choice, Machine, Offered

__all__ = ["MOST_CHOSEN", "advice_for", "cause", "machine", "proposals", "slug", "where"]

MOST_CHOSEN = 100
LONGEST_WORD = 80
PORTS = {"opc.tcp": 4840, "http": 80, "https": 443, "mqtt": 1883, "mqtts": 8883, "ssl": 8883, "tcp": 0}
_IDENTITY = re.compile(
    r"serial|version|firmware|manufact|vendor|model|hardware|uuid|\bid\b|_id\b|revision|calibrat|address|hostname|uri|\bdate\b", re.IGNORECASE
)
_STATE = re.compile(r"execution|state|status|mode|avail|running|alarm|fault|error|condition|program|estop|emergency|door", re.IGNORECASE)
_COUNT = re.compile(r"count|parts?\b|pieces|good|scrap|reject|produced|total|cycles?", re.IGNORECASE)
_KINDS = {
    "lathe": "lathe|turn|dreh", "mill": "mill|fräs|vmc|hmc|machining.?cent", "hobbing": "hob|wälz", "grinding": "grind|schleif", "press": "press|stamp|punch",
    "injection moulding": "mou?ld|inject|spritz", "robot": "robot", "furnace": "oven|furnace|ofen|heat", "saw": r"\bsaw|säge", "welding": "weld|schweiß",
    "laser": "laser", "packing": "pack", "measuring": "meter|sensor|measur|cmm|gauge|clamp",
}  # fmt: skip
_ADVICE: dict[Why, tuple[str, ...]] = {
    "ok": (),
    "config": ("Correct the named field.",),
    "name": ("Check the spelling of the address, or use the device's number (as 192.168.1.20) instead of its name.",),
    "refused": ("Check the address and the port, and switch the service on at the device.",),
    "timeout": (
        "Check that the device is switched on and its network cable is in, and that this computer is in the same network.",
        "A firewall on the way may hold the port back.",
    ),
    "protocol": ("The port belongs to another service: check the port, or choose another kind of connection.",),
    "login": ("Check user name and password, and that this user may read at the device.",),
    "certificate": ("Let the device trust this node's certificate (mostly in a list of rejected certificates), then try again.",),
    "other": ("Look at what must be set at the device.",),
}


def slug(text: str, longest: int = 64) -> str:
    """Return a short name of letters, digits, - and _ made from any text; "" when nothing is left of it."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_]+", "-", plain.lower()).strip("-_")[:longest].strip("-_")


def _dotted(text: str) -> str:
    return ".".join(filter(None, (slug(part) for part in re.split(r"[./\\:]+", text))))[:100].strip(".")


def proposals(offered: Sequence[Offered], kept: Sequence[Choice] | None = None) -> list[Proposal]:
    """Return every offered signal as it would be kept: name from the device's own, unit by its code, meaning where it is plain, chosen or not and why.

    ``kept``: what is kept of the machine already: that is what is chosen then, as it is kept.
    """
    before = {each.address: each for each in kept or ()}
    taken = {each.name for each in kept or ()}
    found: list[Proposal] = []
    chosen = 0
    for each in offered:
        hint, wanted = _judged(each)
        if kept is not None:
            wanted = each.address in before
            if wanted:
                found.append(_proposal(each, before[each.address], hint, chosen=True))
                continue
        elif wanted and chosen >= MOST_CHOSEN:
            hint, wanted = "many", False
        chosen += wanted
        name = base = _dotted(each.name) or _dotted(each.address) or "signal"
        number = 1
        while name in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name)
        title = each.name if each.name != name else ""
        unit = code_of(each.unit) if each.unit else unit_in(each.name)
        meaning = meaning_of(each.name, each.kind, unit, each.value)
        choice = Choice(name, each.address, unit, semantic="" if meaning is None else meaning.id, title=title[:200])
        found.append(_proposal(each, choice, hint, chosen=wanted))
    return found


def _proposal(each: Offered, choice: Choice, hint: Hint, *, chosen: bool) -> Proposal:
    meaning = known(choice.semantic)
    words = "" if meaning is None else meaning.words
    return Proposal(choice, chosen, hint, each.value, each.kind, each.unit, each.group, each.writable, each.why, words)


def _judged(each: Offered) -> tuple[Hint, bool]:
    """Return what a signal looks like, and whether it is worth keeping by default."""
    words = f"{each.name} {each.kind}"
    if each.value is None:
        return "unreadable", False
    if _IDENTITY.search(each.name):
        return "identity", False
    if _STATE.search(words):
        return "state", not isinstance(each.value, str) or len(each.value) <= LONGEST_WORD
    if isinstance(each.value, str):
        return "word", False
    if _COUNT.search(words):
        return "count", True
    if each.unit:
        return "unit", True
    # Nobody has named it, and it holds nothing: mostly a register the device does not use.
    return ("zero", False) if not each.value and slug(each.name) == slug(each.address) else ("number", True)


def machine(adapter: str, config: dict[str, Any], title: str, found: Sequence[Proposal], taken: frozenset[str]) -> Machine:
    """Return the machine as it would be connected; ``title`` as the device calls itself, ``taken`` ids are not used again.

    Where all signals lie under one path (enterprise/site/area/line/machine, as in a unified namespace), its last name is the machine's.
    """
    path = _common([each.group for each in found if each.group])
    name = re.sub(r"\s*\([^)]*\)\s*$", "", title).strip() or (path[-1] if path else "") or f"{adapter} {_host(config)}".strip()
    above = path[:-1] if len(path) > 1 else []
    site = above[-3] if len(above) >= 3 else ""
    base = id = slug(name) or adapter
    number = 1
    while id in taken or id == "connect":
        number += 1
        id = f"{base[:60]}-{number}"
    said = f"{name} {title}"
    kind = next((kind for kind, words in _KINDS.items() if re.search(words, said, re.IGNORECASE)), "machine")
    return Machine(id, name, kind, adapter, config, site, "/".join(above[-2:]), tuple(each.choice for each in found if each.chosen))


def _common(groups: Sequence[str]) -> list[str]:
    split = [[part for part in group.strip("/").split("/") if part] for group in groups]
    if not split or not all(split):
        return []
    same: list[str] = []
    for parts in zip(*split, strict=False):
        if len(set(parts)) > 1:
            break
        same.append(parts[0])
    return same if len(same) >= 2 else []


def _host(config: dict[str, Any]) -> str:
    host, _ = where(config)
    return host


def where(config: Any) -> tuple[str, int]:
    """Return host and port that a config leads to, "" and 0 where it leads to none: ``host`` and ``port``, or the first address in it."""
    fields = config if isinstance(config, dict) else msgspec.to_builtins(config)
    if fields.get("host"):
        return str(fields["host"]), int(fields.get("port") or 0)
    for value in fields.values():
        if isinstance(value, str) and "://" in value:
            try:
                parts = urlsplit(value)
                return parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
            except ValueError:
                return "", 0
    return "", 0


def cause(text: str) -> Why:
    """Return what kind of failure an adapter's words tell of; ``other`` when they tell none."""
    said = text.lower()
    for why, words in (
        ("certificate", r"certificate|\bssl\b|\btls\b|securitychecks|badsecurity"),
        ("login", r"password|user ?name|login|log in|unauthori|not authori|identitytoken|accessdenied|\b401\b|\b403\b|forbidden|credentials"),
        ("name", r"name or service|nodename|getaddrinfo|name resolution|no address associated|cannot be resolved"),
        ("refused", r"refused|nothing listens|connect call failed"),
        ("timeout", r"timed? ?out|timeout|does not answer|no answer|unreachable|no route"),
    ):
        if re.search(words, said):
            return why  # type: ignore[return-value]
    return "other"


def advice_for(why: Why) -> tuple[str, ...]:
    """Return what to do about a failure, a line each."""
    return _ADVICE[why]

"""What a device offers, seen with its present values: its maker's list of signals (CSV text with a heading), or what a scan proposes."""

import csv
import io
import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from plait.infrastructure.machines.model import BAD_MACHINE, Choice, Offered
from plait.infrastructure.machines.polling import Bad, Device, Silent
from plait.kernel.problems import Problem

__all__ = ["MOST_SCANNED", "Entry", "entries", "likely", "looked_at", "unique"]

MOST_ENTRIES = 2000
MOST_SCANNED = 2000
LEAST_LIKELY, MOST_LIKELY = 1e-3, 1e6
_KNOWN = ("address", "name", "unit", "title", "group")


class Entry(NamedTuple):
    """One line of the list; see ``plait.infrastructure.machines.model.Choice`` for what the words mean."""

    address: str
    name: str
    unit: str = ""
    title: str = ""
    group: str = ""


def entries(text: str) -> list[Entry]:
    """Read a list; comma, semicolon or tab between columns. Raise Problem ``bad-machine`` naming the line."""
    text = text.removeprefix("\ufeff").strip()
    heading = text.partition("\n")[0]
    between = max(",;\t", key=heading.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=between, skipinitialspace=True)
    columns = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    if "address" not in columns or "name" not in columns:
        raise Problem(BAD_MACHINE, f"config.map: its first line must name the columns address and name; it is {heading[:80]!r}.", field="config")
    rows.fieldnames = columns
    found: list[Entry] = []
    try:
        for row in rows:
            cells = {name: (row.get(name) or "").strip() for name in _KNOWN}
            if not cells["address"] and not cells["name"]:
                continue
            if not cells["address"] or not cells["name"]:
                raise Problem(BAD_MACHINE, f"config.map, line {rows.line_num}: address and name must both be there.", field="config")
            found.append(Entry(**cells))
            if len(found) > MOST_ENTRIES:
                raise Problem(BAD_MACHINE, f"config.map: more than {MOST_ENTRIES} lines.", field="config")
    except csv.Error as error:
        raise Problem(BAD_MACHINE, f"config.map, line {rows.line_num}: {error}.", field="config") from error
    return list(unique(found))


def unique(found: list[Entry]) -> list[Entry]:
    """Return the entries with every address once, and names that are there twice numbered."""
    taken: set[str] = set()
    by_address: dict[str, Entry] = {}
    for entry in found:
        if entry.address in by_address:
            continue
        name, number = entry.name, 1
        while name in taken:
            number += 1
            name = f"{entry.name}-{number}"
        taken.add(name)
        by_address[entry.address] = entry._replace(name=name)
    return list(by_address.values())


def likely(value: Any) -> bool:
    """Whether a number read as floating point looks like something measured: neither zero nor tiny nor huge."""
    return isinstance(value, float) and math.isfinite(value) and LEAST_LIKELY <= abs(value) <= MOST_LIKELY


async def looked_at(device: Device, config: Any, found: Iterable[Entry], kind: Callable[[str], tuple[str, bool]]) -> list[Offered]:
    """Read the entries' present values on an open device and offer them; ``kind`` tells from an address its type and whether it can be written.

    An address that is none is offered with the reason, so that one slip in a long list does not hide the rest.
    """
    offers: dict[str, Offered] = {}
    good: list[Choice] = []
    for entry in found:
        try:
            kinds, writable = kind(entry.address)
        except Problem as problem:
            offers[entry.address] = Offered(entry.address, entry.name, group=entry.group, unit=entry.unit, why=problem.detail)
            continue
        offers[entry.address] = Offered(entry.address, entry.name, kinds, entry.unit, group=entry.group, writable=writable)
        good.append(Choice(entry.address, entry.address))
    if good:
        try:
            got = await device.read(device.plan(config, good))
        except Silent as silence:
            got = {choice.name: Bad(str(silence)) for choice in good}
        for address, value in got.items():
            before = offers[address]
            why, seen = (value.reason, None) if isinstance(value, Bad) else ("", value)
            offers[address] = Offered(address, before.name, before.kind, before.unit, seen, before.group, before.writable, why)
    return list(offers.values())

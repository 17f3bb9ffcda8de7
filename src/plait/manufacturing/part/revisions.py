"""What is a new revision of a part, and what is only better known or planned anew (pure)."""

import re
from collections.abc import Container
from typing import Any

import msgspec

from plait.manufacturing.part.model import Operation, Part
from plait.manufacturing.vocabulary import GENERAL, is_a

__all__ = ["changed", "next_revision"]

PLANNING = {"id", "revision", "name", "supply", "markup", "price_floor", "scrap_allowance", "batch_size", "transfer_min", "alternatives", "family"}
PLANNING |= {"lead_days", "material_text", "routing", "materials"}
STRICT = frozenset(("unit", "serial", "pairing"))


def _refined(field: str, was: Any, now: Any) -> bool:
    """Tell whether ``now`` says what was not said before, or says it more exactly."""
    if field == "process":
        return not was or was == GENERAL or is_a(now, was)
    if field == "material":
        return is_a(now, was)
    return field not in STRICT and (was is None or was in ("", 0))


def _work(op: Operation) -> tuple[Any, ...]:
    return op.seq, op.process or op.name, op.outside, op.service, op.semi_gtin, op.program


def _routing(was: Part, now: Part) -> bool:
    if not was.routing or all(op.estimated for op in was.routing):
        return False
    return [_work(op) for op in was.routing] != [_work(op) for op in now.routing]


def _takes(part: Part) -> set[tuple[Any, ...]]:
    return {(row.part, row.quantity, row.unit) for row in part.materials}


def _materials(was: Part, now: Part) -> bool:
    return bool(was.materials) and _takes(was) != _takes(now)


def changed(was: Part, now: Part) -> list[str]:
    """Return the fields in which ``now`` is technically another part than ``was``, [] when both may bear the same revision.

    Prices, allowances, names, times, groups of machines, suppliers and lead times are planning; and whatever was not known (or only
    estimated, or only known by a general code) may be filled in.
    """
    found = []
    for field in msgspec.structs.fields(Part):
        if field.name not in PLANNING:
            before, after = getattr(was, field.name), getattr(now, field.name)
            if before != after and not _refined(field.name, before, after):
                found.append(field.name)
    found += ["routing"] if _routing(was, now) else []
    return found + (["materials"] if _materials(was, now) else [])


def _letters(text: str) -> str:
    """Return the letters after ``text``: A, B, .. Z, AA."""
    head, last = text[:-1], text[-1]
    if last in "zZ":
        return (_letters(head) if head else chr(ord(last) - 25)) + chr(ord(last) - 25)
    return head + chr(ord(last) + 1)


def next_revision(revision: str, taken: Container[str] = ()) -> str:
    """Return the revision after ``revision`` that is not ``taken``: ``A`` to ``B``, ``Z`` to ``AA``, ``09`` to ``10``, ``A1`` to ``A2``."""
    while True:
        number = re.search(r"[0-9]+$", revision)
        letters = re.search(r"[A-Za-z]+$", revision)
        if number:
            revision = revision[: number.start()] + str(int(number[0]) + 1).zfill(len(number[0]))
        elif letters and letters[0].isascii():
            revision = revision[: letters.start()] + _letters(letters[0])
        else:
            revision = f"{revision}-2" if revision else "A"
        if revision not in taken:
            return revision

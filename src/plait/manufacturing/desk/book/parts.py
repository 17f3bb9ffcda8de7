"""Which of our parts a row means: by our number, by the customer's, by drawing and revision, or by its exact name. Never by likeness."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.rules import fold
from plait.manufacturing.part.model import Part

__all__ = ["Known", "Recognised"]


class Recognised(msgspec.Struct, frozen=True):
    """The part a row means (``part_id`` "" when it is not known here or not the only one) and what a person should know about that."""

    part_id: str = ""
    text: str = ""


class Known:
    """The parts of the firm, and which part a customer's own number has meant before."""

    def __init__(self, parts: Iterable[Part], before: Iterable[OrderLine] = ()) -> None:
        self._parts: dict[str, Part] = {}
        self._by: dict[str, dict[str, set[str]]] = {name: defaultdict(set) for name in ("id", "drawing", "name")}
        self._customers: dict[tuple[str, str], set[str]] = defaultdict(set)
        for part in parts:
            self._parts[part.id] = part
            self._by["id"][fold(part.id)].add(part.id)
            self._by["name"][fold(part.name)].add(part.id)
            if part.drawing_no:
                self._by["drawing"][fold(part.drawing_no)].add(part.id)
        for line in before:
            if line.part_id and line.customer_part_no:
                self._customers[fold(line.customer), fold(line.customer_part_no)].add(line.part_id)

    def find(self, values: Mapping[str, Any], customer: str) -> Recognised:
        """Return the part that a row means."""
        number, theirs = str(values.get("part_no", "")), str(values.get("customer_part_no", ""))
        drawing, name = str(values.get("drawing_no", "")), str(values.get("name", ""))
        revision = str(values.get("revision", ""))
        tried = (
            (number, self._of("id", number)),
            (theirs, self._customers.get((fold(customer), fold(theirs)), set()) if theirs else set()),
            (theirs, self._of("id", theirs)),
            (drawing, self._of("drawing", drawing)),
            (number, self._of("drawing", number)),
            (theirs, self._of("drawing", theirs)),
            ("" if number else name, set() if number else self._of("name", name)),
        )
        for said, several in tried:
            found = several if len(several) < 2 else {each for each in several if revision and fold(self._parts[each].revision) == fold(revision)} or several
            if len(found) == 1:
                return self._named(next(iter(found)), revision)
            if found:
                return Recognised("", f"{said} could be {' or '.join(sorted(found))}; say which part it is")
        shown = number or theirs or drawing or name
        return Recognised("", f"{shown} is not among the parts here" if shown else "no part is named")

    def _of(self, how: str, said: str) -> set[str]:
        return self._by[how].get(fold(said), set()) if fold(said) else set()

    def _named(self, part_id: str, revision: str) -> Recognised:
        part = self._parts.get(part_id)
        if part is None or not revision or fold(part.revision) == fold(revision):
            return Recognised(part_id)
        return Recognised(part_id, f"revision {revision} is ordered, {part.revision} is the present one of {part_id}")

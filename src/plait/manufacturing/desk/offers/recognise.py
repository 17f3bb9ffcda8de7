"""Which part a request means: what the order book knows for certain, and by the likeness of names, which is never certain (pure)."""

import re
from collections.abc import Sequence

import msgspec

from plait.manufacturing.desk.book.parts import Known
from plait.manufacturing.desk.book.rules import fold
from plait.manufacturing.desk.offers.model import AskedLine, OfferLine
from plait.manufacturing.part.model import Part

__all__ = ["alias_ids", "recognise"]

LIKE = 82
SHORTEST = 3
SPLIT = re.compile(r"[\s,;，；、：]+")
CLEARLY = 6


def alias_ids(customer: str, asked: AskedLine) -> tuple[str, ...]:
    """Return the keys under which a customer's words for a part are remembered."""
    drawing = f"{fold(asked.drawing_no)}|{fold(asked.revision)}" if asked.drawing_no else ""
    words = (("number", fold(asked.customer_part_no)), ("drawing", drawing), ("name", fold(asked.name) if not asked.customer_part_no else ""))
    return tuple(f"{fold(customer)}|{how}|{word}" for how, word in words if word)


def recognise(line: OfferLine, known: Known, parts: Sequence[Part], customer: str, before: str) -> OfferLine:
    """Return ``line`` with its part, when there is one; ``before`` is the part a person has confirmed for the same words of this customer."""
    asked = line.asked
    by_id = {part.id: part for part in parts}
    if before in by_id:
        return _is(line, by_id[before], "as confirmed before", ())
    found = known.find({name: getattr(asked, name) for name in ("part_no", "customer_part_no", "drawing_no", "revision", "name")}, customer)
    if found.part_id in by_id:
        part = by_id[found.part_id]
        return _is(line, part, _how(asked, part), (found.text,) if found.text else ())
    named = _named(asked, parts)
    if named is not None:
        return _is(line, named, "its number is named", (f"taken for {named.id} {named.name} because that number is named: please check",))
    likely, score = _alike(asked, parts)
    if likely is None:
        return msgspec.structs.replace(line, state="new", reason=found.text or "no part of ours is named")
    doubt = f"taken for {likely.id} {likely.name} because the names are alike ({score:.0f} %): please check"
    return _is(line, likely, f"name, {score:.0f} % alike", (doubt,))


def _named(asked: AskedLine, parts: Sequence[Part]) -> Part | None:
    """Return the one part whose number stands where another number or the name is said (drawing Z-100, "drive shaft W-200"), None for none or several."""
    if asked.part_no or asked.customer_part_no:
        return None
    words = {fold(word.strip(".,;:()[]\"'")) for word in (asked.drawing_no, *SPLIT.split(asked.name)) if word}
    found = [part for part in parts if len(part.id) >= SHORTEST and any(sign.isdigit() for sign in part.id) and fold(part.id) in words]
    return found[0] if len(found) == 1 else None


def _is(line: OfferLine, part: Part, how: str, doubts: tuple[str, ...]) -> OfferLine:
    stated = line.asked.material
    if stated and fold(stated) not in (fold(part.material), "") and fold(part.material) not in fold(stated) and part.material != "any":
        doubts = (*doubts, f"{stated} is asked for, {part.id} is of {part.material}")
    state = "stuck" if part.supply == "buy" else "known"
    reason = f"{part.id} is bought, not made here" if state == "stuck" else ""
    names = {"part_id": part.id, "part_name": part.name, "family": part.family}
    return msgspec.structs.replace(line, state=state, reason=reason, recognised=how, doubts=doubts, **names)


def _how(asked: AskedLine, part: Part) -> str:
    if fold(part.id) in (fold(asked.part_no), fold(asked.customer_part_no)):
        return "part number"
    if asked.customer_part_no:
        return "the customer's number"
    return "drawing number" if asked.drawing_no else "name"


def _alike(asked: AskedLine, parts: Sequence[Part]) -> tuple[Part | None, float]:
    """Return the part whose name is most like the one asked for, None when none is like it or two are about as like."""
    from rapidfuzz import fuzz, process, utils

    if asked.part_no or asked.drawing_no or not asked.name:
        return None, 0.0
    made = [part for part in parts if part.supply != "buy"]
    rows = process.extract(asked.name, [part.name for part in made], scorer=fuzz.token_sort_ratio, processor=utils.default_process, score_cutoff=LIKE, limit=2)
    if not rows or (len(rows) == 2 and rows[0][1] - rows[1][1] < CLEARLY):
        return None, 0.0
    return made[rows[0][2]], float(rows[0][1])

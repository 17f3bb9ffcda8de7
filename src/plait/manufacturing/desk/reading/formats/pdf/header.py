"""What stands once on a document, beside or above its table: order number, date, customer, delivery date."""

import re
from collections.abc import Sequence

from plait.manufacturing.desk.reading.formats.words import document_kind, label
from plait.manufacturing.desk.reading.model import DocumentKind, Issue, Passage, Place

__all__ = ["document", "header"]

FIRM = re.compile(r"\b(?:gmbh|ag|kg|ohg|e\.k\.|se|ltd|limited|inc|llc|corp|s\.a\.|b\.v\.|s\.r\.l\.|ab|oy|a/s)\b\.?|有限公司|股份公司|集团|工厂$", re.IGNORECASE)
NEAR = 220.0
DATED = re.compile(r"^(\S+)[\s,]+(?:vom|v\.|dated|date|of|from|日期)\s*[:：]?\s*(.*\d.*)$", re.IGNORECASE)
TAIL = re.compile(r"[\s,;|·•-]+$")


def _beside(run: Passage, runs: Sequence[Passage]) -> Passage | None:
    """Return the run that stands right of a label on its line, else the one right below it."""
    left, top, right, bottom = run.box
    height = bottom - top
    on_line = [one for one in runs if one is not run and abs(one.box[1] + one.box[3] - top - bottom) < height and 0 <= one.box[0] - right + 1 < NEAR]
    nearest = min(on_line, key=lambda one: one.box[0], default=None)
    if nearest is not None and label(nearest.text) is None:
        return nearest
    below = [one for one in runs if 0 <= one.box[1] - bottom + 2 < 1.2 * height and abs(one.box[0] - left) < 15]
    nearest = min(below, key=lambda one: one.box[1], default=None)
    return nearest if nearest is not None and label(nearest.text) is None else None


def _both(run: Passage, runs: Sequence[Passage]) -> list[tuple[str, str, Passage]]:
    """Return the fields of a label that names several (``Bestellnummer/Datum``), each with its part of the value beside or below."""
    words = [part.strip(" :：") for part in run.text.split("/")]
    labels = [label(word) for word in words]
    other = _beside(run, runs) if len(words) > 1 and all(each is not None and not each[1] for each in labels) else None
    values = re.split(r"\s*/\s*", other.text.strip()) if other is not None else []
    if other is None or len(values) != len(words):
        return []
    return [(each[0], value, other) for each, value in zip(labels, values, strict=True) if each is not None and value]


def header(runs: Sequence[Passage]) -> tuple[dict[str, str], dict[str, Place], list[Issue]]:
    """Return what is said once, by field, where it stands, and what is doubtful about it."""
    said: dict[str, str] = {}
    places: dict[str, Place] = {}
    issues: list[Issue] = []
    for run in runs:
        both = _both(run, runs)
        for field, value, there in both:
            said.setdefault(field, value)
            places.setdefault(field, Place(page=there.page, box=there.box))
        found = label(run.text)
        if found is None or both:
            continue
        field, value, colon = found
        where = run
        if not value:
            other = _beside(run, runs)
            if other is None:
                continue
            value, where = other.text.lstrip(":： "), other
        elif not colon and not _plain(field, value):
            continue
        value = TAIL.sub("", value)
        place = Place(page=where.page, box=where.box)
        dated = DATED.match(value) if field in ("order_no", "request_no") else None
        if dated:
            value = dated.group(1)
            said.setdefault("ordered", dated.group(2))
            places.setdefault("ordered", place)
        if field in said:
            if said[field] != value:
                reason = f"the page says {said[field]!r} and {value!r}"
                issues.append(Issue("warning", "header-twice", reason, "Check which one holds.", place, field, value))
            continue
        if value and not (field != "contact" and len(value) > 120):
            said[field], places[field] = value, place
    if "customer" not in said:
        _guess(runs, said, places, issues)
    said.pop("supplier", None)
    places.pop("supplier", None)
    return said, places, issues


def _plain(field: str, value: str) -> bool:
    """Tell whether what follows a label without a colon is its value and not the rest of a sentence."""
    words = value.split()
    if field in ("order_no", "request_no", "ordered", "due", "respond_by", "customer_no"):
        return any(sign.isdigit() for sign in value) and len(words) <= 3
    return False


def _guess(runs: Sequence[Passage], said: dict[str, str], places: dict[str, Place], issues: list[Issue]) -> None:
    """Take the first firm named at the head of the first page: a document's letterhead is its sender's."""
    top = [run for run in runs if run.page == 1 and run.box[1] < 160 and len(run.text) < 80 and FIRM.search(run.text) and label(run.text) is None]
    if not top or said.get("supplier") == top[0].text:
        return
    name = re.split(r"\s*[·•|,;]\s*", top[0].text)[0]
    place = Place(page=top[0].page, box=top[0].box)
    said["customer"], places["customer"] = name, place
    issues.append(
        Issue("warning", "customer-guessed", f"{name!r} stands in the letterhead; nothing says it is the customer", "Confirm it.", place, "customer", name)
    )


def document(runs: Sequence[Passage]) -> DocumentKind | None:
    """Return what the largest title at the head of the first page says the document is."""
    head = [run for run in runs if run.page == 1][:60]
    ranked = sorted(head, key=lambda run: (-(run.box[3] - run.box[1]), run.box[1]))
    return next((kind for run in ranked if (kind := document_kind(run.text)) is not None), None)

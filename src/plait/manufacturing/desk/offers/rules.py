"""What an offer may do in its state, and a new part after one like it (pure)."""

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from statistics import median
from typing import Any

import msgspec

from plait.kernel.problems import INVALID, Problem, register
from plait.manufacturing.desk.offers.model import Change, NewPart, Offer, OfferLine
from plait.manufacturing.desk.rules import MOST_PIECES, too_much
from plait.manufacturing.part.model import Operation, Part

__all__ = ["LAPSED", "NOT_DRAFT", "NOT_OPEN", "NOT_READY", "NO_OFFER", "changed", "check_link", "cleaned", "line_of", "made_after", "purpose_after", "whole"]

NO_OFFER = register("no-such-offer", 404, "There is no such offer, or it has no such line", "See the offers with `plait desk offers`.")
NOT_DRAFT = register("offer-sent", 409, "The offer is out and cannot be changed", "Renew it: that makes a new version to work on.")
NOT_READY = register("offer-not-ready", 409, "The offer cannot go out yet", "Settle what the named lines wait for, then send it.")
LAPSED = register("offer-lapsed", 409, "The time the offer was to hold is over", "Renew it: price, date and slot are worked out again.")
NOT_OPEN = register("offer-not-open", 409, "The offer is not open to an answer", "See its state; renew it when the customer wants it after all.")

CODE = re.compile(r"[A-Za-z0-9_-]{22}")
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def check_link(link: str, url: str) -> None:
    """Raise ``invalid`` for a link that is none to a guest's page of our own node at ``url``."""
    start = f"{url.rstrip('/')}/g/"
    if link and (not link.startswith(start) or not CODE.fullmatch(link.removeprefix(start))):
        raise Problem(INVALID, f"link: a guest link of this node begins with {start}", path="$.link")


def line_of(offer: Offer, index: int) -> OfferLine:
    """Return a line by its number; raise ``no-such-offer``."""
    found = next((line for line in offer.lines if line.index == index), None)
    if found is None:
        raise Problem(NO_OFFER, f"{offer.number} has no line {index}")
    return found


def whole(line: OfferLine, part: Part) -> str:
    """Return why this quantity of ``part`` cannot be planned, "" when it can."""
    quantity = line.quantity
    if line.asked.unit not in (part.unit, "C62", "H87", "EA"):
        return f"{quantity} {line.asked.unit} are asked for, {part.id} is made in {part.unit}"
    if not quantity.is_finite() or not 1 <= quantity <= MOST_PIECES or quantity % 1:
        return f"{quantity} pieces cannot be made: a whole number from 1 to {MOST_PIECES} is needed"
    return too_much(part, int(quantity))


def purpose_after(offer: Offer, line: OfferLine) -> str:
    """Return a new name for what slot and options of a line are taken for; each name is used once."""
    base = f"{offer.number}/{line.index}"
    if not line.purpose:
        return base
    _, _, turn = line.purpose.removeprefix(base).partition(".")
    return f"{base}.{int(turn or 1) + 1}"


def cleaned(value: Any) -> Any:
    """Return a text, or a Struct or tuple with texts, without the characters that no XML may hold (XML 1.0, 2.2), which papers and UBL would trip over."""
    if isinstance(value, str):
        return NOT_XML.sub("", value)
    if isinstance(value, tuple):
        return tuple(cleaned(each) for each in value)
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.replace(value, **{name: cleaned(getattr(value, name)) for name in value.__struct_fields__})
    return value


def changed(offer: Offer, change: Change) -> tuple[Offer, tuple[str, ...]]:
    """Return the offer with what a person changes, and the changes in words. Raise ``invalid`` or ``no-such-offer``."""
    words: list[str] = []
    change = cleaned(change)
    asked = {name: value for name in ("customer", "language", "email", "contact", "address") if (value := getattr(change, name)) is not msgspec.UNSET}
    own = {name: value for name, value in (("text", change.text), ("own_until", change.until)) if value is not msgspec.UNSET}
    words += [f"{name}: {value}" for name, value in {**asked, **own}.items()]
    lines = {line.index: line for line in offer.lines}
    for each in change.lines:
        line = line_of(offer, each.index)
        given = {"own_price": each.price, "own_date": each.promised, "quantity": each.quantity, "text": each.text}
        values = {name: value for name, value in given.items() if value is not msgspec.UNSET}
        if each.price and each.price.amount < 0:
            raise Problem(INVALID, f"line {each.index}: the price {each.price} is below zero")
        if isinstance(each.quantity, Decimal) and not (each.quantity.is_finite() and each.quantity > 0):
            raise Problem(INVALID, f"line {each.index}: {each.quantity} is no quantity")
        lines[each.index] = msgspec.structs.replace(line, **values)
        words += [f"line {each.index} {name.removeprefix('own_')}: {value}" for name, value in values.items()]
    now = msgspec.structs.replace(offer, asked=msgspec.structs.replace(offer.asked, **asked), lines=tuple(lines.values()), **own)
    return now, tuple(words)


def made_after(wanted: NewPart, models: Sequence[Part]) -> Part:
    """Return a new part after its models, its times estimated: those of the one model, of several with the same steps the middle ones."""
    steps = Counter(tuple((op.seq, op.group, op.outside) for op in part.routing) for part in models)
    usual = steps.most_common(1)[0][0]
    alike = [part for part in models if tuple((op.seq, op.group, op.outside) for op in part.routing) == usual]
    model = alike[0]
    routing = tuple(_estimated(op, [part.routing[place] for part in alike]) for place, op in enumerate(model.routing))
    fresh = {"id": wanted.id, "revision": wanted.revision or "A", "name": wanted.name or wanted.id, "drawing_no": wanted.drawing_no}
    return msgspec.structs.replace(model, **fresh, gtin="", mass_kg=None, routing=routing, alternatives=(), price_floor=None, serial=model.serial)


def _estimated(op: Operation, likes: Sequence[Operation]) -> Operation:
    times = {name: round(median(getattr(each, name) for each in likes), 2) for name in ("setup_min", "cycle_min", "lead_days")}
    return msgspec.structs.replace(op, **times, semi_gtin="", program="", estimated=True)

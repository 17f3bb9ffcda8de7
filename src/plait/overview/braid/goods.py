"""The circulation strand: what happened to the goods, here and at other firms, as knots and as stretches that are not shown."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from plait.circulation.epcis.links import Happening, Role, canonical
from plait.circulation.epcis.service import Snapshot
from plait.circulation.trace.model import Recall, TraceEvent, TraceGraph
from plait.circulation.trace.rules import goals, origins
from plait.kernel import gs1
from plait.kernel.clock import parse_iso
from plait.kernel.facts import decode
from plait.kernel.problems import Problem
from plait.manufacturing.trade.model import DespatchAdvice
from plait.overview import paths
from plait.overview.braid.finding import Story
from plait.overview.braid.model import Knot, Stretch, Words
from plait.store import from_ms

__all__ = ["Moves", "Things", "arrival_knots", "beyond", "event_knots", "look", "others", "things_of"]

MOST_KEYS = 600
MOST_OTHERS = 120
MADE = frozenset({"commissioning", "creating_class_instance", "assembling"})
# What is said of an event by its business step (CBV); ``other``: with whom.
STEPS: dict[str, tuple[str, int]] = {
    "commissioning": ("Numbers of their own for {count} pcs", 2),
    "creating_class_instance": ("Goods made", 1),
    "assembling": ("Assembled", 2),
    "packing": ("Packed", 2),
    "shipping": ("Shipped to {firm}", 2),
    "receiving": ("Received from {firm}", 2),
    "inspecting": ("Inspected", 1),
    "arriving": ("Arrived", 2),
}
# What is said of another firm's event.
THEIRS: dict[str, tuple[str, int]] = {
    "commissioning": ("Numbered at {firm}", 1),
    "creating_class_instance": ("Made at {firm}", 2),
    "assembling": ("Assembled at {firm}", 2),
    "packing": ("Packed at {firm}", 1),
    "shipping": ("Shipped by {firm}", 2),
    "receiving": ("Received at {firm}", 2),
    "inspecting": ("Inspected at {firm}", 1),
    "arriving": ("Arrived at {firm}", 1),
}
Name = Callable[[str], str]


@dataclass
class Things:
    """Identifiers (canonical) of what the order is about: ``goods`` made, sent or ordered, and ``inputs`` that went into them."""

    goods: dict[str, None] = field(default_factory=dict)
    inputs: dict[str, None] = field(default_factory=dict)

    def add(self, where: dict[str, None], gtin: str, lot: str, serials: Sequence[str] = ()) -> None:
        """Enter an article's pieces or lot; what bears no GS1 key is left out."""
        if not gtin:
            return
        for serial in serials:
            self._one(where, lambda serial=serial: gs1.sgtin(gtin, serial))  # type: ignore[misc]
        if not serials:
            self._one(where, lambda: gs1.lgtin(gtin, lot))

    def unit(self, sscc: str) -> None:
        """Enter a logistic unit."""
        self._one(self.goods, lambda: gs1.sscc(sscc))

    @staticmethod
    def _one(where: dict[str, None], make: Callable[[], str]) -> None:
        if len(where) >= MOST_KEYS:
            return
        try:
            where[canonical(make())] = None
        except Problem:
            return


@dataclass
class Moves:
    """What the event store knows of the things: events of the goods, and receipts of what went into them."""

    goods: list[Happening] = field(default_factory=list)
    inputs: list[Happening] = field(default_factory=list)


def things_of(story: Story) -> Things:
    """Return what the facts and papers of an order name."""
    things = Things()
    for fact in story.facts:
        body = decode(fact) if fact.kind in ("line.batch_finished", "line.step_out") else None
        if body is None:
            continue
        if fact.kind == "line.batch_finished":
            things.add(things.goods, body.gtin, body.batch, body.serials)
        else:
            things.add(things.goods, body.semi_gtin, body.batch)
        for lot in body.lots:
            things.add(things.inputs, lot.gtin, lot.lot, lot.serials)
    for doc in story.docs:
        if isinstance(doc, DespatchAdvice):
            for line in doc.lines:
                things.add(things.goods, line.gtin, line.lot, line.serials)
            if doc.sscc:
                things.unit(doc.sscc)
    return things


def look(things: Things) -> Callable[[Snapshot], Moves]:
    """Return the question to the event store."""

    def ask(snapshot: Snapshot) -> Moves:
        found = snapshot.events_of([*things.goods, *things.inputs])
        goods = {event.number: event for key in things.goods for role, event in found.get(key, ()) if role is not Role.INPUT}
        taken = {event.number: event for key in things.inputs for role, event in found.get(key, ()) if role is Role.THING and _step(event) == "receiving"}
        return Moves([goods[number] for number in sorted(goods)], [taken[number] for number in sorted(taken.keys() - goods.keys())])

    return ask


def _step(event: Happening) -> str:
    return event.biz_step.rpartition("BizStep-")[2].rpartition(":")[2]


def event_knots(moves: Moves, own: set[str], firm: str, name: Name, since: datetime, partner: str) -> list[Knot]:
    """Return a knot for each move, those of the same minute and kind together; hand-overs with ``partner`` weigh most.

    What went in before ``since`` belongs to no order.
    """
    groups: dict[tuple[str, str, int], list[Happening]] = {}
    fresh = [event for event in moves.inputs if from_ms(event.at) >= since]
    for event in sorted([*moves.goods, *fresh], key=lambda each: each.at):
        groups.setdefault((_step(event), _with(event, own, name), event.at // 60_000), []).append(event)
    return [_event_knot(step, other, events, firm, partner) for (step, other, _), events in groups.items()]


def _with(event: Happening, own: set[str], name: Name) -> str:
    """Return the firm on the other side of a hand-over, "" for none."""
    step = _step(event)
    parties = goals(event, own) if step == "shipping" else origins(event, own) if step == "receiving" else ()
    return ", ".join(dict.fromkeys(name(party) for party in parties))


def _event_knot(step: str, other: str, events: Sequence[Happening], firm: str, partner: str) -> Knot:
    keys = list(dict.fromkeys(key for event in events for key in (event.outputs or event.things or event.children or (event.parent,))))
    text, weight = STEPS.get(step, ("Goods: {step}", 1))
    values = {"count": str(len(keys)), "firm": other or "-", "step": step.replace("_", " ") or "-"}
    words = Words(text, {key: value for key, value in values.items() if f"{{{key}}}" in text})
    details = {"items": ", ".join(keys[:5]) + (" …" if len(keys) > 5 else "")}
    first = events[0]
    return Knot(
        first.id,
        "circulation",
        from_ms(first.at),
        f"epcis.{step or first.type}",
        words,
        firm,
        fact=first.id,
        link=paths.trace(keys[0]) if keys else "",
        details=details,
        weight=3 if other and other == partner else weight,
        count=len(events),
    )


def arrival_knots(story: Story, firm: str) -> list[Knot]:
    """Return a knot for each delivery that came in and was booked by the desk."""
    knots = []
    for fact in story.arrivals:
        body = decode(fact)
        if body is not None:
            words = Words("Goods from {firm} are here: {count} pcs", {"firm": body.sender_name, "count": str(body.quantity)})
            knots.append(Knot(fact.id, "circulation", fact.at, fact.kind, words, firm, fact=fact.id, link=paths.document(body.doc_id), weight=1))
    return knots


def others(graph: TraceGraph, firm: str, since: datetime, until: datetime) -> tuple[list[Knot], list[Stretch], int]:
    """Return what other firms show of where the goods come from, what they do not, and how many events were before the order."""
    theirs = [event for event in graph.events if event.firm != firm]
    within = [event for event in theirs if since <= parse_iso(event.at) <= until]
    knots = [_their_knot(event) for event in within[:MOST_OTHERS]]
    gaps = {(gap.firm, gap.reason): gap for gap in graph.gaps}
    said = "{firm} does not show where its goods come from: {reason}"
    stretches = [Stretch("circulation", since, until, who, Words(said, {"firm": who, "reason": reason})) for who, reason in list(gaps)[:8]]
    return knots, stretches, len(theirs) - len(knots)


def _their_knot(event: TraceEvent) -> Knot:
    step = event.biz_step.rpartition("BizStep-")[2].rpartition(":")[2]
    text, weight = THEIRS.get(step, ("{firm}: {step}", 1))
    words = Words(text, {"firm": event.firm} if step in THEIRS else {"firm": event.firm, "step": step.replace("_", " ") or event.type})
    keys = [*event.outputs, *event.inputs]
    details = {name: value for name, value in (("agreement", event.agreement), ("items", ", ".join(keys[:5]))) if value}
    link = paths.trace(keys[0]) if keys else ""
    return Knot(event.id, "circulation", parse_iso(event.at), f"epcis.{step}", words, event.firm, False, event.id, link, details=details, weight=weight)


def beyond(recall: Recall | None, customer: str, since: datetime, until: datetime) -> Stretch:
    """Return the time after the hand-over: what the customer says of the goods, or why nothing is known."""
    gap = next((gap for gap in recall.gaps if gap.firm == customer), None) if recall else None
    inside = sum(1 for item in recall.items if item.depth > 0) if recall else 0
    if gap is not None:
        words = Words("{firm} does not show what becomes of the goods: {reason}", {"firm": customer, "reason": gap.reason})
    elif inside:
        words = Words("At {firm}: inside {count} of its products", {"firm": customer, "count": str(inside)})
    else:
        words = Words("What becomes of the goods at {firm} is not known here", {"firm": customer})
    return Stretch("circulation", since, max(since, until), customer, words)


def sent(knots: Iterable[Knot]) -> datetime | None:
    """Return when the last goods left, None when none have."""
    return max((knot.at for knot in knots if knot.kind in ("epcis.shipping", "trade.despatch") and knot.ours), default=None)


def named(members: Mapping[str, str]) -> Name:
    """Return what names a party as events write it, by GLN; unknown ones by what is written."""
    return lambda party: members.get(party.rpartition("/")[2], party.rpartition("/")[2])

"""From a document's events to rows: check, give an id, take out what is ours to say (pure but for the id maker)."""

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from plait.circulation.epcis import rules
from plait.circulation.epcis.document import Batch, stamp
from plait.circulation.epcis.links import Happening, canonical, happening, links
from plait.circulation.epcis.model import Captured, Event, ExtendedEvent, Quantity, TransformationEvent
from plait.circulation.epcis.query import ACTIONS
from plait.circulation.epcis.tables import Row
from plait.kernel.ids import new_id, urn
from plait.kernel.problems import Problem

__all__ = ["captured", "prepare", "view"]


def prepare(batch: Batch, recorded: int, make_id: Callable[[], str] = new_id) -> tuple[list[Row], list[Problem]]:
    """Return the rows of the valid events of ``batch``, recorded at ``recorded`` (ms), and the refusals of the others."""
    prefixes = rules.prefixes_of(batch.context)
    shared = msgspec.json.encode(batch.context).decode()
    rows: list[Row] = []
    refused: list[Problem] = []
    for number, raw in enumerate(batch.events):
        try:
            rows.append(_row(bytes(raw), prefixes, shared, recorded, make_id))
        except Problem as problem:
            refused.append(Problem(problem.code, f"event {number}: {problem.detail}"))
    return rows, refused


def _row(raw: bytes, prefixes: frozenset[str], shared: str, recorded: int, make_id: Callable[[], str]) -> Row:
    event = rules.read(raw, prefixes)
    eid = event.eventID or urn(make_id())
    context, raw = _own_context(raw, shared)
    if event.recordTime is not None:
        raw = _without(raw, "recordTime")
    if event.eventID is None:
        raw = stamp(raw, {"eventID": eid})
    view = happening(event, id=eid)
    declared = event.errorDeclaration is not None
    denied = event.errorDeclaration is not None and event.errorDeclaration.reason == "did_not_occur"
    situated = event if not isinstance(event, ExtendedEvent) else None
    place = situated.readPoint.id if situated and situated.readPoint else None
    location = situated.bizLocation.id if situated and situated.bizLocation else None
    return Row(
        eid=eid,
        kind=view.type,
        action=ACTIONS.index(view.action),
        t=view.at,
        rt=recorded,
        step=situated.bizStep if situated else None,
        disp=situated.disposition if situated else None,
        rp=canonical(place) if place else None,
        bl=canonical(location) if location else None,
        ctx=context,
        declared=declared,
        denied=denied,
        doc=raw,
        links=links(view),
    )


def _own_context(raw: bytes, shared: str) -> tuple[str, bytes]:
    if b'"@context"' not in raw:
        return shared, raw
    plain: dict[str, Any] = msgspec.json.decode(raw)
    if "@context" not in plain:
        return shared, raw
    return msgspec.json.encode(plain.pop("@context")).decode(), msgspec.json.encode(plain)


def _without(raw: bytes, name: str) -> bytes:
    members: dict[str, msgspec.Raw] = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    members.pop(name)
    return msgspec.json.encode(members)


def view(number: int, eid: str, doc: bytes) -> Happening:
    """Return what a kept event says of which things."""
    return happening(_kept(doc), number, eid)


def _kept(doc: bytes) -> Event | ExtendedEvent:
    kind = msgspec.json.decode(doc, type=_Kind).type
    if kind in rules.STANDARD:
        return msgspec.json.decode(doc, type=Event)  # type: ignore[arg-type,no-any-return,unused-ignore]
    return msgspec.json.decode(doc, type=ExtendedEvent)


class _Kind(msgspec.Struct):
    type: str


def captured(eid: str, doc: bytes) -> Captured:
    """Return the fact that the event ``doc`` was captured."""
    event = _kept(doc)
    seen = happening(event, id=eid)
    named = seen.outputs or seen.things or ((seen.parent, *seen.children) if seen.parent else seen.children) or seen.inputs or ("-",)
    quantity = _quantity(event, seen)
    return Captured(eid, seen.type, seen.biz_step, f"{seen.biz_step or seen.type}:{named[0]}:{quantity:g}", quantity, hashlib.sha256(doc).hexdigest())


def _quantity(event: Event | ExtendedEvent, seen: Happening) -> float:
    """Return how many items an event is about: instances count one each, classes their stated quantity."""
    if isinstance(event, ExtendedEvent):
        return 0.0
    if isinstance(event, TransformationEvent):
        epcs, classes = (event.outputEPCList, event.outputQuantityList) if seen.outputs else (event.inputEPCList, event.inputQuantityList)
    else:
        epcs = getattr(event, "epcList", None) or getattr(event, "childEPCs", None)
        classes = getattr(event, "quantityList", None) or getattr(event, "childQuantityList", None)
    return float(len(epcs or ())) + sum(_amount(element) for element in classes or ())


def _amount(element: Quantity) -> float:
    return 1.0 if element.quantity is None else element.quantity

"""What an event says of which things, in canonical identifiers: the view that the index and the trace walk over."""

import re
from enum import IntEnum

import msgspec

from plait.circulation.epcis.errors import VALIDATION
from plait.circulation.epcis.model import (
    AggregationEvent,
    AssociationEvent,
    Event,
    ExtendedEvent,
    ObjectEvent,
    Quantity,
    TransactionEvent,
    TransformationEvent,
)
from plait.kernel import gs1
from plait.kernel.clock import parse_iso
from plait.kernel.problems import Problem

__all__ = ["Happening", "Role", "canonical", "happening", "links", "party_key"]

LOT_AND_SERIAL = re.compile(r"(https://id\.gs1\.org/01/\d{14})(?:/22/[^/]+)?(/10/[^/]+)(/21/[^/]+)")
PLACE_OF_PARTY = re.compile(r"(https://id\.gs1\.org)/41[47]/(\d{13})(?:/.*)?")


class Role(IntEnum):
    """In what part an identifier stands in an event; classes share the roles of instances."""

    THING = 0
    PARENT = 1
    CHILD = 2
    INPUT = 3
    OUTPUT = 4
    RUN = 5
    LOT = 6
    SOURCE = 7
    DESTINATION = 8


class Happening(msgspec.Struct, frozen=True):
    """An event reduced to who became, held or moved what. ``at`` in milliseconds since 1970, ``number`` the order of capture.

    ``run`` is the transformationID; ``lots`` names the lot of an instance where its identifier gave one.
    ``sources`` and ``destinations`` are (type, party) with the party as ``https://id.gs1.org/417/...`` where it has a GLN.
    """

    number: int
    id: str
    type: str
    action: str
    biz_step: str
    at: int
    things: tuple[str, ...] = ()
    parent: str = ""
    children: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    run: str = ""
    lots: dict[str, str] = {}
    sources: tuple[tuple[str, str], ...] = ()
    destinations: tuple[tuple[str, str], ...] = ()


def canonical(uri: str) -> str:
    """Return the one form of ``uri`` used as key: a Digital Link on id.gs1.org where it has one; raise ``epcis-validation``."""
    try:
        return gs1.canonical(uri)
    except Problem as problem:
        raise Problem(VALIDATION, f"{uri}: {problem.detail or problem.kind.title}") from problem


def party_key(uri: str) -> str:
    """Return the key of a party: its GLN as ``https://id.gs1.org/417/...`` whether named as party or by its place."""
    found = PLACE_OF_PARTY.fullmatch(canonical(uri))
    return f"{found[1]}/417/{found[2]}" if found else canonical(uri)


class _Reader:
    def __init__(self) -> None:
        self.lots: dict[str, str] = {}

    def one(self, uri: str) -> str:
        key = canonical(uri)
        found = LOT_AND_SERIAL.fullmatch(key)
        if not found:
            return key
        fine = found[1] + found[3]
        self.lots[fine] = found[1] + found[2]
        return fine

    def all(self, epcs: list[str] | None, quantities: list[Quantity] | None) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*(self.one(epc) for epc in epcs or ()), *(self.one(element.epcClass) for element in quantities or ())]))


def happening(event: Event | ExtendedEvent, number: int = 0, id: str = "") -> Happening:
    """Return the view of ``event``; raise ``epcis-validation`` when an identifier breaks the rules of GS1."""
    at = round(parse_iso(event.eventTime).timestamp() * 1000)
    id = id or event.eventID or ""
    if isinstance(event, ExtendedEvent):
        return Happening(number, id, event.type, "", "", at)
    reader = _Reader()
    things: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    parent, run, action = "", "", ""
    if isinstance(event, TransformationEvent):
        inputs = reader.all(event.inputEPCList, event.inputQuantityList)
        outputs = reader.all(event.outputEPCList, event.outputQuantityList)
        run = event.transformationID or ""
    elif isinstance(event, AggregationEvent | AssociationEvent):
        parent, action = reader.one(event.parentID) if event.parentID else "", event.action
        children = reader.all(event.childEPCs, event.childQuantityList)
    elif isinstance(event, ObjectEvent | TransactionEvent):
        things, action = reader.all(event.epcList, event.quantityList), event.action
        parent = reader.one(event.parentID) if isinstance(event, TransactionEvent) and event.parentID else ""
    return Happening(
        number,
        id,
        type(event).__name__,
        action,
        event.bizStep or "",
        at,
        things,
        parent,
        children,
        inputs,
        outputs,
        run,
        reader.lots,
        tuple((entry.type, party_key(entry.source)) for entry in event.sourceList),
        tuple((entry.type, party_key(entry.destination)) for entry in event.destinationList),
    )


def links(view: Happening) -> set[tuple[Role, str]]:
    """Return the rows of the index: which identifier stands where."""
    rows = {(Role.THING, key) for key in view.things}
    rows |= {(Role.CHILD, key) for key in view.children}
    rows |= {(Role.INPUT, key) for key in view.inputs}
    rows |= {(Role.OUTPUT, key) for key in view.outputs}
    rows |= {(Role.LOT, key) for key in view.lots.values()}
    rows |= {(Role.SOURCE, key) for _, key in view.sources}
    rows |= {(Role.DESTINATION, key) for _, key in view.destinations}
    rows |= {(Role.PARENT, view.parent)} if view.parent else set()
    rows |= {(Role.RUN, view.run)} if view.run else set()
    return rows

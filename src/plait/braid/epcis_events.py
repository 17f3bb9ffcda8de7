"""EPCIS 2.0 events for what happens to goods, as JSON (pure; GS1 EPCIS 2.0 section 7, CBV 2.0 section 7)."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from plait.kernel import gs1
from plait.kernel.clock import iso
from plait.kernel.firm import Firm

__all__ = ["Goods", "arriving", "event_id", "made", "packed", "quarantined", "received", "shipped"]

JSON = dict[str, Any]


class Goods:
    """What an event speaks of: pieces by their own numbers and quantities of lots."""

    def __init__(self, epcs: Sequence[str] = (), lots: Sequence[tuple[str, float, str]] = ()) -> None:
        self.epcs = list(epcs)
        self.lots = [{"epcClass": epc, "quantity": quantity} | ({"uom": unit} if unit not in ("C62", "H87") else {}) for epc, quantity, unit in lots]

    @classmethod
    def of(cls, gtin: str, lot: str, quantity: float, serials: Sequence[str] = (), unit: str = "C62") -> "Goods":
        """Return pieces of one article: by serial where they have one, else as a quantity of the lot; nothing of an article without a GTIN."""
        if not gtin:
            return cls()
        if serials:
            return cls([gs1.sgtin(gtin, serial) for serial in serials])
        return cls(lots=[(gs1.lgtin(gtin, lot), quantity, unit)])

    def __add__(self, other: "Goods") -> "Goods":
        both = Goods(self.epcs + other.epcs)
        both.lots = self.lots + other.lots
        return both

    @property
    def first(self) -> str:
        """The first identity named (for keys)."""
        return self.epcs[0] if self.epcs else str(self.lots[0]["epcClass"])


def event_id(firm: Firm, key: str) -> str:
    """Return the same event id for the same happening, so that capturing twice changes nothing."""
    return f"urn:uuid:{uuid.uuid5(uuid.UUID(firm.party_id), key)}"


def _base(firm: Firm, kind: str, key: str, at: datetime, step: str, disposition: str | None) -> JSON:
    place = gs1.gln(firm.gln)
    event: JSON = {
        "type": kind,
        "eventID": event_id(firm, key),
        "eventTime": iso(at),
        "eventTimeZoneOffset": "+00:00",
        "bizStep": step,
        "readPoint": {"id": place},
        "bizLocation": {"id": place},
    }
    if disposition:
        event["disposition"] = disposition
    return event


def _parties(source: str, destination: str, owner_from: str = "", owner_to: str = "") -> JSON:
    sources = [{"type": "possessing_party", "source": gs1.party(source)}]
    destinations = [{"type": "possessing_party", "destination": gs1.party(destination)}]
    sources.append({"type": "owning_party", "source": gs1.party(owner_from or source)})
    destinations.append({"type": "owning_party", "destination": gs1.party(owner_to or destination)})
    return {"sourceList": sources, "destinationList": destinations}


def _listed(goods: Goods, epcs: str, quantities: str) -> JSON:
    listed: JSON = {}
    if goods.epcs:
        listed[epcs] = goods.epcs
    if goods.lots:
        listed[quantities] = goods.lots
    return listed


def made(firm: Firm, key: str, at: datetime, inputs: Goods, outputs: Goods) -> JSON:
    """Inputs became outputs (TransformationEvent, bizStep ``creating_class_instance`` for lots, ``commissioning`` for pieces)."""
    step = "commissioning" if outputs.epcs else "creating_class_instance"
    event = _base(firm, "TransformationEvent", key, at, step, "active")
    return event | _listed(inputs, "inputEPCList", "inputQuantityList") | _listed(outputs, "outputEPCList", "outputQuantityList")


def quarantined(firm: Firm, key: str, at: datetime, goods: Goods) -> JSON:
    """Pieces were inspected and found not to conform; they are out of use."""
    event = _base(firm, "ObjectEvent", key, at, "inspecting", "non_conformant")
    return event | {"action": "OBSERVE"} | _listed(goods, "epcList", "quantityList")


def packed(firm: Firm, key: str, at: datetime, sscc: str, goods: Goods) -> JSON:
    """Goods were packed on a unit with an SSCC (AggregationEvent ADD)."""
    event = _base(firm, "AggregationEvent", key, at, "packing", "in_progress")
    return event | {"action": "ADD", "parentID": gs1.sscc(sscc)} | _listed(goods, "childEPCs", "childQuantityList")


def shipped(firm: Firm, key: str, at: datetime, goods: Goods, to_gln: str, order: str, owner_to: str = "") -> JSON:
    """Goods left for ``to_gln``; ``owner_to`` is whose they become (a carrier possesses, it does not own)."""
    event = _base(firm, "ObjectEvent", key, at, "shipping", "in_transit")
    order_link = {"bizTransactionList": [{"type": "po", "bizTransaction": f"urn:plait:order:{order}"}]}
    return event | {"action": "OBSERVE"} | _listed(goods, "epcList", "quantityList") | _parties(firm.gln, to_gln, "", owner_to) | order_link


def received(firm: Firm, key: str, at: datetime, goods: Goods, from_gln: str, owner_from: str = "") -> JSON:
    """Goods came from ``from_gln``; ``owner_from`` is whose they were."""
    event = _base(firm, "ObjectEvent", key, at, "receiving", "in_progress")
    return event | {"action": "OBSERVE"} | _listed(goods, "epcList", "quantityList") | _parties(from_gln, firm.gln, owner_from)


def arriving(firm: Firm, key: str, at: datetime, goods: Goods) -> JSON:
    """Goods carried for somebody else have reached their destination."""
    event = _base(firm, "ObjectEvent", key, at, "arriving", "in_transit")
    return event | {"action": "OBSERVE"} | _listed(goods, "epcList", "quantityList")

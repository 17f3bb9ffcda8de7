"""The events the braid captures: valid EPCIS 2.0, and the same id for the same happening."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from plait.braid import epcis_events as events
from plait.braid.epcis_events import Goods
from plait.circulation.epcis import rules
from plait.circulation.epcis.model import AggregationEvent, ObjectEvent, TransformationEvent
from plait.kernel.firm import Firm
from tests.support.stores import START

FIRM = Firm("11111111-1111-4111-8111-111111111111", "helix", "did:web:helix.example", "https://helix.example", "9521002000009", "9521002")
OTHER = Firm("22222222-2222-4222-8222-222222222222", "oakmill", "did:web:oakmill.example", "https://oakmill.example", "9521003000008", "9521003")
GEAR, BAR = "09521002000016", "09521099000012"
PIECES = Goods.of(GEAR, "SO-00001/1", 2, ["A1", "A2"])
LOT = Goods.of(GEAR, "SO-00001/1", 20)
STEEL = Goods.of(BAR, "H4711", 48.5, unit="KGM")
SSCC = "395210020000000017"
TO = "9521005000006"

Make = Callable[[Firm, str], dict[str, Any]]
CASES: list[tuple[str, Make, type, str, str]] = [
    ("pieces made", lambda firm, key: events.made(firm, key, START, STEEL, PIECES), TransformationEvent, "commissioning", "active"),
    ("lot made", lambda firm, key: events.made(firm, key, START, STEEL, LOT), TransformationEvent, "creating_class_instance", "active"),
    ("quarantined", lambda firm, key: events.quarantined(firm, key, START, PIECES), ObjectEvent, "inspecting", "non_conformant"),
    ("packed", lambda firm, key: events.packed(firm, key, START, SSCC, PIECES + LOT), AggregationEvent, "packing", "in_progress"),
    ("shipped", lambda firm, key: events.shipped(firm, key, START, LOT, TO, "PO-00001"), ObjectEvent, "shipping", "in_transit"),
    ("shipped by a carrier", lambda firm, key: events.shipped(firm, key, START, PIECES, TO, "PO-7", OTHER.gln), ObjectEvent, "shipping", "in_transit"),
    ("received", lambda firm, key: events.received(firm, key, START, LOT, TO, OTHER.gln), ObjectEvent, "receiving", "in_progress"),
    ("arriving", lambda firm, key: events.arriving(firm, key, START, PIECES), ObjectEvent, "arriving", "in_transit"),
]


@pytest.mark.parametrize(("make", "kind", "step", "disposition"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_events_are_valid_epcis(make: Make, kind: type, step: str, disposition: str) -> None:
    """Tests that each event passes the rules of the event store and says the business step and disposition meant."""
    event = make(FIRM, "k")
    read = rules.read(json.dumps(event).encode(), frozenset())
    assert isinstance(read, kind)
    assert (event["bizStep"], event["disposition"]) == (step, disposition)
    assert event["readPoint"]["id"].endswith(f"/414/{FIRM.gln}")


@pytest.mark.parametrize("make", [case[1] for case in CASES], ids=[case[0] for case in CASES])
def test_the_same_happening_has_the_same_id(make: Make) -> None:
    """Tests that an event made twice is the same to the last member, and that key and firm each make another id."""
    once = make(FIRM, "made:SO-00001/1")
    assert once == make(FIRM, "made:SO-00001/1")
    assert once["eventID"].startswith("urn:uuid:")
    assert len({once["eventID"], make(FIRM, "made:SO-00001/2")["eventID"], make(OTHER, "made:SO-00001/1")["eventID"]}) == 3


def test_event_ids_stay_the_same_between_issues() -> None:
    """Tests one id by its value: were the way it is made to change, events captured before a restart would be captured twice."""
    assert events.event_id(FIRM, "made:SO-00001/1") == "urn:uuid:a50efc49-80ff-5953-85d6-c6fb107eb8e0"


def test_goods_by_serial_or_by_lot() -> None:
    """Tests that numbered pieces are named one by one, others as a quantity of their lot, with a unit only where pieces are not counted."""
    assert PIECES.epcs == [f"https://id.gs1.org/01/{GEAR}/21/A1", f"https://id.gs1.org/01/{GEAR}/21/A2"]
    assert PIECES.lots == []
    assert STEEL.lots == [{"epcClass": f"https://id.gs1.org/01/{BAR}/10/H4711", "quantity": 48.5, "uom": "KGM"}]
    assert "uom" not in LOT.lots[0]
    both = PIECES + STEEL
    assert (len(both.epcs), len(both.lots)) == (2, 1)
    assert len(PIECES.epcs) == 2
    assert PIECES.lots == []
    assert (both.first, STEEL.first) == (PIECES.epcs[0], STEEL.lots[0]["epcClass"])


def test_owner_and_possessor_differ_with_a_carrier() -> None:
    """Tests that goods given to a carrier are possessed by it and owned by the customer, and that without one both are the customer."""

    def ends(event: dict[str, Any]) -> dict[str, str]:
        return {each["type"]: each["destination"].rpartition("/")[2] for each in event["destinationList"]}

    assert ends(events.shipped(FIRM, "k", START, LOT, TO, "PO-1", OTHER.gln)) == {"possessing_party": TO, "owning_party": OTHER.gln}
    assert ends(events.shipped(FIRM, "k", START, LOT, TO, "PO-1")) == {"possessing_party": TO, "owning_party": TO}
    received = events.received(FIRM, "k", START, LOT, TO, OTHER.gln)
    assert {each["type"]: each["source"].rpartition("/")[2] for each in received["sourceList"]} == {"possessing_party": TO, "owning_party": OTHER.gln}

"""Capturing and asking again."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from plait.circulation.epcis import tables
from plait.circulation.epcis.document import read_batch
from plait.circulation.epcis.tables import metadata as events_metadata
from plait.kernel.actor import ANONYMOUS, Actor
from plait.kernel.facts import decode
from plait.kernel.problems import Problem
from plait.store import Database
from tests.circulation.house import Node, event, open_nodes, parties
from tests.support import START

G = "https://id.gs1.org/01/09521001000017"
A, B, C = (f"{G}/21/{serial}" for serial in "ABC")
LOT = f"{G}/10/L1"
PALLET = "https://id.gs1.org/00/195210010000000014"


def seen(at: int, *epcs: str, step: str = "inspecting", **fields: object) -> dict:
    return event("ObjectEvent", START + timedelta(minutes=at), step, action="OBSERVE", epcList=list(epcs), **fields)


def document(*events: dict) -> bytes:
    context = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "https://example.com/"}]
    envelope = {"@context": context, "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-03-02T08:00:00Z"}
    return json.dumps(envelope | {"epcisBody": {"eventList": list(events)}}).encode()


async def ids(node: Node, actor: Actor | None = None, **query: str) -> list[str]:
    answer = await node.epcis.events(actor or node.me, query)
    return [json.loads(bytes(raw))["eventID"] for raw in answer.events]


async def told(node: Node) -> list:
    return [decode(fact) for fact in await node.store.facts(kinds=["epcis.captured"])]


async def test_captured_events_come_back_and_are_told(tmp_path: Path) -> None:
    """Tests that an event is kept as written, gets id and recordTime, and one fact each with its key and number of items."""
    async with open_nodes(tmp_path, 1) as [node]:
        made = event("TransformationEvent", START, "commissioning", inputQuantityList=[{"epcClass": LOT, "quantity": 2.5, "uom": "KGM"}], outputEPCList=[A, B])
        packed = event("AggregationEvent", START, "packing", action="ADD", parentID=PALLET, childEPCs=[A, B]) | {"ex:by": "hand", "eventID": "urn:x:2"}
        job = await node.epcis.capture(node.me, document(made, packed))
        assert (job.running, job.success, job.errors) == (False, True, [])
        assert await node.epcis.job(node.me, job.captureID) == job
        answer = await node.epcis.events(node.me, {})
        first, second = (json.loads(bytes(raw)) for raw in answer.events)
        assert first.pop("eventID").startswith("urn:uuid:")
        assert first.pop("recordTime") == "2026-03-02T06:00:00.000Z"
        assert first == made
        assert {"ex:by", "eventID"} <= second.keys()
        assert {"ex": "https://example.com/"} in answer.contexts[1]
        facts = await told(node)
        assert [(fact.type, fact.key, fact.quantity) for fact in facts] == [
            ("TransformationEvent", f"commissioning:{A}:2", 2.0),
            ("AggregationEvent", f"packing:{PALLET}:2", 2.0),
        ]


async def test_rollback_and_proceed(tmp_path: Path) -> None:
    """Tests that one bad event rolls back all by default, and with proceed only itself is left out."""
    async with open_nodes(tmp_path, 1) as [node]:
        good, bad = seen(1, A) | {"eventID": "urn:x:1"}, seen(2, A, step="nothing") | {"eventID": "urn:x:2"}
        job = await node.epcis.capture(node.me, document(good, bad))
        assert (job.success, await ids(node), await told(node)) == (False, [], [])
        assert [error.type for error in job.errors] == ["epcisException:ValidationException"]
        assert job.errors[0].detail.startswith("event 1: bizStep")
        job = await node.epcis.capture(node.me, document(good, bad), behaviour="proceed")
        assert (job.success, await ids(node)) == (False, ["urn:x:1"])


async def test_duplicates_and_repeats(tmp_path: Path) -> None:
    """Tests that an eventID is stored once, within a document and between two, and a repeated key gives the first job."""
    async with open_nodes(tmp_path, 1) as [node]:
        one = seen(1, A) | {"eventID": "urn:x:1"}
        first = await node.epcis.capture(node.me, document(one, one), once="k")
        again = await node.epcis.capture(node.me, document(seen(2, B)), once="k")
        assert again == first
        await node.epcis.capture(node.me, document(one, seen(3, C) | {"eventID": "urn:x:3"}))
        assert await ids(node) == ["urn:x:1", "urn:x:3"]
        assert len(await told(node)) == 2


async def test_one_event(tmp_path: Path) -> None:
    """Tests that a bare event is captured once: a second with its id is refused, a repeated key answered again."""
    async with open_nodes(tmp_path, 1) as [node]:
        one = json.dumps(seen(1, A) | {"eventID": "urn:x:1"}).encode()
        assert await node.epcis.capture_one(node.me, one, "k") == "urn:x:1"
        assert await node.epcis.capture_one(node.me, one, "k") == "urn:x:1"
        with pytest.raises(Problem) as refusal:
            await node.epcis.capture_one(node.me, one)
        assert refusal.value.code == "conflict"
        with pytest.raises(Problem) as refusal:
            await node.epcis.event(node.me, "urn:x:9")
        assert refusal.value.code == "epcis-no-such-resource"


async def test_reactions_get_all_or_nothing(tmp_path: Path) -> None:
    """Tests that events of our own making are refused as a whole with the reason, and the same id changes nothing."""
    async with open_nodes(tmp_path, 1) as [node]:
        with pytest.raises(Problem):
            await node.epcis.capture_events(node.me, [seen(1, A), seen(1, "nonsense")])
        assert await ids(node) == []
        for _ in range(2):
            await node.epcis.capture_events(node.me, [seen(1, A) | {"eventID": "urn:x:1"}])
        assert len(await told(node)) == 1


async def test_facts_are_recovered(tmp_path: Path) -> None:
    """Tests that events stored without their fact, as after a crash between the two, get it at the next start and once only."""
    async with open_nodes(tmp_path, 1) as [node]:
        await node.epcis.capture(node.me, document(seen(1, A)))
        rows, _ = await node.epcis._prepare(read_batch(document(seen(2, B), seen(3, C))), 0)
        await node.epcis.events_db.write(lambda conn: tables.enter(conn, rows))
        assert len(await told(node)) == 1
        for _ in range(2):
            await node.epcis.open()
        assert [fact.key for fact in await told(node)] == [f"inspecting:{epc}:1" for epc in (A, B, C)]
        await node.epcis.close()
        assert await node.epcis.events_db.read(tables.untold) == []


QUERIES = [
    ({}, "12345"),
    ({"MATCH_epc": A}, "14"),
    ({"MATCH_epc": f"{A}|{B}"}, "124"),
    ({"MATCH_anyEPC": A}, "1345"),
    ({"MATCH_parentID": PALLET}, "4"),
    ({"MATCH_inputEPC": A}, "5"),
    ({"MATCH_outputEPC": A}, "3"),
    ({"MATCH_outputEPC": B}, "3"),
    ({"MATCH_epcClass": LOT}, "2"),
    ({"MATCH_inputEPCClass": LOT}, "3"),
    ({"MATCH_outputEPCClass": LOT}, ""),
    ({"MATCH_anyEPCClass": LOT}, "23"),
    ({"MATCH_anyEPC": "urn:epc:idpat:sgtin:9521001.000001.*"}, "12345"),
    ({"eventType": "ObjectEvent"}, "12"),
    ({"eventType": "ObjectEvent|AggregationEvent"}, "124"),
    ({"EQ_eventID": "urn:x:3"}, "3"),
    ({"EQ_action": "ADD"}, "4"),
    ({"EQ_bizStep": "packing|inspecting"}, "14"),
    ({"EQ_disposition": "active"}, "2"),
    ({"EQ_bizLocation": "https://id.gs1.org/414/9521001000000"}, "1"),
    ({"EQ_bizLocation": "https://example.com/414/9521001000000"}, "1"),
    ({"EQ_readPoint": "https://id.gs1.org/414/9521001000000"}, ""),
    ({"EQ_transformationID": "urn:x:run"}, "3"),
    ({"GE_eventTime": "2026-03-02T06:03:00Z", "LT_eventTime": "2026-03-02T07:05:00+01:00"}, "34"),
    ({"GE_recordTime": "2026-03-02T06:00:00Z"}, "12345"),
    ({"LT_recordTime": "2026-03-02T06:00:00Z"}, ""),
    ({"orderBy": "eventTime"}, "54321"),
    ({"orderBy": "eventTime", "orderDirection": "ASC", "eventCountLimit": "2"}, "12"),
    ({"eventType": "ObjectEvent", "MATCH_epc": B}, "2"),
    ({"maxEventCount": "5"}, "12345"),
]


async def five(node: Node) -> None:
    await node.epcis.capture(
        node.me,
        document(
            seen(1, A, bizLocation={"id": "https://id.gs1.org/414/9521001000000"}) | {"eventID": "urn:x:1"},
            seen(2, B, step="holding", disposition="active", quantityList=[{"epcClass": LOT}]) | {"eventID": "urn:x:2"},
            event("TransformationEvent", START + timedelta(minutes=3), "commissioning", inputQuantityList=[{"epcClass": LOT}], outputEPCList=[A, B])
            | {"eventID": "urn:x:3", "transformationID": "urn:x:run"},
            event("AggregationEvent", START + timedelta(minutes=4), "packing", action="ADD", parentID=PALLET, childEPCs=[A]) | {"eventID": "urn:x:4"},
            event("TransformationEvent", START + timedelta(minutes=5), "commissioning", inputEPCList=[A], outputEPCList=[C]) | {"eventID": "urn:x:5"},
        ),
    )


async def test_queries(tmp_path: Path) -> None:
    """Tests that each parameter selects what the standard says."""
    async with open_nodes(tmp_path, 1) as [node]:
        await five(node)
        for query, expected in QUERIES:
            assert await ids(node, **query) == [f"urn:x:{number}" for number in expected], query


@pytest.mark.parametrize(
    "query",
    [
        {"EQ_color": "red"},
        {"bizStep": "shipping"},
        {"GE_eventTime": "yesterday"},
        {"GE_eventTime": "2026-03-02T06:03:00"},
        {"EQ_action": "WATCH"},
        {"MATCH_epc": ""},
        {"orderBy": "color"},
        {"orderBy": "eventTime", "orderDirection": "UP"},
        {"eventCountLimit": "3"},
        {"orderBy": "eventTime", "eventCountLimit": "3", "maxEventCount": "3"},
        {"maxEventCount": "0"},
        {"perPage": "many"},
        {"nextPageToken": "x"},
        {"nextPageToken": "W10"},
    ],
)
async def test_bad_queries(tmp_path: Path, query: dict[str, str]) -> None:
    """Tests that unknown and malformed parameters are refused."""
    async with open_nodes(tmp_path, 1) as [node]:
        with pytest.raises(Problem) as refusal:
            await node.epcis.events(node.me, query)
        assert refusal.value.code == "epcis-query-parameter"


@pytest.mark.parametrize("query", [{}, {"orderBy": "eventTime"}, {"orderBy": "recordTime", "orderDirection": "ASC"}])
async def test_pages(tmp_path: Path, query: dict[str, str]) -> None:
    """Tests that pages give every event once in order, whatever is captured in between."""
    async with open_nodes(tmp_path, 1) as [node]:
        await five(node)
        whole = await ids(node, **query)
        found: list[str] = []
        token = None
        for _ in range(9):
            answer = await node.epcis.events(node.me, query | {"perPage": "2"} | ({"nextPageToken": token} if token else {}))
            found += [json.loads(bytes(raw))["eventID"] for raw in answer.events]
            await node.epcis.capture(node.me, document(seen(9, A)))
            token = answer.next
            if token is None:
                break
        assert found == whole
        with pytest.raises(Problem):
            await node.epcis.events(node.me, {"EQ_action": "ADD", "nextPageToken": (await node.epcis.events(node.me, {"perPage": "1"})).next or ""})


async def test_too_many(tmp_path: Path) -> None:
    """Tests that more events than maxEventCount are refused, not cut off."""
    async with open_nodes(tmp_path, 1) as [node]:
        await five(node)
        with pytest.raises(Problem) as refusal:
            await node.epcis.events(node.me, {"maxEventCount": "4"})
        assert refusal.value.code == "epcis-query-too-large"


async def test_who_sees_what(tmp_path: Path) -> None:
    """Tests that a partner sees events only of what was sent to it and of where that came from, others nothing."""
    async with open_nodes(tmp_path, 3) as [node, second, third]:
        made = event("TransformationEvent", START, "commissioning", inputQuantityList=[{"epcClass": LOT}], outputEPCList=[A]) | {"eventID": "urn:x:made"}
        other = event("TransformationEvent", START, "commissioning", inputQuantityList=[{"epcClass": LOT}], outputEPCList=[B]) | {"eventID": "urn:x:other"}
        packed = event("AggregationEvent", START, "packing", action="ADD", parentID=PALLET, childEPCs=[A]) | {"eventID": "urn:x:packed"}
        away = seen(1, PALLET, step="shipping", **parties(node.firm, second.firm)) | {"eventID": "urn:x:away"}
        elsewhere = seen(1, B, step="shipping", **parties(node.firm, third.firm)) | {"eventID": "urn:x:elsewhere"}
        await node.epcis.capture(node.me, document(made, other, packed, away, elsewhere))
        assert set(await ids(node, node.contract(second.firm.party_id))) == {"urn:x:made", "urn:x:packed", "urn:x:away"}
        assert set(await ids(node, node.contract(third.firm.party_id))) == {"urn:x:other", "urn:x:elsewhere"}
        assert await ids(node, node.contract(third.firm.party_id), MATCH_anyEPC=A) == []
        assert await ids(node, node.contract("somebody")) == []
        wrong = Actor("contract", "x", second.firm.party_id, agreement="a", dataset="aggregates")
        for actor in (ANONYMOUS, wrong, Actor("partner", "x", second.firm.party_id)):
            assert await ids(node, actor) == []
            assert await node.epcis.event_types(actor) == []
        with pytest.raises(Problem):
            await node.epcis.event(node.contract(third.firm.party_id), "urn:x:made")
        with pytest.raises(Problem):
            await node.epcis.capture(ANONYMOUS, document(made))


async def test_denied_events_leave_the_trace(tmp_path: Path) -> None:
    """Tests that an event declared not to have occurred is kept and answered, but no longer walked over."""
    async with open_nodes(tmp_path, 1) as [node]:
        made = event("TransformationEvent", START, "commissioning", inputQuantityList=[{"epcClass": LOT}], outputEPCList=[A]) | {"eventID": "urn:x:1"}
        await node.epcis.capture(node.me, document(made))
        assert [item.epc for item in (await node.trace.up(node.me, A)).items] == [A, LOT]
        denial = made | {"errorDeclaration": {"declarationTime": "2026-03-02T09:00:00Z", "reason": "did_not_occur"}}
        await node.epcis.capture(node.me, document(denial))
        assert await ids(node) == ["urn:x:1", "urn:x:1"]
        assert (await node.epcis.event(node.me, "urn:x:1")).events[0]
        with pytest.raises(Problem):
            await node.trace.up(node.me, A)


async def test_survives_a_restart(tmp_path: Path) -> None:
    """Tests that what was acknowledged is there after the database is opened anew."""
    async with open_nodes(tmp_path, 1) as [node]:
        await node.epcis.capture(node.me, document(seen(1, A) | {"eventID": "urn:x:1"}))
        clock, activity = node.store.clock, node.store.activity
    again = Database(f"sqlite:///{tmp_path / 'firm1' / 'events.db'}", events_metadata, clock, activity)
    await again.open()
    assert [row.eid for row in await again.read(lambda conn: list(conn.execute(tables.ev.select())))] == ["urn:x:1"]
    await again.close()


async def test_identifiers_that_share_a_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that identifiers with the same hash are told apart, within one capture and between two."""
    monkeypatch.setattr(tables, "_number", lambda uri: 7)
    async with open_nodes(tmp_path, 1) as [node]:
        await node.epcis.capture(node.me, document(seen(1, A, B) | {"eventID": "urn:x:1"}))
        await node.epcis.capture(node.me, document(seen(2, B, C) | {"eventID": "urn:x:2"}))
        for epc, expected in ((A, "1"), (B, "12"), (C, "2"), (PALLET, "")):
            assert await ids(node, MATCH_epc=epc) == [f"urn:x:{number}" for number in expected]

"""The official EPCIS 2.0 examples and JSON schema (GS1) as oracle."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from plait.circulation.epcis.document import query_document
from plait.kernel.problems import Problem
from tests.circulation.house import Node, open_nodes
from tests.support.require import conformance_data

DEFECTIVE = {
    "Example-TransactionEvents-2020_07_03y.jsonld",
    "object_event_all_possible_fields.jsonld",
    "SensorDataExample12.jsonld",
    "SensorDataExample17.jsonld",
}


def examples(folder: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted((conformance_data("epcis") / folder).rglob("*.jsonld")):
        yield path, json.loads(path.read_text("utf-8"))


def events_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    body = document["epcisBody"]
    return body["eventList"] if "eventList" in body else body["queryResults"]["resultsBody"]["eventList"]


def bare(event: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key not in ("recordTime", "eventID")}


def validator() -> jsonschema_rs.Draft7Validator:
    schema = json.loads((conformance_data("epcis") / "schema" / "EPCIS-JSON-Schema.json").read_text("utf-8"))
    return jsonschema_rs.Draft7Validator(schema)


async def all_documents(node: Node) -> list[dict[str, Any]]:
    """Return everything in the store as the query documents that the node sends, page by page."""
    pages, token = [], None
    while True:
        answer = await node.epcis.events(node.me, {"perPage": "7"} | ({"nextPageToken": token} if token else {}))
        pages.append(json.loads(msgspec.json.encode(query_document(answer.events, answer.contexts, "2026-03-02T06:00:00.000Z"))))
        token = answer.next
        if token is None:
            return pages


async def test_examples_round_trip(tmp_path: Path) -> None:
    """Tests that every official example is captured and comes back equal but for recordTime and eventID, in valid documents."""
    check = validator()
    async with open_nodes(tmp_path, 1) as [node]:
        sent = []
        for path, document in examples("json"):
            job = await node.epcis.capture(node.me, path.read_bytes())
            assert job.success, (path, job.errors)
            sent += events_of(document)
        pages = await all_documents(node)
        for page in pages:
            check.validate(page)
        back = [event for page in pages for event in events_of(page)]
        ids = {event["eventID"] for event in back}
        expected, seen = [], set()
        for event in sent:
            id = (event.get("eventID"), "errorDeclaration" in event)
            if id[0] is None or id not in seen:
                expected.append(bare(event))
            seen.add(id)
        assert [bare(event) for event in back] == expected
        assert len(ids) >= len(expected) - 2
        assert len(expected) >= 40


async def test_simple_context_examples(tmp_path: Path) -> None:
    """Tests that the examples with the simple context are captured, but for those with defects of their own, which are refused whole."""
    async with open_nodes(tmp_path, 1) as [node]:
        refused = set()
        for path, _ in examples("json-simple-context"):
            try:
                job = await node.epcis.capture(node.me, path.read_bytes())
                refused |= set() if job.success else {path.name}
            except Problem:
                refused.add(path.name)
        assert refused == DEFECTIVE


async def test_schema_and_we_refuse_alike(tmp_path: Path) -> None:
    """Tests that what the official schema refuses is refused here too: each example with one mandatory or typed part broken."""
    check = validator()
    async with open_nodes(tmp_path, 1) as [node]:
        broken = 0
        for path, document in examples("json"):
            for change in (
                {"eventTime": 5},
                {"eventTimeZoneOffset": "later"},
                {"bizStep": "sailing"},
                {"epcList": "x"},
                {"readPoint": {}},
                {"type": "ObjectEvents"},
            ):
                wrong = json.loads(json.dumps(document))
                events_of(wrong)[0].update(change)
                if check.is_valid(wrong):
                    continue
                broken += 1
                job = await node.epcis.capture(node.me, json.dumps(wrong).encode())
                assert not job.success, (path.name, change)
        assert broken > 100
        assert (await node.epcis.events(node.me, {})).events == []


async def test_digital_link_and_urn_are_one(tmp_path: Path) -> None:
    """Tests that the examples with EPC URNs are found by the Digital Links of the same things."""
    async with open_nodes(tmp_path, 1) as [node]:
        folder = conformance_data("epcis") / "json"
        await node.epcis.capture(node.me, (folder / "Example_9.6.1-ObjectEvent.jsonld").read_bytes())
        urn = await node.epcis.events(node.me, {"MATCH_epc": "urn:epc:id:sgtin:0614141.107346.2018"})
        link = await node.epcis.events(node.me, {"MATCH_epc": "https://example.com/some/path/01/10614141073464/21/2018?x=1"})
        pattern = await node.epcis.events(node.me, {"MATCH_epc": "urn:epc:idpat:sgtin:0614141.107346.*"})
        assert len(urn.events) > 0
        assert bytes(urn.events[0]) == bytes(link.events[0]) == bytes(pattern.events[0])


@pytest.mark.parametrize("name", ["Example_9.6.1-ObjectEvent.jsonld", "Example_9.6.3-AggregationEvent.jsonld", "EPCISQueryDocument.jsonld"])
async def test_capture_twice(tmp_path: Path, name: str) -> None:
    """Tests that an example captured twice is stored once."""
    async with open_nodes(tmp_path, 1) as [node]:
        content = (conformance_data("epcis") / "json" / name).read_bytes()
        await node.epcis.capture(node.me, content)
        first = len((await node.epcis.events(node.me, {})).events)
        await node.epcis.capture(node.me, content)
        assert len((await node.epcis.events(node.me, {})).events) == first > 0

"""The event store, traces, passports and labels over HTTP."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from plait.circulation.epcis.routes import ROUTES as EPCIS
from plait.circulation.passport.routes import ROUTES as PASSPORTS
from plait.circulation.passport.service import PassportService
from plait.circulation.trace.routes import ROUTES as TRACE
from plait.kernel import gs1
from plait.kernel.activity import Activity
from plait.kernel.actor import ANONYMOUS, Actor
from plait.kernel.problems import UNAUTHENTICATED, Problem
from plait.labour.studio.routes import ROUTES as LABELS
from plait.labour.studio.service import LabelService
from plait.web import build_app
from tests.circulation.house import Node, event, open_nodes
from tests.support import START

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
GTIN = "09521001000017"
URN = "urn:epc:id:sgtin:9521001.000001.A1"
HEAT = "https://id.gs1.org/01/09521001000024/10/H1"


class Door:
    """Own people by the token ``own``, partners by their party_id."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def authenticate(self, headers: Mapping[str, str], method: str, path: str) -> Actor:
        """Tell own people and partners by their token."""
        token = headers.get("authorization", "").removeprefix("Bearer ")
        return self._node.me if token == "own" else self._node.contract(token) if token else ANONYMOUS

    def require(self, actor: Actor, action: str) -> None:
        """Refuse strangers and what a contract does not cover."""
        if actor is ANONYMOUS:
            raise Problem(UNAUTHENTICATED)
        self._node.epcis.guard.require(actor, action)


@asynccontextmanager
async def client(node: Node) -> AsyncIterator[httpx.AsyncClient]:
    guard, clock, store = node.epcis.guard, node.epcis.clock, node.store
    passports = PassportService(store, guard, clock, node.epcis)
    services: dict[type, Any] = {type(each): each for each in (node.epcis, node.trace, passports, LabelService(store, guard, clock))}
    app = build_app([EPCIS, TRACE, PASSPORTS, LABELS], services, Door(node), Activity(), clock, version="0", ready=lambda: ())
    own = {"Authorization": "Bearer own"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://node", headers=own) as http:
        await passports.put_passport(node.me, GTIN, {"name": "Gear"})
        yield http


def document(*events: dict[str, Any]) -> dict[str, Any]:
    return {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-02T08:00:00Z",
        "epcisBody": {"eventList": list(events)},
    }


MADE = event("TransformationEvent", START, "commissioning", inputQuantityList=[{"epcClass": HEAT}], outputEPCList=[URN]) | {"eventID": "urn:x:1"}


async def test_capture_job_and_query(tmp_path: Path) -> None:
    """Tests the way of an event: 202 with Location, the job, the query in both formats, the single event, its type."""
    async with open_nodes(tmp_path, 1) as [node], client(node) as http:
        sent = await http.post("/epcis/capture", json=document(MADE))
        assert (sent.status_code, sent.content) == (202, b"")
        job = (await http.get(sent.headers["location"])).json()
        assert (job["running"], job["success"], job["captureErrorBehaviour"]) == (False, True, "rollback")
        assert [each["captureID"] for each in (await http.get("/epcis/capture")).json()] == [job["captureID"]]
        answer = await http.get("/epcis/events", params={"MATCH_anyEPC": URN})
        assert answer.headers["GS1-EPC-Format"] == "Always_GS1_Digital_Link"
        found = answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        assert found[0]["outputEPCList"] == [gs1.canonical(URN)]
        as_sent = await http.get("/epcis/events", headers={"GS1-EPC-Format": "Never_Translates"})
        found = as_sent.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        assert {key: value for key, value in found[0].items() if key != "recordTime"} == MADE
        one = await http.get(f"/epcis/events/{quote('urn:x:1', safe='')}", headers={"GS1-EPC-Format": "Never_Translates"})
        assert one.json() == found[0] | {"@context": [CONTEXT]}
        assert (await http.get("/epcis/eventTypes")).json()["member"] == ["TransformationEvent"]
        assert len((await http.get("/epcis/eventTypes/ObjectEvent/events")).json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]) == 0
        assert "events" in (await http.get("/epcis/")).json()["member"]


async def test_pages_by_link(tmp_path: Path) -> None:
    """Tests that the Link header leads through all events and is absent on the last page."""
    async with open_nodes(tmp_path, 1) as [node], client(node) as http:
        await http.post("/epcis/capture", json=document(*(MADE | {"eventID": f"urn:x:{number}"} for number in range(5))))
        url, seen = "/epcis/events?perPage=2&EQ_bizStep=commissioning", []
        for _ in range(9):
            answer = await http.get(url)
            seen += [each["eventID"] for each in answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]]
            if "link" not in answer.headers:
                break
            url = answer.links["next"]["url"]
        assert seen == [f"urn:x:{number}" for number in range(5)]


async def test_one_event_is_posted(tmp_path: Path) -> None:
    """Tests that a bare event is created with its address, and a second one with its id is a conflict."""
    async with open_nodes(tmp_path, 1) as [node], client(node) as http:
        sent = await http.post("/epcis/events", json=MADE | {"@context": [CONTEXT]})
        assert sent.status_code == 201
        assert (await http.get(sent.headers["location"])).json()["eventID"] == "urn:x:1"
        again = await http.post("/epcis/events", json=MADE)
        assert (again.status_code, again.json()["type"]) == (409, "epcisException:ResourceAlreadyExistsException")


async def test_proceed_header(tmp_path: Path) -> None:
    """Tests that the error behaviour is taken from the header."""
    async with open_nodes(tmp_path, 1) as [node], client(node) as http:
        both = document(MADE, MADE | {"bizStep": "x", "eventID": "urn:x:2"})
        for behaviour, count in (("rollback", 0), ("proceed", 1)):
            sent = await http.post("/epcis/capture", json=both, headers={"GS1-Capture-Error-Behaviour": behaviour})
            job = (await http.get(sent.headers["location"])).json()
            assert (job["success"], job["captureErrorBehaviour"], len(job["errors"])) == (False, behaviour, 1)
            assert len((await node.epcis.events(node.me, {})).events) == count


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "name"),
    [
        ("POST", "/epcis/capture", {"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, "ValidationException"),
        ("POST", "/epcis/capture", {"json": {"type": "EPCISDocument"}}, 400, "ValidationException"),
        ("POST", "/epcis/capture", {"json": document(), "headers": {"GS1-Capture-Error-Behaviour": "all"}}, 400, "ValidationException"),
        ("POST", "/epcis/capture", {"content": b"x", "headers": {"Content-Type": "text/plain"}}, 415, "UnsupportedMediaTypeException"),
        ("POST", "/epcis/events", {"json": document()}, 400, "ValidationException"),
        ("GET", "/epcis/events?EQ_color=red", {}, 400, "QueryParameterException"),
        ("GET", "/epcis/events?MATCH_epc=urn:epc:id:sgtin:1.2", {}, 400, "ValidationException"),
        ("GET", "/epcis/events", {"headers": {"GS1-EPC-Format": "Always_EPC_URN"}}, 406, "NotAcceptableException"),
        ("GET", "/epcis/events/urn%3Ax%3A9", {}, 404, "NoSuchResourceException"),
        ("GET", "/epcis/capture/9", {}, 404, "NoSuchResourceException"),
        ("GET", "/epcis/events", {"headers": {"Authorization": ""}}, 401, "SecurityException"),
        ("POST", "/epcis/capture", {"json": document(), "headers": {"Authorization": "Bearer somebody"}}, 403, "SecurityException"),
    ],
)
async def test_errors(tmp_path: Path, method: str, path: str, options: dict[str, Any], status: int, name: str) -> None:
    """Tests that refusals have the shape that the binding prescribes."""
    async with open_nodes(tmp_path, 1) as [node], client(node) as http:
        answer = await http.request(method, path, **options)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        error = answer.json()
        assert (error["type"], error["status"]) == (f"epcisException:{name}", status)
        assert error["title"]


async def test_options(tmp_path: Path) -> None:
    """Tests that every resource says what it can do, without credentials."""
    async with open_nodes(tmp_path, 1) as [node], client(node) as http:
        for path in ("/epcis/", "/epcis/capture", "/epcis/capture/x", "/epcis/events", "/epcis/events/x", "/epcis/eventTypes"):
            answer = await http.options(path, headers={"Authorization": ""})
            assert answer.status_code == 204
            assert "GET" in answer.headers["allow"]
            assert answer.headers["GS1-EPCIS-Version"] == "2.0.0"
        assert "rollback" in (await http.options("/epcis/capture")).headers["GS1-Capture-Error-Behaviour"]


async def test_trace_passport_label(tmp_path: Path) -> None:
    """Tests that trace, recall, passport and label of one piece answer over HTTP, the passport without login."""
    async with open_nodes(tmp_path, 1) as [node], client(node) as http:
        await http.post("/epcis/capture", json=document(MADE))
        key = gs1.canonical(URN)
        up = (await http.get("/api/v1/trace/up", params={"epc": URN})).json()
        assert [item["epc"] for item in up["items"]] == [key, HEAT]
        recall = (await http.get("/api/v1/trace/recall", params={"epc": HEAT})).json()
        assert [item["epc"] for item in recall["items"]] == [key]
        refused = await http.get("/api/v1/trace/up", params={"epc": URN}, headers={"Authorization": "Bearer somebody"})
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        bare = {"Authorization": ""}
        for id in (f"01/{GTIN}/21/A1", quote(key, safe="")):
            passport = (await http.get(f"/dpp/v1/dppsByProductId/{id}", headers=bare)).json()
            assert passport["uniqueProductIdentifier"] == key
            assert passport["elements"]["name"] == "Gear"
        full = (await http.get(f"/dpp/v1/dppsByProductId/01/{GTIN}?representation=full", headers=bare)).json()
        assert full["elements"][0] == {"elementId": "name", "valueDataType": "xsd:string", "value": "Gear", "dictionaryReference": ""}
        label = await http.get(f"/api/v1/labels/01/{GTIN}/21/A1.png?name=Gear%20set&quantity=1")
        assert (label.headers["content-type"], label.content[:4]) == ("image/png", b"\x89PNG")
        slash = await http.get(f"/api/v1/labels/01/{GTIN}/21/A%2F1.png")
        assert slash.status_code == 200
        made = await http.post("/api/v1/labels", json={"gtin": GTIN, "serial": "A1", "name": "Gear"})
        assert (made.status_code, made.content[:4]) == (200, b"\x89PNG")
        assert (await http.get(f"/api/v1/labels/01/{GTIN}/21/A1")).status_code == 404
        assert (await http.get(f"/api/v1/labels/01/{GTIN}1.png")).json()["code"] == "gs1-key"
        assert json.loads((await http.get(f"/api/v1/labels/01/{GTIN}.png", headers=bare)).content)["status"] == 401

"""The HTTP faces of machines, signals, twins and the resolver."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from plait.infrastructure.machines import MachineService, routes
from plait.infrastructure.resolve import ResolveService
from plait.infrastructure.resolve import routes as resolve_routes
from plait.infrastructure.signals import Point, SignalService
from plait.infrastructure.signals import routes as signal_routes
from plait.infrastructure.twin import TwinService
from plait.infrastructure.twin import routes as twin_routes
from plait.infrastructure.twin.query import encode_id
from plait.kernel.actor import ANONYMOUS, Actor
from plait.kernel.clock import iso
from plait.kernel.problems import UNAUTHENTICATED, Problem
from plait.store import ms_of
from plait.web import build_app
from tests.infrastructure.aas_schema import validator
from tests.infrastructure.conftest import Node
from tests.infrastructure.support import ME, PARTY
from tests.support.require import conformance_data

GTIN = "09506000134352"


class Door:
    """Lets in whoever sends the one token."""

    async def authenticate(self, headers: Mapping[str, str], method: str, path: str) -> Actor:
        """Know one token."""
        return ME if headers.get("authorization") == "Bearer me" else ANONYMOUS

    def require(self, actor: Actor, action: str) -> None:
        """Let in whoever is known."""
        if actor is ANONYMOUS:
            raise Problem(UNAUTHENTICATED, action)


@pytest.fixture
async def web(node: Node) -> AsyncIterator[httpx.AsyncClient]:
    twins = TwinService(node.store, node.guard, node.store.clock)
    names = ResolveService(node.store, node.guard, node.store.clock)
    services: dict[type, Any] = {MachineService: node.machines, SignalService: node.signals, TwinService: twins, ResolveService: names}
    apis = [routes.ROUTES, signal_routes.ROUTES, twin_routes.ROUTES, twin_routes.PLATES, resolve_routes.ROUTES]
    app = build_app(apis, services, Door(), node.activity, node.store.clock)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="https://helix.example", headers={"Authorization": "Bearer me"}) as client:
        yield client


async def test_machines_over_http(web: httpx.AsyncClient) -> None:
    """Tests adding, listing, stopping and removing a machine, and the problems that come back."""
    body = {"id": "lathe-1", "name": "Lathe", "group": "lathe", "config": {"endpoint": "opc.tcp://127.0.0.1:9/plant", "cell": "lathe"}}
    assert (await web.post("/api/v1/machines", json=body)).status_code == 201
    assert (await web.post("/api/v1/machines", json=body | {"name": "Other"})).json()["code"] == "conflict"
    (listed,) = (await web.get("/api/v1/machines")).json()
    assert (listed["machine"]["id"], listed["linked"]) == ("lathe-1", False)
    assert (await web.get("/api/v1/machines/lathe-1")).json()["state"] == "silent"
    for path in ("lathe-1/stop", "lathe-1/reset", "stop-all"):
        assert (await web.post(f"/api/v1/machines/{path}")).json()["code"] == "machine-unreachable"
    assert (await web.get("/api/v1/machines/lathe-1/jobs")).status_code == 503
    assert (await web.delete("/api/v1/machines/lathe-1")).status_code == 204
    assert (await web.get("/api/v1/machines/lathe-1")).json()["code"] == "no-such-machine"
    assert (await web.get("/api/v1/machines", headers={"Authorization": ""})).status_code == 401


async def test_signals_over_http(web: httpx.AsyncClient, node: Node) -> None:
    """Tests the list of series and the values of one, with a step."""
    at = node.store.clock.now()
    await node.signals.append("lathe-1.Power", at, 9.5)
    (series,) = (await web.get("/api/v1/signals")).json()
    assert (series["name"], series["value"]) == ("lathe-1.Power", 9.5)
    assert len((await web.get("/api/v1/signals/lathe-1.Power")).json()["values"]) == 1
    asked = {"since": iso(at), "until": iso(node.store.clock.now()), "step": "3600"}
    assert (await web.get("/api/v1/signals/lathe-1.Power", params=asked)).status_code == 200
    assert (await web.get("/api/v1/signals/none")).json()["code"] == "no-such-series"


async def test_pictures_moments_and_exports_of_signals_over_http(web: httpx.AsyncClient, node: Node, tmp_path: Path) -> None:
    """Tests a picture, several series at one moment, and a Parquet file that a bare engine reads: numbers, words, and nothing of its draft is left."""
    at = node.store.clock.now()
    await node.signals.record([Point("m.Power", at + timedelta(seconds=each), each * 0.5, each % 2) for each in range(100)])
    await node.signals.roll()
    await node.signals.tend()
    await node.signals.record([Point("m.state", at + timedelta(seconds=each * 10), f"it's {each}") for each in range(3)])
    span = {"since": iso(at), "until": iso(at + timedelta(hours=1))}
    drawn = (await web.get("/api/v1/signals/m.Power/picture", params=span | {"points": "8"})).json()
    assert (drawn["of"], drawn["values"][0]["value"], drawn["values"][-1]["value"]) == (100, 0.0, 49.5)
    assert len(drawn["values"]) <= 8
    moment = (await web.get("/api/v1/signals-at", params={"series": "m.Power,m.state", "at": iso(at + timedelta(seconds=15.5))})).json()
    assert [each["value"] for each in moment] == [7.5, "it's 1"]
    answer = await web.get("/api/v1/signals-export", params=span)
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    file = tmp_path / "out.parquet"
    file.write_bytes(answer.content)
    rows = duckdb.connect(":memory:").execute("SELECT series, epoch_ms(time), value, text, quality FROM read_parquet(?)", [str(file)]).fetchall()
    assert rows[:2] == [("m.Power", ms_of(at), 0.0, None, 0), ("m.Power", ms_of(at) + 1000, 0.5, None, 1)]
    assert rows[100:] == [("m.state", ms_of(at) + each * 10_000, None, f"it's {each}", 0) for each in range(3)]
    assert not list(node.signals.space().iterdir())
    assert (await web.get("/api/v1/signals-export", params=span | {"series": "none"})).json()["code"] == "no-such-series"
    assert (await web.get("/api/v1/signals/m.Power", params={"figure": "best", "step": "60"})).status_code == 422
    assert (await web.get("/api/v1/signals-at", params={"series": ""})).status_code == 422


async def test_twins_over_http(web: httpx.AsyncClient, node: Node) -> None:
    """Tests that shells and submodels are found by base64url id and refusals have the body AAS prescribes."""
    twins = TwinService(node.store, node.guard, node.store.clock)
    await twins.put_product(ME, GTIN, "Gear set")
    base = "/aas/api/v3.0"
    page = (await web.get(f"{base}/shells")).json()
    assert page["paging_metadata"] == {}
    (shell,) = page["result"]
    assert (await web.get(f"{base}/shells/{encode_id(shell['id'])}")).json() == shell
    submodel = shell["submodels"][0]["keys"][0]["value"]
    assert (await web.get(f"{base}/submodels/{encode_id(submodel)}")).json()["id"] == submodel
    assert (await web.get(f"{base}/submodels/{encode_id(submodel)}/$value")).json()["OrderCodeOfManufacturer"] == GTIN
    assert (await web.get(f"{base}/submodels?limit=1")).json()["result"][0]["id"] == submodel
    assert "profiles" in (await web.get(f"{base}/description")).json()
    result = validator(conformance_data("aas"), "Result")
    for path, status in ((f"shells/{encode_id('urn:none')}", 404), ("shells/!", 400), ("submodels?limit=0", 400), (f"submodels/{encode_id('x')}/$value", 404)):
        answer = await web.get(f"{base}/{path}")
        assert answer.status_code == status
        assert answer.json().keys() == {"messages"}
        result.validate(answer.json())
    assert (await web.get(f"{base}/shells", headers={"Authorization": ""})).json().keys() == {"messages"}
    assert (await web.put("/api/v1/machines/saw/nameplate", json={"manufacturer": "X"})).json()["code"] == "no-such-twin"
    assert shell["id"] == f"urn:plait:{PARTY}:shell:product:{GTIN}"


async def test_names_over_http(web: httpx.AsyncClient) -> None:
    """Tests that anybody with a label is led on, and what the resolver says of itself."""
    link = {"anchor": f"/01/{GTIN}", "rel": "gs1:pip", "href": "https://helix.example/gear", "title": "Gear", "lang": "en", "type": "text/html"}
    assert (await web.post("/api/v1/links", json=link)).status_code == 201
    nobody = {"Authorization": "", "Accept": ""}
    answer = await web.get(f"/01/{GTIN}/21/S%2F1?linkType=gs1:pip&a=1", headers=nobody)
    assert (answer.status_code, answer.headers["location"]) == (307, "https://helix.example/gear?a=1")
    assert "linkset" in answer.headers["link"]
    page = await web.get(f"/01/{GTIN}/21/S%2F1", headers=nobody)
    assert page.headers["location"] == f"https://helix.example/item/01/{GTIN}/21/S%2F1"
    document = await web.get(f"/01/{GTIN}", headers={"Accept": "application/linkset+json"})
    assert (document.status_code, document.headers["content-type"]) == (200, "application/linkset+json")
    assert document.json()["linkset"][0]["anchor"] == f"https://helix.example/01/{GTIN}"
    assert (await web.get("/01/09506000134353", headers=nobody)).status_code == 400
    assert (await web.get("/01/04012345123456", headers=nobody)).status_code == 404
    about = (await web.get("/.well-known/gs1resolver", headers=nobody)).json()
    assert about["resolverRoot"] == "https://helix.example"
    assert "01" in about["supportedPrimaryKeys"]
    assert [known["rel"] for known in (await web.get("/api/v1/links")).json()] == ["https://gs1.org/voc/pip"]
    assert (await web.post("/api/v1/links/remove", json=link)).status_code == 204
    assert (await web.get(f"/01/{GTIN}", headers=nobody)).status_code == 404

"""The composed node: first start, later starts, refusals to start, and who may call what."""

import asyncio
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from plait.kernel.clock import SystemClock
from plait.kernel.os import WINDOWS
from plait.kernel.problems import Problem
from plait.kernel.settings import Clock
from plait.node import Node, lasting
from plait.routes import APIS
from plait.web import Route
from tests.support.nodes import Running, nodes, settings, settle, until
from tests.support.shop import ask, furnish

ROUTES = [route for api in APIS for route in api.routes]
CLOSED = [route for route in ROUTES if route.action is not None]
WRITES = [route for route in CLOSED if route.method != "GET" and not str(route.action).endswith(".read") and not str(route.action).startswith("dsp.")]
# Whoever is no side of a process or agreement is told that there is none, not who may see it.
HIDDEN = re.compile(r"/dsp/2025-1/(negotiations|transfers|agreements)/")
READS = [route for route in CLOSED if route.method == "GET" and "{" not in route.path]


def path_of(route: Route) -> str:
    """Return a path that the route takes, with something in the place of each parameter."""
    parts = ["x" if part.startswith("{") else part for part in route.path.split("/")]
    return "/".join(parts)


async def send(node: Running, route: Route, token: str) -> Any:
    """Call a route with empty content of a type it reads."""
    body = None if route.method in {"GET", "DELETE", "OPTIONS"} else b"{}"
    return await node.call(route.method, path_of(route), body, token=token, media=route.accepts[0])


async def test_first_start_makes_what_only_the_owner_may_read(tmp_path: Path) -> None:
    """Tests that an empty folder becomes a node with a key and an administrator's token, private both, and answers."""
    async with nodes(tmp_path, "helix") as (helix,):
        assert (await helix.call("GET", "/health/ready", token="")).status_code == 200
        key, token = helix.folder / "keys" / "es256.pem", helix.folder / "admin.token"
        assert key.exists()
        assert helix.admin.startswith("plait_")
        if not WINDOWS:
            assert stat.S_IMODE(token.stat().st_mode) == stat.S_IMODE(key.stat().st_mode) == 0o600
            assert stat.S_IMODE(helix.folder.stat().st_mode) == 0o700
        assert (await helix.ok("GET", "/api/v1/me"))["roles"] == ["admin"]
        assert (await helix.ok("GET", "/api/v1/firm"))["name"] == "helix"


async def test_second_start_keeps_everything(tmp_path: Path) -> None:
    """Tests that a node started again is the same firm with the same key, token, facts and chain, and goes on from there."""
    async with nodes(tmp_path, "helix") as (helix,):
        await furnish(helix)
        await settle(helix)
        party, token, did = helix.party, helix.admin, await helix.ok("GET", "/.well-known/did.json")
        before = await helix.facts()
        await helix.stop()
        await helix.start()
        await settle(helix)
        assert (helix.party, helix.admin) == (party, token)
        assert await helix.ok("GET", "/.well-known/did.json") == did
        assert await helix.facts() == before
        await helix.ok("POST", "/api/v1/people", {"name": "Ada", "role": "operator"})
        assert len(await helix.facts()) == len(before) + 1
        assert (await helix.ok("GET", "/api/v1/facts/verify"))["ok"]


async def test_a_running_folder_is_refused(tmp_path: Path) -> None:
    """Tests that a second node on the folder of a running one is refused with the reason, in this process and in another."""
    async with nodes(tmp_path, "helix") as (helix,):
        second = Node(helix.folder, settings(0, "helix"))
        with pytest.raises(Problem) as refused:
            await second.start()
        assert refused.value.code == "store-locked"
        await second.aclose()
        command = [sys.executable, "-m", "plait", "up", "--data", str(helix.folder), "--port", "0"]
        other = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert other.returncode == 1
        assert "Another process writes this store" in other.stderr
        assert (await helix.call("GET", "/health/ready", token="")).status_code == 200


async def test_a_taken_port_is_refused(tmp_path: Path) -> None:
    """Tests that a node whose port is taken says so and leaves its folder free for the next start."""
    async with nodes(tmp_path, "helix") as (helix,):
        second = Node(tmp_path / "other", settings(helix.settings.http.port, "other"))
        with pytest.raises(Problem) as refused:
            await second.start()
        await second.aclose()
        assert refused.value.code == "port-taken"
        third = Node(tmp_path / "other", settings(0, "other"))
        await third.start()
        await third.aclose()


async def test_other_time_is_refused(tmp_path: Path) -> None:
    """Tests that a folder that goes by real time is not opened by a node of another kind of time, and stays usable."""
    async with nodes(tmp_path, "helix") as (helix,):
        await helix.stop()
        with pytest.raises(Problem) as refused:
            Node(helix.folder, settings(0, "helix", clock=Clock(kind="scaled", factor=10.0)))
        assert refused.value.code == "other-clock"
        assert "wall" in refused.value.detail
        await helix.start()
        assert (await helix.call("GET", "/health/ready", token="")).status_code == 200


async def test_restart_goes_on_with_what_was_under_way(tmp_path: Path) -> None:
    """Tests that a letter in the outbox and a request not yet judged when the nodes stop are taken up once after the next start."""
    async with nodes(tmp_path, "helix", "meridian") as (helix, meridian):
        await furnish(helix)
        await settle(helix, meridian)
        helix_party = helix.party
        await helix.stop()
        await ask(meridian, helix)
        await meridian.stop()
        await helix.start()
        await meridian.start()
        rfqs = await until(lambda: helix.documents("RequestForQuotation"))
        await helix.stop()
        await helix.start()
        await until(lambda: meridian.documents("Quotation"))
        await settle(helix, meridian)
        assert helix.party == helix_party
        assert [each["number"] for each in rfqs] == ["RFQ-00001"]
        assert len(await helix.documents("Quotation")) == len(await meridian.documents("Quotation")) == 1
        assert [inquiry["state"] for inquiry in await helix.ok("GET", "/api/v1/desk/inquiries")] == ["quoted"]


async def test_nobody_is_refused_everywhere(tmp_path: Path) -> None:
    """Tests that every route that is not public answers 401 to a caller without a token, and that this changes nothing."""
    async with nodes(tmp_path, "helix") as (helix,):
        described = (await helix.ok("GET", "/api/openapi.json"))["paths"]
        before = await helix.node.store.head()
        wrong = {}
        for route in CLOSED:
            operation = described[route.path.replace(":path}", "}")][route.method.lower()]
            assert operation["security"] == [{"bearer": []}]
            answer = await send(helix, route, "")
            if answer.status_code != (404 if HIDDEN.match(route.path) else 401):
                wrong[f"{route.method} {route.path}"] = answer.status_code
        assert wrong == {}
        assert await helix.node.store.head() == before


# What comes without a token because its content is the proof: a password, a code, the cookie of a session, a card signed with a pinned key,
# the ticket of a form that was shown, a guest link's or a screen's code in the path, a badge with its PIN or the cookie of the session that they open.
PROVING = {
    ("POST", "/op/session"),
    ("DELETE", "/op/session"),
    ("GET", "/op/state"),
    ("PUT", "/op/station"),
    ("PUT", "/op/language"),
    ("PUT", "/op/pin"),
    ("POST", "/op/acts"),
    ("POST", "/op/photos"),
    ("POST", "/op/read"),
    ("POST", "/request"),
    ("GET", "/g/{code}"),
    ("POST", "/g/{code}"),
    ("GET", "/g/{code}/paper"),
    ("GET", "/g/{code}/files/{place}"),
    ("GET", "/g/{code}/history"),
    ("GET", "/wall/{code}"),
    ("GET", "/wall/{code}/tiles"),
    ("POST", "/login"),
    ("POST", "/login/code"),
    ("GET", "/login/once/{code}"),
    ("POST", "/login/once/{code}"),
    ("POST", "/logout"),
    ("POST", "/api/v1/session"),
    ("POST", "/api/v1/session/activate"),
    ("DELETE", "/api/v1/session"),
    ("PUT", "/api/v1/session/password"),
    ("POST", "/api/v1/directory/moved"),
}


async def test_public_routes_are_the_ones_meant(tmp_path: Path) -> None:
    """Tests that what needs no token is what the firm shows to the world, and that none of it writes."""
    del tmp_path
    public = [route for route in ROUTES if route.action is None and (route.method, route.path) not in PROVING]
    assert {route.method for route in public} == {"GET", "OPTIONS"}
    meant = (
        "/.well-known/",
        "/api/v1/directory/",
        "/api/v1/capabilities",
        "/api/v1/me",
        "/item/",
        "/login",
        "/static/",
        "/dpp/",
        "/aas/api/v3.0/description",
        "/metrics",
        "/op",
    )
    for route in public:
        first = route.path.split("/")[1]
        assert route.method == "OPTIONS" or route.path == "/" or first.isdigit() or route.path.startswith(meant), route.path


async def test_a_viewer_writes_nothing(tmp_path: Path) -> None:
    """Tests that a viewer's token is refused with 403 by every route that changes something."""
    async with nodes(tmp_path, "helix") as (helix,):
        viewer = (await helix.ok("POST", "/api/v1/tokens", {"role": "viewer"}))["token"]
        before = await helix.node.store.head()
        answers = {f"{route.method} {route.path}": (await send(helix, route, viewer)).status_code for route in WRITES if route.action != "people.sessions"}
        assert {name: status for name, status in answers.items() if status != 403} == {}
        assert await helix.node.store.head() == before
        for route in READS:
            if str(route.action).endswith(".read") and not route.path.endswith("/stream"):
                assert (await send(helix, route, viewer)).status_code < 500, route.path


GEAR = "https://id.gs1.org/01/09521002000016/21/A1"
EVENT = {"type": "ObjectEvent", "action": "ADD", "eventTime": "2026-03-02T08:00:00Z", "eventTimeZoneOffset": "+00:00", "epcList": [GEAR]}
# What some reads must be asked for.
ASKED = {"/api/v1/trade/options": "?purpose=meridian/RFQ-00001", "/api/v1/labels/codes": "?path=01/09521002000016", "/api/v1/passports/tiers": f"?key={GEAR}"}
ASKED |= {"/api/v1/signals-at": "?series=lathe.load&at=2026-01-01T00:00:00Z"}
ASKED |= {"/api/v1/signals-export": "?series=lathe.load&since=2026-01-01T00:00:00Z&until=2027-01-01T00:00:00Z"}
ASKED |= {f"/api/v1/trace/{verb}": f"?epc={GEAR}" for verb in ("up", "contains", "recall", "recall.csv", "story")}
# No part of these belongs to a partner: the action is the whole border (the rest of them is the same in every node).
OWN_ALONE = frozenset(
    (
        "/api/v1/audit",
        "/api/v1/backups/progress",
        "/api/v1/connect/adapters",
        "/api/v1/connect/find",
        "/api/v1/connect/meanings",
        "/api/v1/deliveries",
        "/api/v1/desk/fields",
        "/api/v1/desk/invoices/columns",
        "/api/v1/equipment",
        "/api/v1/facts",
        "/api/v1/facts/stream",
        "/api/v1/facts/verify",
        "/api/v1/firm",
        "/api/v1/health/report",
        "/api/v1/observatory",
        "/api/v1/phones",
        "/api/v1/support",
        "/api/v1/tokens",
        "/epcis/",
    )
)


def _things(told: Any) -> list[Any]:
    """Return what an answer lists: itself, its items, or the events in an EPCIS query document."""
    if isinstance(told, list):
        return told
    found = next((told[name] for name in ("items", "result", "member", "roots") if name in told), None)
    if found is None and "epcisBody" in told:
        found = told["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return [told] if found is None else list(found)


@pytest.mark.parametrize("lenient", [False, True], ids=["actions", "scopes"])
async def test_a_partner_without_an_agreement_sees_nothing(tmp_path: Path, lenient: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests every read: a member of the network without an agreement is refused, or shown nothing of ours or of a third firm's.

    The second time every action is open to it: of what has a scope it must still see nothing.
    """
    async with nodes(tmp_path, "helix", "meridian", "oakmill") as (helix, meridian, oakmill):
        await furnish(helix)
        await ask(meridian, helix)
        await settle(helix, meridian, oakmill)
        await helix.ok("POST", "/epcis/events", EVENT)
        await settle(helix)
        assert await helix.documents("Quotation")
        if lenient:
            monkeypatch.setattr(helix.node.identity, "require", lambda actor, action: None)
        seen = {}
        for route in READS:
            if lenient and route.path in OWN_ALONE:
                continue
            answer = await oakmill.tell(helix, "GET", route.path + ASKED.get(route.path, ""))
            if answer.status_code not in {403, 404} and not (answer.status_code == 200 and _things(answer.json()) == []):
                seen[route.path] = f"{answer.status_code} {answer.text[:300]}"
            if not lenient:
                assert answer.status_code == 403, route.path
        assert seen == {}


async def test_a_standing_job_that_trips_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a job that ends by an error is begun again until it ends by itself, and that being told to stop stops it."""
    waits: list[float] = []

    async def sleep(self: SystemClock, seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(SystemClock, "sleep", sleep)
    tries = 0

    async def job() -> None:
        nonlocal tries
        tries += 1
        if tries < 9:
            raise ValueError(tries)

    await lasting(job)
    assert (tries, waits) == (9, [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0])
    stopped = asyncio.create_task(lasting(asyncio.Event().wait))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    stopped.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopped

"""From a device on the network to a machine of the firm: found, tried, looked at, proposed, connected, changed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from plait.infrastructure.machines.connect import routes, rules
from plait.infrastructure.machines.connect.model import ConnectWanted, FindWanted, OffersWanted, Trial
from plait.infrastructure.machines.connect.service import ConnectService
from plait.infrastructure.machines.connect.units import code_of, shown
from plait.infrastructure.machines.model import Choice, Machine, Offered
from plait.infrastructure.machines.routes import ROUTES as MACHINE_ROUTES
from plait.infrastructure.machines.service import MachineService
from plait.kernel.clock import SYSTEM
from plait.kernel.problems import Problem
from plait.plant.mtconnect import Agent, Item
from plait.plant.mtconnect import Device as Tool
from plait.plant.plc import ModbusDevice
from plait.web import build_app
from tests.infrastructure.conftest import Node
from tests.infrastructure.support import ME, STRANGER
from tests.infrastructure.test_routes import Door
from tests.support import free_port

ITEMS = (
    Item("avail", "EVENT", "AVAILABILITY"),
    Item("exec", "EVENT", "EXECUTION", "path"),
    Item("load", "SAMPLE", "LOAD", "spindle", "load", "PERCENT"),
    Item("dead", "SAMPLE", "TEMPERATURE", "spindle", "warmth", "CELSIUS"),
)


@asynccontextmanager
async def tool() -> AsyncIterator[Agent]:
    """Run a milling machine behind an MTConnect agent."""
    agent = Agent([Tool("d1", "Mill", "u-1", ITEMS)], free_port(), SYSTEM.now)
    for item, value in (("avail", "AVAILABLE"), ("exec", "READY"), ("load", 12.5)):
        agent.say(item, value)
    await agent.open()
    try:
        yield agent
    finally:
        await agent.close()


@asynccontextmanager
async def controller() -> AsyncIterator[ModbusDevice]:
    """Run a controller that speaks Modbus TCP."""
    device = ModbusDevice(free_port())
    await device.start()
    try:
        await device.press(1, 70_000, 46.5, guard=True)
        yield device
    finally:
        await device.kill()


@pytest.fixture
async def connect(node: Node) -> AsyncIterator[ConnectService]:
    service = ConnectService(node.machines, node.signals, node.guard)
    yield service
    await service.close()


def port_of(agent: Agent) -> int:
    return int(agent.address.rpartition(":")[2])


def trial(agent: Agent) -> Trial:
    return Trial("mtconnect", {"agent": agent.address, "device": "Mill"})


async def test_a_machine_is_found_tried_proposed_and_connected(node: Node, connect: ConnectService) -> None:
    """Tests the whole way against a device that answers, and that a search afterwards knows whose device it is."""
    async with tool() as agent:
        wanted = FindWanted(("mtconnect",), (f"127.0.0.1/32:{port_of(agent)}",))
        found = await connect.find(ME, wanted)
        assert (found.running, found.failed, found.done) == (False, {}, ("mtconnect",))
        device = found.devices[0]
        assert (device.title, device.machine) == ("Mill (MTConnect)", "")
        tried = await connect.try_(ME, Trial(device.adapter, device.config))
        assert (tried.ok, tried.why, tried.offered) == (True, "ok", len(ITEMS))
        proposed = (await connect.propose(ME, Trial(device.adapter, device.config), device.title)).machine
        assert (proposed.id, proposed.name, proposed.group) == ("mill", "Mill", "mill")
        kept = {each.address: each for each in proposed.signals}
        assert set(kept) == {"avail", "exec", "load"}
        assert (kept["load"].name, kept["load"].unit) == ("spindle.load", "P1")
        dry = await connect.connect(ME, ConnectWanted(proposed, dry=True))
        assert (dry.tried.ok, dry.connected, node.machines.machines()) == (True, False, [])
        assert (await connect.connect(ME, ConnectWanted(proposed))).connected
        await node.log.until(lambda log: any(body.state == "idle" for body in log.of("machine.state_changed")))
        async with asyncio.timeout(60):
            while node.signals.latest("mill.spindle.load") is None:
                await SYSTEM.sleep(0.01)
        assert {each.machine for each in (await connect.find(ME, wanted)).devices} == {"mill"}
        assert (await connect.propose(ME, trial(agent), device.title)).machine.id == "mill-2"


async def test_offers_are_a_page_of_what_there_is(connect: ConnectService) -> None:
    """Tests text and paging, that each offer says what it looks like, and that one without a value is not chosen and says why."""
    async with tool() as agent:
        everything = await connect.offers(ME, OffersWanted("mtconnect", trial(agent).config))
        assert (everything.total, everything.chosen) == (4, 3)
        hints = {each.choice.address: (each.hint, each.chosen) for each in everything.signals}
        assert hints == {"avail": ("state", True), "exec": ("state", True), "load": ("unit", True), "dead": ("unreadable", False)}
        assert next(each for each in everything.signals if each.hint == "unreadable").why
        some = await connect.offers(ME, OffersWanted("mtconnect", trial(agent).config, text="SPINDLE", skip=1, limit=1))
        assert (some.total, [each.choice.address for each in some.signals]) == (2, ["dead"])
    # What was seen is remembered, so that turning pages does not ask the device each time; asking afresh does.
    assert (await connect.offers(ME, OffersWanted("mtconnect", trial(agent).config))).total == 4
    with pytest.raises(Problem, match="bad-machine"):
        await connect.offers(ME, OffersWanted("mtconnect", trial(agent).config, fresh=True))


@asynccontextmanager
async def says(greeting: bytes) -> AsyncIterator[int]:
    """Listen on a port and greet whoever comes; an empty greeting is silence."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.mark.parametrize(
    ("greeting", "config", "why", "words"),
    [
        (None, {"host": "127.0.0.1", "port": 9}, "refused", "127.0.0.1:9"),
        (None, {"host": "no-such-device.invalid", "timeout_s": 20}, "name", "no-such-device.invalid"),
        (b"SSH-2.0-OpenSSH_9\r\n", {"host": "127.0.0.1", "timeout_s": 0.3}, "protocol", "SSH"),
        (None, {"host": "127.0.0.1", "port": 70000}, "config", "port"),
        (None, {"port": 502}, "config", "host"),
        (None, {"host": "127.0.0.1", "colour": 1}, "config", "colour"),
    ],
)
async def test_a_line_says_what_is_wrong(connect: ConnectService, greeting: bytes | None, config: dict[str, Any], why: str, words: str) -> None:
    """Tests that a wrong name, port, service or setting is told apart, in one line, with what to do."""
    async with says(greeting or b"") as port:
        tried = await connect.try_(ME, Trial("modbus", config if greeting is None else config | {"port": port}))
    assert (tried.ok, tried.why) == (False, why), tried
    assert words in tried.says
    assert "\n" not in tried.says
    assert tried.advice
    if why == "config":
        assert tried.field == words


async def test_an_unknown_adapter_and_a_machine_that_does_not_answer(node: Node, connect: ConnectService) -> None:
    """Tests that nothing is added then, unless it is wanted all the same."""
    assert (await connect.try_(ME, Trial("smoke", {}))).why == "config"
    off = Machine("m", "Mill", "mill", "mtconnect", {"agent": f"http://127.0.0.1:{free_port()}"})
    answer = await connect.connect(ME, ConnectWanted(off))
    assert (answer.connected, answer.tried.why) == (False, "refused")
    assert not node.machines.machines()
    assert (await connect.connect(ME, ConnectWanted(off, untried=True))).connected


async def test_signals_are_chosen_anew_scaled_and_written(node: Node, connect: ConnectService) -> None:
    """Tests that another choice is heard without a new link, that scale and offset are applied once, and that a written value is a fact."""
    async with controller() as device:
        config = {"host": "127.0.0.1", "port": device.port, "interval_ms": 20}
        oil = Choice("oil", "holding:3:float32", "KEL", offset=273.15)
        assert (await connect.connect(ME, ConnectWanted(Machine("press", "Press", "press", "modbus", config, signals=(oil,))))).connected

        async def value(series: str, wanted: float) -> None:
            async with asyncio.timeout(60):
                while (point := node.signals.latest(series)) is None or point.value != pytest.approx(wanted):
                    await SYSTEM.sleep(0.01)

        await value("press.oil", 319.65)
        assert {each.name: each.unit for each in await node.signals.series(ME)}["press.oil"] == "KEL"
        energy = Choice("energy", "holding:40:float64:badc", "KWH", scale=0.001)
        assert (await node.machines.choose(ME, "press", (energy,))).signals == (energy,)
        async with asyncio.timeout(60):
            while node.signals.latest("press.energy") is None:
                await SYSTEM.sleep(0.01)
        await node.machines.write(ME, "press", "energy", 1234.5)
        await value("press.energy", 1234.5)
        (written,) = node.log.of("machine.signal_written")
        assert (written.signal, written.value) == ("energy", 1234.5)
        with pytest.raises(Problem, match="machine-refused"):
            await node.machines.write(ME, "press", "oil", 1.0)
        assert [body.signals for body in node.log.of("machine.signals_chosen")] == [("energy",)]
        await node.machines.choose(ME, "press", (energy,))
        assert len(node.log.of("machine.signals_chosen")) == 1


async def test_scale_and_offset_are_applied_to_whoever_does_not_do_it_itself(node: Node, connect: ConnectService) -> None:
    """Tests that a value of an adapter that knows nothing of units arrives in the unit chosen."""
    async with tool() as agent:
        load = Choice("load", "load", scale=2.0, offset=1.0)
        machine = Machine("mill", "Mill", "mill", "mtconnect", trial(agent).config, signals=(load,))
        assert (await connect.connect(ME, ConnectWanted(machine))).connected
        async with asyncio.timeout(60):
            while (point := node.signals.latest("mill.load")) is None or point.value != 26.0:
                await SYSTEM.sleep(0.01)


NOWHERE = {"agent": "http://127.0.0.1:9"}


async def test_the_equipment_hierarchy(node: Node, connect: ConnectService) -> None:
    """Tests that machines stand under site, area and line, that moving is a fact once, and that a stranger sees only the firm."""
    for id, site, place in (("a", "Works", "hall-2/line-1"), ("b", "Works", "hall-2"), ("c", "", "")):
        await node.machines.add(ME, Machine(id, id.upper(), "mill", "mtconnect", NOWHERE, site, place, (Choice("load", "x", "P1", title="Load"),)))
    root = await connect.equipment(ME)
    works = next(each for each in root.children if each.level == "site")
    (hall,) = works.children
    assert [(each.level, each.name) for each in hall.children] == [("line", "line-1"), ("machine", "B")]
    machine = hall.children[0].children[0]
    assert (machine.path, machine.children[0].name, machine.children[0].unit) == ("Helix Gears/Works/hall-2/line-1/a", "Load", "%")
    await node.machines.move(ME, "c", "Works", "hall-2/line-1")
    await node.machines.move(ME, "c", "Works", "hall-2/line-1")
    assert len(node.log.of("machine.moved")) == 1
    works = (await connect.equipment(ME)).children[0]
    assert [each.id for each in works.children[0].children[0].children] == ["a", "c"]
    assert (await connect.equipment(STRANGER)).children == []
    for place in ("/a", "a//b", "a/b/c/d/e", " a"):
        with pytest.raises(Problem, match="place"):
            await node.machines.move(ME, "c", "", place)


@pytest.mark.parametrize(
    "wrong",
    [Choice("", "x"), Choice("a b", "x"), Choice("a", ""), Choice("a", "x", "degrees"), Choice("a", "x", scale=0), Choice("a", "x", offset=float("nan"))],
)
async def test_a_wrong_choice_is_refused(node: Node, wrong: Choice) -> None:
    """Tests that a signal that cannot be kept is named and nothing is added."""
    for signals in ((wrong,), (Choice("a", "x"), Choice("a", "y"))):
        with pytest.raises(Problem) as refused:
            await node.machines.add(ME, Machine("m", "M", "mill", "mtconnect", NOWHERE, signals=signals))
        assert refused.value.extra["field"] == "signals"
    assert not node.machines.machines()


async def test_nobody_else_connects(connect: ConnectService) -> None:
    """Tests that a partner can neither search, try, look nor connect."""
    machine = Machine("m", "M", "mill", "mtconnect", NOWHERE)
    for call in (
        connect.begin(STRANGER, FindWanted()),
        connect.try_(STRANGER, Trial("mtconnect", NOWHERE)),
        connect.offers(STRANGER, OffersWanted("mtconnect", NOWHERE)),
        connect.propose(STRANGER, Trial("mtconnect", NOWHERE)),
        connect.connect(STRANGER, ConnectWanted(machine)),
    ):
        with pytest.raises(Problem, match="forbidden"):
            await call


@pytest.mark.parametrize(
    ("text", "code"),
    [("°C", "CEL"), ("mm", "MMT"), ("rpm", "RPM"), ("1/min", "RPM"), ("kWh", "KWH"), ("bar", "BAR"), ("CEL", "CEL"), ("%", "P1"), ("A", "AMP"),
     ("m", "MTR"), ("MW", "MAW"), ("furlong", ""), ("", "")],
)  # fmt: skip
def test_units_as_devices_write_them(text: str, code: str) -> None:
    """Tests the code of a unit's text, and that each code is shown by a sign again."""
    assert code_of(text) == code
    assert bool(shown(code)) == bool(code)


def test_places_and_names_come_from_the_devices_own() -> None:
    """Tests that a common path of all groups names machine, line, area and site, that names are unique and short, and that identity is not kept."""
    offered = [Offered(str(n), name, value=1.0, group="Acme/Lyon/Hall 2/Line 1/Press 7") for n, name in enumerate(("Öl Temp", "öl temp", "SerialNumber"))]
    found = rules.proposals(offered)
    assert [each.choice.name for each in found] == ["ol-temp", "ol-temp-2", "serialnumber"]
    assert [each.chosen for each in found] == [True, True, False]
    made = rules.machine("mqtt", {}, "", found, frozenset())
    assert (made.id, made.name, made.group, made.site, made.place) == ("press-7", "Press 7", "press", "Lyon", "Hall 2/Line 1")
    (unused, used, named) = rules.proposals(
        [Offered("holding:4", "holding-4", value=0), Offered("holding:5", "holding-5", value=7), Offered("x", "speed", value=0)]
    )
    assert [(each.hint, each.chosen) for each in (unused, used, named)] == [("zero", False), ("number", True), ("number", True)]
    assert [each.chosen for each in rules.proposals([Offered(str(n), f"v{n}", value=1.0) for n in range(101)])].count(True) == 100


async def test_over_http(node: Node, connect: ConnectService) -> None:
    """Tests the routes: adapters with their schema, a search in the background, a try, a place, a choice, and a refusal with the field."""
    services: dict[type, Any] = {MachineService: node.machines, ConnectService: connect}
    app = build_app([routes.ROUTES, MACHINE_ROUTES], services, Door(), node.activity, node.store.clock)
    headers = {"Authorization": "Bearer me"}
    async with tool() as agent, httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://x.example", headers=headers) as web:
        adapters = {each["name"]: each for each in (await web.get("/api/v1/connect/adapters")).json()}
        port = adapters["modbus"]["config"]["properties"]["port"]
        assert (port["default"], port["maximum"], adapters["modbus"]["config"]["required"]) == (502, 65535, ["host"])
        assert adapters["modbus"]["advice"]
        begun = await web.post("/api/v1/connect/find", json={"adapters": ["mtconnect"], "networks": [f"127.0.0.1/32:{port_of(agent)}"]})
        assert (begun.status_code, begun.json()["running"]) == (202, True)
        assert (await web.post("/api/v1/connect/find", json={})).json()["code"] == "search-running"
        async with asyncio.timeout(60):
            while (await web.get("/api/v1/connect/find")).json()["running"]:
                await SYSTEM.sleep(0.02)
        assert (await web.get("/api/v1/connect/find")).json()["devices"]
        config = {"adapter": "mtconnect", "config": trial(agent).config}
        assert (await web.post("/api/v1/connect/try", json=config)).json()["ok"]
        machine = (await web.post("/api/v1/connect/propose?title=Mill", json=config)).json()["machine"]
        assert (await web.post("/api/v1/connect", json={"machine": machine})).json()["connected"]
        assert (await web.put("/api/v1/machines/mill/place", json={"site": "Works", "place": "hall"})).json()["place"] == "hall"
        refused = await web.put("/api/v1/machines/mill/signals", json={"signals": [{"name": "a", "address": "x", "unit": "degrees"}]})
        assert (refused.status_code, refused.json()["field"]) == (422, "signals")
        assert (await web.post("/api/v1/machines/mill/signals/spindle.load", json={"value": 1})).json()["code"] == "machine-refused"
        assert (await web.get("/api/v1/equipment")).json()["children"][0]["name"] == "Works"

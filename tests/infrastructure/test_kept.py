"""A connected machine afterwards: other signals, other settings, what its signals mean; what was kept stays whatever is changed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from plait.infrastructure.machines.connect import rules
from plait.infrastructure.machines.connect.meanings import MEANINGS, known, meaning_of, unit_in
from plait.infrastructure.machines.connect.model import ConnectWanted, KeptOffersWanted, OffersWanted, Reconnect
from plait.infrastructure.machines.connect.service import ConnectService
from plait.infrastructure.machines.connect.units import shown
from plait.infrastructure.machines.model import Choice, Machine, Offered
from plait.infrastructure.machines.rules import difference
from plait.kernel.clock import SYSTEM
from plait.kernel.problems import Problem
from plait.plant.plc import ModbusDevice
from tests.infrastructure.conftest import Node
from tests.infrastructure.support import ME, STRANGER
from tests.infrastructure.test_connect import controller, tool, trial
from tests.support import free_port

OIL = Choice("oil", "holding:3:float32", "CEL")
STATE = Choice("state", "holding:0")


@pytest.fixture
async def connect(node: Node) -> AsyncIterator[ConnectService]:
    service = ConnectService(node.machines, node.signals, node.guard)
    yield service
    await service.close()


def settings(device: ModbusDevice, **more: Any) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": device.port, "interval_ms": 20, **more}


async def press(connect: ConnectService, device: ModbusDevice, *signals: Choice, **more: Any) -> None:
    machine = Machine("press", "Press", "press", "modbus", settings(device, **more), "Works", "hall-2/line-1", signals)
    assert (await connect.connect(ME, ConnectWanted(machine))).connected


async def heard(node: Node, series: str, wanted: float) -> None:
    async with asyncio.timeout(60):
        while (point := node.signals.latest(series)) is None or point.value != pytest.approx(wanted):
            await SYSTEM.sleep(0.01)


async def test_signals_are_seen_with_their_place_and_value(node: Node, connect: ConnectService) -> None:
    """Tests that each kept signal says its place, meaning and last value, that one taken away is still there with its history, and that a partner sees none."""
    async with controller() as device:
        meaning = known("nsu=http://opcfoundation.org/UA/MTConnect/v2/;i=2325")
        assert meaning is not None
        await press(connect, device, Choice("oil", "holding:3:float32", "CEL", semantic=meaning.id), STATE)
        await heard(node, "press.oil", 46.5)
        await heard(node, "press.state", 1)
        view = await connect.kept(ME, "press")
        assert (view.path, view.title, view.where) == ("Helix Gears/Works/hall-2/line-1/press", "Modbus TCP", f"127.0.0.1:{device.port}")
        assert (view.browses, view.chooses, view.others) == (True, True, ())
        oil = view.signals[0]
        assert (oil.path, oil.meaning, oil.value, oil.quality) == (f"{view.path}/oil", "temperature", 46.5, 0)
        assert oil.at is not None
        made = await node.machines.choose(ME, "press", (STATE,))
        assert (made.removed, made.added) == (("oil",), ())
        view = await connect.kept(ME, "press")
        assert [each.choice.name for each in view.signals] == ["state"]
        assert [(each.name, each.value) for each in view.others] == [("press.oil", 46.5)]
        assert (await node.signals.query(ME, "press.oil", None, None)).values
        with pytest.raises(Problem, match="no-such-machine"):
            await connect.kept(STRANGER, "press")


async def test_a_dry_choice_says_what_it_would_change(node: Node, connect: ConnectService) -> None:
    """Tests that names added, removed and renamed and changed fields are said, and that nothing is changed."""
    async with controller() as device:
        await press(connect, device, OIL, STATE)
        wanted = (Choice("oil-temp", "holding:3:float32", "KEL", offset=273.15), Choice("guard", "discrete:0"))
        would = await node.machines.choose(ME, "press", wanted, dry=True)
        assert (would.added, would.removed, would.renamed) == (("guard",), ("state",), {"oil": "oil-temp"})
        assert would.changed == {"oil-temp": ("unit", "offset")}
        assert (would.dry, would.signals) == (True, wanted)
        assert (await node.machines.one(ME, "press")).machine.signals == (OIL, STATE)
        assert not node.log.of("machine.signals_chosen")


async def test_a_choice_that_the_device_refuses_changes_nothing(node: Node, connect: ConnectService) -> None:
    """Tests that a wrong address is refused while the old signals go on, that the one which tells the state stays, and that a good choice is heard."""
    async with controller() as device:
        await press(connect, device, OIL, STATE, state_signal="state", states={"1": "running", "0": "idle"})
        await heard(node, "press.oil", 46.5)
        await node.log.until(lambda log: any(body.state == "running" for body in log.of("machine.state_changed")))
        with pytest.raises(Problem, match="bad-machine"):
            await node.machines.choose(ME, "press", (OIL, STATE, Choice("x", "smoke:1")))
        with pytest.raises(Problem, match="state_signal"):
            await node.machines.choose(ME, "press", (OIL,))
        assert (await node.machines.one(ME, "press")).machine.signals == (OIL, STATE)
        await device.press(1, 70_000, 50.25, guard=True)
        await heard(node, "press.oil", 50.25)
        warm = Choice("warm", "holding:3:float32", "CEL", scale=2.0)
        await node.machines.choose(ME, "press", (warm, STATE))
        await heard(node, "press.warm", 100.5)
        status = await node.machines.one(ME, "press")
        assert (status.linked, status.state) == (True, "running")
        assert not node.log.of("machine.gap")


async def test_a_machine_that_was_refused_is_heard_once_its_signals_are_right(node: Node, connect: ConnectService) -> None:
    """Tests that a machine silent for a wrong address talks after another choice."""
    async with controller() as device:
        await press(connect, device, Choice("oil", "smoke:1"))
        await node.log.until(lambda log: any(body.state == "silent" and "smoke" in body.reason for body in log.of("machine.state_changed")))
        await node.machines.choose(ME, "press", (OIL,))
        await heard(node, "press.oil", 46.5)
        await node.log.until(lambda log: log.of("machine.state_changed")[-1].state == "idle")
        async with asyncio.timeout(60):
            while not (await node.machines.one(ME, "press")).linked:
                await SYSTEM.sleep(0.01)


async def test_what_a_connected_machine_offers(node: Node, connect: ConnectService) -> None:
    """Tests that what is kept stands as it is kept and nothing else is chosen, and that a new name is no kept one's."""
    async with tool() as agent:
        kept = Choice("exec", "load", "P1", title="Work")
        machine = Machine("mill", "Mill", "mill", "mtconnect", trial(agent).config, signals=(kept,))
        assert (await connect.connect(ME, ConnectWanted(machine))).connected
        offers = await connect.offers_of(ME, "mill", KeptOffersWanted())
        chosen = [each.choice for each in offers.signals if each.chosen]
        assert (chosen, offers.chosen, offers.total) == ([kept], 1, 4)
        assert len({each.choice.name for each in offers.signals}) == 4
        with pytest.raises(Problem, match="forbidden"):
            await connect.offers_of(STRANGER, "mill", KeptOffersWanted())
        await node.machines.remove(ME, "mill")
        with pytest.raises(Problem, match="no-such-machine"):
            await connect.offers_of(ME, "mill", KeptOffersWanted())


async def test_another_address(node: Node, connect: ConnectService) -> None:
    """Tests that settings are tried before they are taken, that a machine is then heard where it is now, and that what was missed meanwhile is a gap."""
    async with controller() as first, controller() as second:
        await second.press(1, 70_000, 20.0, guard=True)
        await press(connect, first, OIL)
        await heard(node, "press.oil", 46.5)
        dry = await connect.reconnect(ME, "press", Reconnect(settings(second), dry=True))
        assert (dry.tried.ok, dry.connected) == (True, False)
        nowhere = await connect.reconnect(ME, "press", Reconnect(settings(first) | {"port": free_port()}))
        assert (nowhere.tried.why, nowhere.connected) == ("refused", False)
        with pytest.raises(Problem, match="bad-machine"):
            await connect.reconnect(ME, "press", Reconnect({"host": "127.0.0.1", "colour": 1}))
        with pytest.raises(Problem, match="forbidden"):
            await connect.reconnect(STRANGER, "press", Reconnect(settings(second)))
        assert not node.log.of("machine.reconnected")
        assert (await connect.reconnect(ME, "press", Reconnect(settings(second)))).connected
        await heard(node, "press.oil", 20.0)
        assert [body.settings for body in node.log.of("machine.reconnected")] == [("port",)]
        await node.log.until(lambda log: bool(log.of("machine.gap")))
        assert (await node.machines.one(ME, "press")).machine.config == settings(second)
        off = settings(second) | {"port": free_port()}
        assert (await connect.reconnect(ME, "press", Reconnect(off, untried=True))).connected
        assert not (await node.machines.one(ME, "press")).linked


async def test_a_shared_connection_is_made_anew_with_other_settings(node: Node, connect: ConnectService) -> None:
    """Tests that two machines behind one address are both heard after the settings of one have changed, and after one has left for another address."""
    async with controller() as first, controller() as second:
        await second.press(1, 70_000, 20.0, guard=True)
        await press(connect, first, OIL)
        await node.machines.add(ME, Machine("other", "Other", "press", "modbus", settings(first), signals=(STATE,)))
        await heard(node, "other.state", 1)
        await connect.reconnect(ME, "press", Reconnect(settings(first, timeout_s=2)))
        await first.press(2, 70_000, 47.5, guard=True)
        await heard(node, "press.oil", 47.5)
        await heard(node, "other.state", 2)
        await connect.reconnect(ME, "press", Reconnect(settings(second)))
        await first.press(3, 70_000, 48.5, guard=True)
        await heard(node, "press.oil", 20.0)
        await heard(node, "other.state", 3)


def test_the_difference_of_two_choices() -> None:
    """Tests that a signal under another name is renamed, also where two have one address, and that an exchange of names is a change."""
    a, b = Choice("a", "x"), Choice("b", "y")
    assert difference((a, b), (a, b)) == ((), (), {}, {})
    assert difference((a, Choice("c", "x")), (Choice("d", "x"),)) == ((), ("c",), {"a": "d"}, {})
    assert difference((a, b), (Choice("a", "y"), Choice("b", "x"))) == ((), (), {}, {"a": ("address",), "b": ("address",)})


@pytest.mark.parametrize(
    ("name", "kind", "unit", "value", "term"),
    [
        ("SpindleSpeed", "", "", 1200.0, "ROTARY_VELOCITY"),
        ("x17", "", "KWH", 3.0, "ELECTRICAL_ENERGY"),
        ("Öltemperatur", "", "CEL", 40.0, "TEMPERATURE"),
        ("主轴转速", "", "RPM", 900.0, "ROTARY_VELOCITY"),
        ("c.s2", "sample rotary_velocity actual", "RPM", 900.0, "ROTARY_VELOCITY"),
        ("vibration", "", "C16", 1.0, "VELOCITY"),
        ("vibration", "", "MSK", 1.0, "ACCELERATION"),
        ("vibration", "", "", 1.0, ""),
        ("motor.current", "", "", 4.0, "AMPERAGE"),
        ("StateCurrent", "", "", 3.0, ""),
        ("temperature", "", "AMP", 1.0, ""),
        ("program", "", "", "O1234", "PROGRAM"),
        ("program", "", "", 7.0, ""),
        ("status", "", "", "ACTIVE", "EXECUTION"),
        ("status", "", "", 1.0, ""),
        ("part_count", "", "", 12.0, "PART_COUNT"),
        ("scrap", "", "", 2.0, "ProdDefectiveCount"),
        ("y", "", "MMT", 2.0, ""),
    ],
)
def test_a_meaning_is_proposed_where_it_is_plain(name: str, kind: str, unit: str, value: float | str, term: str) -> None:
    """Tests what names, units and values say of the meaning, and that nothing is guessed where they say nothing or contradict one another."""
    found = meaning_of(name, kind, unit, value)
    assert (found.term if found is not None else "") == term


def test_meanings_and_units_are_proposed_with_a_signal() -> None:
    """Tests that a proposal bears unit and meaning, that a unit in a name counts only where the device says none, and that units have signs."""
    speed, energy, odd = rules.proposals(
        [Offered("a", "spindle_rpm", value=1.0), Offered("b", "energy_kwh", unit="furlong", value=2.0), Offered("c", "register 5", value=3.0)]
    )
    assert (speed.choice.unit, speed.meaning, known(speed.choice.semantic)) == ("RPM", "speed of rotation", MEANINGS[9])
    assert (energy.choice.unit, energy.meaning) == ("", "electric energy")
    assert (odd.choice.unit, odd.choice.semantic, odd.meaning) == ("", "", "")
    assert (unit_in("part_count"), unit_in("axis_m")) == ("H87", "")
    assert len({each.id for each in MEANINGS}) == len({each.term for each in MEANINGS}) == len(MEANINGS)
    assert all(shown(unit) != unit or unit in {"E96", "J55", "M41", "G51", "MGM", "C62"} for each in MEANINGS for unit in each.units)


async def test_a_device_tells_what_its_signals_mean(connect: ConnectService) -> None:
    """Tests that the type of an MTConnect data item is its meaning, and that the table can be read."""
    async with tool() as agent:
        offers = await connect.offers(ME, OffersWanted("mtconnect", trial(agent).config))
        assert {each.choice.address: each.meaning for each in offers.signals} == {
            "avail": "can the machine be reached?",
            "exec": "what the program does (runs, waits, stopped)",
            "load": "load, as a share of what it can",
            "dead": "temperature",
        }
    table = await connect.meanings(ME)
    assert {each.id for each in table} >= {each.choice.semantic for each in offers.signals}

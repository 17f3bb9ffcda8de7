"""Links to simulated controllers over real sockets: values, blocks, refusals in words, scans and searches."""

import asyncio
import math
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plait.infrastructure.machines import scan
from plait.infrastructure.machines.modbus.device import ModbusDevice as ModbusAsker
from plait.infrastructure.machines.model import Around, Choice, LinkLost, Machine
from plait.infrastructure.machines.plugins import ADAPTERS
from plait.kernel.problems import Problem
from plait.plant.plc import ModbusDevice, S7Device
from plait.wire.registers import Kind, Order
from tests.infrastructure.plc.support import AROUND, MAKE, WORD, browsed, config, hear, linked, running, told
from tests.support import free_port
from tests.wire.test_registers import values

S7_RANGES = {"SINT": ("B", 8), "INT": ("W", 16), "DINT": ("D", 32), "TIME": ("D", 32), "LINT": ("B", 64)}
S7_RANGES |= {"USINT": ("B", 8), "UINT": ("W", 16), "UDINT": ("D", 32), "ULINT": ("B", 64), "BYTE": ("B", 8), "WORD": ("W", 16), "DWORD": ("D", 32)}


def s7_values() -> st.SearchStrategy[tuple[str, Any]]:
    """An S7 address and a value for it."""
    whole = [
        st.tuples(
            st.integers(0, 100).map(lambda byte, letter=letter, kind=kind: f"DB1.DB{letter}{byte}:{kind}"),
            st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if kind in ("SINT", "INT", "DINT", "TIME", "LINT") else st.integers(0, 2**bits - 1),
        )
        for kind, (letter, bits) in S7_RANGES.items()
    ]
    return st.one_of(
        *whole,
        st.tuples(st.just("M5.6"), st.sampled_from([0, 1])),
        st.tuples(st.just("QW7:INT"), st.integers(-100, 100)),
        st.tuples(st.just("DB1.DBD8:REAL"), st.floats(width=32, allow_nan=False, allow_infinity=False)),
        st.tuples(st.just("DB1.DBB8:LREAL"), st.floats(allow_nan=False, allow_infinity=False)),
        st.tuples(st.just("DB1.DBB99:STRING[12]"), st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=12)),
    )


def register_values(address: Callable[[Kind, Order], str]) -> st.SearchStrategy[tuple[str, Any]]:
    """An address of registers and a value for it."""

    def of(kind: Kind, order: Order) -> st.SearchStrategy[tuple[str, Any]]:
        finite = values(kind).filter(lambda value: isinstance(value, str) or math.isfinite(value))
        return st.tuples(st.just(address(kind, order)), finite)

    return st.tuples(st.sampled_from(Kind), st.sampled_from(Order)).flatmap(lambda each: of(*each))


VALUES = {
    "modbus": register_values(lambda kind, order: f"holding:17:{kind}{12 if kind is Kind.STRING else ''}:{order}")
    | st.tuples(st.sampled_from(["coil:3", "holding:30:bit13"]), st.sampled_from([0, 1])),
    "s7": s7_values(),
    "mc3e": register_values(lambda kind, order: f"{'D' if order is Order.ABCD else 'ZR'}100:{kind}{12 if kind is Kind.STRING else ''}")
    | st.tuples(st.sampled_from(["M7", "Y1F", "D30.C"]), st.sampled_from([0, 1])),
}


@pytest.mark.parametrize("name", MAKE)
def test_what_is_written_to_a_device_is_read_from_it(name: str) -> None:
    """Tests that any value of any type and byte order, written over the wire, is read back as it was."""
    with asyncio.Runner() as runner:
        device = MAKE[name](free_port())
        runner.run(device.start())
        plugin = ADAPTERS.load(name)
        link: Any = plugin.link(config(name, {"port": device.port}), AROUND)
        asker = link._device
        runner.run(link.connect())

        @settings(max_examples=80, deadline=None)
        @given(VALUES[name])
        def there_and_back(case: tuple[str, Any]) -> None:
            address, value = case
            plan = asker.plan(config(name, {"port": device.port}), [Choice("a", address)])
            runner.run(asker.write(plan, "a", value))
            assert runner.run(asker.read(plan)) == {"a": value}

        try:
            there_and_back()
        finally:
            runner.run(link.close())
            runner.run(device.kill())


async def test_bits_leave_their_neighbours_alone() -> None:
    """Tests that writing one bit of a byte, word or register changes no other."""
    async with running("s7") as s7:
        s7.merkers[5] = 0b1010_1010
        async with linked("s7", s7.port, Choice("a", "M5.0")) as link:
            await link.write("m", "a", 1)
            assert s7.merkers[5] == 0b1010_1011
            await link.write("m", "a", 0)
            assert s7.merkers[5] == 0b1010_1010
    async with running("mc3e") as plc:
        plc.memory["D"][5] = 0xAAAA
        async with linked("mc3e", plc.port, Choice("a", "D5.0")) as link:
            await link.write("m", "a", 1)
            assert plc.memory["D"][5] == 0xAAAB


async def test_blocks_keep_to_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that neighbours are read at once, no register nobody chose is read unless allowed, and a block with a hole in it is read in its parts."""
    asked: list[tuple[str, int, int]] = []
    real = ModbusAsker.elements

    async def spy(self: Any, unit: int, table: str, start: int, count: int) -> list[int]:
        asked.append((table, start, count))
        return await real(self, unit, table, start, count)

    monkeypatch.setattr(ModbusAsker, "elements", spy)
    choices = [Choice(f"h{number}", f"holding:{number}") for number in (0, 1, 2, 5, 250, 255)] + [Choice("f", "holding:3:float32"), Choice("c", "coil:9")]
    async with running("modbus") as device:
        async with linked("modbus", device.port, *choices) as link:
            assert {quality for _, quality in told(await hear(link, told)).values()} == {0}
        assert asked == [("coil", 9, 1), ("holding", 0, 6), ("holding", 250, 1), ("holding", 255, 1)]
        asked.clear()
        async with linked("modbus", device.port, *choices, most_registers=4, bridge=5) as link:
            await hear(link, told)
        assert asked == [("coil", 9, 1), ("holding", 0, 3), ("holding", 3, 3), ("holding", 250, 1), ("holding", 255, 1)]
        asked.clear()
        async with linked("modbus", device.port, Choice("in", "holding:254"), Choice("out", "holding:257"), bridge=5) as link:
            assert told(await hear(link, told)) == {"in": (0.0, 0), "out": (0.0, 2)}
            asked.clear()
            await link.write("m", "in", 7)
            assert told(await hear(link, told)) == {"in": (7.0, 0)}
        assert set(asked) == {("holding", 254, 1), ("holding", 257, 1)}


async def test_what_is_refused_says_why() -> None:
    """Tests that a refused address, block, access or command tells what to look at, in the reason of the state or of the refusal."""
    wrong = {"modbus": ("holding:300", "no such address"), "s7": ("DB9.DBW0", "no such block"), "mc3e": ("D5000", "outside the device's range")}
    for name, (address, says) in wrong.items():
        async with running(name) as device, linked(name, device.port, Choice("a", address)) as link:
            batch = await hear(link, lambda batch: batch.statuses)
            assert says in batch.statuses["m"][0].reason
            with pytest.raises(Problem, match="machine-refused"):
                await link.write("m", "a", 1)
    async with running("s7", S7Device(free_port(), denied=True)) as closed:
        (one,) = (await browsed("s7", closed.port, map="address,name\nDB1.DBW0,a")).values()
        assert "PUT/GET" in one.why
        async with linked("s7", closed.port, Choice("a", "DB1.DBW0")) as link:
            with pytest.raises(Problem, match="PUT/GET"):
                await link.write("m", "a", 1)
    async with running("mc3e") as plc, linked("mc3e", plc.port, Choice("a", "D0")) as link:
        await hear(link, told)
        plc.refuse = 0xC059
        batch = await hear(link, lambda batch: batch.statuses)
        assert "C059h" in batch.statuses["m"][0].reason
        plc.refuse = 0x0055
        with pytest.raises(Problem, match="online change"):
            await link.write("m", "a", 1)


@pytest.mark.parametrize("name", MAKE)
async def test_values_that_do_not_fit_are_refused(name: str) -> None:
    """Tests that a value is never cut or rounded on its way to the device."""
    async with running(name) as device, linked(name, device.port, Choice("a", WORD[name])) as link:
        await link.write("m", "a", 1005.0)
        assert told(await hear(link, told)) == {"a": (1005.0, 0)}
        for value in (70_400.0, -10.0, 400.5, math.nan, "on"):
            with pytest.raises(Problem, match="machine-refused"):
                await link.write("m", "a", value)


async def test_what_can_only_be_read_is_not_written() -> None:
    """Tests that inputs of a Modbus device refuse to be written, with where writing is possible."""
    async with running("modbus") as device, linked("modbus", device.port, Choice("a", "input:0"), Choice("b", "discrete:0"), Choice("c", "coil:0")) as link:
        for name in ("a", "b"):
            with pytest.raises(Problem, match="coil and holding"):
                await link.write("m", name, 1)
        with pytest.raises(Problem, match="0 or 1"):
            await link.write("m", "c", 2)


async def test_devices_that_know_no_single_writes() -> None:
    """Tests that a register and a coil are written by functions 16 and 15 where a device does not know 6 and 5."""
    device = ModbusDevice(free_port(), unknown=frozenset({5, 6}))
    async with running("modbus", device), linked("modbus", device.port, Choice("a", "holding:3"), Choice("b", "coil:9")) as link:
        await link.write("m", "a", 17)
        await link.write("m", "b", 1)
        assert told(await hear(link, told)) == {"a": (17.0, 0), "b": (1.0, 0)}


@pytest.mark.parametrize("name", MAKE)
async def test_nothing_there_says_so(name: str) -> None:
    """Tests that an address where nothing listens says what to look at."""
    with pytest.raises(LinkLost, match="nothing listens at"):
        await browsed(name, free_port())


async def test_a_wrong_choice_is_refused_at_once() -> None:
    """Tests that no signals, a wrong address and an unknown state signal are refused before anything is read."""
    async with running("modbus") as device, linked("modbus", device.port, Choice("a", "holding:0")) as link:
        raw = {"host": "127.0.0.1", "port": device.port}
        for signals, more, says in (
            ((), {}, "choose at least one"),
            ((Choice("a", "holding:99999"),), {}, "last address"),
            ((Choice("a", "holding:0"),), {"state_signal": "b"}, "not among the chosen"),
        ):
            with pytest.raises(Problem, match="bad-machine") as refusal:
                await link.watch(Machine("n", "N", "any", "modbus", {**raw, **more}, signals=signals))
            assert says in refusal.value.detail


async def test_units_behind_one_gateway() -> None:
    """Tests that a unit that does not answer is silent with a reason and asked seldom, while the other goes on."""
    async with running("modbus", ModbusDevice(free_port(), units=(1,))) as gateway, linked("modbus", gateway.port, Choice("a", "holding:0")) as link:
        raw = {"host": "127.0.0.1", "port": gateway.port, "interval_ms": 10, "unit": 9}
        await link.watch(Machine("n", "N", "any", "modbus", raw, signals=(Choice("a", "holding:0"),)))
        batch = await hear(link, lambda batch: "n" in batch.statuses)
        assert batch.statuses["n"][0].state == "silent"
        assert "unit 9" in batch.statuses["n"][0].reason
        for value in range(1, 4):
            await gateway.put(3, 0, [value])
            await hear(link, lambda batch, value=value: told(batch) == {"a": (value, 0)})


async def test_states_and_heartbeats() -> None:
    """Tests that a state signal tells the machine's state, that what its map does not name says nothing, and that only changes are told."""
    states = {"0": "idle", "1": "running", "2": "down"}
    choices = (Choice("state", "D0"), Choice("oil", "D3:float32"))
    async with running("mc3e") as plc, linked("mc3e", plc.port, *choices, state_signal="state", states=states) as link:
        first = await hear(link, told)
        assert (set(told(first)), [each.state for each in first.statuses["m"]]) == ({"state", "oil"}, ["idle"])
        for raw, state, reason in ((1, ["running"], ""), (9, [], ""), (2, ["down"], "state is 2")):
            plc.memory["D"][0] = raw
            batch = await hear(link, told)
            assert set(told(batch)) == {"state"}
            assert [each.state for each in batch.statuses.get("m", ())] == state
            assert all(each.reason == reason for each in batch.statuses.get("m", ()))
        plc.memory["D"][3:5] = [0, 0x7FC0]
        assert told(await hear(link, told)) == {"oil": (0.0, 2)}


@pytest.mark.parametrize(
    ("name", "scan", "expected"),
    [
        ("modbus", ("holding:0-9", "coil:3-4"), {"holding:0": 1.0, "holding:3:float32": 46.5, "holding:1:float32": None, "coil:3": 0.0}),
        ("s7", ("DB1.0-20", "I.0-1", "DB7.0-9"), {"DB1.DBW0": 1.0, "DB1.DBD6:REAL": 46.5, "I0.0": 1.0, "DB1.DBD2:REAL": None}),
        ("mc3e", ("D0-9", "X0-1F"), {"D0": 1.0, "D3:float32": 46.5, "X0": 1.0, "X1F": 0.0}),
    ],
)
async def test_a_scan_proposes_what_looks_like_a_value(name: str, scan: tuple[str, ...], expected: dict[str, float | None]) -> None:
    """Tests that a scan offers the points of its ranges with their values, and floating point numbers where two words look like one."""
    async with running(name) as device:
        await device.press(1, 70_000, 46.5, guard=True)
        found = await browsed(name, device.port, scan=scan)
        assert {address: found[address].value if address in found else None for address in expected} == expected
        assert all(each.name and (each.value is not None or each.why) for each in found.values())
        with pytest.raises(Problem, match=r"config\.scan"):
            await browsed(name, device.port, scan=("everything",))


async def test_a_slip_in_a_list_hides_nothing_else() -> None:
    """Tests that a line with a wrong address is offered with what is wrong, and the others with their values."""
    async with running("s7") as device:
        struct.pack_into(">h", device.db, 0, -5)
        found = await browsed("s7", device.port, map="address,name\nDB1.DBW0:INT,good\nDB1.DBW0:REAL,slip\nDB1.DBW300,behind")
        assert found["DB1.DBW0:INT"].value == -5
        assert "takes 4 byte" in found["DB1.DBW0:REAL"].why
        assert "no such address" in found["DB1.DBW300"].why


@pytest.mark.parametrize("name", MAKE)
async def test_a_search_finds_what_answers(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a search of this computer finds the device with a config that can be linked, and nothing where nothing or something else answers."""
    for limit in ("OPEN_S", "ANSWER_S", "PROBE_S", "WHOLE_S"):
        monkeypatch.setattr(scan, limit, 30.0)  # a busy computer takes its time
    plugin = ADAPTERS.load(name)
    assert plugin.find is not None
    async with running(name) as device, running("mc3e" if name != "mc3e" else "s7") as other:
        networks = tuple(f"127.0.0.1/32:{port}" for port in (free_port(), other.port, device.port))
        (found,) = await plugin.find(Around(20, AROUND.folder, networks=networks))
        assert str(device.port) in found.title
        assert await browsed(name, **{key: value for key, value in found.config.items() if key != "host"})
    for wrong in ("127.0.0.1/8", "nowhere", "127.0.0.1/32:0", "8.8.8.0/24"):
        with pytest.raises(Problem, match="networks"):
            await plugin.find(Around(20, AROUND.folder, networks=(wrong,)))

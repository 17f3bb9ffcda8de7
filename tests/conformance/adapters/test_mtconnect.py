"""The MTConnect adapter against the simulated agent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from plait.infrastructure.machines.model import Batch, Choice, Link, LinkLost, Machine
from plait.infrastructure.machines.mtconnect.browse import find
from plait.infrastructure.machines.mtconnect.parts import Parts, boundary_of
from plait.infrastructure.machines.mtconnect.xml import devices, streams
from plait.kernel.activity import Activity
from plait.kernel.clock import SYSTEM, WallClock, parse_iso
from plait.kernel.problems import Problem
from plait.plant.config import CellConfig, PlantConfig
from plait.plant.model import Plant
from plait.plant.mtconnect import Agent, Device, Item
from plait.plant.tools import Tools
from tests.conformance.adapters.suite import SignalSuite
from tests.support import free_port

ITEMS = (
    Item("avail", "EVENT", "AVAILABILITY"),
    Item("exec", "EVENT", "EXECUTION", "path"),
    Item("mode", "EVENT", "CONTROLLER_MODE", "path"),
    Item("estop", "EVENT", "EMERGENCY_STOP", "path"),
    Item("parts", "EVENT", "PART_COUNT", "path"),
    Item("program", "EVENT", "PROGRAM", "path"),
    Item("load", "SAMPLE", "LOAD", "spindle", "load", "PERCENT"),
    Item("pos", "SAMPLE", "PATH_POSITION", "path", "", "MILLIMETER_3D"),
    Item("shake", "SAMPLE", "ACCELERATION", "spindle", "", "MILLIMETER/SECOND^2", "TIME_SERIES"),
    Item("tools", "EVENT", "VARIABLE", "path", "", "", "DATA_SET"),
    Item("sys", "CONDITION", "SYSTEM", "path"),
)


class Mill:
    """A milling machine behind an agent that can be killed, and forgets what it held when started anew with another ``instance``."""

    def __init__(self, folder: Path, buffer: int = 1000) -> None:
        self.folder = folder
        self.port = free_port()
        self.buffer = buffer
        self.agent = self._make(1)

    def _make(self, instance: int) -> Agent:
        devices = [Device("d1", "Mill", "u-1", ITEMS), Device("d2", "Lathe", "u-2", (Item("other", "EVENT", "AVAILABILITY"),))]
        agent = Agent(devices, self.port, SYSTEM.now, buffer=self.buffer, instance=instance)
        for item, value in (("avail", "AVAILABLE"), ("exec", "READY"), ("mode", "AUTOMATIC"), ("estop", "ARMED"), ("sys", "Normal")):
            agent.say(item, value)
        for item, value in (("load", 12.5), ("parts", 3), ("program", "O1000"), ("pos", "1.5 2.5 -3")):
            agent.say(item, value)
        return agent

    async def start(self) -> None:
        await self.agent.open()

    async def kill(self) -> None:
        await self.agent.close()

    async def renew(self) -> None:
        await self.agent.close()
        self.agent = self._make(self.agent.instance + 1)
        await self.agent.open()


class TestMtConnect(SignalSuite):
    name = "mtconnect"
    chosen = (Choice("load", "load"), Choice("parts", "parts"), Choice("program", "program"), Choice("y", "pos[1]"), Choice("sys", "sys"))

    @asynccontextmanager
    async def works(self, folder: Path) -> AsyncIterator[Mill]:
        mill = Mill(folder)
        await mill.start()
        try:
            yield mill
        finally:
            await mill.kill()

    def config(self, works: Any) -> dict[str, Any]:
        return {"agent": works.agent.address, "device": "Mill", "interval_ms": 10, "heartbeat_s": 5}

    async def heard(self, link: Link, what: str, value: Any) -> list[Batch]:
        """Return all batches up to the one with this value of a signal."""
        batches = []
        async with asyncio.timeout(60):
            while True:
                batches.append(await link.next())
                if any((each.signal, each.value) == (what, value) for each in batches[-1].readings.get("m", ())):
                    return batches

    async def test_states_follow_from_what_is_observed(self, tmp_path: Path) -> None:
        """Tests that execution, mode, emergency stop, conditions and availability become states with reasons, each at its own time."""
        async with self.works(tmp_path) as works, self.linked(works) as link:
            first = await self.hear(link, lambda batch: "m" in batch.statuses)
            assert first.statuses["m"][-1].state == "idle"
            at = parse_iso("2026-03-01T06:00:00Z")
            script = [
                ("exec", "ACTIVE", {}, ("running", "")),
                ("exec", "FEED_HOLD", {}, ("idle", "feed hold")),
                ("mode", "MANUAL", {}, ("setup", "")),
                ("sys", "Fault", {"native": "414", "text": "servo alarm"}, ("down", "414 servo alarm")),
                ("sys", "Fault", {"native": "9", "text": "oil"}, ("down", "414 servo alarm; 9 oil")),
                ("sys", "Normal", {"native": "9"}, ("down", "414 servo alarm")),
                ("sys", "Normal", {}, ("setup", "")),
                ("estop", "TRIGGERED", {}, ("down", "emergency stop")),
                ("avail", "UNAVAILABLE", {}, ("silent", "the agent has lost the machine")),
            ]
            for item, value, more, _ in script:
                works.agent.say(item, value, at, **more)
                at = at.replace(minute=at.minute + 1)
            told: list[tuple[str, str, int]] = []
            while len(told) < len(script):
                told += [(each.state, each.reason, each.at.minute) for each in (await link.next()).statuses.get("m", ())]
            assert told == [(*wanted, minute) for minute, (*_, wanted) in enumerate(script)]

    async def test_values_of_every_kind(self, tmp_path: Path) -> None:
        """Tests numbers, words, positions, time series, and what is unavailable: the last number again, bad."""
        chosen = (*self.chosen, Choice("shake", "shake"))
        at = parse_iso("2026-03-01T06:00:01Z")
        async with self.works(tmp_path) as works, self.linked(works) as link:
            await link.watch(Machine("m", "M", "any", self.name, signals=chosen))
            works.agent.say("shake", "1 2 3 4", at, more=' sampleCount="4" sampleRate="4"')
            works.agent.say("pos", "7 8 9", at)
            works.agent.say("sys", "Warning", at, text="lubricant low")
            works.agent.say("load", "UNAVAILABLE", at)
            works.agent.say("program", "O2000", at)
            said = [each for batch in await self.heard(link, "program", "O2000") for each in batch.readings.get("m", ())]
            assert [(each.value, each.at.microsecond) for each in said if each.signal == "shake"] == [(1.0, 250000), (2.0, 500000), (3.0, 750000), (4.0, 0)]
            assert [each.value for each in said if each.signal == "y"][-1] == 8.0
            assert [each.value for each in said if each.signal == "sys"][-1] == "WARNING"
            assert [(each.value, each.quality) for each in said if each.signal == "load"][-1] == (12.5, 2)

    async def test_what_was_said_while_the_link_was_away_comes_afterwards(self, tmp_path: Path) -> None:
        """Tests that the next link goes on where the last had come to, says so, and brings what was said meanwhile once and in order."""
        async with self.works(tmp_path) as works:
            async with self.linked(works) as link:
                batch = await self.hear(link, self.speaks)
                assert not batch.caught_up
                works.agent.say("parts", 4)
                await self.heard(link, "parts", 4.0)
                works.agent.say("parts", 5)
                await self.heard(link, "parts", 5.0)
                works.agent.say("parts", 5.5)
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(self.hear(link, lambda batch: False), 0.3)
            for number in range(6, 106):
                works.agent.say("parts", number)
            async with self.linked(works) as link:
                batches = await self.heard(link, "parts", 105.0)
                assert batches[0].caught_up.keys() == {"m"}
                assert sum(batch.lost for batch in batches) == 0
                values = [each.value for batch in batches for each in batch.readings.get("m", ()) if each.signal == "parts"]
                assert values[-100:] == [float(number) for number in range(6, 106)]

    async def test_what_the_agent_has_dropped_is_counted(self, tmp_path: Path) -> None:
        """Tests that an overflow of the agent's buffer is a counted gap, and that an agent started anew is one without a count."""
        async with self.works(tmp_path) as works:
            async with self.linked(works) as link:
                await self.heard(link, "parts", 3.0)
                works.agent.say("program", "O1")
                await self.heard(link, "program", "O1")
                works.agent.say("program", "O2")
                await self.heard(link, "program", "O2")
            for number in range(works.buffer + 50):
                works.agent.say("parts", number)
            async with self.linked(works) as link:
                batches = await self.heard(link, "parts", float(works.buffer + 49))
                assert 50 <= sum(batch.lost for batch in batches) <= 52
                assert not any(batch.caught_up for batch in batches)
                await works.renew()
                with pytest.raises(LinkLost):
                    await self.hear(link, lambda batch: False)
            async with self.linked(works) as link:
                batch = await self.hear(link, self.speaks)
                assert not batch.caught_up
                assert batch.lost == 0

    async def test_wrong_device_and_wrong_signal_are_named(self, tmp_path: Path) -> None:
        """Tests that a device that is not there names those that are, and a data item that is not there is refused."""
        async with self.works(tmp_path) as works:
            config = {**self.config(works), "device": "Saw"}
            works_config, self.config = self.config, lambda works: config  # type: ignore[method-assign]
            try:
                with pytest.raises(LinkLost, match=r"NO_DEVICE|Mill, Lathe"):
                    await self.browsed(works)
            finally:
                self.config = works_config  # type: ignore[method-assign]
            async with self.linked(works) as link:
                with pytest.raises(Problem, match="has no data item 'nothing'"):
                    await link.watch(Machine("n", "N", "any", self.name, signals=(Choice("x", "nothing"),)))
            assert [found.config["device"] for found in await find([f"127.0.0.1/32:{works.port}"])] == ["Mill", "Lathe"]

    async def test_units_are_those_of_trade(self, tmp_path: Path) -> None:
        """Tests that units come as UN/ECE codes, and that a data set says why it is no signal."""
        async with self.works(tmp_path) as works:
            offered = {each.address: each for each in await self.browsed(works)}
            assert (offered["load"].unit, offered["load"].name, offered["load"].value) == ("P1", "spindle.load", 12.5)
            assert (offered["pos[2]"].unit, offered["pos[2]"].value) == ("MMT", -3.0)
            assert "data set" in offered["tools"].why


class Elsewhere(NamedTuple):
    """What answers at an address."""

    address: str
    folder: Path


def suite_for(chosen: tuple[Choice, ...], **more: Any) -> TestMtConnect:
    """Return the suite for something other than its own mill."""
    suite = TestMtConnect()
    suite.chosen = chosen
    suite.config = lambda works: {"agent": works.address, "interval_ms": 10, **more}  # type: ignore[method-assign]
    return suite


async def test_the_plants_cells_are_devices(tmp_path: Path) -> None:
    """Tests that simulated cells work by themselves and are seen through their agent: they run, and pieces are counted."""
    clock = WallClock(Activity(), 3600.0)
    tools = Tools(Plant(PlantConfig((CellConfig("lathe"),)), clock.now()), clock, free_port())
    await tools.open()
    driver = asyncio.create_task(clock.run())
    try:
        suite = suite_for((Choice("parts", "lathe_parts"),))
        async with suite.linked(Elsewhere(tools.agent.address, tmp_path)) as link:
            await suite.hear(link, lambda batch: any(each.state == "running" for each in batch.statuses.get("m", ())))
            await suite.hear(link, lambda batch: any(float(each.value) >= 10 for each in batch.readings.get("m", ())))
    finally:
        driver.cancel()
        await tools.close()


HEAD = '<MTConnectStreams><Header instanceId="1" firstSequence="1" lastSequence="1" nextSequence="2"/><Streams>'
TAIL = "</Events></ComponentStream></DeviceStream></Streams></MTConnectStreams>"
HOSTILE = [
    b"",
    b"<html>hello</html>",
    b"\x00\xff\xfe",
    b"<MTConnectStreams/>",
    b'<!DOCTYPE a [<!ENTITY b "c">]><MTConnectStreams>&b;</MTConnectStreams>',
    b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><MTConnectStreams>&b;</MTConnectStreams>',
    b"<a>" * 5000,
    HEAD.replace('"2"', '"x"').encode(),
    (HEAD + '<DeviceStream><ComponentStream><Events><A dataItemId="a" sequence="1" timestamp="yesterday"/>' + TAIL).encode(),
    (HEAD + '<DeviceStream><ComponentStream><Events><A dataItemId="a" timestamp="2026-01-01T00:00:00Z"/>' + TAIL).encode(),
]


@pytest.mark.parametrize("raw", HOSTILE)
def test_hostile_documents_are_refused(raw: bytes) -> None:
    """Tests that no document does anything but end the link."""
    with pytest.raises(LinkLost, match=r"\w{4,}"):
        streams(raw)
    with pytest.raises(LinkLost):
        devices(raw)


def test_devices_nested_too_deep_are_refused() -> None:
    """Tests that components are followed to a limited depth only."""
    raw = "<MTConnectDevices><Devices><Device id='d'>" + "<Components><A id='a'>" * 60 + "</A></Components>" * 60 + "</Device></Devices></MTConnectDevices>"
    with pytest.raises(LinkLost, match="nested deeper"):
        devices(raw.encode())


def test_a_stream_is_cut_into_its_parts_wherever_it_is_torn() -> None:
    """Tests that parts with and without a length come whole from any cut, and that what is too long or never begins is refused."""
    raw = b"\r\n--x\r\nContent-type: text/xml\r\nContent-length: 5\r\n\r\n<a/>\n\r\n--x\r\nContent-type: text/xml\r\n\r\n<b>--</b>\r\n--x--"
    for size in range(1, len(raw)):
        parts = Parts(b"x", 1000)
        found = [part for start in range(0, len(raw), size) for part in parts.feed(raw[start : start + size])]
        assert found == [b"<a/>", b"<b>--</b>"]
        assert parts.ended
    for wrong in (b"y" * 10_000, b"--x\r\n" + b"h" * 10_000, b"--x\r\nContent-length: 99999999\r\n\r\n", b"--x\r\nA: b\r\n\r\n" + b"z" * 2000):
        with pytest.raises(LinkLost):
            Parts(b"x", 1000).feed(wrong)
    with pytest.raises(LinkLost, match="does not stream"):
        boundary_of("text/html")
    assert boundary_of('multipart/x-mixed-replace; boundary="a"') == b"a"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 302 Moved\r\nLocation: http://127.0.0.1:1/\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno",
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"<a>" * 700_000,
    ],
)
async def test_what_is_no_agent_is_said_so(answer: bytes, tmp_path: Path) -> None:
    """Tests that whatever else answers at the address is named in words, in bounded memory."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    port = free_port()
    async with await asyncio.start_server(serve, "127.0.0.1", port):
        with pytest.raises(LinkLost, match=r"\w{4,}"):
            await suite_for((), most_mb=1).browsed(Elsewhere(f"http://127.0.0.1:{port}", tmp_path))

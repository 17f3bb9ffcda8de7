"""That nothing acknowledged is lost and nothing is invented: killed listeners, slow and full disks, damaged logs, many and hostile clients."""

import asyncio
import contextlib
import errno
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.infrastructure.mqtt import packets
from plait.infrastructure.mqtt.broker import Broker
from plait.infrastructure.mqtt.ingest import BrokerInbox, BrokerIngest
from plait.infrastructure.mqtt.packets import Malformed, publish
from plait.infrastructure.mqtt.state import State
from plait.kernel.activity import Activity
from plait.kernel.clock import SYSTEM
from plait.kernel.settings import Mqtt
from plait.store import segments
from tests.infrastructure.mqtt.kills import kept, kills
from tests.support.mqtt import Own, Wire, connect_packet, own, subscribe_packet


async def take(box: BrokerInbox, count: int) -> list[bytes]:
    """Return ``count`` payloads; what was taken last is not confirmed."""
    got: list[bytes] = []
    async with asyncio.timeout(60):
        while len(got) < count:
            got += [each.payload for each in await box.next()]
    return got


async def test_killed_again_and_again(tmp_path: Path) -> None:
    """Tests that a listener killed twenty times has all that it acknowledged, nothing it was not sent, and nothing twice."""
    assert await kills(tmp_path / "mqtt", 20, seed=6) == []


async def test_a_listener_goes_on_where_it_was(tmp_path: Path) -> None:
    """Tests that after a crash a listener of the node gets what it had not confirmed, in order, and what was confirmed not again."""
    async with own(tmp_path) as works:
        box = await works.ingest.listen("test", ["a/#"])
        says = await Wire.join(works.port, "says")

        async def say(*numbers: int) -> None:
            says.send(b"".join(publish(b"a/%d" % (number % 2), b"%d" % number, 4, number=number) for number in numbers))
            for number in numbers:
                await says.expect(b"\x40\x02" + number.to_bytes(2, "big"))

        await say(1)
        assert await take(box, 1) == [b"1"]
        await say(2)
        assert await take(box, 1) == [b"2"]
        await say(3, 4)
        shutil.copytree(works.folder / "mqtt", tmp_path / "copy")
    broker = Broker(tmp_path / "copy", Mqtt(), Activity())
    again = await BrokerIngest(broker).listen("test", ["a/#"])
    assert await take(again, 3) == [b"2", b"3", b"4"]
    await broker.stop()
    assert await kept(tmp_path / "copy") == [b"1", b"2", b"3", b"4"]


async def test_busy_until_decoded(tmp_path: Path) -> None:
    """Tests that the node counts as busy from before the acknowledgement until whoever listens has made something of the message."""
    async with own(tmp_path) as works:
        box = await works.ingest.listen("test", ["a"])
        says = await Wire.join(works.port, "says")
        says.send(publish(b"a", b"1", 4, number=1))
        await says.expect(b"\x40\x02\0\x01")
        assert not works.activity.idle
        assert await take(box, 1) == [b"1"]
        assert not works.activity.idle
        waits = asyncio.create_task(box.next())
        async with asyncio.timeout(60):
            await works.activity.wait_idle()
        await box.close()
        await asyncio.wait({waits})
        assert waits.exception() is not None


def slow(monkeypatch: pytest.MonkeyPatch, before: Callable[[], None]) -> None:
    """Have something happen before each sync of the log."""
    real = segments.fsync_file

    def sync(file: Any) -> None:
        before()
        real(file)

    monkeypatch.setattr(segments, "fsync_file", sync)


async def test_a_slow_disk_slows_the_senders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that while the disk is slow no more waits in memory than is set (and one read each), and that everything is there in the end."""
    slow(monkeypatch, lambda: time.sleep(0.05))
    clients, count, payload = 4, 600, bytes(8_000)
    async with own(tmp_path, memory_mb=1) as works:
        most = 0

        async def send(number: int) -> None:
            nonlocal most
            wire = await Wire.join(works.port, f"c{number}")
            for index in range(1, count + 1):
                wire.send(publish(b"a", payload, 4, number=index))
                await wire.writer.drain()
                most = max(most, works.broker.journal.pending)
            for index in range(1, count + 1):
                await wire.expect(b"\x40\x02" + index.to_bytes(2, "big"))

        async with asyncio.timeout(100):
            await asyncio.gather(*(send(number) for number in range(clients)))
        assert most < (1 << 20) + clients * (300 << 10)
        assert clients * count * len(payload) > 8 * most
    assert len(await kept(tmp_path / "mqtt")) == clients * count


async def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that nothing is acknowledged while the disk is full, that clients are told, and that all goes on once there is room, nothing twice."""
    full = False

    def check() -> None:
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")

    slow(monkeypatch, check)
    async with own(tmp_path) as works:
        box = await works.ingest.listen("test", ["a"])
        says = await Wire.join(works.port, "says", clean=False)
        says.send(publish(b"a", b"1", 4, number=1))
        await says.expect(b"\x40\x02\0\x01")
        full = True
        says.send(publish(b"a", b"2", 4, number=2))
        assert await says.ended() == b""
        refused = await Wire.reach(works.port)
        refused.send(connect_packet("says"))
        assert await refused.ended() == b"\x20\x02\0\x03"
        full = False
        async with asyncio.timeout(60):
            while works.broker.trouble:
                await asyncio.sleep(0.01)
        says = await Wire.join(works.port, "says", clean=False, present=True)
        says.send(publish(b"a", b"2", 4, number=2, again=True) + publish(b"a", b"3", 4, number=3))
        await says.expect(b"\x40\x02\0\x02")
        await says.expect(b"\x40\x02\0\x03")
        assert await take(box, 3) == [b"1", b"2", b"3"]
    assert await _heard(tmp_path / "mqtt") == [b"1", b"2", b"3"]


async def _heard(folder: Path) -> list[bytes]:
    """Return what a listener that was there from the beginning would get after a new start."""
    broker = Broker(folder, Mqtt(), Activity())
    await broker.open()
    broker.state.listeners["test"].at = (0, 0)
    found = await take(await BrokerIngest(broker).listen("test", ["a"]), 3)
    await broker.stop()
    return found


async def test_damage_is_passed_over(tmp_path: Path) -> None:
    """Tests that a group of which a bit has flipped is passed over and what stands behind it is read."""
    async with own(tmp_path) as works:
        for number in range(5):
            await works.ingest.publish("a", b"%d" % number)
    file = next((tmp_path / "mqtt" / "log").glob("*.seg"))
    content = bytearray(file.read_bytes())
    content[content.index(b"2", 100) + 0] ^= 1
    file.write_bytes(content)
    left = await kept(tmp_path / "mqtt")
    assert left[-1] == b"4"
    assert 3 <= len(left) < 5


async def test_a_damaged_state_is_read_from_the_log(tmp_path: Path) -> None:
    """Tests that a listener whose snapshot cannot be read knows from the log what is retained, who has subscribed and how far its listeners have come."""
    async with own(tmp_path) as works:
        hears = await Wire.join(works.port, "hears", clean=False)
        hears.send(subscribe_packet(1, ("a", 1)))
        await hears.expect(b"\x90\x03\0\x01\x01")
        box = await works.ingest.listen("test", ["a"])
        await works.ingest.publish("a", b"1", retain=True)
        assert await take(box, 1) == [b"1"]
        box.confirm()
        await works.ingest.publish("a", b"2")
        await works.kill()
        (tmp_path / "mqtt" / "state").write_bytes(b"nonsense")
        await works.start()
        box = await works.ingest.listen("test", ["a"])
        assert await take(box, 1) == [b"2"]
        assert works.broker.state.retained.of[b"a"][0] == b"1"
        hears = await Wire.join(works.port, "hears", clean=False, present=True)
        assert [await hears.packet(), await hears.packet()] == [publish(b"a", b"1", 4, number=1), publish(b"a", b"2", 4, number=2)]


async def test_snapshots_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that snapshots go to disk one after the other, also when one is called off while it is written, as when the node stops."""
    writing, most = 0, 0

    def write(state: State, snapshot: bytes) -> None:
        nonlocal writing, most
        writing += 1
        most = max(most, writing)
        time.sleep(0.05)  # a slow disk, in a thread
        plain(state, snapshot)
        writing -= 1

    plain = State.save
    async with own(tmp_path) as works:
        monkeypatch.setattr(State, "save", write)
        await works.ingest.publish("a", b"1", retain=True)
        off = asyncio.create_task(works.broker.care.save())
        await SYSTEM.sleep(0.01)
        off.cancel()
        await asyncio.gather(*(works.broker.care.save() for _ in range(3)))
        assert off.cancelled()
        assert most == 1


async def test_old_segments_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that what all listeners have had is dropped, that what only absent ones lack goes beyond the limit, and that a listener that is slow holds all."""
    works = Own(tmp_path, keep_mb=1, memory_mb=1)
    await works.start()
    works.broker.journal.segments.limit = 100_000

    async def fill(number: int) -> None:
        for _ in range(number):
            await works.ingest.publish("a", bytes(50_000))
            await works.broker.care.save()

    await works.ingest.listen("slow", ["a"])
    box = await works.ingest.listen("quick", ["a"])
    await fill(10)
    before = works.broker.journal.size
    assert before > 500_000
    await works.broker.inboxes["slow"].close()

    async def eat() -> None:
        while True:
            await box.next()

    eats = asyncio.create_task(eat())
    await fill(30)
    assert 900_000 < works.broker.journal.size < 1_400_000
    eats.cancel()
    await asyncio.wait({eats})
    await fill(60)
    assert works.broker.behind
    assert works.broker.full
    await box.close()
    await works.ingest.forget("slow")
    await works.ingest.forget("quick")
    await fill(2)
    assert not works.broker.behind
    assert works.broker.journal.size < 1_400_000
    await works.kill()


async def test_many_at_once(tmp_path: Path) -> None:
    """Tests that six hundred clients that come at once are all let in, heard and acknowledged."""
    async with own(tmp_path) as works:

        async def one(number: int) -> None:
            wire = await Wire.join(works.port, f"c{number}")
            wire.send(publish(b"a", b"%d" % number, 4, number=1))
            await wire.expect(b"\x40\x02\0\x01")
            await wire.leave()

        await asyncio.gather(*(one(number) for number in range(600)))
        async with asyncio.timeout(60):
            while works.broker.connections:
                await asyncio.sleep(0.01)
    assert sorted(await kept(tmp_path / "mqtt")) == sorted(b"%d" % number for number in range(600))


def hostile(draw: random.Random) -> bytes:
    """Return something like a conversation, with things wrong in it."""
    parts = [connect_packet("h", level=draw.choice((4, 5)), clean=draw.random() < 0.5, will=draw.choice((None, ("w", b"x", 1, True))))]
    for _ in range(draw.randrange(6)):
        kind = draw.randrange(5)
        if kind == 0:
            topic = draw.choice((b"a/b", b"", b"a/+", b"\xff", b"a\0", b"$SYS/x"))
            parts.append(publish(topic, draw.randbytes(draw.randrange(300)), draw.choice((4, 5)), number=draw.randrange(3), retain=draw.random() < 0.3))
        elif kind == 1:
            parts.append(subscribe_packet(draw.randrange(2), (draw.choice(("#", "a#", "+/b", "")), draw.randrange(8)), level=draw.choice((4, 5))))
        elif kind == 2:
            parts.append(bytes((draw.randrange(256),)) + bytes((draw.choice((0, 2, 5, 127, 0xFF)),)) + draw.randbytes(draw.randrange(8)))
        else:
            parts.append(draw.choice((b"\xc0\0", b"\xe0\0", b"\x40\x02\0\x01", b"\x62\x02\0\x01", b"\x10\0")))
    blob = bytearray(b"".join(parts))
    for _ in range(draw.choice((0, 0, 1, 3))):
        blob[draw.randrange(len(blob))] ^= 1 << draw.randrange(8)
    return bytes(blob[: draw.randrange(1, len(blob) + 1)] if draw.random() < 0.3 else blob)


async def test_hostile_clients(tmp_path: Path) -> None:
    """Tests that whatever clients send, in whatever pieces, no call fails, nothing stays behind, and a good client is served."""
    draw = random.Random(20)
    failed: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: failed.append(told))
    async with own(tmp_path, packet_kb=4) as works:
        good = await Wire.join(works.port, "good")
        for _ in range(250):
            blob = hostile(draw)
            wire = await Wire.reach(works.port)
            cut = draw.randrange(len(blob))
            wire.send(blob[:cut])
            await wire.writer.drain()
            await good.heard(b"")
            wire.send(blob[cut:])
            with contextlib.suppress(OSError):
                wire.writer.write_eof()
            await wire.ended()
        await good.heard(b"")
        async with asyncio.timeout(60):
            while len(works.broker.connections) > 1:
                await asyncio.sleep(0.01)
        assert works.broker.partial == 0
        assert len(works.broker.state.sessions) < 5
    assert failed == []


@given(st.binary(max_size=200), st.sampled_from([4, 5]))
def test_readers_take_anything(data: bytes, level: int) -> None:
    """Tests that what cannot be read is said to be malformed and nothing else happens."""
    for read in (
        packets.read_connect,
        lambda body: packets.read_subscribe(body, level),
        packets.properties,
        lambda body: packets.skip_properties(body, 0, len(body)),
    ):
        try:
            read(b"\0\x04MQTT" + bytes((level,)) + data if read is packets.read_connect else data)
        except Malformed:
            continue

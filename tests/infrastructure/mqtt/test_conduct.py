"""How the listener conducts itself: MQTT 3.1.1 and 5.0 byte by byte, and with paho's client as a second opinion."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from plait.infrastructure.mqtt.packets import publish
from plait.infrastructure.mqtt.topics import Tree, covers, is_filter, is_topic, matches
from tests.support.mqtt import Wire, connect_packet, device, own, subscribe_packet


@pytest.mark.parametrize("level", [4, 5])
async def test_conversation(tmp_path: Path, level: int) -> None:
    """Tests that a subscriber gets what is published at the lower of both levels of service, and that each side is acknowledged."""
    five = b"\0" if level == 5 else b""
    async with own(tmp_path) as works:
        hears = await Wire.join(works.port, "hears", level=level)
        hears.send(subscribe_packet(7, ("a/+/c", 1), ("a/#", 0), ("x", 2), level=level))
        await hears.expect(b"\x90" + bytes((5 + len(five),)) + b"\0\x07" + five + b"\x01\0\x01")
        says = await Wire.join(works.port, "says", level=level)
        says.send(publish(b"a/b/c", b"1", level, number=3) + publish(b"a/q", b"2", level, number=4) + publish(b"x", b"3", level))
        await says.expect(b"\x40\x02\0\x03")
        await says.expect(b"\x40\x02\0\x04")
        got = {await hears.packet() for _ in range(3)}
        assert got == {publish(b"a/b/c", b"1", level, number=1), publish(b"a/q", b"2", level), publish(b"x", b"3", level)}
        hears.send(b"\x40\x02\0\x01")
        hears.send(b"\xa2" + bytes((7 + len(five),)) + b"\0\x09" + five + b"\0\x03a/#")
        await hears.expect(b"\xb0\x02\0\x09" if level == 4 else b"\xb0\x04\0\x09\0\0")
        says.send(publish(b"a/q", b"4", level, number=5))
        await says.expect(b"\x40\x02\0\x05")
        await hears.heard(b"")


async def test_qos_2_comes_in_once(tmp_path: Path) -> None:
    """Tests that a message at QoS 2 is handed over once, however often it is sent before its release."""
    async with own(tmp_path) as works:
        box = await works.ingest.listen("test", ["#"])
        says = await Wire.join(works.port, "says")
        packet = publish(b"a", b"once", 4, number=3)
        exactly = bytes((0x34,)) + packet[1:]
        for sent in (exactly, bytes((0x3C,)) + packet[1:], exactly):
            says.send(sent)
            await says.expect(b"\x50\x02\0\x03")
        says.send(b"\x62\x02\0\x03")
        await says.expect(b"\x70\x02\0\x03")
        says.send(exactly)
        await says.expect(b"\x50\x02\0\x03")
        got: list[bytes] = []
        async with asyncio.timeout(60):
            while len(got) < 2:
                got += [each.payload for each in await box.next()]
        assert got == [b"once", b"once"]


async def test_retained_and_wills(tmp_path: Path) -> None:
    """Tests that the last retained message of a topic comes to who subscribes later, also after a restart, and that a broken link says its will."""
    async with own(tmp_path) as works:
        says = await Wire.join(works.port, "says", will=("a/will", b"gone", 1, True))
        says.send(publish(b"a/b", b"old", 4, number=1, retain=True) + publish(b"a/b", b"new", 4, number=2, retain=True))
        says.send(publish(b"a/c", b"x", 4, number=3, retain=True) + publish(b"a/c", b"", 4, number=4, retain=True))
        for number in range(1, 5):
            await says.expect(b"\x40\x02" + number.to_bytes(2, "big"))
        box = await works.ingest.listen("test", ["a/will"])
        says.drop()
        async with asyncio.timeout(60):
            assert [(each.topic, each.payload) for each in await box.next()] == [("a/will", b"gone")]
        polite = await Wire.join(works.port, "polite", will=("a/will", b"never", 0, True))
        await polite.leave()
        await works.kill()
        await works.start()
        hears = await Wire.join(works.port, "hears")
        hears.send(subscribe_packet(1, ("a/#", 0)))
        await hears.expect(b"\x90\x03\0\x01\0")
        got = {await hears.packet(), await hears.packet()}
        assert got == {publish(b"a/b", b"new", 4, retain=True), publish(b"a/will", b"gone", 4, retain=True)}
        await hears.heard(b"")


@pytest.mark.parametrize("level", [4, 5])
async def test_a_session_outlives_link_and_node(tmp_path: Path, level: int) -> None:
    """Tests that what was published for a client that was away waits for it, also through a restart, and what it did not acknowledge comes again."""
    more: dict[str, Any] = {"clean": False, "level": level}
    async with own(tmp_path) as works:
        hears = await Wire.join(works.port, "hears", **more)
        hears.send(subscribe_packet(1, ("a", 1), level=level))
        assert (await hears.packet())[-1] == 1
        says = await Wire.join(works.port, "says")
        says.send(publish(b"a", b"1", 4, number=1))
        await says.expect(b"\x40\x02\0\x01")
        await hears.expect(publish(b"a", b"1", level, number=1))
        hears.drop()
        says.send(publish(b"a", b"2", 4, number=2))
        await says.expect(b"\x40\x02\0\x02")
        hears = await Wire.join(works.port, "hears", present=True, **more)
        await hears.expect(publish(b"a", b"1", level, number=1, again=True))
        await hears.expect(publish(b"a", b"2", level, number=2))
        hears.send(b"\x40\x02\0\x01")
        await hears.heard(b"")
        await works.kill()
        await works.start()
        hears = await Wire.join(works.port, "hears", present=True, **more)
        assert b"2" in await hears.packet()
        await hears.heard(b"")
        hears = await Wire.join(works.port, "hears", level=level)
        await hears.heard(b"")


async def test_sent_again_is_kept_once(tmp_path: Path) -> None:
    """Tests that what a client sends again on a new link, marked as repeated, is acknowledged and not kept twice; unmarked it is a new message."""
    async with own(tmp_path) as works:
        box = await works.ingest.listen("test", ["#"])
        says = await Wire.join(works.port, "says", clean=False)
        window = [(number, b"%d" % number) for number in range(1, 30)]
        says.send(b"".join(publish(b"a", payload, 4, number=number) for number, payload in window))
        await says.expect(b"\x40\x02\0\x01")
        says.drop()
        says = await Wire.join(works.port, "says", clean=False, present=True)
        says.send(b"".join(publish(b"a", payload, 4, number=number, again=True) for number, payload in window))
        for number, _ in window:
            await says.expect(b"\x40\x02" + number.to_bytes(2, "big"))
        says.send(publish(b"a", b"1", 4, number=1))
        await says.expect(b"\x40\x02\0\x01")
        got: list[bytes] = []
        async with asyncio.timeout(60):
            while len(got) < len(window) + 1:
                got += [each.payload for each in await box.next()]
        assert got == [payload for _, payload in window] + [b"1"]


async def test_who_may_come_and_what_it_may(tmp_path: Path) -> None:
    """Tests that a device needs its password, hears and says what it was given alone, and is out at once when it is revoked."""
    async with own(tmp_path, anonymous=False) as works:
        works.devices = [device("press", "right", ("press/#",), ("press/#", "all/+"))]
        works.broker.allow(works.devices)
        for user, password, code in (("press", "wrong", 4), ("other", "right", 4), ("", "", 5)):
            wire = await Wire.reach(works.port)
            wire.send(connect_packet("c", user=user, password=password))
            await wire.expect(b"\x20\x02\0" + bytes((code,)))
            assert await wire.ended() == b""
        good = await Wire.join(works.port, "c", user="press", password="right")
        filters = ["press/a", "#", "press/#", "all/x", "all/#", "+/a", "$SYS/#", "a#", "press/+/b"]
        good.send(subscribe_packet(2, *((each, 1) for each in filters)))
        await good.expect(b"\x90\x0b\0\x02" + bytes((1, 0x80, 1, 1, 0x80, 0x80, 0x80, 0x80, 1)))
        good.send(publish(b"press/x", b"1", 4, number=1) + publish(b"other/x", b"2", 4, number=2) + publish(b"press/x", b"3", 4, number=3))
        assert b"\x40\x02\0\x02" not in await good.ended()
        assert "may not publish" in works.broker.known("press")[1]
        five = await Wire.join(works.port, "five", level=5, user="press", password="right")
        five.send(publish(b"$SYS/x", b"2", 5, number=2))
        await five.expect(b"\xe0\x01\x87")
        stays = await Wire.join(works.port, "stays", user="press", password="right")
        works.broker.allow([])
        assert await stays.ended() == b""
        wire = await Wire.reach(works.port)
        wire.send(connect_packet("c", level=5, user="press", password="right"))
        await wire.expect(b"\x20\x03\0\x86\0")


async def test_the_same_client_again_ends_the_old_link(tmp_path: Path) -> None:
    """Tests that a client that comes a second time takes the session over, and that one that says nothing for one and a half keep alive times is cut off."""
    async with own(tmp_path) as works:
        old = await Wire.join(works.port, "same", level=5)
        await Wire.join(works.port, "same", level=5)
        assert await old.ended() == b"\xe0\x01\x8e"
        still = await Wire.join(works.port, "still", keep_alive=1, will=("w", b"silent", 0, False))
        box = await works.ingest.listen("test", ["w"])
        assert await still.ended() == b""
        async with asyncio.timeout(60):
            assert [each.payload for each in await box.next()] == [b"silent"]


async def test_too_much_is_refused(tmp_path: Path) -> None:
    """Tests that too large a packet ends the link, that no more connections are taken than set, and that a version that is not spoken is said so."""
    async with own(tmp_path, packet_kb=1, connections=3) as works:
        large = await Wire.join(works.port, "large", level=5)
        large.send(publish(b"a", bytes(2000), 5, number=1))
        assert await large.ended() == b"\xe0\x01\x95"
        for level, answer in ((3, b"\x20\x02\0\x01"), (6, b"\x20\x02\0\x01")):
            other = await Wire.reach(works.port)
            other.send(connect_packet("o", level=level))
            assert await other.ended() == answer
        wires = [await Wire.join(works.port, f"c{number}") for number in range(3)]
        assert await (await Wire.reach(works.port)).ended() == b""
        await wires[0].leave()
        await Wire.join(works.port, "again", patient=True)


@pytest.mark.parametrize("protocol", [paho.MQTTv311, paho.MQTTv5])
async def test_paho_agrees(tmp_path: Path, protocol: Any) -> None:
    """Tests that paho's client publishes at every level of service, hears itself, and leaves, without complaint."""
    async with own(tmp_path) as works:
        made: Any = paho.Client(CallbackAPIVersion.VERSION2, client_id="paho", protocol=protocol)
        heard: list[tuple[str, bytes, int]] = []
        subscribed, left, reasons = threading.Event(), threading.Event(), []
        made.on_message = lambda _c, _u, message: heard.append((message.topic, message.payload, message.qos))
        made.on_subscribe = lambda *_: subscribed.set()
        made.on_disconnect = lambda _c, _u, _f, code, _p: (reasons.append(str(code)), left.set())
        await asyncio.to_thread(made.connect, "127.0.0.1", works.port)
        made.loop_start()
        try:
            made.subscribe("room/#", 2)
            assert await asyncio.to_thread(subscribed.wait, 60)
            given = None
            if protocol == paho.MQTTv5:
                given = Properties(PacketTypes.PUBLISH)
                given.UserProperty = ("unit", "CEL")
                given.ContentType = "text/plain"
            for number in range(60):
                told = made.publish(f"room/{number % 7}", b"%d" % number, qos=number % 3, properties=given)
                await asyncio.to_thread(told.wait_for_publish, 60)
            box = await works.ingest.listen("late", ["nothing"])
            await box.close()
            made.disconnect()
            assert await asyncio.to_thread(left.wait, 60)
        finally:
            await asyncio.to_thread(made.loop_stop)
        assert reasons in (["Success"], ["Normal disconnection"])
        assert [payload for _, payload, _ in heard] == [b"%d" % number for number in range(60)]
        assert {qos for _, _, qos in heard} == {0, 1}


def test_topics() -> None:
    """Tests filters against topics, as clause 4.7 has them, one by one and by the tree."""
    cases = {
        ("sport/tennis/player1/#", "sport/tennis/player1"): True,
        ("sport/#", "sport"): True,
        ("sport/+", "sport"): False,
        ("sport/+", "sport/"): True,
        ("+", "/finance"): False,
        ("/+", "/finance"): True,
        ("+/+", "/finance"): True,
        ("#", "$SYS/x"): False,
        ("+/x", "$SYS/x"): False,
        ("$SYS/#", "$SYS/x"): True,
        ("a/+/c", "a/b/c"): True,
        ("a/b", "a/b/c"): False,
    }
    for (wanted, topic), expected in cases.items():
        tree: Tree[str] = Tree()
        tree.add(wanted, "x", 1)
        assert matches(wanted, topic) is expected, (wanted, topic)
        assert bool(tree.find(topic)) is expected, (wanted, topic)
        tree.drop(wanted, "x")
        assert not tree.find(topic)
    assert [each for each in ("a", "#", "+", "a/+/b", "a/#") if not is_filter(each)] == []
    assert [each for each in ("", "a#", "a/#/b", "a+", "a/b+/c", "a\0") if is_filter(each)] == []
    assert not any(is_topic(each) for each in ("", "a/+", "#", "\0"))
    assert covers("a/#", "a/+/b")
    assert covers("a/+", "a/+")
    assert not covers("a/+", "a/#")
    assert not covers("a/b", "a/+")
    assert not covers("#", "$SYS/#")

"""Machines that speak in topics, in a node: devices entered by HTTP, values posted, brokers elsewhere that go away, what is decoded of it."""

import asyncio
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from plait.infrastructure.machines.model import LinkLost, Machine, Message, Status
from plait.infrastructure.machines.mqtt.rules import Address, Sense, StateRule, address_of, moment, offered, picked, scalar
from plait.infrastructure.machines.push import PushConfig
from plait.infrastructure.machines.push.rules import Pushed, PushReader, from_json, from_lines
from plait.infrastructure.mqtt import Broker
from plait.infrastructure.mqtt.client import ClientIngest, server_of
from plait.infrastructure.mqtt.link import TopicLink
from plait.infrastructure.mqtt.packets import publish
from plait.kernel.problems import Problem
from plait.kernel.settings import Mqtt
from plait.upkeep.phones.certificate import context, ensure
from tests.infrastructure.mqtt.kills import kept
from tests.support import free_port
from tests.support.mqtt import Wire, connect_packet, device, mosquitto, own
from tests.support.nodes import Running, settle, until

AT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


async def test_a_backlog_from_a_broker_elsewhere(tmp_path: Path) -> None:
    """Tests that what a broker elsewhere got while the node was away, and through its own outage, comes once, and is acknowledged when it is ours."""
    async with mosquitto(tmp_path) as works:
        server = server_of(f"mqtt://127.0.0.1:{works.port}")

        async def hear(count: int) -> list[bytes]:
            client = ClientIngest(server, works.own.ingest, tmp_path / "keys")
            await client.connect()
            box = await client.listen("test", ["line/#"])
            got: list[bytes] = []
            async with asyncio.timeout(60):
                while len(got) < count:
                    got += [each.payload for each in await box.next()]
            box.confirm()
            await client.close()
            return got

        async def say(first: int, last: int) -> None:
            wire = await Wire.join(works.port, "says", patient=True)
            wire.send(b"".join(publish(b"line/1", b"%d" % number, 4, number=number) for number in range(first, last)))
            for _ in range(first, last):
                await wire.packet()
            await wire.leave()

        assert await hear(0) == []
        await say(1, 300)
        await works.stop()
        await works.start()
        await say(300, 400)
        assert await hear(399) == [b"%d" % number for number in range(1, 400)]
        await say(400, 402)
        assert await hear(2) == [b"400", b"401"]
        client = ClientIngest(server, works.own.ingest, tmp_path / "keys")
        await client.connect()
        box = await client.listen("test", ["line/#"])
        waits = asyncio.create_task(box.next())
        await works.kill()
        with pytest.raises(LinkLost, match="mqtt://127"):
            await asyncio.wait_for(waits, 60)
        await client.close()
        with pytest.raises(LinkLost, match="cannot be reached"):
            await ClientIngest(server, works.own.ingest, tmp_path / "keys").connect()
    assert [each for each in await kept(tmp_path / "mqtt") if each] == [b"%d" % number for number in range(1, 402)]


async def test_the_way_to_a_broker_elsewhere_says_what_is_wrong(tmp_path: Path) -> None:
    """Tests TLS with an authority's certificate and a login at a broker (our own as one of somebody else's), and the words when one of them is wrong."""
    keys = tmp_path / "machines"
    keys.mkdir()
    certificate, _ = ensure(tmp_path / "tls", {"127.0.0.1"}, datetime.now(UTC))
    (keys / "ca.pem").write_bytes(certificate.file.read_bytes())
    (keys / "right").write_text("secret\n", "utf-8")
    (keys / "wrong").write_text("guess", "utf-8")
    async with own(tmp_path) as works:
        there = Broker(tmp_path / "there", Mqtt(port=free_port()), works.activity)
        there.allow([device("us", "secret")])
        await there.start(context(certificate))

        async def reach(url: str, *login: str) -> None:
            client = ClientIngest(server_of(url, *login), works.ingest, keys / "mqtt")
            try:
                await client.connect()
                box = await client.listen("test", ["a"])
                await client.publish("a", b"1")
                async with asyncio.timeout(60):
                    assert [each.payload for each in await box.next()] == [b"1"]
            finally:
                await client.close()

        tls = f"mqtts://127.0.0.1:{there.port}"
        await reach(tls, "us", "right", "ca.pem")
        for login, words in (
            (("us", "wrong", "ca.pem"), "does not let us in"),
            (("us", "right"), "TLS fails"),
            (("us", "nothing", "ca.pem"), "cannot be read"),
            (("us", "../tls/certificate.pem", "ca.pem"), "name of a file"),
        ):
            with pytest.raises(LinkLost, match=words):
                await reach(tls, *login)
        await there.stop()


async def test_another_machine_joins_a_link(tmp_path: Path) -> None:
    """Tests that a machine added later is heard on the same link, that nothing comes twice then, and that one that is silent for long is said to be."""
    async with own(tmp_path) as works:

        def read(machine: Machine) -> PushReader:
            return PushReader(machine, PushConfig(signal="current", running_above=2.0, silence_s=0.3 if machine.id == "b" else 0))

        async def join() -> Any:
            return works.ingest

        link = TopicLink("test", join, read)
        await link.connect()
        await link.watch(Machine("a", "A", "g", "push"))
        assert (await link.next()).statuses["a"][0].state == "silent"
        await works.ingest.publish("a/current", b"1")
        batch = await link.next()
        assert [one.value for one in batch.readings["a"]] == [1.0]
        assert batch.statuses["a"][0].state == "idle"
        await link.watch(Machine("b", "B", "g", "push"))
        await works.ingest.publish("b", b'{"current": 3, "temp": {"oil": 40.5}}')
        await works.ingest.publish("a/current", b"2")
        told: dict[str, list[tuple[str, Any]]] = {"a": [], "b": []}
        states: list[str] = []
        async with asyncio.timeout(60):
            while len(told["a"]) < 1 or len(told["b"]) < 2 or states[-1] != "silent":
                batch = await link.next()
                states += [one.state for one in batch.statuses.get("b", ())]
                for machine, readings in batch.readings.items():
                    told[machine] += [(one.signal, one.value) for one in readings]
        assert told == {"a": [("current", 2.0)], "b": [("current", 3.0), ("temp.oil", 40.5)]}
        assert states == ["silent", "running", "silent"]
        await link.unwatch("a")
        await link.unwatch("b")
        assert works.broker.state.listeners == {}
        await link.close()


def test_states_follow_values() -> None:
    """Tests hysteresis and words: a state is said when it changes."""

    def states(rule: StateRule, *values: float | str) -> list[str]:
        sense = Sense(rule)
        found: list[Status | None] = [sense.follow(value, AT) for value in values]
        return [one.state if one else "" for one in found]

    clamp = StateRule(running_above=2.5, idle_below=1.8)
    assert states(clamp, 0.1, 2.4, 2.6, 2.0, 1.9, 1.8, 2.5, 9.0) == ["idle", "", "running", "", "", "idle", "", "running"]
    assert states(StateRule(running_above=1.0), 2.0, 1.0, 1.1) == ["running", "idle", "running"]
    assert states(StateRule(words={"RUN": "running", "0": "down"}), "run", "RUN", "what", 0.0, "RUN") == ["running", "", "", "down", "running"]


def test_values_in_payloads() -> None:
    """Tests addresses, what counts as a value, and the times that messages give themselves."""
    assert address_of("a/b") == Address("a/b", ())
    assert address_of("a/+/c#/x/0/y~1z") == Address("a/+/c", ("x", "0", "y/z"))
    assert address_of("a/##/x") == Address("a/#", ("x",))
    for wrong in ("", "#/x", "a#b", "a/#/b/c"):
        with pytest.raises(ValueError, match="topic"):
            address_of(wrong)
    assert picked({"x": [{"y/z": 3}]}, ("x", "0", "y/z")) == 3
    assert [scalar(each) for each in (True, 3, "4.5", " RUN ", "", None, {}, float("nan"), "1e999", "0x1")] == [
        1.0,
        3.0,
        4.5,
        "RUN",
        None,
        None,
        None,
        None,
        "1e999",
        "0x1",
    ]
    assert moment("2026-01-05T09:00:00+01:00", "iso") == AT
    assert moment(1767600000000, "ms") == AT
    assert moment("1767600000", "s") == AT
    assert [moment(each, "ms") for each in (None, "x", 1e300)] == [None, None, None]
    found = offered([Message("a/b", b'{"t": 1.5, "on": true, "deep": {"x": null}}', 0, False, ""), Message("a/c", b"RUN", 0, False, "")])
    assert [(each.address, each.name, each.value, bool(each.why)) for each in found] == [
        ("a/b#/t", "a.b.t", 1.5, False),
        ("a/b#/on", "a.b.on", 1.0, False),
        ("a/b#/deep/x", "a.b.deep.x", None, True),
        ("a/c", "a.c", "RUN", False),
    ]


def test_what_is_posted() -> None:
    """Tests JSON and lines, and that what is wrong is named."""
    assert from_json({"current": 4.2, "state": "running", "at": "2026-01-05T08:00:00Z"}) == [
        Pushed("current", 4.2, 1767600000000),
        Pushed("state", "running", 1767600000000),
    ]
    assert from_json([{"a": True}, {"b": "5", "at": 7}]) == [Pushed("a", 1.0), Pushed("b", 5.0, 7)]
    assert from_lines("current 4.2\n\nstate running 1767600000000\n") == [Pushed("current", 4.2), Pushed("state", "running", 1767600000000)]
    for content, where in (({}, r"^.*\$:"), ([{"a": 1}, 3], r"\$\[1\]"), ({"a b": 1}, "name"), ({"a": None}, r"\$\.a"), ({"a": 1, "at": "soon"}, r"\$\.at")):
        with pytest.raises(Problem, match=where):
            from_json(content)
    for text, where in (("", "line 1"), ("a 1\nb", "line 2"), ("a 1 yesterday", "line 1")):
        with pytest.raises(Problem, match=where):
            from_lines(text)


async def test_in_a_node(tmp_path: Path) -> None:
    """Tests the whole way: a device is entered and publishes by TLS, a token that may nothing else posts, both are signals and states; revoked is out."""
    running = Running("helix", tmp_path / "helix")
    running.settings = replace(running.settings, mqtt=Mqtt(port=free_port(), tls=True))
    await running.start()
    try:
        made = await running.ok("POST", "/api/v1/devices", {"name": "press-1"})
        assert made["publish"] == ["press-1/#"]
        assert (await running.call("POST", "/api/v1/devices", {"name": "press-1"})).status_code == 409
        refused = await running.call("POST", "/api/v1/devices", {"name": "x", "publish": ["a#"]})
        assert refused.json()["code"] == "bad-device"
        state = {"address": "press-1/state", "words": {"RUN": "running"}}
        signals = [{"name": "oil", "address": "press-1/oil#/t", "unit": "CEL"}]
        press = {"id": "press-1", "name": "Press", "group": "press", "adapter": "mqtt", "config": {"state": state, "at": "/at"}, "signals": signals}
        saw = {"id": "saw", "name": "Saw", "group": "saw", "adapter": "push", "config": {"signal": "current", "running_above": 2.5}}
        saw["signals"] = [{"name": "heat", "address": "temp", "scale": 2.0, "offset": 1.0}]
        await running.ok("POST", "/api/v1/machines", press)
        await running.ok("POST", "/api/v1/machines", saw)

        tls = ssl.create_default_context(cafile=str(tmp_path / "helix" / "mqtt" / "certificate.pem"))
        wire = Wire(*await asyncio.open_connection("127.0.0.1", running.settings.mqtt.port, ssl=tls))
        wire.send(connect_packet("p", user="press-1", password=made["password"]))
        await wire.expect(b"\x20\x02\0\0")
        wire.send(publish(b"press-1/state", b"RUN", 4, number=1))
        wire.send(publish(b"press-1/oil", b'{"t": 46.5, "at": "2026-01-05T08:00:00Z"}', 4, number=2))
        await wire.expect(b"\x40\x02\0\x01")
        await wire.expect(b"\x40\x02\0\x02")
        token = (await running.ok("POST", "/api/v1/tokens", {"role": "operator", "label": "clamp", "days": 1, "scopes": ["machines.push"]}))["token"]
        assert (await running.call("POST", "/api/v1/machines/saw/push", {"current": 3}, token=token)).status_code == 204
        posted = await running.call("POST", "/api/v1/machines/saw/push", b"temp 20.5 2026-01-05T08:00:00Z", token=token, media="text/plain")
        assert posted.status_code == 204
        assert (await running.call("GET", "/api/v1/machines", token=token)).status_code == 403
        assert (await running.call("POST", "/api/v1/machines/press-1/push", {"a": 1}, token=token)).status_code == 422
        assert (await running.call("POST", "/api/v1/machines/none/push", {"a": 1}, token=token)).status_code == 404
        assert (await running.call("POST", "/api/v1/machines/saw/push", b"{", token=token)).status_code == 400

        async def states() -> bool:
            return {each["machine"]["id"]: each["state"] for each in await running.ok("GET", "/api/v1/machines")} == {"press-1": "running", "saw": "running"}

        await until(states)
        assert (await running.call("POST", "/api/v1/machines/stop-all")).status_code == 204
        assert (await running.call("POST", "/api/v1/machines/saw/stop")).json()["code"] == "machine-refused"
        await settle(running)
        oil = await running.ok("GET", "/api/v1/signals/press-1.oil?since=2026-01-01T00:00:00Z")
        assert "46.5" in str(oil)
        heat = await running.ok("GET", "/api/v1/signals/saw.heat?since=2026-01-01T00:00:00Z")
        assert [each["value"] for each in heat["values"]] == [42.0]
        (shown,) = await running.ok("GET", "/api/v1/devices")
        assert shown["connected"] is True
        assert made["password"] not in str(shown)
        checks = {each["name"]: each["verdict"] for each in (await running.ok("GET", "/api/v1/health/report"))["checks"]}
        assert checks["mqtt"] == "ok"
        assert "plait_mqtt_connections 1.0" in (await running.call("GET", "/metrics")).text
        await running.ok("DELETE", "/api/v1/devices/press-1")
        assert await wire.ended() == b""
        assert (await running.call("DELETE", "/api/v1/devices/press-1")).status_code == 404
    finally:
        await Wire.close_all()
        await running.stop()


async def test_no_strangers_from_outside(tmp_path: Path) -> None:
    """Tests that a node does not start that would let anybody of its network in without a name."""
    running = Running("helix", tmp_path / "helix")
    running.settings = replace(running.settings, mqtt=Mqtt(port=free_port(), host="0.0.0.0", anonymous=True))
    try:
        with pytest.raises(Problem, match="this computer alone"):
            await running.start()
    finally:
        await running.stop()

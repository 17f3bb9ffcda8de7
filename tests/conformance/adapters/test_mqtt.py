"""The MQTT adapter against the node's own listener and against mosquitto, and the one for machines without an interface."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from plait.infrastructure.machines.model import Around, Choice
from tests.conformance.adapters.suite import AdapterSuite, SignalSuite
from tests.support.mqtt import Mosquitto, Own, mosquitto, own

RETAINED = {
    "hall/press-1/state": b"RUN",
    "hall/press-1/oil": b'{"temperature": 46.5, "at": "2026-01-05T08:00:00Z", "pump": {"on": true}}',
    "hall/press-1/count": b"17",
}
STATE = {"address": "hall/press-1/state", "words": {"RUN": "running", "STOP": "idle"}}
CHOSEN = (
    Choice("oil", "hall/press-1/oil#/temperature", "CEL"),
    Choice("pump", "hall/press-1/oil#/pump/on"),
    Choice("count", "hall/press-1/count", "C62", scale=2.0),
    Choice("program", "hall/press-1/state"),
)


class TestMqttHere(SignalSuite):
    """To the node's own listener."""

    name = "mqtt"
    chosen = CHOSEN

    @asynccontextmanager
    async def works(self, folder: Path) -> AsyncIterator[Own]:
        """Run the listener."""
        async with own(folder, RETAINED) as works:
            yield works

    def around(self, works: Any) -> Around:
        """Return a node's listener."""
        return works.around()

    def config(self, works: Any) -> dict[str, Any]:
        """Look below the press."""
        return {"topics": ["hall/press-1/#"], "state": STATE, "at": "/at"}


class TestMqttElsewhere(TestMqttHere):
    """At a broker elsewhere."""

    @asynccontextmanager
    async def works(self, folder: Path) -> AsyncIterator[Mosquitto]:
        """Run mosquitto."""
        async with mosquitto(folder, RETAINED) as works:
            yield works

    def config(self, works: Any) -> dict[str, Any]:
        """Look below the press, there."""
        return {**super().config(works), "server": f"mqtt://127.0.0.1:{works.port}"}


class TestPush(AdapterSuite):
    """Posting."""

    name = "push"

    @asynccontextmanager
    async def works(self, folder: Path) -> AsyncIterator[Own]:
        """Run the listener."""
        async with own(folder, {"m/current": b"4.5"}) as works:
            yield works

    def around(self, works: Any) -> Around:
        """Return a node's listener."""
        return works.around()

    def config(self, works: Any) -> dict[str, Any]:
        """Take the current for the state."""
        return {"signal": "current", "running_above": 2.5, "idle_below": 1.8}

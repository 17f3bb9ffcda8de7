"""A participant's side of stepped time: it reports idle or busy and its next wake-up, and moves its clock when told.

The wire is one JSON object a line over a loopback TCP connection, opened by the participant with a shared secret.
Waves of probes make sure that "all idle" is true of one moment (after Mattern's two-wave termination detection):
a participant that answers twice with the same activity count was idle all the time between.
"""

import asyncio
import contextlib
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from plait.kernel.activity import Activity, Token
from plait.kernel.clock import SYSTEM, SteppedClock, iso, parse_iso

__all__ = ["ENV", "Participant"]

ENV = "PLAIT_CONDUCTOR"


class Participant:
    """Connects ``clock`` and ``activity`` of this process to the conductor at ``host:port``."""

    def __init__(self, name: str, address: str, secret: str, clock: SteppedClock, activity: Activity) -> None:
        self.name = name
        self.clock = clock
        self.activity = activity
        self._host, _, port = address.rpartition(":")
        self._port = int(port)
        self._secret = secret
        self._changed = asyncio.Event()
        self._last: dict[str, Any] = {}
        self._writer: asyncio.StreamWriter | None = None

    @classmethod
    def from_env(cls, name: str, clock: SteppedClock, activity: Activity, env: Mapping[str, str] = os.environ) -> "Participant":
        """Make a participant from ``PLAIT_CONDUCTOR=host:port/secret``; KeyError when it is not set."""
        address, _, secret = env[ENV].partition("/")
        return cls(name, address, secret, clock, activity)

    async def join(self) -> None:
        """Connect and take over the conductor's time; call before any work is started."""
        reader, writer = await asyncio.open_connection(self._host, self._port)
        self._writer = writer
        self._send({"hello": self.name, "secret": self._secret})
        line = await reader.readline()
        if not line:
            raise ConnectionError("the conductor refused this participant")
        self.clock.set(parse_iso(msgspec.json.decode(line)["time"]))
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._changed.set)

        self.activity.listen(wake)
        self.clock.on_change = self._changed.set
        self._reader = reader

    async def run(self) -> None:
        """Serve the conductor until it goes away (a broken connection is its end as well) or this task is cancelled."""
        pusher = asyncio.create_task(self._push())
        try:
            with contextlib.suppress(ConnectionError):
                while (line := await self._reader.readline()).endswith(b"\n"):
                    self._handle(msgspec.json.decode(line))
        finally:
            pusher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await pusher
            if self._writer is not None:
                self._writer.close()

    def _handle(self, message: dict[str, Any]) -> None:
        if "probe" in message:
            self._send({"probed": message["probe"], **self._state()})
        elif "time" in message:
            self.clock.set(parse_iso(message["time"]))
            self._send({"set": message["time"]})
        elif "fire" in message:
            token = self.activity.hold("step")
            self._firing = asyncio.create_task(self._fire(parse_iso(message["fire"]), token))

    async def _fire(self, now: datetime, token: Token) -> None:
        with token:
            await self.clock.fire(now, one=True)
        self._last = {}
        self._changed.set()

    def _state(self) -> dict[str, Any]:
        wake = self.clock.next_wake()
        return {
            "idle": self.activity.idle,
            "count": self.activity.count,
            "wake": iso(wake) if wake else None,
            "sent": dict(self.activity.sent),
            "seen": dict(self.activity.seen),
        }

    async def _push(self) -> None:
        self._changed.set()
        while True:
            await self._changed.wait()
            self._changed.clear()
            await SYSTEM.sleep(0)
            state = self._state()
            if state["idle"] and state != self._last:
                self._last = state
                self._send({"state": state})

    def _send(self, message: dict[str, Any]) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(msgspec.json.encode(message) + b"\n")

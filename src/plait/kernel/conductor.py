"""The owner of stepped time: it releases the earliest wake-up of all, waits until everybody is idle, and goes on.

One participant is released at a time, the earliest first and then by name, so that the same run gives the same
story however slow the machine is. A participant that has gone away stops time until it is back.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from plait.kernel.clock import SYSTEM, iso, parse_iso

__all__ = ["Conductor"]

LINE_LIMIT = 1 << 20
STATE = ("idle", "count", "wake", "sent", "seen")


class _Seat:
    """One expected participant."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.writer: asyncio.StreamWriter | None = None
        self.state: dict[str, Any] | None = None
        self.probed: asyncio.Future[dict[str, Any]] | None = None
        self.was_set: asyncio.Future[None] | None = None

    def send(self, message: dict[str, Any]) -> None:
        if self.writer is not None:
            self.writer.write(msgspec.json.encode(message) + b"\n")

    def gone(self) -> None:
        self.writer = self.state = None
        for waiting in (self.probed, self.was_set):
            if waiting is not None and not waiting.done():
                waiting.set_exception(ConnectionError(self.name))


class Conductor:
    """Owns business time for the processes named with ``expect``. ``pace`` is business seconds in a real second (0: unpaced)."""

    def __init__(self, start: datetime, pace: float = 0.0) -> None:
        self.now = start
        self.pace = pace
        self.secret = secrets.token_hex(16)
        self.steps = 0
        self.on_time: Callable[[datetime], None] = lambda now: None
        self._seats: dict[str, _Seat] = {}
        self._goal: tuple[datetime, asyncio.Future[None]] | None = None
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """``host:port/secret``, the value of ``PLAIT_CONDUCTOR`` for the participants."""
        assert self._server is not None
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}/{self.secret}"

    async def open(self) -> None:
        """Listen on a free loopback port and begin to conduct."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LINE_LIMIT)
        self._loop = asyncio.create_task(self._conduct())

    async def close(self) -> None:
        """Stop conducting; time stands still from here on."""
        if self._loop is not None:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop
        if self._server is not None:
            self._server.close()
        for seat in self._seats.values():
            if seat.writer is not None:
                seat.writer.close()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def expect(self, name: str) -> None:
        """Time stands still until ``name`` has joined, and whenever it is away."""
        self._seats.setdefault(name, _Seat(name))
        self._stir()

    def dismiss(self, name: str) -> None:
        """Go on without ``name``."""
        self._seats.pop(name, None)
        self._stir()

    async def reach(self, when: datetime) -> None:
        """Let time move up to ``when``; return once everybody is idle there and nothing more is due at it.

        Time moves only inside this call: whoever drives a run acts between two of them.
        """
        assert self._goal is None, "one driver at a time"
        reached: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._goal = (max(when, self.now), reached)
        self._stir()
        await reached

    async def settle(self) -> None:
        """Return once everybody is idle at the present business time and nothing more is due at it."""
        await self.reach(self.now)

    def missing(self) -> list[str]:
        """Return who is expected and not there."""
        return [seat.name for seat in self._seats.values() if seat.writer is None]

    def waiting_for(self) -> list[str]:
        """Return who is not known to be idle."""
        return [seat.name for seat in self._seats.values() if seat.state is None]

    def _stir(self) -> None:
        self._changed.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seat: _Seat | None = None
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        try:
            hello = msgspec.json.decode(await reader.readline())
            known = self._seats.get(str(hello.get("hello")))
            if known is None or not secrets.compare_digest(str(hello.get("secret")), self.secret):
                return
            seat = known
            seat.writer = writer
            seat.send({"time": iso(self.now)})
            while line := await reader.readline():
                self._hear(seat, msgspec.json.decode(line))
        except (OSError, msgspec.DecodeError):
            return
        finally:
            writer.close()
            if seat is not None and seat.writer is writer:
                seat.gone()

    def _hear(self, seat: _Seat, message: dict[str, Any]) -> None:
        if "state" in message:
            seat.state = message["state"]
            self._stir()
        elif "probed" in message and seat.probed is not None and not seat.probed.done():
            seat.state = {key: message[key] for key in STATE} if message["idle"] else None
            seat.probed.set_result(message)
        elif "set" in message and seat.was_set is not None and not seat.was_set.done():
            seat.was_set.set_result(None)

    async def _conduct(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                while await self._step():
                    pass
            except ConnectionError:
                self._stir()
                await SYSTEM.sleep(0.01)

    async def _step(self) -> bool:
        """Take one step if everybody is idle; return whether to try again at once."""
        seats = list(self._seats.values())
        if self._goal is None or not seats or any(seat.state is None for seat in seats) or not self._beats_agree([seat.state for seat in seats]):
            return False
        if not await self._settled(seats):
            return False
        wakes = sorted((parse_iso(seat.state["wake"]), seat.name) for seat in seats if seat.state and seat.state["wake"])
        goal, reached = self._goal
        if not wakes or wakes[0][0] > goal:
            await self._advance(seats, goal)
            self._goal = None
            reached.set_result(None)
            return False
        when, name = wakes[0]
        await self._advance(seats, when)
        seat = self._seats[name]
        seat.state = None
        self.steps += 1
        seat.send({"fire": iso(self.now)})
        return False

    async def _settled(self, seats: list[_Seat]) -> bool:
        """Probe everybody once more: True if nobody has done anything since they reported idle (second wave)."""
        loop = asyncio.get_running_loop()
        counts = [seat.state["count"] if seat.state else None for seat in seats]
        for seat in seats:
            seat.probed = loop.create_future()
            seat.send({"probe": self.steps})
        await asyncio.gather(*(seat.probed for seat in seats if seat.probed))
        states = [seat.state for seat in seats]
        if any(state is None for state in states):
            return False
        if [state["count"] for state in states if state] != counts:
            self._stir()
            return False
        return self._beats_agree(states)

    @staticmethod
    def _beats_agree(states: Sequence[dict[str, Any] | None]) -> bool:
        """Channels without acknowledgement: every live receiver must have seen the sender's last beat."""
        sent: dict[str, int] = {}
        for state in states:
            sent.update((state or {}).get("sent", {}))
        return all(sent.get(link, number) <= number for state in states for link, number in (state or {}).get("seen", {}).items())

    async def _advance(self, seats: list[_Seat], when: datetime) -> None:
        if when <= self.now:
            return
        if self.pace > 0:
            await SYSTEM.sleep((when - self.now).total_seconds() / self.pace)
        self.now = when
        loop = asyncio.get_running_loop()
        for seat in seats:
            seat.was_set = loop.create_future()
            seat.send({"time": iso(when)})
        await asyncio.gather(*(seat.was_set for seat in seats if seat.was_set))
        self.on_time(when)

"""Links to devices that only answer when asked: ask each machine's signals again and again, and tell what has changed.

An adapter writes a ``Device`` (open, plan, read, write, close); ``PollingLink`` makes a link of it. There is no queue: the next round is asked
for when the last has been taken, so a slow store slows the asking and memory stays as it is.
"""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, Protocol, TypeAlias

import msgspec
import structlog

from plait.infrastructure.machines.model import BAD_MACHINE, REFUSED, UNREACHABLE, Batch, Choice, LinkLost, Listening, Machine, Reading, Status
from plait.kernel.clock import SYSTEM
from plait.kernel.problems import Problem

__all__ = ["MOST_SIGNALS", "Bad", "Device", "Got", "PollConfig", "PollingLink", "Silent", "reaching", "shown", "touch"]

GOOD, BAD = 0, 2
MOST_SIGNALS = 2000
FIRST_BACK_OFF_S, LAST_BACK_OFF_S = 1.0, 60.0

_log = structlog.get_logger("plait.machines.polling")


class PollConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every polled machine's config has.

    ``interval_ms`` between two rounds; ``heartbeat_s``: an unchanged value is told again after that; ``timeout_s`` of a request.
    ``state_signal``: the chosen signal that tells the machine's state, ``states``: which of its values means which; another value says nothing.
    Without it no state is claimed. ``map``: the maker's list of signals as CSV with the columns address, name and, where known, unit, title.
    """

    interval_ms: Annotated[int, msgspec.Meta(ge=10, le=3_600_000)] = 1000
    heartbeat_s: Annotated[float, msgspec.Meta(ge=1, le=86_400)] = 60.0
    timeout_s: Annotated[float, msgspec.Meta(ge=0.05, le=60)] = 3.0
    state_signal: Annotated[str, msgspec.Meta(max_length=100)] = ""
    states: dict[str, Literal["running", "idle", "down", "setup"]] = {}
    map: Annotated[str, msgspec.Meta(max_length=500_000)] = ""


class Bad(msgspec.Struct, frozen=True):
    """A signal that could not be read now, and why, in words for people."""

    reason: str


Got: TypeAlias = float | int | str | Bad


class Silent(Exception):
    """What is behind the connection did not answer, though the connection stands; the text says what. ``over``: the connection is of no use."""

    def __init__(self, reason: str, *, over: bool = False) -> None:
        super().__init__(reason)
        self.over = over


class Device(Protocol):
    """One connection; asked one thing at a time. Every method but ``plan`` may raise ``LinkLost`` and, but ``open``, ``Silent``."""

    async def open(self) -> None:
        """Make the connection; raise ``LinkLost`` in words a person can act on."""
        ...

    async def close(self) -> None:
        """End the connection; never raises."""
        ...

    def plan(self, config: Any, choices: Sequence[Choice]) -> Any:
        """Return how to read these signals; raise Problem ``bad-machine`` naming an address that is none."""
        ...

    async def read(self, plan: Any) -> Mapping[str, Got]:
        """Return every signal's raw value by the signal's name."""
        ...

    async def write(self, plan: Any, name: str, value: float | str) -> None:
        """Write a raw value; raise Problem ``machine-refused`` when the device, or the signal's type, does not take it."""
        ...


class _Watched:
    """A machine, what was last told of it, and when to ask again."""

    def __init__(self, machine: Machine, config: PollConfig, plan: Any) -> None:
        self.id = machine.id
        self.config = config
        self.plan = plan
        self.choices = {choice.name: choice for choice in machine.signals}
        self.due = SYSTEM.monotonic()
        self.told: dict[str, tuple[float | str | None, int, float]] = {}
        self.reasons: dict[str, str] = {}
        self.tries = 0
        self.status: tuple[str, str] | None = None

    def next_round(self, now: float) -> None:
        """Set when to ask again: at a steady rate; rounds that were missed are left out."""
        step = self.config.interval_ms / 1000
        self.tries = 0
        self.due += step * max(1, math.ceil((now - self.due) / step))

    def back_off(self, now: float) -> None:
        """Ask ever more seldom."""
        self.due = now + min(max(self.config.interval_ms / 1000, FIRST_BACK_OFF_S * 2 ** min(self.tries, 10)), LAST_BACK_OFF_S)
        self.tries += 1


class PollingLink(Listening):
    """See ``plait.infrastructure.machines.model.Link``. ``convert`` reads a machine's config.

    Values are stamped with the real time at which the answer came: such devices tell no time of their own.
    """

    def __init__(self, name: str, device: Device, convert: Callable[[Machine], PollConfig]) -> None:
        self.name = name
        self._device = device
        self._convert = convert
        self._watched: dict[str, _Watched] = {}
        self._turn = asyncio.Lock()
        self._wake = asyncio.Event()
        self._over: str | None = None

    async def connect(self) -> None:
        """Make the connection."""
        await self._device.open()

    async def close(self) -> None:
        """End the connection."""
        self.end("the link was closed")
        await self._device.close()

    def end(self, reason: str) -> None:
        """Make ``next`` raise ``LinkLost`` with ``reason``."""
        self._over = self._over or reason
        self._wake.set()

    async def watch(self, machine: Machine) -> None:
        """Begin to ask for the machine's chosen signals; raise ``bad-machine`` when there are none, or an address is none."""
        config = self._convert(machine)
        if not machine.signals:
            raise Problem(BAD_MACHINE, f"signals: none is chosen of {machine.id}; choose at least one of what it offers.", field="signals")
        if len(machine.signals) > MOST_SIGNALS:
            raise Problem(BAD_MACHINE, f"signals: {len(machine.signals)} are chosen of {machine.id}; at most {MOST_SIGNALS} are asked for.", field="signals")
        if config.state_signal and config.state_signal not in {choice.name for choice in machine.signals}:
            raise Problem(BAD_MACHINE, f"config.state_signal: {config.state_signal!r} is not among the chosen signals.", field="config")
        self._watched[machine.id] = _Watched(machine, config, self._device.plan(config, machine.signals))
        self._wake.set()

    async def unwatch(self, machine_id: str) -> None:
        """Ask no more."""
        self._watched.pop(machine_id, None)

    async def next(self) -> Batch:
        """Ask whoever is due, until something is to be told."""
        while True:
            await self._until_due()
            batch = Batch()
            for one in sorted(self._watched.values(), key=lambda each: each.due):
                if one.due <= SYSTEM.monotonic() and self._watched.get(one.id) is one:
                    await self._round(one, batch)
            if batch.readings or batch.statuses:
                return batch

    async def _until_due(self) -> None:
        while True:
            self._wake.clear()
            if self._over is not None:
                raise LinkLost(self._over)
            wait = min((one.due for one in self._watched.values()), default=math.inf) - SYSTEM.monotonic()
            if wait <= 0:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if math.isinf(wait) else wait):
                    await self._wake.wait()

    async def _round(self, one: _Watched, batch: Batch) -> None:
        try:
            async with self._alone():
                got = await self._device.read(one.plan)
        except Silent as silence:
            reason = str(silence)
            one.back_off(SYSTEM.monotonic())
            if silence.over and all(each.tries for each in self._watched.values()):
                raise LinkLost(reason) from silence
            got = dict.fromkeys(one.choices, Bad(reason))
        else:
            one.next_round(SYSTEM.monotonic())
        self._tell(one, got, batch)

    @contextlib.asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        async with self._turn:
            if self._over is not None:
                raise LinkLost(self._over)
            yield

    def _tell(self, one: _Watched, got: Mapping[str, Got], batch: Batch) -> None:
        at, now = SYSTEM.now(), SYSTEM.monotonic()
        readings: list[Reading] = []
        for name, choice in one.choices.items():
            value, quality = self._judged(one, choice, got.get(name, Bad("the device did not answer for it")))
            before = one.told.get(name)
            if before is not None and before[:2] == (value, quality) and now - before[2] < one.config.heartbeat_s:
                continue
            one.told[name] = (value, quality, now)
            readings.append(Reading(name, at, 0.0 if value is None else value, quality))
        if readings:
            batch.readings[one.id] = readings
        state, reason = self._state(one, got)
        if state and (state, reason) != one.status:
            batch.statuses[one.id] = [Status(state, at, reason)]
            one.status = (state, reason)
        elif not state and one.status is not None and one.status[0] == "silent":
            one.status = None

    def _judged(self, one: _Watched, choice: Choice, got: Got) -> tuple[float | str | None, int]:
        """Return what is kept of a raw value; of one that is bad, the last good one with quality bad. Why is logged once."""
        if isinstance(got, (int, float)) and not math.isfinite(got):
            got = Bad("it holds no number (NaN or infinite): are type and byte order right?")
        if isinstance(got, Bad):
            if one.reasons.get(choice.name) != got.reason:
                one.reasons[choice.name] = got.reason
                _log.warning("signal cannot be read", machine=one.id, signal=choice.name, address=choice.address, reason=got.reason)
            before = one.told.get(choice.name)
            return (before[0] if before is not None else None), BAD
        one.reasons.pop(choice.name, None)
        return (got if isinstance(got, str) else float(got)), GOOD

    @staticmethod
    def _state(one: _Watched, got: Mapping[str, Got]) -> tuple[Literal["running", "idle", "down", "setup", "silent", ""], str]:
        """Return the state the signals tell and its reason; "" when they tell none."""
        bad = [each.reason for each in got.values() if isinstance(each, Bad)]
        if len(bad) == len(one.choices):
            return "silent", bad[0]
        signal = one.config.state_signal
        raw = got.get(signal)
        if raw is None or isinstance(raw, Bad):
            return "", ""
        state = one.config.states.get(shown(raw))
        if state is None:
            return "", ""
        return state, f"{signal} is {shown(raw)}" if state == "down" else ""

    async def write(self, machine_id: str, signal: str, value: float | str) -> None:
        """Write a chosen signal, as the device has it."""
        one = self._watched.get(machine_id)
        if one is None:
            raise Problem(UNREACHABLE, f"{machine_id} is not asked for its signals: see its state and the reason.")
        if signal not in one.choices:
            raise Problem(REFUSED, f"{machine_id} has no chosen signal {signal!r}.")
        if not isinstance(value, str) and not math.isfinite(value):
            raise Problem(REFUSED, f"{machine_id}.{signal}: {value:g} cannot be written.")
        try:
            async with self._alone():
                await self._device.write(one.plan, signal, value)
        except Silent as silence:
            raise LinkLost(str(silence)) from silence
        one.told.pop(signal, None)
        one.due = SYSTEM.monotonic()
        self._wake.set()


def shown(value: float | int | str) -> str:
    """Return a value as ``states`` name it: whole numbers without a point, bits as 0 and 1."""
    return value if isinstance(value, str) else f"{value:.15g}" if isinstance(value, float) else str(int(value))


@contextlib.asynccontextmanager
async def reaching(host: str, port: int, asking: str, timeout_s: float) -> AsyncIterator[None]:
    """Make a connection inside: what the network raises becomes ``LinkLost`` with what to look at. ``asking``: the protocol's name."""
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except TimeoutError as error:
        raise LinkLost(
            f"{host}:{port} does not answer within {timeout_s:g} s: is the device on and in this network, and does a firewall let port {port} through?"
        ) from error
    except ConnectionRefusedError as error:
        raise LinkLost(f"nothing listens at {host}:{port}: is the address right, and is {asking} switched on in the device?") from error
    except OSError as error:
        raise LinkLost(f"{host}:{port} cannot be reached ({error.strerror or error}): is the address right, and is this computer in its network?") from error


async def touch(host: str, port: int) -> None:
    """Connect and disconnect, for what the network says to that."""
    _, writer = await asyncio.open_connection(host, port)
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()

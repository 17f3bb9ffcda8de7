"""The verbs of machines: add, remove, look, command. Also the ``MachinePort`` of the line."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from plait.infrastructure.machines import rules, tables
from plait.infrastructure.machines.connect.model import Moved, Rechosen, Reconnected, SignalsChosen, SignalWritten
from plait.infrastructure.machines.journal import Journal
from plait.infrastructure.machines.links import Links
from plait.infrastructure.machines.model import (
    BAD_MACHINE,
    NO_MACHINE,
    REFUSED,
    AdapterPlugin,
    Around,
    Choice,
    Ingest,
    Link,
    Machine,
    MachineAdded,
    MachineRemoved,
    MachineStatus,
    Reading,
    StateChanged,
)
from plait.infrastructure.machines.plugins import ADAPTERS
from plait.infrastructure.signals import Point, SeriesMeta, SignalService
from plait.kernel.activity import Activity
from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import BusinessClock
from plait.kernel.facts import decode
from plait.kernel.ports import Guard, JobOrder, JobState, MachineView
from plait.kernel.problems import CONFLICT, Problem
from plait.store import Store, Tx

__all__ = ["STEPPED_PUBLISHING_MS", "MachineService", "checked", "converted"]

STEPPED_PUBLISHING_MS = 10
PATIENCE_S = 30.0
ALL = Scope(everything=True)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_FIELD = re.compile(r"field `(\w+)`|at `\$\.(\w+)")


class MachineService:
    """Machines of this firm and their links, one a connection; ``publishing_ms``: how often a machine tells what has changed.

    ``folder`` keeps adapters' keys; ``ingest`` is the node's own MQTT listener.

    ``patience_s``: for how long (real time) a lost link keeps others waiting before its machines are called silent.
    """

    def __init__(
        self,
        store: Store,
        guard: Guard,
        clock: BusinessClock,
        activity: Activity,
        signals: SignalService,
        folder: Path,
        publishing_ms: int = 250,
        patience_s: float = PATIENCE_S,
        ingest: Ingest | None = None,
    ) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self._signals = signals
        self.around = Around(STEPPED_PUBLISHING_MS if clock.kind in ("stepped", "simulated") else publishing_ms, folder, ingest)
        self._journal = Journal(store, guard)
        self._links = Links(self.around, self._journal, signals, clock, activity, patience_s)
        self._opened = False

    async def open(self) -> None:
        """Link every machine there is; one that cannot be linked is silent and never stops the node."""
        self._opened = True
        for row in await self.store.read(lambda conn: tables.machines(conn, ALL)):
            try:
                plugin, config = converted(row.machine.adapter, row.machine.config)
            except Problem as problem:
                await self._journal.silent([row.machine.id], problem.detail)
                continue
            await self._links.link(plugin, config, row.machine, row.heard)

    async def close(self) -> None:
        """End every link."""
        self._opened = False
        await self._links.close()

    def ruled(self, machine_ids: Iterable[str]) -> None:
        """Let the states of these machines, and of no others, follow from their signals: what they say of their state themselves is left out."""
        self._journal.ruled = frozenset(machine_ids)

    async def add(self, actor: Actor, machine: Machine) -> Machine:
        """Add a machine and begin to link it; the same again changes nothing. Raise ``bad-machine`` or ``conflict``."""
        self.guard.require(actor, "machines.write")
        plugin, config = checked(machine)

        def work(tx: Tx) -> bool:
            known = tables.machine(tx.conn, ALL, machine.id)
            if known is not None and known.machine != machine:
                raise Problem(CONFLICT, f"There is another machine {machine.id}; remove it first.")
            if known is not None:
                return False
            tables.add(tx.conn, machine)
            tx.append(f"machine/{machine.id}", MachineAdded(machine.id, machine.name, machine.group, machine.adapter, machine.site))
            return True

        if await self.store.write(actor, work) and self._opened:
            await self._describe(actor, machine)
            await self._links.link(plugin, config, machine, None)
        return machine

    async def _describe(self, actor: Actor, machine: Machine) -> None:
        """Say what the chosen signals mean, so that their series bear unit, meaning and title."""
        told = {f"{machine.id}.{each.name}": SeriesMeta(each.unit, each.semantic, each.title) for each in machine.signals}
        if told:
            await self._signals.describe(actor, told)

    async def remove(self, actor: Actor, machine_id: str) -> None:
        """End the link to a machine and forget it; its facts and signals stay. Raise ``no-such-machine``."""
        self.guard.require(actor, "machines.write")

        def work(tx: Tx) -> None:
            if tables.machine(tx.conn, ALL, machine_id) is None:
                raise Problem(NO_MACHINE, f"There is no machine {machine_id!r}.")
            tables.drop(tx.conn, machine_id)
            tx.append(f"machine/{machine_id}", MachineRemoved(machine_id))

        await self.store.write(actor, work)
        await self._links.unlink(machine_id)

    async def choose(self, actor: Actor, machine_id: str, signals: Sequence[Choice], *, dry: bool = False) -> Rechosen:
        """Keep these signals of a machine from now on, or only say what that would change (``dry``); what was kept stays.

        Raise ``no-such-machine`` and ``bad-machine``, also when the machine does not let them be heard: then nothing is changed.
        """
        self.guard.require(actor, "machines.write")
        rules.check_signals(signals)
        before = (await self.one(actor, machine_id)).machine
        machine = msgspec.structs.replace(before, signals=tuple(signals))
        rules.check_state(machine)
        if not dry and machine != before:
            keeper = self._links.get(machine_id)
            if keeper is not None:
                await keeper.swap(machine)
            body = SignalsChosen(machine_id, tuple(each.name for each in signals))
            await self._change(actor, machine_id, {"signals": machine.signals}, body)
            await self._describe(actor, machine)
        told: dict[str, Any] = {name: getattr(machine, name) for name in Machine.__struct_fields__}
        return Rechosen(**told, **rules.difference(before.signals, signals)._asdict(), dry=dry)

    async def reconnect(self, actor: Actor, machine_id: str, config: dict[str, Any]) -> Machine:
        """Reach a machine with these settings from now on; its signals, jobs and history stay. Raise ``no-such-machine`` and ``bad-machine``."""
        self.guard.require(actor, "machines.write")
        before = (await self.one(actor, machine_id)).machine
        machine = msgspec.structs.replace(before, config=config)
        plugin, settings = checked(machine)
        rules.check_state(machine)
        fields = tuple(sorted(name for name in {*config, *before.config} if config.get(name) != before.config.get(name)))
        row = await self._change(actor, machine_id, {"config": config}, Reconnected(machine_id, fields))
        if row is None or not self._opened:
            return machine
        same = sorted([row, *await self._beside(machine, plugin.endpoint(settings))], key=lambda each: each.number)
        anew = [(plugin, converted(each.machine.adapter, each.machine.config)[1], each.machine, each.heard) for each in same]
        await self._links.relink(anew)
        return machine

    async def move(self, actor: Actor, machine_id: str, site: str, place: str) -> Machine:
        """Put a machine elsewhere in the equipment hierarchy. Raise ``no-such-machine`` and ``bad-machine``."""
        rules.check_place(site, place)
        await self._change(actor, machine_id, {"site": site, "place": place}, Moved(machine_id, site, place))
        return (await self.one(actor, machine_id)).machine

    async def _beside(self, machine: Machine, endpoint: str) -> list[tables.Row]:
        """Return the machines that share a machine's link, where it goes on leading to ``endpoint``: with its settings theirs are linked anew."""
        link, found = self._links.get(machine.id), []
        for each in await self.store.read(lambda conn: tables.machines(conn, ALL)):
            if each.machine.id != machine.id and self._links.get(each.machine.id) is link:
                plugin, config = converted(each.machine.adapter, each.machine.config)
                if plugin.endpoint(config) == endpoint:
                    found.append(each)
        return found

    async def _change(self, actor: Actor, machine_id: str, changed: dict[str, Any], body: SignalsChosen | Reconnected | Moved) -> tables.Row | None:
        """Write a change of a machine with the fact that tells of it; return its row, None when nothing changed."""
        self.guard.require(actor, "machines.write")

        def work(tx: Tx) -> bool:
            known = tables.machine(tx.conn, ALL, machine_id)
            if known is None:
                raise Problem(NO_MACHINE, f"There is no machine {machine_id!r}.")
            machine = msgspec.structs.replace(known.machine, **changed)
            if machine == known.machine:
                return False
            tables.change(tx.conn, machine)
            tx.append(f"machine/{machine_id}", body)
            return True

        if not await self.store.write(actor, work):
            return None
        return await self.store.read(lambda conn: tables.machine(conn, ALL, machine_id))

    async def write(self, actor: Actor, machine_id: str, signal: str, value: float | str) -> None:
        """Write a chosen signal of a machine, in the signal's own unit; who wrote what is a fact.

        Raise ``no-such-machine``, ``machine-refused`` and ``machine-unreachable``.
        """
        self.guard.require(actor, "machines.command")
        machine = (await self.one(actor, machine_id)).machine
        choice = next((each for each in machine.signals if each.name == signal), None)
        if choice is None:
            raise Problem(REFUSED, f"{machine_id} has no chosen signal {signal!r}.")
        if "write" not in ADAPTERS.load(machine.adapter).capabilities:
            raise Problem(REFUSED, f"{machine_id} is connected for listening only ({machine.adapter}): nothing can be written.")

        async def call(link: Link) -> None:
            await link.write(machine_id, signal, rules.unscaled(choice, value))
            await self.store.write(actor, lambda tx: tx.append(f"machine/{machine_id}", SignalWritten(machine_id, signal, value)))

        await self._links.of(machine_id).command(machine_id, call)

    async def take_values(self, actor: Actor, machine_id: str, values: Sequence[Reading]) -> int:
        """Record what a machine said, brought by another way (a file), in the signals' own units; return how many. What is there already changes nothing.

        Raise ``no-such-machine``.
        """
        self.guard.require(actor, "machines.write")
        await self.one(actor, machine_id)
        await self._signals.record([Point(f"{machine_id}.{each.signal}", each.at, each.value, each.quality) for each in values])
        return len(values)

    def machines(self) -> Sequence[MachineView]:
        """Return all machines with their present state (for the line)."""
        rows, live = self.store.read_now(lambda conn: (tables.machines(conn, ALL), tables.all_live(conn, ALL)))
        return [_view(row, live.get(row.machine.id, [])) for row in rows]

    async def all(self, actor: Actor) -> Sequence[MachineStatus]:
        """Return the machines the actor may see, in the order they were added."""
        self.guard.require(actor, "machines.read")
        scope = self.guard.scope(actor, "read", "machine")
        rows, live = await self.store.read(lambda conn: (tables.machines(conn, scope), tables.all_live(conn, scope)))
        return [self._shown(row, live.get(row.machine.id, [])) for row in rows]

    async def one(self, actor: Actor, machine_id: str) -> MachineStatus:
        """Return one machine; raise ``no-such-machine``."""
        self.guard.require(actor, "machines.read")
        scope = self.guard.scope(actor, "read", "machine")
        row, live = await self.store.read(lambda conn: (tables.machine(conn, scope, machine_id), tables.all_live(conn, scope)))
        if row is None:
            raise Problem(NO_MACHINE, f"There is no machine {machine_id!r}.")
        return self._shown(row, live.get(machine_id, []))

    async def history(self, actor: Actor, machine_id: str, limit: int = 200) -> list[StateChanged]:
        """Return the last ``limit`` changes of a machine's state, the newest first; raise ``no-such-machine``."""
        await self.one(actor, machine_id)
        found = await self.store.facts(limit=limit, stream=f"machine/{machine_id}", kinds=["machine.state_changed"], newest=True)
        return [body for each in found if isinstance(body := decode(each), StateChanged)]

    def _shown(self, row: tables.Row, live: Sequence[str]) -> MachineStatus:
        keeper = self._links.get(row.machine.id)
        known = row.known
        linked = keeper is not None and keeper.linked
        return MachineStatus(row.machine, known.state, row.since, known.reason, known.expected_minutes, tuple(live), linked)

    async def start(self, machine_id: str, job: JobOrder) -> None:
        """Store and start ``job``; one sent before is left alone. Raise ``machine-refused``, ``machine-unreachable``, ``no-such-machine``.

        The order is on disk before it goes out: should the answer be lost, the lists are compared when the link is back.
        """
        keeper = self._links.of(machine_id)

        async def call(link: Link) -> None:
            if await self._journal.order(machine_id, job):
                try:
                    await link.start(machine_id, job)
                except Problem as problem:
                    await self._journal.forget(machine_id, job.id, problem.detail)
                    raise

        await keeper.command(machine_id, call)

    async def abort(self, machine_id: str, job_id: str) -> None:
        """Abort and clear the job; one that is not there is no error. Raise ``machine-unreachable``, ``no-such-machine``."""

        async def call(link: Link) -> None:
            await link.abort(machine_id, job_id)
            await self._journal.forget(machine_id, job_id, "aborted before it began")

        await self._links.of(machine_id).command(machine_id, call)

    async def jobs(self, machine_id: str) -> Sequence[JobState]:
        """Return the machine's own list of jobs."""
        found: Sequence[JobState] = await self._links.of(machine_id).command(machine_id, lambda link: link.jobs(machine_id))
        return found

    async def jobs_of(self, actor: Actor, machine_id: str) -> Sequence[JobState]:
        """As ``jobs``, for whoever may see the machine."""
        await self.one(actor, machine_id)
        return await self.jobs(machine_id)

    async def stop(self, actor: Actor, machine_id: str) -> None:
        """Stop one machine now."""
        self.guard.require(actor, "machines.stop")
        await self._links.of(machine_id).command(machine_id, lambda link: link.stop(machine_id))

    async def reset(self, actor: Actor, machine_id: str) -> None:
        """Make a stopped machine ready again; raise ``machine-refused`` while it is broken down."""
        self.guard.require(actor, "machines.stop")
        await self._links.of(machine_id).command(machine_id, lambda link: link.reset(machine_id))

    @staticmethod
    def obeys(machine: Machine) -> bool:
        """Whether a machine can be told to stop at all: its adapter gives commands, or its config names methods to call."""
        try:
            plugin = ADAPTERS.load(machine.adapter)
        except Problem:
            return False
        return "commands" in plugin.capabilities or bool(machine.config.get("calls"))

    async def stop_all(self) -> None:
        """Stop every machine that takes commands now: all are told at once; raise the first refusal after all have been told."""

        async def halt(machine_id: str) -> None:
            await self._links.of(machine_id).command(machine_id, lambda link: link.stop(machine_id))

        ids = sorted(id for id, machine in self._links.kept().items() if self.obeys(machine))
        told = await asyncio.gather(*map(halt, ids), return_exceptions=True)
        failed = {machine_id: error for machine_id, error in zip(ids, told, strict=True) if error is not None}
        if failed:
            first = next(iter(failed.values()))
            code = first.code if isinstance(first, Problem) else "internal"
            raise Problem(code, "Not stopped: " + "; ".join(f"{machine_id} ({error})" for machine_id, error in failed.items()))

    async def stop_every(self, actor: Actor) -> None:
        """As ``stop_all``, for whoever may stop machines."""
        self.guard.require(actor, "machines.stop")
        await self.stop_all()


def _view(row: tables.Row, live: Sequence[str]) -> MachineView:
    return MachineView(row.machine.id, row.machine.name, row.machine.group, row.known.state, row.since, row.known.reason, tuple(live))


def converted(adapter: str, config: dict[str, Any]) -> tuple[AdapterPlugin, Any]:
    """Return the adapter and its config as it reads it; raise ``bad-machine`` naming the field."""
    plugin = ADAPTERS.load(adapter)
    try:
        return plugin, msgspec.convert(config, plugin.config)
    except msgspec.ValidationError as error:
        field = _FIELD.search(str(error))
        named = (field[1] or field[2]) if field else "config"
        raise Problem(BAD_MACHINE, f"config: {error} (adapter {adapter}).", field=named) from error


def checked(machine: Machine) -> tuple[AdapterPlugin, Any]:
    """Return the machine's adapter and config; raise ``bad-machine`` naming the first field that is wrong."""
    if not _ID.fullmatch(machine.id) or machine.id == "connect":
        raise Problem(BAD_MACHINE, f"id: {machine.id!r} is not 1 to 64 letters, digits, - or _, beginning with a letter or digit.", field="id")
    for field in ("name", "group"):
        if not getattr(machine, field).strip():
            raise Problem(BAD_MACHINE, f"{field}: must not be empty.", field=field)
    rules.check_place(machine.site, machine.place)
    rules.check_signals(machine.signals)
    return converted(machine.adapter, machine.config)

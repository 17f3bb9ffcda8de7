"""The verbs of meaning: see, try, set and take back the rules of machines."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from plait.infrastructure.machines.service import MachineService
from plait.infrastructure.meaning import rules, tables
from plait.infrastructure.meaning.defaults import proposed
from plait.infrastructure.meaning.language import Program, parse, signals_of
from plait.infrastructure.meaning.model import NO_RULES, DryRun, Memory, RulesSet, RulesView, SignalValue, Stretch
from plait.infrastructure.meaning.stream import Stream
from plait.infrastructure.meaning.tables import Version
from plait.infrastructure.meaning.watch import MachineWatch, key_of
from plait.kernel.actor import Actor, Scope
from plait.kernel.problems import INVALID, Problem
from plait.store import Tx, from_ms, ms_of

__all__ = ["MeaningService"]

ALL = Scope(everything=True)
USUAL = timedelta(days=1)
LONGEST = timedelta(days=7)
MOST_POINTS = 200_000
MOST_STRETCHES = 500
PAGE = 10_000


class MeaningService:
    """Rules of machines, applied to what ``stream`` brings."""

    def __init__(self, machines: MachineService, stream: Stream) -> None:
        self.machines = machines
        self.stream = stream
        self.store = machines.store
        self.guard = machines.guard
        self.clock = machines.clock
        self._watches: dict[str, MachineWatch] = {}

    async def open(self) -> None:
        """Apply every machine's rules from where they had come to."""
        for machine_id, last in (await self.store.read(lambda conn: tables.current(conn, ALL))).items():
            if not last.rules.strip():
                continue
            name = key_of(machine_id)
            body = await self.store.read(lambda conn, name=name: tables.memory(conn, ALL, name))  # type: ignore[misc]
            memory = msgspec.json.decode(body, type=Memory) if body is not None else Memory()
            await self._apply(machine_id, last.rules, memory)

    async def _apply(self, machine_id: str, text: str, memory: Memory) -> None:
        if text.strip():
            watch = self._watches[machine_id] = MachineWatch(machine_id, parse(text), memory)
            self.machines.ruled(self._watches)
            await self.stream.add(watch)
        else:
            self._watches.pop(machine_id, None)
            self.machines.ruled(self._watches)
            await self.stream.drop(key_of(machine_id))

    async def all(self, actor: Actor) -> list[RulesView]:
        """Return the rules of every machine with what they say now; version 0 where nobody has set any."""
        machines = await self.machines.all(actor)
        scope = self.guard.scope(actor, "read", "machine")
        scope.own("Rules")
        known = await self.store.read(lambda conn: tables.current(conn, scope))
        return [self._shown(each.machine.id, known.get(each.machine.id)) for each in machines]

    def _shown(self, machine_id: str, last: Version | None, fits: str = "", signals: tuple[str, ...] = ()) -> RulesView:
        watch = self._watches.get(machine_id)
        state, late = (watch.memory.state, self.stream.late(watch.key)) if watch is not None else ("", 0)
        if last is None:
            return RulesView(machine_id, 0, "", None, "", fits, signals, state, late)
        return RulesView(machine_id, last.version, last.rules, last.at, last.actor, fits, signals, state, late)

    async def view(self, actor: Actor, machine_id: str) -> RulesView:
        """Return a machine's rules, what fits it, and what they say now; raise ``no-such-machine``."""
        await self.machines.one(actor, machine_id)
        scope = self.guard.scope(actor, "read", "machine")
        scope.own("Rules")
        known = await self.store.read(lambda conn: tables.versions(conn, scope, machine_id))
        latest = await self._signals(actor, machine_id)
        fits = proposed(latest, {name: value for name, value in latest.items() if value is not None})
        return self._shown(machine_id, known[0] if known else None, fits, tuple(sorted(latest)))

    async def _signals(self, actor: Actor, machine_id: str) -> dict[str, float | str | None]:
        begin = f"{machine_id}."
        return {each.name.removeprefix(begin): each.value for each in await self.stream.signals.series(actor) if each.name.startswith(begin)}

    async def versions(self, actor: Actor, machine_id: str) -> Sequence[RulesView]:
        """Return what rules a machine has had, the newest first; raise ``no-such-machine``."""
        await self.machines.one(actor, machine_id)
        scope = self.guard.scope(actor, "read", "machine")
        scope.own("Rules")
        known = await self.store.read(lambda conn: tables.versions(conn, scope, machine_id))
        return [RulesView(each.machine_id, each.version, each.rules, each.at, each.actor, "", (), "", 0) for each in known]

    async def set(self, actor: Actor, machine_id: str, text: str) -> RulesView:
        """Let these rules count from now on (empty: none); the former ones are kept. Raise ``bad-rules`` and ``no-such-machine``."""
        self.guard.require(actor, "machines.write")
        await self.machines.one(actor, machine_id)
        if text.strip():
            parse(text)

        def work(tx: Tx) -> bool:
            known = tables.versions(tx.conn, ALL, machine_id)
            if (known[0].rules if known else "") == text:
                return False
            number = known[0].version + 1 if known else 1
            tables.put_version(tx.conn, Version(machine_id, number, text, tx.at, actor.label))
            tables.forget(tx.conn, key_of(machine_id))
            tx.append(f"machine/{machine_id}", RulesSet(machine_id, number, text))
            return True

        if await self.store.write(actor, work):
            await self._apply(machine_id, text, Memory(upto=ms_of(self.clock.now()) - 1))
        return await self.view(actor, machine_id)

    async def undo(self, actor: Actor, machine_id: str, version: int | None = None) -> RulesView:
        """Let the rules count again that counted before the present ones, or those of ``version``; raise ``no-such-rules``."""
        self.guard.require(actor, "machines.write")
        known = {each.version: each.rules for each in await self.versions(actor, machine_id)}
        wanted = max(known, default=0) - 1 if version is None else version
        if wanted not in known and not (wanted == 0 and known):
            raise Problem(NO_RULES, f"{machine_id} has no rules of version {wanted}.")
        return await self.set(actor, machine_id, known.get(wanted, ""))

    async def dry_run(self, actor: Actor, machine_id: str, text: str, since: datetime | None = None, until: datetime | None = None) -> DryRun:
        """Return what rules would have said of a time (default: the last day, at most a week); nothing is changed. Raise ``bad-rules``."""
        await self.machines.one(actor, machine_id)
        self.guard.scope(actor, "read", "machine").own("Rules")
        program = parse(text)
        until = min(until or self.clock.now(), self.clock.now())
        since = since or until - USUAL
        if not since < until <= since + LONGEST:
            raise Problem(INVALID, "since: lies before until and now, by at most a week.", field="since")
        there = await self._signals(actor, machine_id)
        wanted = signals_of(program)
        points, end = await self.points(actor, {f"{machine_id}.{name}": name for name in wanted if name in there}, since, until)
        return dry(program, points, since, end, end < until, tuple(sorted(wanted - there.keys())))

    async def points(self, actor: Actor, series: dict[str, str], since: datetime, until: datetime) -> tuple[list[SignalValue], datetime]:
        """Return what the lake holds of some series, with the last value before ``since``, and up to when: earlier than ``until`` when there was too much."""
        found: list[SignalValue] = []
        for name, signal in series.items():
            first = (await self.stream.signals.at(actor, [name], since))[0]
            if first.value is not None:
                found.append(SignalValue(ms_of(since), signal, first.value, first.quality))
            begin, left = since, MOST_POINTS // max(1, len(series))
            while left > 0:
                view = await self.stream.signals.query(actor, name, begin, until, min(PAGE, left))
                found += [SignalValue(ms_of(each.at), signal, each.value, each.quality) for each in view.values]
                left -= len(view.values)
                if not view.more:
                    break
                begin = from_ms(ms_of(view.values[-1].at) + 1)
                until = until if left > 0 else view.values[-1].at
        return [point for point in found if point.ms <= ms_of(until)], until


def dry(program: Program, points: Sequence[SignalValue], since: datetime, until: datetime, cut: bool, unknown: tuple[str, ...]) -> DryRun:
    """Return what rules say of ``points`` (pure)."""
    end = ms_of(until)
    _, told = rules.advance(program, Memory(upto=ms_of(since) - 1), points, end)
    states = [said for said in told if said.state]
    cycles = [said for said in told if not said.state]
    stretches, minutes = [], dict[str, float]()
    for at, said in enumerate(states):
        finish = states[at + 1].ms if at + 1 < len(states) else end
        stretches.append(Stretch(said.state, said.reason, from_ms(said.ms), from_ms(finish)))
        minutes[said.state] = minutes.get(said.state, 0.0) + (finish - said.ms) / 60_000
    times = [(said.ms - said.begun) / 1000 for said in cycles if said.begun is not None]
    mean = sum(times) / len(times) if times else None
    parts, scrap = sum(said.parts for said in cycles), sum(said.scrap for said in cycles)
    shown = tuple(stretches[-MOST_STRETCHES:])
    return DryRun(since, until, len(points), cut, shown, minutes, len(cycles), parts, scrap, mean, unknown)

"""The verbs of alarms: define, try, list, acknowledge, shelve, take out of service."""

import copy
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec

from plait.infrastructure.alarms import calling, rules, tables
from plait.infrastructure.alarms.model import (
    BAD_ALARM,
    NO_ALARM,
    Acknowledged,
    Alarm,
    AlarmView,
    Defined,
    Memory,
    Notice,
    Preview,
    Removed,
    ServiceChanged,
    Shelved,
    Tested,
    Turned,
    Unshelved,
)
from plait.infrastructure.alarms.watch import AlarmWatch, key_of
from plait.infrastructure.machines import tables as machine_tables
from plait.infrastructure.machines.model import StateChanged
from plait.infrastructure.meaning import tables as memories
from plait.infrastructure.meaning.model import SignalValue
from plait.infrastructure.meaning.service import MeaningService
from plait.kernel.actor import Actor, Scope
from plait.kernel.facts import Fact, decode
from plait.kernel.problems import INVALID, Problem
from plait.kernel.settings import Alarms
from plait.store import Tx, from_ms, ms_of

__all__ = ["AlarmService"]

ALL = Scope(everything=True)
USUAL = timedelta(days=1)
LONGEST_SHELF_MIN = 7 * 24 * 60
MOST_ALARMS = 1000
MOST_TIMES = 200
OPEN = ("unacknowledged", "acknowledged", "returned")


class AlarmService:
    """The firm's alarms, fed by the stream of ``meaning``; ``tell`` is called when messages wait to be sent."""

    def __init__(self, meaning: MeaningService, settings: Alarms) -> None:
        self.meaning = meaning
        self.stream = meaning.stream
        self.store = meaning.store
        self.guard = meaning.guard
        self.clock = meaning.clock
        self.settings = settings
        self._watches: dict[str, AlarmWatch] = {}
        self._leave: Callable[[], None] | None = None

    async def open(self) -> None:
        """Watch for every alarm from where it had come to."""
        alarms = await self.store.read(lambda conn: tables.alarms(conn, ALL))
        watches = []
        for alarm in alarms.values():
            name = key_of(alarm.id)
            body = await self.store.read(lambda conn, name=name: memories.memory(conn, ALL, name))  # type: ignore[misc]
            memory = msgspec.json.decode(body, type=Memory) if body is not None else self._fresh()
            if alarm.kind == "silence" and not memory.active:
                memory.seen = max(memory.seen, ms_of(self.clock.now()))
            watches.append(self._watch(alarm, memory))
        await self.stream.add(*watches)
        self._leave = self.store.listen(self._hear)
        rows = await self.store.read(lambda conn: machine_tables.machines(conn, ALL))
        for row in rows:
            await self._back(row.machine.id)
            self._state(row.machine.id, row.known.state, row.since)
        for watch in watches:
            self._expire_later(watch)

    def close(self) -> None:
        """Hear no more of machines' states."""
        if self._leave is not None:
            self._leave()
            self._leave = None

    def _fresh(self) -> Memory:
        now = ms_of(self.clock.now())
        return Memory(upto=now - 1, seen=-1)

    def _watch(self, alarm: Alarm, memory: Memory) -> AlarmWatch:
        watch = self._watches[alarm.id] = AlarmWatch(alarm, memory, self.settings, lambda: self.guard.firm().zone)
        return watch

    def _hear(self, fact: Fact) -> None:
        if fact.kind == "machine.state_changed" and self._watches:
            body = decode(fact)
            if isinstance(body, StateChanged):
                self._state(body.machine_id, body.state, body.at)
                if body.state not in ("down", "silent"):
                    self.clock.at(self.clock.now(), f"alarms/back/{body.machine_id}", partial(self._back, body.machine_id))

    def _state(self, machine_id: str, state: str, at: datetime | None) -> None:
        """Tell alarms of a machine's state; the log's order counts, whatever the machine's own clock says."""
        now = ms_of(self.clock.now())
        for watch in self._watches.values():
            if watch.alarm.machine_id == machine_id and watch.alarm.kind == "state" and at is not None:
                watch.told = max(min(ms_of(at), now), watch.told + 1)
                self.stream.push(watch.key, SignalValue(watch.told, "state", state))

    async def _back(self, machine_id: str) -> None:
        """Raise what held while the machine was down and still holds."""
        for watch in list(self._watches.values()):
            if watch.alarm.machine_id == machine_id and watch.memory.suppressed:
                await self._change(self.stream.me, watch, watch.call_late)

    async def _change(self, actor: Actor, watch: AlarmWatch, do: Callable[[Tx, Memory], None]) -> None:
        """Change what an alarm remembers, together with the facts that tell of it."""
        async with self.stream.lock:
            memory = copy.deepcopy(watch.memory)

            def work(tx: Tx) -> None:
                do(tx, memory)
                memories.put_memory(tx.conn, watch.key, msgspec.json.encode(memory))

            await self.store.write(actor, work)
            watch.memory = memory

    def _one(self, alarm_id: str) -> AlarmWatch:
        watch = self._watches.get(alarm_id)
        if watch is None:
            raise Problem(NO_ALARM, f"There is no alarm {alarm_id!r}.")
        return watch

    # -- what there is

    async def all(self, actor: Actor, machine_id: str = "") -> list[AlarmView]:
        """Return alarms (of one machine, if named), those that need somebody first: by severity, then the longest."""
        self.guard.require(actor, "machines.read")
        self.guard.scope(actor, "read", "machine").own("Alarms")
        names = {row.machine.id: row.machine.name for row in await self.store.read(lambda conn: machine_tables.machines(conn, ALL))}
        shown = [self._view(watch, names) for watch in self._watches.values() if machine_id in ("", watch.alarm.machine_id)]
        far = self.clock.now()
        place = {state: at for at, state in enumerate(("unacknowledged", "returned", "acknowledged", "shelved", "suppressed", "out-of-service", "normal"))}
        wants = {"unacknowledged": 0, "returned": 1, "acknowledged": 1}
        return sorted(
            shown,
            key=lambda each: (wants.get(each.state, 2), rules.RANK[each.alarm.severity], place[each.state], each.since or far, each.alarm.id),
        )

    async def inbox(self, actor: Actor, machine_id: str = "") -> list[AlarmView]:
        """Return the alarms that are raised, or were and nobody has acknowledged them."""
        return [each for each in await self.all(actor, machine_id) if each.state in OPEN]

    def _view(self, watch: AlarmWatch, names: dict[str, str]) -> AlarmView:
        memory, alarm = watch.memory, watch.alarm
        now = ms_of(self.clock.now())
        chattering = rules.chatters(memory.recent, now)
        lately = [ms for ms in memory.recent if ms > now - rules.CHATTER_MS]
        return AlarmView(
            alarm,
            rules.state_of(memory),
            None if memory.since is None else from_ms(memory.since),
            memory.value,
            names.get(alarm.machine_id, alarm.machine_id),
            memory.count,
            None if memory.shelved_until is None else from_ms(memory.shelved_until),
            memory.reason,
            memory.note,
            memory.by,
            chattering,
            rules.hint(alarm, len(lately), 0) if chattering else "",
        )

    async def one(self, actor: Actor, alarm_id: str) -> AlarmView:
        """Return one alarm; raise ``no-such-alarm``."""
        found = [each for each in await self.all(actor) if each.alarm.id == alarm_id]
        if not found:
            raise Problem(NO_ALARM, f"There is no alarm {alarm_id!r}.")
        return found[0]

    async def notices(self, actor: Actor) -> Sequence[Notice]:
        """Return the newest messages with how they went."""
        self.guard.require(actor, "machines.read")
        scope = self.guard.scope(actor, "read", "machine")
        scope.own("Alarms")
        return await self.store.read(lambda conn: tables.notices(conn, scope))

    # -- what is set

    async def define(self, actor: Actor, alarm: Alarm) -> AlarmView:
        """Set an alarm, in the place of the one with its id; the fact keeps what it was. Raise ``bad-alarm`` and ``no-such-machine``."""
        self.guard.require(actor, "machines.write")
        rules.check(alarm)
        await self.meaning.machines.one(actor, alarm.machine_id)

        def work(tx: Tx) -> bool:
            known = tables.alarms(tx.conn, ALL)
            before = known.get(alarm.id)
            if before is None and len(known) >= MOST_ALARMS:
                raise Problem(BAD_ALARM, f"id: there are {MOST_ALARMS} alarms; more nobody can heed. Take one away first.", field="id")
            if before == alarm:
                return False
            tables.put(tx.conn, alarm)
            memories.forget(tx.conn, key_of(alarm.id))
            tx.append(f"alarm/{alarm.id}", Defined(alarm.id, alarm, before))
            return True

        if await self.store.write(actor, work):
            memory = self._fresh()
            if alarm.kind == "silence":
                memory.seen = memory.upto
            await self.stream.add(self._watch(alarm, memory))
            status = await self.meaning.machines.one(actor, alarm.machine_id)
            self._state(alarm.machine_id, status.state, status.since)
            await self.stream.flush()
        return await self.one(actor, alarm.id)

    async def undo(self, actor: Actor, alarm_id: str) -> AlarmView:
        """Let an alarm be as it was before it was last set (one that was taken away comes back). Raise ``no-such-alarm``."""
        self.guard.require(actor, "machines.write")
        found = await self.store.facts(limit=1, stream=f"alarm/{alarm_id}", kinds=["alarm.defined", "alarm.removed"], newest=True)
        body = decode(found[0]) if found else None
        before = body.before if isinstance(body, Defined) else body.alarm if isinstance(body, Removed) else None
        if before is None:
            raise Problem(NO_ALARM, f"Nothing is known of {alarm_id!r} before.")
        return await self.define(actor, before)

    async def remove(self, actor: Actor, alarm_id: str) -> None:
        """Take an alarm away; its facts stay. Raise ``no-such-alarm``."""
        self.guard.require(actor, "machines.write")
        watch = self._one(alarm_id)

        def work(tx: Tx) -> None:
            tables.drop(tx.conn, alarm_id)
            memories.forget(tx.conn, watch.key)
            tx.append(f"alarm/{alarm_id}", Removed(alarm_id, watch.alarm))

        await self.stream.drop(watch.key)
        await self.store.write(actor, work)
        self._watches.pop(alarm_id, None)

    async def preview(self, actor: Actor, alarm: Alarm, since: datetime | None = None, until: datetime | None = None) -> Preview:
        """Return what an alarm would have done (default: the last day), from what the lake holds. Raise ``bad-alarm`` and ``no-such-machine``."""
        rules.check(alarm)
        await self.meaning.machines.one(actor, alarm.machine_id)
        self.guard.scope(actor, "read", "machine").own("Alarms")
        until = min(until or self.clock.now(), self.clock.now())
        since = since or until - USUAL
        if not since < until <= since + timedelta(days=7):
            raise Problem(INVALID, "since: lies before until and now, by at most a week.", field="since")
        if alarm.kind == "state":
            told = await self.meaning.machines.history(actor, alarm.machine_id, 1000)
            points, end = [SignalValue(ms_of(max(each.at, since)), "state", each.state) for each in told[::-1] if each.at < until], until
        else:
            name = f"{alarm.machine_id}.{alarm.signal}"
            there = {each.name for each in await self.stream.signals.series(actor)}
            points, end = await self.meaning.points(actor, {name: alarm.signal} if name in there else {}, since, until)
        return _dry(alarm, points, since, end, end < until)

    # -- what people do

    async def acknowledge(self, actor: Actor, alarm_id: str, note: str = "") -> AlarmView:
        """Say that somebody has seen an alarm; one that is not waiting for it is left alone. Raise ``no-such-alarm``."""
        self.guard.require(actor, "machines.alarm")

        def do(tx: Tx, memory: Memory) -> None:
            if memory.unacked:
                memory.unacked, memory.note, memory.by = False, note[:500], actor.label
                tx.append(f"alarm/{alarm_id}", Acknowledged(alarm_id, self._one(alarm_id).alarm.machine_id, note[:500]))

        await self._change(actor, self._one(alarm_id), do)
        return await self.one(actor, alarm_id)

    async def shelve(self, actor: Actor, alarm_id: str, minutes: float, reason: str) -> AlarmView:
        """Call nobody for an alarm for ``minutes`` (at most a week), because of ``reason``. Raise ``no-such-alarm`` and ``invalid``."""
        self.guard.require(actor, "machines.alarm")
        if not 1 <= minutes <= LONGEST_SHELF_MIN:
            raise Problem(INVALID, f"minutes: 1 to {LONGEST_SHELF_MIN}.", field="minutes")
        if not reason.strip():
            raise Problem(INVALID, "reason: say why nobody should be called.", field="reason")
        watch = self._one(alarm_id)

        def do(tx: Tx, memory: Memory) -> None:
            until = tx.at + timedelta(minutes=minutes)
            memory.shelved_until, memory.reason, memory.by = ms_of(until), reason[:500], actor.label
            memory.unacked = memory.raised = False
            tx.append(f"alarm/{alarm_id}", Shelved(alarm_id, watch.alarm.machine_id, until, reason[:500]))

        await self._change(actor, watch, do)
        self._expire_later(watch)
        return await self.one(actor, alarm_id)

    def _expire_later(self, watch: AlarmWatch) -> None:
        if watch.memory.shelved_until is not None:
            self.clock.at(from_ms(watch.memory.shelved_until), f"alarms/shelf/{watch.alarm.id}", partial(self._expired, watch))

    async def _expired(self, watch: AlarmWatch) -> None:
        until = watch.memory.shelved_until
        if self._watches.get(watch.alarm.id) is watch and until is not None and until <= ms_of(self.clock.now()):
            await self._unshelve(self.stream.me, watch, expired=True)

    async def _unshelve(self, actor: Actor, watch: AlarmWatch, *, expired: bool) -> None:
        def do(tx: Tx, memory: Memory) -> None:
            if memory.shelved_until is not None:
                memory.shelved_until, memory.reason = None, ""
                tx.append(f"alarm/{watch.alarm.id}", Unshelved(watch.alarm.id, watch.alarm.machine_id, expired))
                watch.call_late(tx, memory)

        await self._change(actor, watch, do)

    async def unshelve(self, actor: Actor, alarm_id: str) -> AlarmView:
        """Call for an alarm again; one that holds is raised now. Raise ``no-such-alarm``."""
        self.guard.require(actor, "machines.alarm")
        await self._unshelve(actor, self._one(alarm_id), expired=False)
        return await self.one(actor, alarm_id)

    async def service(self, actor: Actor, alarm_id: str, out: bool, reason: str) -> AlarmView:
        """Take an alarm out of service until somebody puts it back, or put it back. Raise ``no-such-alarm``."""
        self.guard.require(actor, "machines.write")
        watch = self._one(alarm_id)

        def do(tx: Tx, memory: Memory) -> None:
            if memory.out_of_service == out:
                return
            memory.out_of_service, memory.reason = out, reason[:500] if out else ""
            memory.unacked = memory.raised = False
            tx.append(f"alarm/{alarm_id}", ServiceChanged(alarm_id, watch.alarm.machine_id, out, reason[:500]))
            watch.call_late(tx, memory)

        await self._change(actor, watch, do)
        return await self.one(actor, alarm_id)

    async def test(self, actor: Actor) -> tuple[str, ...]:
        """Send a message of trial by every channel that is set; return which. Raise ``invalid`` when none is."""
        self.guard.require(actor, "machines.write")
        ways = calling.channels(self.settings)
        if not ways:
            raise Problem(INVALID, "No way to call anybody is set: fill [alarms] in plait.toml with a webhook or a mail server.")

        def work(tx: Tx) -> None:
            body = msgspec.json.encode({"type": "alarm.test", "text": "This is a trial: messages of alarms come through."}).decode()
            for way in ways:
                tables.post(tx.conn, "", way, "Trial of plait's alarms", body, ms_of(tx.at), ms_of(tx.recorded))
            tx.append("alarms", Tested(ways))

        await self.store.write(actor, work)
        return ways


def _dry(alarm: Alarm, points: Sequence[SignalValue], since: datetime, until: datetime, cut: bool) -> Preview:
    begin = ms_of(since)
    end = ms_of(until)
    _, told = rules.advance(alarm, Memory(upto=begin - 1, seen=begin - 1 if alarm.kind == "silence" else -1), points, end)
    times, minutes = [], 0.0
    for at, turn in enumerate(told):
        if turn.active:
            over = told[at + 1].ms if at + 1 < len(told) else None
            minutes += ((end if over is None else over) - turn.ms) / 60_000
            times.append(Turned(from_ms(turn.ms), None if over is None else from_ms(over), turn.value))
    said = rules.hint(alarm, len(times), minutes)
    return Preview(since, until, len(points), cut, len(times), minutes, tuple(times[-MOST_TIMES:]), said)

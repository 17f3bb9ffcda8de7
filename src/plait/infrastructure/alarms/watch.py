"""One alarm as a watch of its signal: facts, messages and what is remembered are entered together."""

from collections.abc import Callable, Mapping

import msgspec

from plait.infrastructure.alarms import calling, rules
from plait.infrastructure.alarms.model import Alarm, Cleared, Memory, Raised, Turn
from plait.infrastructure.machines import tables as machine_tables
from plait.infrastructure.meaning import tables as memories
from plait.infrastructure.meaning.model import LimitCrossed, SignalValue
from plait.infrastructure.meaning.stream import REORDER_MS
from plait.kernel.actor import Scope
from plait.kernel.settings import Alarms
from plait.store import Tx, from_ms, ms_of

__all__ = ["AlarmWatch", "Planned", "key_of"]

ALL = Scope(everything=True)
MOST_RECENT = 20


class Planned(msgspec.Struct):
    """What is remembered next, and when the alarm turned."""

    memory: Memory
    told: list[Turn]


def key_of(alarm_id: str) -> str:
    """Return the name of an alarm's watch."""
    return f"alarm/{alarm_id}"


class AlarmWatch:
    """A ``Watch`` of one alarm. ``told``: the ms of the last state of the machine that it was given."""

    def __init__(self, alarm: Alarm, memory: Memory, settings: Alarms, zone: Callable[[], str]) -> None:
        self.alarm = alarm
        self.key = key_of(alarm.id)
        self.memory = memory
        self.told = memory.seen
        self.series: Mapping[str, str] = {} if alarm.kind == "state" else {f"{alarm.machine_id}.{alarm.signal}": alarm.signal}
        self.patience_ms = 0 if alarm.kind == "state" else REORDER_MS
        self._settings = settings
        self._zone = zone

    def seen(self, signal: str) -> int:
        """Return the ms of the last point that was looked at."""
        del signal
        return self.memory.seen

    def plan(self, points: list[SignalValue], until: int) -> Planned:
        """Return what follows from ``points``."""
        return Planned(*rules.advance(self.alarm, self.memory, points, until))

    def enter(self, tx: Tx, planned: Planned, pointed: bool) -> None:
        """Write what followed, and remember it."""
        del pointed
        for turn in planned.told:
            if turn.active:
                self.begin(tx, planned.memory, turn)
            else:
                self.end(tx, planned.memory, turn)
        memories.put_memory(tx.conn, self.key, msgspec.json.encode(planned.memory))

    def entered(self, planned: Planned) -> None:
        """Remember what is on disk."""
        self.memory = planned.memory

    def due(self) -> int | None:
        """Return when the alarm turns from time alone."""
        return rules.due(self.alarm, self.memory)

    def begin(self, tx: Tx, memory: Memory, turn: Turn) -> None:
        """Enter that the condition holds: as an alarm, unless it is shelved, out of service or suppressed while the machine is down."""
        alarm = self.alarm
        if alarm.kind in ("high", "high-high", "low", "low-low") and isinstance(turn.value, float):
            at = from_ms(turn.ms)
            tx.append(f"machine/{alarm.machine_id}", LimitCrossed(alarm.machine_id, alarm.signal, alarm.kind, alarm.limit, turn.value, at))
        row = machine_tables.machine(tx.conn, ALL, alarm.machine_id)
        if row is None:  # the machine was taken away
            return
        memory.suppressed = alarm.suppress_when_down and alarm.kind != "state" and row.known.down
        if not (memory.suppressed or memory.out_of_service or memory.shelved_until is not None):
            self.call(tx, memory, turn, row.machine.name)

    def call(self, tx: Tx, memory: Memory, turn: Turn, name: str) -> None:
        """Raise the alarm and call whoever is to be called; one that chatters calls nobody more."""
        alarm = self.alarm
        chattered = rules.chatters(memory.recent, turn.ms)
        memory.raised = memory.unacked = True
        memory.note = memory.by = ""
        memory.count += 1
        memory.recent = [*memory.recent, turn.ms][-MOST_RECENT:]
        body = Raised(alarm.id, alarm.machine_id, alarm.severity, alarm.text, turn.value, from_ms(turn.ms))
        tx.append(f"alarm/{alarm.id}", body)
        if not chattered:
            calling.post(tx, self._settings, self._zone(), name, alarm, turn.value, turn.ms)

    def end(self, tx: Tx, memory: Memory, turn: Turn) -> None:
        """Enter that the condition is over; who has not acknowledged the alarm still sees it."""
        memory.suppressed = False
        if memory.raised:
            memory.raised = False
            tx.append(f"alarm/{self.alarm.id}", Cleared(self.alarm.id, self.alarm.machine_id, turn.value, from_ms(turn.ms)))

    def call_late(self, tx: Tx, memory: Memory) -> None:
        """Raise an alarm that holds and was kept back until now."""
        row = machine_tables.machine(tx.conn, ALL, self.alarm.machine_id)
        if row is None or not memory.active or memory.raised or memory.out_of_service or memory.shelved_until is not None:
            return
        memory.suppressed = self.alarm.suppress_when_down and self.alarm.kind != "state" and row.known.down
        if not memory.suppressed:
            self.call(tx, memory, Turn(ms_of(tx.at), True, memory.value), row.machine.name)

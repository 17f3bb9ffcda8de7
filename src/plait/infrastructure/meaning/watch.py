"""The rules of one machine as a watch of its signals: states and cycles are entered together with what is remembered."""

from collections.abc import Mapping

import msgspec

from plait.infrastructure.machines import tables as machine_tables
from plait.infrastructure.machines.journal import enter_status
from plait.infrastructure.machines.model import Status
from plait.infrastructure.meaning import rules, tables
from plait.infrastructure.meaning.language import Program, signals_of
from plait.infrastructure.meaning.model import CycleFinished, Memory, Said, SignalValue, Started, Stopped
from plait.infrastructure.meaning.stream import REORDER_MS
from plait.kernel.actor import Scope
from plait.store import Tx, from_ms

__all__ = ["MachineWatch", "Planned", "finished", "key_of"]

ALL = Scope(everything=True)


class Planned(msgspec.Struct, frozen=True):
    """What is remembered next, and what followed."""

    memory: Memory
    told: list[Said]


def key_of(machine_id: str) -> str:
    """Return the name of a machine's watch."""
    return f"machine/{machine_id}"


class MachineWatch:
    """A ``Watch`` of one machine."""

    patience_ms = REORDER_MS

    def __init__(self, machine_id: str, program: Program, memory: Memory) -> None:
        self.machine_id = machine_id
        self.key = key_of(machine_id)
        self.program = program
        self.memory = memory
        self.series: Mapping[str, str] = {f"{machine_id}.{signal}": signal for signal in signals_of(program)}

    def seen(self, signal: str) -> int:
        """Return the ms of a signal's last point that was looked at."""
        return self.memory.seen.get(signal, -1)

    def plan(self, points: list[SignalValue], until: int) -> Planned:
        """Return what follows from ``points``."""
        return Planned(*rules.advance(self.program, self.memory, points, until))

    def enter(self, tx: Tx, planned: Planned, pointed: bool) -> None:
        """Write states and cycles; a silent machine stays silent until a point comes."""
        row = machine_tables.machine(tx.conn, ALL, self.machine_id)
        tables.put_memory(tx.conn, self.key, msgspec.json.encode(planned.memory))
        if row is None:
            return
        before, quiet = self.memory.state, row.known.state == "silent" and not pointed
        for said in planned.told:
            if not said.state:
                tx.append(f"machine/{self.machine_id}", finished(self.machine_id, said))
            elif not quiet:
                enter_status(tx, self.machine_id, Status(said.state, from_ms(said.ms), said.reason))  # type: ignore[arg-type]
                self._turned(tx, before, said)
                before = said.state
        after = machine_tables.machine(tx.conn, ALL, self.machine_id)
        memory = planned.memory
        if pointed and memory.state and after is not None and (after.known.state, after.known.reason) != (memory.state, memory.reason):
            last = max(memory.seen.values(), default=memory.upto)
            enter_status(tx, self.machine_id, Status(memory.state, from_ms(max(last, memory.state_since)), memory.reason))  # type: ignore[arg-type]

    def _turned(self, tx: Tx, before: str, said: Said) -> None:
        if (before == "running") != (said.state == "running"):
            at = from_ms(said.ms)
            body = Started(self.machine_id, at) if said.state == "running" else Stopped(self.machine_id, said.state, said.reason, at)
            tx.append(f"machine/{self.machine_id}", body)

    def entered(self, planned: Planned) -> None:
        """Remember what is on disk."""
        self.memory = planned.memory

    def due(self) -> int | None:
        """Return when something follows from time alone."""
        return rules.due(self.program, self.memory)


def finished(machine_id: str, said: Said) -> CycleFinished:
    """Return the fact of a finished cycle."""
    seconds = None if said.begun is None else (said.ms - said.begun) / 1000
    return CycleFinished(machine_id, None if said.begun is None else from_ms(said.begun), from_ms(said.ms), seconds, said.parts, said.scrap)

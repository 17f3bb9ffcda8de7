"""The verbs of measured times: take up a job, say what jobs say, accept, decline, undo."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Actor, Scope
from plait.kernel.ids import new_id
from plait.kernel.ports import Guard
from plait.kernel.problems import Problem
from plait.kernel.settings import Cycles
from plait.manufacturing.line import tables as line_tables
from plait.manufacturing.line.measured import rules, tables
from plait.manufacturing.line.measured.model import (
    DECIDED,
    NO_PROPOSAL,
    STALE,
    JobTimes,
    Measured,
    Proposal,
    TimesAccepted,
    TimesDeclined,
    TimesProposed,
    TimesUndone,
)
from plait.manufacturing.part import tables as part_tables
from plait.manufacturing.part.model import Operation, Part
from plait.manufacturing.part.service import PartService
from plait.store import Store, Tx

__all__ = ["MeasuredService"]

ALL = Scope(everything=True)
NOTHING = (None, None)
replace = msgspec.structs.replace


class MeasuredService:
    """What machines took for jobs, and what follows for routings; ``rule`` says when."""

    def __init__(self, store: Store, guard: Guard, rule: Cycles) -> None:
        self.store = store
        self.guard = guard
        self.rule = rule

    async def take(self, actor: Actor, job: JobTimes, once: str | None = None) -> None:
        """Take up what a finished job of the line took; one that is not the line's, or made nothing, says nothing."""

        def work(tx: Tx) -> None:
            known = line_tables.job(tx.conn, ALL, job.job_id)
            run = line_tables.run(tx.conn, ALL, known.run) if known is not None else None
            if known is None or run is None or job.pieces <= 0 or job.run_min <= 0:
                return
            booked = known.good + known.scrap
            row = replace(job, pieces=booked, scrap=known.scrap) if known.state == "ended" and booked else job
            tables.put_job(tx.conn, run.order.part_id, run.order.revision, known.seq, known.group, row)
            part = part_tables.part(tx.conn, ALL, run.order.part_id)
            if part is not None and part.revision == run.order.revision:
                self._look(tx, part, known.seq)

        await self.store.write(actor, work, once=once)

    def _found(self, conn: Connection, part: Part, op: Operation) -> Measured | None:
        rows = tables.jobs(conn, ALL, part.id, part.revision, op.seq, op.group, self.rule.window)
        return rules.measured(part, op, rows)

    def _look(self, tx: Tx, part: Part, seq: int) -> None:
        """Propose what the jobs of an operation say, and what all operations say of scrap."""
        op = next((op for op in part.routing if op.seq == seq and not op.outside), None)
        if op is None:
            return
        found = self._found(tx.conn, part, op)
        if found is not None:
            values = rules.worth(found, self.rule)
            self._propose(tx, part, op.seq, op.name, op.group, (op.cycle_min, op.setup_min), values or NOTHING, (found.jobs, found.cycle_low, found.cycle_high))
        part = part_tables.part(tx.conn, ALL, part.id) or part
        every = [each for op in part.routing if not op.outside and (each := self._found(tx.conn, part, op)) is not None]
        was = float(part.scrap_allowance)
        scrap = rules.allowance(every, was, self.rule)
        self._propose(tx, part, 0, "", "", (was, None), (scrap[0], None) if scrap else NOTHING, (scrap[1] if scrap else 0, 0.0, 0.0))

    def _propose(
        self,
        tx: Tx,
        part: Part,
        seq: int,
        name: str,
        group: str,
        was: tuple[float, float | None],
        now: tuple[float | None, float | None],
        weight: tuple[int, float, float],
    ) -> None:
        last = tables.last(tx.conn, ALL, part.id, seq)
        waiting = last if last is not None and last.state == "open" else None
        cycle = now[0]
        if cycle is None:
            if waiting is not None:
                tables.drop_proposal(tx.conn, waiting.id)
            return
        if waiting is None and not rules.wanted(cycle, weight[0], last, self.rule):
            return
        setup_was = was[1] if now[1] is not None else None
        id = waiting.id if waiting is not None else new_id()
        at = waiting.at if waiting is not None else tx.at
        row = Proposal(id, part.id, part.revision, seq, name, group, was[0], cycle, setup_was, now[1], *weight, "open", at)
        tables.put_proposal(tx.conn, row)
        if waiting is None:
            tx.append(f"part/{part.id}", TimesProposed(id, part.id, part.revision, seq, was[0], cycle, setup_was, now[1], weight[0]))
        if rules.by_rule(row, self.rule):
            self._accept(tx, part, row, by_rule=True)

    @staticmethod
    def _put(tx: Tx, part: Part, seq: int, cycle: float, setup: float | None) -> None:
        if seq == 0:
            PartService.put_in(tx, replace(part, scrap_allowance=Decimal(str(cycle))))
            return
        routing = tuple(
            replace(op, cycle_min=cycle, setup_min=op.setup_min if setup is None else setup, estimated=False) if op.seq == seq else op for op in part.routing
        )
        PartService.put_in(tx, replace(part, routing=routing))

    def _accept(self, tx: Tx, part: Part, row: Proposal, *, by_rule: bool) -> Proposal:
        if not rules.same(part, row, accepted=False):
            raise Problem(STALE, f"{part.id}: the routing no longer says what the proposal was made from.")
        self._put(tx, part, row.seq, row.cycle_now, row.setup_now)
        done = replace(row, state="accepted", decided=tx.at, by_rule=by_rule)
        tables.put_proposal(tx.conn, done)
        tx.append(f"part/{part.id}", TimesAccepted(row.id, part.id, row.seq, row.cycle_now, row.setup_now, by_rule))
        return done

    @staticmethod
    def _one(tx: Tx, id: str, *states: str) -> tuple[Proposal, Part]:
        row = tables.proposal(tx.conn, ALL, id)
        part = part_tables.part(tx.conn, ALL, row.part_id) if row is not None else None
        if row is None or part is None:
            raise Problem(NO_PROPOSAL, f"There is no proposal {id!r}.")
        if row.state not in states:
            raise Problem(DECIDED, f"It was {row.state} on {_day(row.decided)}.")
        if part.revision != row.revision:
            raise Problem(STALE, f"{part.id} is at revision {part.revision}; the proposal was made for {row.revision}.")
        return row, part

    async def accept(self, actor: Actor, id: str) -> Proposal:
        """Make what a proposal says the routing's; raise ``no-such-times-proposal``, ``times-decided``, ``times-changed``."""
        self.guard.require(actor, "part.write")

        def work(tx: Tx) -> Proposal:
            row, part = self._one(tx, id, "open")
            return self._accept(tx, part, row, by_rule=False)

        return await self.store.write(actor, work)

    async def decline(self, actor: Actor, id: str, reason: str = "") -> Proposal:
        """Leave the routing as it is; asked again only when many more jobs say something else. Raises as ``accept``."""
        self.guard.require(actor, "part.write")

        def work(tx: Tx) -> Proposal:
            row, _ = self._one(tx, id, "open")
            done = replace(row, state="declined", decided=tx.at, reason=reason[:200])
            tables.put_proposal(tx.conn, done)
            tx.append(f"part/{row.part_id}", TimesDeclined(row.id, row.part_id, row.seq, reason[:200]))
            return done

        return await self.store.write(actor, work)

    async def undo(self, actor: Actor, id: str) -> Proposal:
        """Give the routing back what it said before a proposal was accepted; raise ``times-changed`` when it was changed since. Raises as ``accept``."""
        self.guard.require(actor, "part.write")

        def work(tx: Tx) -> Proposal:
            row, part = self._one(tx, id, "accepted")
            if not rules.same(part, row, accepted=True):
                raise Problem(STALE, f"{part.id}: the routing no longer says what was accepted.")
            self._put(tx, part, row.seq, row.cycle_was, row.setup_was)
            done = replace(row, state="undone", decided=tx.at)
            tables.put_proposal(tx.conn, done)
            tx.append(f"part/{part.id}", TimesUndone(row.id, part.id, row.seq, row.cycle_was, row.setup_was))
            return done

        return await self.store.write(actor, work)

    async def proposals(self, actor: Actor, state: str = "", part: str = "") -> Sequence[Proposal]:
        """Return the proposals (in one state, of one part), the latest first."""
        self.guard.require(actor, "part.read")
        scope = self.guard.scope(actor, "read", "part.times")
        return await self.store.read(lambda conn: tables.proposals(conn, scope, state, part))

    async def measured(self, actor: Actor, part_id: str) -> list[Measured]:
        """Return what was measured of each operation of a part in its present revision."""
        self.guard.require(actor, "part.read")
        scope = self.guard.scope(actor, "read", "part.times")

        def read(conn: Connection) -> list[Measured]:
            part = part_tables.part(conn, scope, part_id)
            if part is None or not scope.everything:
                return []
            known = tables.sequences(conn, scope, part.id, part.revision)
            found = [self._found(conn, part, op) for op in part.routing if op.seq in known and not op.outside]
            return [each for each in found if each is not None]

        return await self.store.read(read)


def _day(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d}" if when else "an earlier day"

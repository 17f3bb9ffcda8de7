"""The verbs of master data: listed prices, estimates of times, corrections by what jobs took."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Actor
from plait.kernel.clock import BusinessClock
from plait.kernel.facts import decode
from plait.kernel.ports import Guard
from plait.kernel.problems import NOT_FOUND, Problem
from plait.manufacturing.desk.book import tables as book_tables
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.masters import estimate, rules, tables
from plait.manufacturing.desk.masters.common import ALL, Centres
from plait.manufacturing.desk.masters.model import Correction, Corrections, Estimate, Estimates, Measured, PastJob, Price, TimesCorrected
from plait.manufacturing.desk.masters.ordered import by_part, ordered_parts
from plait.manufacturing.line import tables as line_tables
from plait.manufacturing.part import tables as part_tables
from plait.manufacturing.part.model import Operation, Part
from plait.manufacturing.part.service import PartService
from plait.manufacturing.schedule import tables as schedule_tables
from plait.manufacturing.schedule.calendar import ms, opening
from plait.manufacturing.schedule.model import WorkCentre
from plait.manufacturing.schedule.service import put_centres
from plait.manufacturing.vocabulary import GENERAL
from plait.store import Store, Tx

__all__ = ["MastersService"]

PAGE = 5000


def price_in(conn: Connection, part: Part, customers: Iterable[str], quantity: Decimal, now: datetime, zone: str) -> Price | None:
    """Return the sales price listed for one of ``customers`` (its names), None when none holds (see ``rules.listed``)."""
    day = now.astimezone(ZoneInfo(zone)).date()
    return rules.listed(tables.prices(conn, ALL, part.id, "sale"), customers, quantity, day, part.unit)


class MastersService:
    """Prices, estimates and corrections of what the firm plans from."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock

    async def prices(self, actor: Actor, part_id: str = "") -> list[Price]:
        """Return the listed prices, of one part if named."""
        scope = self.guard.scope(actor, "read", "desk.price")
        return await self.store.read(lambda conn: tables.prices(conn, scope, part_id))

    def price_in(self, conn: Connection, part: Part, customers: Iterable[str], quantity: Decimal) -> Price | None:
        """Return the sales price listed for one of ``customers`` (its names) taking ``quantity`` (in the part's unit) today, None when none holds."""
        return price_in(conn, part, customers, quantity, self.clock.now(), self.guard.firm().zone)

    async def estimates(self, actor: Actor) -> list[Estimate]:
        """Return the estimates of all parts made here without a routing; nothing is changed. Only our own people see them."""
        self.guard.require(actor, "desk.read")
        return await self._estimates() if self.guard.scope(actor, "read", "desk.estimate").everything else []

    async def _estimates(self) -> list[Estimate]:
        measured = await self._measured()
        past = await self.store.read(lambda conn: _past(conn, measured))
        return await asyncio.to_thread(estimate.estimates, past)

    async def estimate(self, actor: Actor, parts: Sequence[str] = (), *, apply: bool = False) -> Estimates:
        """Return the estimates (of ``parts``, or of all); with ``apply`` they become the parts' routings, marked as estimated.

        A part that order lines name and nobody has entered is entered with it. A work centre is assumed for a group that has none.
        Raises ``not-found`` for a part that needs no estimate.
        """
        self.guard.require(actor, "desk.write" if apply else "desk.read")
        found = await self._estimates()
        unknown = sorted(set(parts) - {each.part_id for each in found})
        if unknown:
            raise Problem(NOT_FOUND, f"{', '.join(unknown)}: not a part made here without a routing")
        found = [each for each in found if not parts or each.part_id in parts]
        if not apply:
            return Estimates(found)
        zone = self.guard.firm().zone
        centres = await self.store.write(actor, lambda tx: _enter(tx, found, zone), result=list[str])
        return Estimates(found, True, centres)

    async def corrections(self, actor: Actor) -> list[Correction]:
        """Return the operations whose planned times ended jobs contradict or, when estimated, confirm. Only our own people see them."""
        self.guard.require(actor, "desk.read")
        if not self.guard.scope(actor, "read", "desk.estimate").everything:
            return []
        measured = await self._measured()
        parts = await self.store.read(lambda conn: part_tables.parts(conn, ALL))
        return await asyncio.to_thread(estimate.corrections, parts, measured)

    async def correct(self, actor: Actor, wanted: Corrections) -> list[Correction]:
        """Take corrected times over, under the same revision; return those taken. Raises ``not-found`` for one that is not proposed."""
        self.guard.require(actor, "desk.write")
        found = {f"{each.part_id}/{each.seq}": each for each in await self.corrections(actor)}
        unknown = sorted(set(wanted.accept) - set(found))
        if unknown:
            raise Problem(NOT_FOUND, f"{', '.join(unknown)}: no correction is proposed")
        taken = [each for key, each in found.items() if not wanted.accept or key in wanted.accept]
        await self.store.write(actor, lambda tx: _correct(tx, taken))
        return taken

    async def _measured(self) -> list[Measured]:
        spans = await self._reported()
        return await self.store.read(lambda conn: _measured(conn, spans))

    async def _reported(self) -> dict[str, "_Span"]:
        """Return from when to when each job ran, as the line heard it."""
        found: dict[str, _Span] = {}
        after, started = 0, dict[str, datetime]()
        while facts := await self.store.facts(after, PAGE, kinds=["line.job_started", "line.job_ended"]):
            for fact in facts:
                body = decode(fact) if fact.body is not None else None
                if body is None:
                    continue
                if fact.kind == "line.job_started":
                    started[body.job] = fact.at
                elif body.job in started:
                    found[body.job] = _Span(body.run, body.seq, body.station, body.good + body.scrap, started.pop(body.job), fact.at)
            after = facts[-1].seq
        return found


class _Span(msgspec.Struct, frozen=True):
    """One job as the line heard of it."""

    run: str
    seq: int
    station: str
    pieces: int
    start: datetime
    end: datetime


def _minutes(centre: WorkCentre | None, start: datetime, end: datetime) -> float:
    """Return the minutes of open time between two moments (all of it where work goes on while closed)."""
    whole = (end - start).total_seconds() / 60
    if centre is None or centre.unattended or centre.calendar.always:
        return whole
    return sum(last - first for first, last in opening(centre.calendar).spans(ms(start), ms(end))) / 60_000 or whole


def _measured(conn: Connection, spans: dict[str, _Span]) -> list[Measured]:
    """Return the ended jobs of machines, and those of the plan that people reported; hand stations end by the clock and teach nothing."""
    runs = {run.order.number: run.order.part_id for run in line_tables.runs(conn, ALL)}
    centres = schedule_tables.centres(conn, ALL)
    found = []
    for span in spans.values():
        centre = centres.get(span.station)
        if centre is not None and centre.machine_id and span.run in runs:
            found.append(Measured(runs[span.run], span.seq, span.pieces, _minutes(centre, span.start, span.end)))
    told = [row for row in schedule_tables.bookings(conn, ALL) if row.state == "ended" and not row.outside and row.order not in runs and row.end > row.start]
    return found + [Measured(row.part_id, row.seq, row.quantity, _minutes(centres.get(row.work_centre), row.start, row.end)) for row in told]


def _job(line: OrderLine, part_id: str) -> PastJob:
    price = float(line.price.amount) if line.price is not None else None
    days = float((line.due - line.ordered).days) if line.ordered is not None else None
    return PastJob(part_id, float(line.ordered_quantity or line.quantity), price, days)


def _past(conn: Connection, measured: Sequence[Measured]) -> estimate.Past:
    centres = schedule_tables.centres(conn, ALL)
    rates = {row.group: float(row.rate.amount) for row in centres.values() if row.rate is not None}
    lines = book_tables.lines(conn, ALL)
    jobs = [_job(line, line.part_id) for line in lines if line.part_id and line.state != "cancelled"]
    jobs += [_job(line, number) for number, mine in by_part(lines).items() for line in mine]
    groups = sorted({row.group for row in centres.values()})
    parts = part_tables.parts(conn, ALL)
    return estimate.Past([*parts, *ordered_parts(lines, parts)], jobs, measured, rates, groups)


def _enter(tx: Tx, found: Sequence[Estimate], zone: str) -> list[str]:
    centres = Centres(tx.conn, zone)
    assumed = []
    new = {part.id: part for part in ordered_parts(book_tables.lines(tx.conn, ALL, state="open"), part_tables.parts(tx.conn, ALL))}
    for each in found:
        part = part_tables.part(tx.conn, ALL, each.part_id) or new.get(each.part_id)
        if part is None or not estimate.lacks_routing(part):
            continue
        for op in each.operations:
            centre = None if op.outside else centres.group(op.group, "")[1]
            assumed += [centre] if centre is not None else []
        process = rules.process_of(part.name, each.operations) if part.process in ("", GENERAL) else part.process
        PartService.put_in(tx, msgspec.structs.replace(part, routing=each.operations, process=process, family=part.family or each.family))
    put_centres(tx, assumed, "estimates need a place to work")
    return [centre.id for centre in assumed]


def _correct(tx: Tx, taken: Sequence[Correction]) -> None:
    by_part: dict[str, dict[int, Correction]] = {}
    for each in taken:
        by_part.setdefault(each.part_id, {})[each.seq] = each
    for id, mine in by_part.items():
        part = part_tables.part(tx.conn, ALL, id)
        if part is None:
            continue
        PartService.put_in(tx, msgspec.structs.replace(part, routing=tuple(_timed(op, mine.get(op.seq)) for op in part.routing)))
        for each in mine.values():
            tx.append(f"part/{id}", TimesCorrected(id, each.seq, each.setup_now, each.cycle_now, each.jobs))


def _timed(op: Operation, correction: Correction | None) -> Operation:
    if correction is None:
        return op
    return msgspec.structs.replace(op, setup_min=correction.setup_now, cycle_min=correction.cycle_now, estimated=False)

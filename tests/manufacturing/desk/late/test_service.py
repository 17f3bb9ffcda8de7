"""Late or not in the store: the report, what-if, the plan taken over into the schedule."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from plait.kernel.actor import Scope
from plait.kernel.clock import SimulatedClock
from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.capability.model import Capability
from plait.manufacturing.capability.service import CapabilityService
from plait.manufacturing.desk.book import tables as book
from plait.manufacturing.desk.book.model import LineChanged, LineClosed, LineEntered, OrderLine
from plait.manufacturing.desk.late.model import AddedLine, DateQuestion, LateReport, WhatIf
from plait.manufacturing.desk.late.service import LateService
from plait.manufacturing.part import tables as parts
from plait.manufacturing.part.model import Part
from plait.manufacturing.schedule import tables
from plait.manufacturing.schedule.check import check
from plait.manufacturing.schedule.model import Booking, PromiseRequest
from plait.manufacturing.schedule.service import ScheduleService
from plait.store import Store, Tx
from tests.manufacturing.desk.late.books import NOW, centre, day, line, op, part
from tests.manufacturing.house import ME, PARTNER, HouseGuard
from tests.support.stores import clock, make_store

ALL = Scope(everything=True)
GEAR = part("GEAR", op(10, "turn", 2), op(20, "hob", 4), transfer_min=15.0)
RING = part("RING", op(10, "hob", 4))


class Desk:
    """A desk with its schedule, and short ways to use both."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.guard = HouseGuard()
        assert isinstance(store.clock, SimulatedClock)
        self.clock = store.clock
        self.schedule = ScheduleService(store, self.guard, store.clock)
        self.late = LateService(store, self.guard, store.clock, self.schedule, CapabilityService(store, self.guard, store.clock))

    async def order(self, *lines: OrderLine) -> None:
        """Enter lines in the book."""

        def work(tx: Tx) -> None:
            for row in lines:
                book.put_line(tx.conn, row)
                body = LineEntered(row.id, row.customer, row.order_no, row.line_no, row.part_id, row.name, row.quantity, row.due, row.source)
                tx.append(f"book/{row.id}", body)

        await self.store.write(ME, work)

    async def change(self, row: OrderLine) -> None:
        """Change or close a line."""

        def work(tx: Tx) -> None:
            book.put_line(tx.conn, row)
            tx.append(f"book/{row.id}", LineChanged(row.id, (), "") if row.state == "open" else LineClosed(row.id, row.state, ""))

        await self.store.write(ME, work)

    async def part(self, *rows: Part) -> None:
        """Enter parts."""
        await self.store.write(ME, lambda tx: [parts.put_part(tx.conn, row) for row in rows] and None)

    async def bookings(self) -> list[Booking]:
        """Return the bookings, after checking that they hold."""
        rows = await self.schedule.plan(ME)
        centres = {row.id: row for row in await self.schedule.work_centres(ME)}
        assert check(rows, centres, await self.schedule.outages(ME)) == []
        return rows

    async def kinds(self) -> list[str]:
        """Return the kinds of all facts."""
        return [fact.kind for fact in await self.store.facts()]

    async def days(self) -> dict[str, object]:
        """Return the day each line is ready."""
        return {row.id: row.day for row in (await self.late.report(ME)).lines}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with make_store(tmp_path, at=clock(NOW)) as store:
        made = Desk(store)
        for each in (centre("turn-1"), centre("hob-1", machine_id="m-hob")):
            await made.schedule.put_work_centre(ME, each)
        await made.part(GEAR, RING)
        yield made


def run_request(number: str, pieces: int) -> PromiseRequest:
    return PromiseRequest(number, "RING", pieces, pieces, RING.routing)


async def test_the_report(desk: Desk) -> None:
    """Tests counts, verdicts and words of all open lines; closed lines are not among them."""
    await desk.order(line(1, "GEAR", 60, day(2)), line(2, "RING", 120, day(2)), line(3, "LOST", 1, day(9)), line(4, "GEAR", 9, day(9), state="done"))
    answer = await desk.late.report(ME)
    assert (answer.computed, answer.zone) == (NOW, "Europe/Berlin")
    assert (answer.total, answer.on_time, answer.late, answer.unplanned) == (3, 1, 1, 1)
    assert [row.verdict for row in answer.lines] == ["late", "unplanned", "on_time"]
    assert answer.lines[0].reason.startswith("Late by 1 working day: hob-1 is busy with ")
    assert msgspec.json.decode(msgspec.json.encode(answer), type=LateReport) == answer
    detail = await desk.late.line(ME, answer.lines[0].id)
    assert detail.line == answer.lines[0]
    assert answer.lines[0].remedy in detail.remedies
    with pytest.raises(Problem, match="SO-00004 is no open order line"):
        await desk.late.line(ME, "SO-00004")


async def test_strangers_see_nothing(desk: Desk) -> None:
    """Tests that a partner sees no line, cannot read one, and cannot adopt."""
    await desk.order(line(1, "GEAR", 60, day(2)))
    with pytest.raises(Problem, match="own"):
        await desk.late.report(PARTNER)
    with pytest.raises(Problem, match="no open order line"):
        await desk.late.line(PARTNER, "SO-00001")
    with pytest.raises(Problem, match="may not"):
        await desk.late.adopt(PARTNER)
    assert len((await desk.late.report(ME)).lines) == 1


async def test_the_plan_is_kept_until_something_changes(desk: Desk) -> None:
    """Tests that the same plan answers until a line, the schedule or the minute is another."""
    await desk.order(line(1, "GEAR", 60, day(2)))
    first = await desk.late.report(ME)
    assert await desk.late.report(ME) is first
    await desk.order(line(2, "RING", 120, day(2)))
    second = await desk.late.report(ME)
    assert second.total == 2
    await desk.schedule.put_work_centre(ME, centre("hob-2", group="hob"))
    third = await desk.late.report(ME)
    assert third.late < second.late
    await desk.clock.run_until(NOW + timedelta(minutes=2))
    assert (await desk.late.report(ME)).computed == NOW + timedelta(minutes=2)


async def test_bookings_and_holds_of_others_stay_where_they_are(desk: Desk) -> None:
    """Tests that runs and holds are planned around, and a line whose run is booked has that run's date."""
    held = await desk.schedule.promise(ME, run_request("RFQ-1", 60), NOW + timedelta(hours=8))
    run = await desk.schedule.promise(ME, run_request("RFQ-2", 60), NOW + timedelta(hours=8))
    await desk.schedule.confirm(ME, run.hold_id, "SO-00009", None)
    await desk.order(line(1, "RING", 60, day(2)), line(9, "RING", 60, day(1), run="SO-00009"))
    rows = {row.id: row for row in (await desk.late.report(ME)).lines}
    assert (rows["SO-00009"].finish, rows["SO-00009"].cause) == (run.finish, "overdue")
    assert rows["SO-00001"].start >= run.finish
    assert rows["SO-00001"].reason == "Late by 1 working day: hob-1 is busy with a held slot and SO-00009 until Mon 2 Mar; then closed overnight"
    before = {row.job_id: row for row in await desk.schedule.plan(ME)}
    await desk.late.adopt(ME)
    after = {row.job_id: row for row in await desk.bookings()}
    assert {id: after[id] for id in before} == before
    assert held.hold_id


async def test_what_if_and_date_write_nothing(desk: Desk) -> None:
    """Tests that questions leave no fact and no booking."""
    await desk.order(line(1, "GEAR", 60, day(2)), line(2, "RING", 60, day(2)))
    before = await desk.kinds()
    answer = await desk.late.what_if(ME, WhatIf((AddedLine("RING", Decimal(240), day(3), priority=1),)))
    assert (answer.late_before, answer.late_after) == (0, 2)
    assert answer.become_late == ["SO-00001", "SO-00002"]
    date = await desk.late.date(ME, DateQuestion("RING", Decimal(60)))
    assert date.day == day(3)
    with pytest.raises(Problem, match="NOPE is not known here"):
        await desk.late.date(ME, DateQuestion("NOPE", Decimal(60)))
    assert await desk.kinds() == before
    assert await desk.bookings() == []


async def test_adopting_the_plan(desk: Desk) -> None:
    """Tests that the plan becomes bookings under the lines' numbers, that promises respect them, and that the report says the same afterwards."""
    await desk.order(line(1, "GEAR", 60, day(2)), line(2, "RING", 60, day(5)))
    said = await desk.days()
    free = await desk.schedule.promise(ME, run_request("RFQ-1", 60))
    done = await desk.late.adopt(ME, once="k")
    assert (done.lines, done.operations, done.moved, done.freed) == (2, 3, 0, 0)
    assert await desk.late.adopt(ME, once="k") == done
    rows = await desk.bookings()
    assert {row.job_id for row in rows} == {"SO-00001-1-10", "SO-00001-1-20", "SO-00002-1-10"}
    assert {row.state for row in rows} == {"planned"}
    assert all(row.why for row in rows)
    assert (await desk.schedule.promise(ME, run_request("RFQ-1", 60))).finish > free.finish
    assert await desk.days() == said
    assert [kind for kind in await desk.kinds() if kind.startswith("schedule.")][-2:] == ["schedule.booked"] * 2
    again = await desk.late.adopt(ME)
    assert (again.lines, again.moved, again.freed) == (2, 0, 0)
    assert await desk.bookings() == rows


async def test_adopting_again_replaces_what_has_not_begun(desk: Desk) -> None:
    """Tests that begun operations and frozen batches stay, the rest is planned anew, and closed lines give their slots back."""
    await desk.order(line(1, "GEAR", 60, day(3)), line(2, "RING", 60, day(4)), line(3, "RING", 30, day(5)), line(4, "RING", 30, day(6)))
    await desk.late.adopt(ME)
    first = {row.job_id: row for row in await desk.bookings()}
    await desk.schedule.progress(ME, "SO-00001-1-10", "started", first["SO-00001-1-10"].start)
    await desk.schedule.freeze(ME, "SO-00004-1-10")
    await desk.change(msgspec.structs.replace(line(3, "RING", 30, day(5)), state="cancelled"))
    await desk.order(line(5, "RING", 60, day(2), priority=1))
    done = await desk.late.adopt(ME)
    rows = {row.job_id: row for row in await desk.bookings()}
    assert (done.lines, done.freed) == (4, 1)
    assert "SO-00003-1-10" not in rows
    assert rows["SO-00001-1-10"].state == "started"
    assert rows["SO-00004-1-10"].start == first["SO-00004-1-10"].start
    assert rows["SO-00005-1-10"].start == NOW
    assert rows["SO-00001-1-20"].start == rows["SO-00005-1-10"].end > first["SO-00001-1-20"].start
    assert done.moved >= 1
    kinds = await desk.kinds()
    assert {"schedule.repaired", "schedule.cancelled"} <= set(kinds)


async def test_the_whole_line_through_progress(desk: Desk) -> None:
    """Tests that an adopted line that is made operation by operation ends at its real time, and nothing is made twice."""
    await desk.order(line(1, "GEAR", 30, day(3)))
    await desk.late.adopt(ME)
    for seq, start, minutes in ((10, NOW, 60), (20, NOW + timedelta(minutes=90), 120)):
        await desk.clock.run_until(start)
        await desk.schedule.progress(ME, f"SO-00001-1-{seq}", "started", start)
        await desk.clock.run_until(start + timedelta(minutes=minutes))
        await desk.schedule.progress(ME, f"SO-00001-1-{seq}", "ended", start + timedelta(minutes=minutes))
    row = (await desk.late.report(ME)).lines[0]
    assert (row.verdict, row.finish) == ("on_time", NOW + timedelta(minutes=210))
    assert (await desk.late.adopt(ME)).operations == 0
    assert len(await desk.store.read(lambda conn: tables.bookings(conn, ALL, order="SO-00001"))) == 2


async def test_a_plan_that_cannot_be_written_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a failure in the middle of adopting leaves the schedule and the facts as they were."""
    await desk.order(line(1, "GEAR", 60, day(3)), line(2, "RING", 60, day(4)))
    before = await desk.kinds()

    def fail(conn: object, drop: Sequence[Booking], put: Sequence[Booking]) -> None:
        raise RuntimeError("disk")

    monkeypatch.setattr(tables, "replace_bookings", fail)
    with pytest.raises(RuntimeError):
        await desk.late.adopt(ME)
    assert await desk.kinds() == before
    assert await desk.bookings() == []


async def test_a_plan_made_from_an_older_schedule_is_refused(desk: Desk) -> None:
    """Tests that what was planned before the schedule changed is not written over it."""
    with pytest.raises(Problem) as refusal:
        await desk.store.write(ME, lambda tx: desk.schedule.adopt_in(tx, [], frozenset(), "old"))
    assert refusal.value.code == "conflict"


async def test_a_line_that_can_no_longer_be_planned_keeps_its_bookings(desk: Desk) -> None:
    """Tests that bookings of a line whose part lost its operations stay, are planned around, and give its date."""
    await desk.order(line(1, "RING", 60, day(4)))
    await desk.late.adopt(ME)
    before = await desk.bookings()
    await desk.part(msgspec.structs.replace(RING, routing=()))
    await desk.order(line(2, "GEAR", 60, day(3), priority=1))
    rows = {row.id: row for row in (await desk.late.report(ME)).lines}
    assert (rows["SO-00001"].verdict, rows["SO-00001"].finish) == ("on_time", before[0].end)
    await desk.late.adopt(ME)
    assert before[0] in await desk.bookings()


async def test_a_firm_found_by_capability_search_is_offered(desk: Desk) -> None:
    """Tests that the best-priced firm known to do the process is a remedy for a late order, and one that does not fit is none."""
    await desk.part(part("WHEEL", op(10, "hob", 4, process="hobbing"), material="steel"))
    party = "33333333-3333-4333-8333-333333333333"
    offers = [Capability("c1", "hobbing", ("steel",), rate=Money(Decimal(70), "EUR")), Capability("c2", "turning", ("steel",), rate=Money(Decimal(1), "EUR"))]
    await desk.late.capabilities.remember(ME, party, "meridian", offers)
    await desk.order(line(1, "RING", 1200, day(6), priority=1), line(2, "WHEEL", 60, day(6)))
    remedies = (await desk.late.line(ME, "SO-00002")).remedies
    found = next(row for row in remedies if row.kind == "subcontract")
    assert found.text.startswith("Let meridian do operation 10 hob")
    assert (found.on_time, found.cost) == (True, Money(Decimal("280.00"), "EUR"))

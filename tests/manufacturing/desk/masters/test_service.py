"""Estimates and corrections in the store."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

import pytest

from plait.kernel.facts import decode
from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.tables import put_line
from plait.manufacturing.desk.masters.model import Corrections
from plait.manufacturing.line.model import JobEnded, JobStarted
from plait.manufacturing.part.model import Operation, Part
from plait.manufacturing.schedule.model import Calendar, PromiseRequest, ShiftHours, WorkCentre
from tests.manufacturing.desk.masters.rooms import NOW, Rooms
from tests.manufacturing.house import ME, PARTNER
from tests.manufacturing.schedule.shop import ask

DAY = Calendar(shifts=(ShiftHours((0, 1, 2, 3, 4), "06:00", "14:00"),))
TURN = Operation(10, "Turn", "turning", "lathe", 30, 4)


async def put(rooms: Rooms, id: str, name: str, *ops: Operation) -> Part:
    return await rooms.parts.put(ME, Part(id, "A", name, process="turning", routing=ops))


async def job(rooms: Rooms, number: int, pieces: int, start: datetime, minutes: float, station: str = "lathe-1") -> None:
    """Let the line tell of a job of run SO-S-A."""
    name = f"SO-S-A-{number}-10"

    async def tell(body: object, at: datetime) -> None:
        await rooms.clock.run_until(at)
        await rooms.store.write(ME, lambda tx: tx.append("run/SO-S-A", body) and None)

    await tell(JobStarted(name, "SO-S-A", 10, station, pieces), start)
    await tell(JobEnded(name, "SO-S-A", f"SO-S-A-{number}", 10, station, pieces - 1, 1), start + timedelta(minutes=minutes))


async def test_dry_run_then_apply(rooms: Rooms) -> None:
    """Tests that estimates are shown without anything changing, and entered when told, marked, with a place to work, once."""
    await put(rooms, "S", "Shaft 20", TURN)
    await put(rooms, "NEW", "Shaft 30")
    head = await rooms.store.head()
    shown = await rooms.masters.estimates(ME)
    assert [(each.part_id, each.basis) for each in shown] == [("NEW", "family")]
    assert (await rooms.masters.estimate(ME)).applied is False
    assert await rooms.store.head() == head
    done = await rooms.masters.estimate(ME, apply=True)
    assert (done.applied, done.work_centres) == (True, ["lathe"])
    part = await rooms.part("NEW")
    assert [(op.group, op.cycle_min, op.estimated) for op in part.routing] == [("lathe", 4.0, True)]
    assert (part.revision, part.family) == ("A", "shaft")
    await rooms.schedule.promise(ME, ask("R", 10, 10, *part.routing))
    assert (await rooms.centres())["lathe"].assumed


async def test_order_lines_teach_prices(rooms: Rooms) -> None:
    """Tests that what customers paid becomes minutes at the hourly rate."""
    await put(rooms, "P", "Pin")
    await rooms.schedule.put_work_centre(ME, WorkCentre("lathe-1", "lathe", DAY, rate=Money(D(60), "EUR")))
    for number, (quantity, price) in enumerate([(10, 16), (20, 13), (60, 11)], 1):
        line = OrderLine(f"SO-{number:05}", f"k{number}", "oakmill", "1", "1", "P", "P", "Pin", D(quantity), NOW.date(), price=Money(D(price), "EUR"))
        await rooms.store.write(ME, lambda tx, line=line: put_line(tx.conn, line))
    (got,) = await rooms.masters.estimates(ME)
    assert (got.basis, got.operations[0].group) == ("price", "lathe")
    assert (got.operations[0].setup_min, got.operations[0].cycle_min) == (30.0, 5.0)


async def test_corrections_by_measured_jobs(rooms: Rooms) -> None:
    """Tests that ended jobs of a machine, in its open time, propose times, which are taken over under the same revision of a made part."""
    await put(rooms, "S", "Shaft 20", TURN)
    await rooms.made("S")
    await rooms.schedule.put_work_centre(ME, WorkCentre("lathe-1", "lathe", DAY, machine_id="m-1", may_pause=True))
    for number, pieces in enumerate((10, 20, 40), 1):
        await job(rooms, number, pieces, datetime(2026, 3, number + 2, 6, tzinfo=UTC), 30 + 6 * pieces)
    overnight = datetime(2026, 3, 9, 12, tzinfo=UTC)
    await job(rooms, 4, 80, overnight, 120 + 16 * 60 + 390)
    (got,) = await rooms.masters.corrections(ME)
    assert (got.setup_now, got.cycle_now, got.jobs) == (30.0, 6.0, 4)
    assert [each.seq for each in await rooms.masters.correct(ME, Corrections(("S/10",)))] == [10]
    part = await rooms.part("S")
    assert (part.revision, part.routing[0].cycle_min, part.routing[0].estimated) == ("A", 6.0, False)
    facts = [decode(fact) for fact in await rooms.store.facts(kinds=["masters.times_corrected"])]
    assert [(body.part_id, body.cycle_min, body.jobs) for body in facts] == [("S", 6.0, 4)]
    assert await rooms.masters.corrections(ME) == []


async def test_hand_stations_teach_nothing(rooms: Rooms) -> None:
    """Tests that jobs that end by the clock do not confirm the plan they were ended by."""
    await put(rooms, "S", "Shaft 20", TURN)
    await rooms.made("S")
    await rooms.schedule.put_work_centre(ME, WorkCentre("bench", "lathe", DAY))
    for number in (1, 2, 3):
        await job(rooms, number, 10, datetime(2026, 3, number + 2, 6, tzinfo=UTC), 400, "bench")
    assert await rooms.masters.corrections(ME) == []


async def test_what_people_report_teaches(rooms: Rooms) -> None:
    """Tests that jobs people reported to the plan count when no line ran them."""
    part = await put(rooms, "S", "Shaft 20", TURN)
    await rooms.schedule.put_work_centre(ME, WorkCentre("bench", "lathe", DAY))
    for number in (1, 2, 3):
        request = PromiseRequest(f"R-{number}", "S", 10, 10, part.routing)
        held = await rooms.schedule.promise(ME, request, rooms.clock.now() + timedelta(hours=1))
        await rooms.schedule.confirm(ME, held.hold_id, f"PO-{number}", None)
        start = rooms.clock.now()
        await rooms.schedule.progress(ME, f"PO-{number}-1-10", "started", start)
        await rooms.clock.run_until(start + timedelta(minutes=100))
        await rooms.schedule.progress(ME, f"PO-{number}-1-10", "ended", start + timedelta(minutes=100))
    (got,) = await rooms.masters.corrections(ME)
    assert (got.setup_now, got.cycle_now, got.jobs) == (30.0, 7.0, 3)


async def test_refusals(rooms: Rooms) -> None:
    """Tests that strangers are refused, and what is not proposed cannot be accepted."""
    await put(rooms, "S", "Shaft 20", TURN)
    for call in (
        lambda: rooms.masters.estimates(PARTNER),
        lambda: rooms.masters.estimate(PARTNER, apply=True),
        lambda: rooms.masters.corrections(PARTNER),
        lambda: rooms.masters.correct(PARTNER, Corrections()),
    ):
        with pytest.raises(Problem) as refusal:
            await call()
        assert refusal.value.code == "forbidden"
    with pytest.raises(Problem) as refusal:
        await rooms.masters.correct(ME, Corrections(("S/10",)))
    assert refusal.value.code == "not-found"
    with pytest.raises(Problem) as refusal:
        await rooms.masters.estimate(ME, ("S",))
    assert refusal.value.code == "not-found"

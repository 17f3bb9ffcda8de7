"""The schedule in the store: promises, holds, orders, disturbances."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from plait.kernel.clock import SimulatedClock
from plait.kernel.facts import decode
from plait.kernel.problems import Problem
from plait.manufacturing.schedule.model import Booking, PromiseRequest, Repair
from plait.manufacturing.schedule.rules import check
from plait.manufacturing.schedule.service import ScheduleService
from tests.manufacturing.house import ME, PARTNER, HouseGuard
from tests.manufacturing.schedule.shop import ALWAYS, DAY, MONDAY, ask, at, centre, op, outside, random_request, random_shop
from tests.support.stores import make_store

TWO_OPS = (op(10, "a"), op(20, "b", cycle=2))


class Shop:
    """A schedule, its clock, and short ways to use both."""

    def __init__(self, service: ScheduleService, clock: SimulatedClock) -> None:
        self.service = service
        self.clock = clock

    async def order(self, number: str, request: PromiseRequest, due: datetime | None = None) -> None:
        """Promise and confirm."""
        held = await self.service.promise(ME, request, self.clock.now() + timedelta(hours=1))
        await self.service.confirm(ME, held.hold_id, number, due)

    async def times(self) -> dict[str, tuple[datetime, datetime]]:
        """Return start and end by job."""
        return {row.job_id: (row.start, row.end) for row in await self.service.plan(ME)}

    async def kinds(self) -> list[str]:
        """Return the kinds of all facts."""
        return [fact.kind for fact in await self.service.store.facts()]

    async def to(self, when: datetime) -> None:
        """Move business time."""
        await self.clock.run_until(when)

    async def holds_up(self) -> None:
        """Check the plan as it stands."""
        rows = await self.service.plan(ME)
        centres = {c.id: c for c in await self.service.work_centres(ME)}
        assert check(rows, centres, [o for o in await self.service.outages(ME) if o.end > o.start]) == []


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with make_store(tmp_path) as store:
        service = ScheduleService(store, HouseGuard(), store.clock)
        for each in (centre("a"), centre("b")):
            await service.put_work_centre(ME, each)
        assert isinstance(store.clock, SimulatedClock)
        yield Shop(service, store.clock)


async def test_a_promise_survives_conversion_to_an_order(shop: Shop) -> None:
    """Tests that a held promise becomes bookings at the very times promised, under the job ids of the order."""
    request = ask("RFQ-1", 20, 10, *TWO_OPS)
    promise = await shop.service.promise(ME, request, at(60))
    got = await shop.service.confirm(ME, promise.hold_id, "PO-00001", at(500))
    assert (got.start, got.finish, got.promised) == (promise.start, promise.finish, promise.finish)
    rows = await shop.service.plan(ME)
    assert {row.job_id for row in rows} == {"PO-00001-1-10", "PO-00001-1-20", "PO-00001-2-10", "PO-00001-2-20"}
    assert [(row.batch, row.seq, row.start, row.end) for row in rows] == sorted(
        ((op.batch, op.seq, op.start, op.end) for op in promise.ops), key=lambda r: r[2]
    )
    assert got.starts == {row.job_id: row.start for row in rows}
    assert await shop.service.order_finish(ME, "PO-00001") == promise.finish
    facts = [decode(fact) for fact in await shop.service.store.facts(kinds=["schedule.held", "schedule.booked"])]
    assert [(body.number, body.quantity, body.finish) for body in facts] == [("RFQ-1", 20, promise.finish)] * 2
    assert facts[1].due == at(500)


async def test_what_if_holds_nothing(shop: Shop) -> None:
    """Tests that a question without a hold leaves no fact, no booking, and the same answer for the next one."""
    before = await shop.kinds()
    request = ask("RFQ-1", 20, 10, *TWO_OPS)
    first = await shop.service.promise(ME, request)
    assert first.hold_id == ""
    assert len(first.why) == 4
    assert await shop.service.promise(ME, request) == first
    assert await shop.service.plan(ME) == []
    assert await shop.kinds() == before


async def test_holds_keep_others_out_and_expire_by_the_business_clock(shop: Shop) -> None:
    """Tests that a hold's slots are taken until its expiry, to the millisecond, and free afterwards without any sweeping."""
    request = ask("R", 100, 100, op(10, "a"))
    held = await shop.service.promise(ME, request, at(30))
    assert (await shop.service.promise(ME, request)).start == held.finish
    await shop.to(at(30) - timedelta(milliseconds=1))
    assert (await shop.service.promise(ME, request)).start == held.finish
    assert len(await shop.service.plan(ME)) == 1
    await shop.to(at(30))
    assert (await shop.service.promise(ME, request)).start == at(30)
    assert await shop.service.plan(ME) == []


async def test_a_hold_is_used_once(shop: Shop) -> None:
    """Tests that an expired, released, used or unknown hold is refused with the reason, and nothing is booked."""
    request = ask("R", 10, 10, op(10, "a"))
    holds = [(await shop.service.promise(ME, request, at(20))).hold_id for _ in range(3)]
    await shop.service.confirm(ME, holds[0], "PO-1", None)
    await shop.service.release(ME, holds[1])
    await shop.service.release(ME, holds[1])
    await shop.to(at(20))
    for hold, words in [(holds[0], "already used by PO-1"), (holds[1], "was released"), (holds[2], "expired at 2026-03-02 06:20")]:
        with pytest.raises(Problem) as refusal:
            await shop.service.confirm(ME, hold, "PO-2", None)
        assert refusal.value.code == "expired"
        assert words in refusal.value.detail
    with pytest.raises(Problem) as refusal:
        await shop.service.confirm(ME, "H-99999", "PO-2", None)
    assert refusal.value.code == "no-such-hold"
    with pytest.raises(Problem) as refusal:
        await shop.service.release(ME, holds[0])
    assert refusal.value.code == "conflict"
    assert [row.order for row in await shop.service.plan(ME)] == ["PO-1"]
    assert (await shop.kinds()).count("schedule.released") == 1


async def test_an_order_number_is_booked_once(shop: Shop) -> None:
    """Tests that two holds cannot become the same order, and that a repeat under one key is answered as the first time."""
    request = ask("R", 10, 10, op(10, "a"))
    first, second = [await shop.service.promise(ME, request, at(20)) for _ in range(2)]
    done = await shop.service.confirm(ME, first.hold_id, "PO-1", None, once="k")
    assert await shop.service.confirm(ME, first.hold_id, "PO-1", None, once="k") == done
    with pytest.raises(Problem) as refusal:
        await shop.service.confirm(ME, second.hold_id, "PO-1", None)
    assert refusal.value.code == "conflict"


async def test_a_late_order_is_moved_out_of_the_past(shop: Shop) -> None:
    """Tests that an order on a hold whose first slot has passed is booked from now on, and the answer says so."""
    held = await shop.service.promise(ME, ask("R", 10, 10, *TWO_OPS), at(60))
    await shop.to(at(15))
    got = await shop.service.confirm(ME, held.hold_id, "PO-1", None)
    assert (got.start, got.finish, got.promised) == (at(15), at(45), at(30))


async def test_a_hold_that_would_be_over_is_refused(shop: Shop) -> None:
    """Tests that a hold until now or earlier is refused."""
    with pytest.raises(Problem) as refusal:
        await shop.service.promise(ME, ask("R", 1, 1, op(10, "a")), MONDAY)
    assert refusal.value.code == "expired"


async def test_the_board_in_memory_is_the_one_on_disk(shop: Shop) -> None:
    """Tests that a service that has lived through everything promises what a fresh one on the same store promises."""
    random = Random(3)
    for each in random_shop(random):
        await shop.service.put_work_centre(ME, each)
    centres = await shop.service.work_centres(ME)
    for number in range(14):
        request = random_request(random, f"R{number}", centres)
        held = await shop.service.promise(ME, request, shop.clock.now() + timedelta(minutes=random.choice((1, 50, 5000))))
        match random.randrange(4):
            case 0:
                await shop.service.confirm(ME, held.hold_id, f"PO-{number}", None)
            case 1:
                await shop.service.release(ME, held.hold_id)
            case 2:
                await shop.service.down(ME, random.choice(centres).id, shop.clock.now(), 45, "test")
        await shop.to(shop.clock.now() + timedelta(minutes=random.randrange(1, 60)))
        probe = random_request(random, "probe", centres)
        fresh = ScheduleService(shop.service.store, HouseGuard(), shop.clock)
        assert await shop.service.promise(ME, probe) == await fresh.promise(ME, probe)


async def test_a_refused_write_leaves_the_board_as_it_was(shop: Shop) -> None:
    """Tests that a hold undone with its transaction does not stay in memory."""
    request = ask("R", 100, 100, op(10, "a"))
    first = await shop.service.promise(ME, request)

    def fails(tx: object) -> None:
        shop.service.hold_in(tx, request, at(60))  # type: ignore[arg-type]
        raise RuntimeError("afterwards")

    with pytest.raises(RuntimeError):
        await shop.service.store.write(ME, fails)
    assert await shop.service.promise(ME, request) == first


def only(repair: Repair) -> tuple[str, datetime, datetime, int]:
    (shift,) = repair.orders
    return shift.order, shift.was, shift.now, shift.moved


async def test_breakdown(shop: Shop) -> None:
    """Tests that a breakdown lengthens the running job, moves the rest, tells each order's new finish and leaves facts."""
    await shop.order("PO-1", ask("R1", 10, 10, *TWO_OPS), due=at(60))
    await shop.order("PO-2", ask("R2", 10, 10, *TWO_OPS), due=at(60))
    await shop.service.progress(ME, "PO-1-1-10", "started", at(0))
    await shop.to(at(5))
    repair = await shop.service.down(ME, "m-a", at(5), 30, "spindle bearing")
    assert [(s.order, s.was, s.now, s.promised, s.late, s.moved) for s in repair.orders] == [
        ("PO-1", at(30), at(60), at(60), False, 2),
        ("PO-2", at(50), at(80), at(60), True, 2),
    ]
    assert all("spindle bearing" in shift.reason for shift in repair.orders)
    assert (await shop.times())["PO-1-1-10"] == (at(0), at(40))
    bodies = [decode(fact) for fact in await shop.service.store.facts(kinds=["schedule.repaired"])]
    assert [(body.order, body.was, body.now, body.promised) for body in bodies] == [(s.order, s.was, s.now, s.promised) for s in repair.orders]
    assert (await shop.service.promise(ME, ask("R3", 1, 1, op(10, "a")))).start == at(50)
    await shop.holds_up()


async def test_back_earlier_and_later_than_expected(shop: Shop) -> None:
    """Tests that an early return shortens the running job and leaves slack, and a late one moves the plan further."""
    await shop.order("PO-1", ask("R1", 10, 10, *TWO_OPS))
    await shop.service.progress(ME, "PO-1-1-10", "started", at(0))
    await shop.to(at(5))
    await shop.service.down(ME, "m-a", at(5), 30, "tool")
    await shop.to(at(15))
    assert (await shop.service.up(ME, "m-a", at(15))).orders[0].now == at(60)
    assert await shop.times() == {"PO-1-1-10": (at(0), at(20)), "PO-1-1-20": (at(40), at(60))}
    await shop.service.down(ME, "m-a", at(15), 10, "again")
    await shop.to(at(65))
    await shop.service.up(ME, "m-a", at(65))
    assert await shop.times() == {"PO-1-1-10": (at(0), at(70)), "PO-1-1-20": (at(70), at(90))}
    assert await shop.service.outages(ME) == []


async def test_a_new_expectation_replaces_the_old(shop: Shop) -> None:
    """Tests that a second word on the same breakdown changes how long it lasts, and an unknown machine changes nothing."""
    await shop.order("PO-1", ask("R1", 10, 10, *TWO_OPS))
    await shop.service.down(ME, "m-a", at(0), 30, "tool")
    assert only(await shop.service.down(ME, "m-a", at(0), 90, "spindle")) == ("PO-1", at(60), at(120), 2)
    assert [(o.end, o.reason) for o in await shop.service.outages(ME)] == [(at(90), "spindle")]
    assert await shop.service.down(ME, "crane", at(0), 30, "rope") == Repair([])
    assert await shop.service.up(ME, "m-b", at(0)) == Repair([])


async def test_holds_move_too(shop: Shop) -> None:
    """Tests that held slots are moved by a breakdown, said so, and confirmed at the later time."""
    held = await shop.service.promise(ME, ask("R1", 10, 10, *TWO_OPS), at(60))
    repair = await shop.service.down(ME, "m-a", at(0), 30, "tool")
    assert repair.orders == []
    assert [(shift.order, shift.was, shift.now) for shift in repair.holds] == [("R1", at(30), at(60))]
    got = await shop.service.confirm(ME, held.hold_id, "PO-1", None)
    assert (got.finish, got.promised) == (at(60), at(30))


async def test_late_jobs_push_and_early_ones_leave_slack(shop: Shop) -> None:
    """Tests that a late start or end moves what follows, an early one nothing, and that saying it again changes nothing."""
    await shop.order("PO-1", ask("R1", 10, 10, *TWO_OPS), due=at(45))
    await shop.to(at(4))
    repair = await shop.service.progress(ME, "PO-1-1-10", "started", at(4))
    assert only(repair) == ("PO-1", at(30), at(34), 2)
    assert "schedule.repaired" not in await shop.kinds()
    await shop.to(at(10))
    await shop.service.progress(ME, "PO-1-1-10", "ended", at(10))
    assert await shop.times() == {"PO-1-1-10": (at(4), at(10)), "PO-1-1-20": (at(14), at(34))}
    assert await shop.service.progress(ME, "PO-1-1-10", "ended", at(10)) == Repair([])
    assert await shop.service.progress(ME, "PO-1-1-10", "started", at(10)) == Repair([])
    await shop.to(at(30))
    late = await shop.service.progress(ME, "PO-1-1-20", "started", at(30))
    assert late.orders[0].late
    assert (await shop.kinds()).count("schedule.repaired") == 1
    await shop.to(at(50))
    await shop.service.progress(ME, "PO-1-1-20", "ended", at(50))
    assert {row.state for row in await shop.service.plan(ME)} == {"ended"}


async def test_a_job_on_another_machine_than_planned(shop: Shop) -> None:
    """Tests that a job taken by another machine of the group pushes what is planned there."""
    await shop.service.put_work_centre(ME, centre("a2", "a"))
    await shop.order("PO-1", ask("R1", 10, 10, op(10, "a")))
    await shop.order("PO-2", ask("R2", 10, 10, op(10, "a")))
    await shop.service.progress(ME, "PO-1-1-10", "started", at(0), station="m-a2")
    times = await shop.times()
    assert times["PO-2-1-10"] == (at(10), at(20))
    assert [row.job_id for row in await shop.service.next_jobs(ME, "m-a2")] == ["PO-2-1-10"]
    await shop.holds_up()


async def test_outside_steps(shop: Shop) -> None:
    """Tests that an outside step takes its lead time, and that a moved date moves what comes after it for that batch alone."""
    request = ask("R1", 20, 10, op(10, "a"), outside(20), op(30, "b"), step_leads={20: 100})
    await shop.order("PO-1", request)
    assert (await shop.times())["PO-1-1-20"] == (at(10), at(110))
    assert only(await shop.service.retime(ME, "PO-1", 20, 2, 45, "furnace")) == ("PO-1", at(130), at(175), 2)
    assert (await shop.times())["PO-1-1-30"] == (at(110), at(120))
    await shop.service.retime(ME, "PO-1", 20, None, 5)
    assert (await shop.times())["PO-1-1-30"] == (at(115), at(125))
    with pytest.raises(Problem) as refusal:
        await shop.service.retime(ME, "PO-1", 10, None, 5)
    assert refusal.value.code == "no-such-job"
    await shop.holds_up()


async def test_late_material(shop: Shop) -> None:
    """Tests that an order waits for its material, and only its batches that have not begun."""
    await shop.order("PO-1", ask("R1", 20, 10, *TWO_OPS))
    await shop.service.progress(ME, "PO-1-1-10", "started", at(0))
    repair = await shop.service.wait(ME, "PO-1", at(100), "the forgings come on Monday")
    assert only(repair) == ("PO-1", at(50), at(130), 2)
    assert (await shop.times())["PO-1-1-20"] == (at(10), at(30))
    await shop.holds_up()


async def test_reassign(shop: Shop) -> None:
    """Tests that a job goes to another machine of its group only, and not once it has begun."""
    await shop.service.put_work_centre(ME, centre("a2", "a"))
    await shop.order("PO-1", ask("R1", 10, 10, *TWO_OPS))
    await shop.service.down(ME, "m-a", at(0), 500, "gearbox")
    await shop.service.reassign(ME, "PO-1-1-10", "a2")
    rows: list[Booking] = await shop.service.plan(ME)
    assert (rows[0].job_id, rows[0].machine_id, rows[0].start) == ("PO-1-1-10", "m-a2", at(0))
    with pytest.raises(Problem) as refusal:
        await shop.service.reassign(ME, "PO-1-1-20", "a2")
    assert refusal.value.code == "conflict"
    await shop.service.progress(ME, "PO-1-1-10", "started", at(0))
    with pytest.raises(Problem) as refusal:
        await shop.service.reassign(ME, "PO-1-1-10", "a")
    assert refusal.value.code == "job-begun"


async def test_freeze(shop: Shop) -> None:
    """Tests that a frozen job keeps its time while others move around it."""
    await shop.order("PO-1", ask("R1", 10, 10, op(10, "a")))
    await shop.order("PO-2", ask("R2", 10, 10, op(10, "a")))
    await shop.service.freeze(ME, "PO-2-1-10")
    await shop.service.down(ME, "m-a", at(0), 5, "tool")
    assert await shop.times() == {"PO-2-1-10": (at(10), at(20)), "PO-1-1-10": (at(20), at(30))}


async def test_a_frozen_job_of_another_size(shop: Shop) -> None:
    """Tests that a frozen job whose batch is resized takes the time its pieces need, and the plan holds."""
    await shop.order("PO-1", ask("R1", 10, 10, *TWO_OPS))
    await shop.service.freeze(ME, "PO-1-1-20")
    await shop.service.batch(ME, "PO-1", 1, 40)
    times = await shop.times()
    assert times["PO-1-1-20"][1] - times["PO-1-1-20"][0] == timedelta(minutes=80)
    await shop.holds_up()


async def test_batches_that_replace_scrap(shop: Shop) -> None:
    """Tests that a new batch is placed at its earliest fit, an unknown one by its first progress, and a larger one takes longer."""
    await shop.order("PO-1", ask("R1", 10, 10, *TWO_OPS))
    await shop.service.batch(ME, "PO-1", 2, 3)
    assert (await shop.times())["PO-1-2-20"] == (at(30), at(36))
    await shop.service.batch(ME, "PO-1", 2, 5)
    assert (await shop.times())["PO-1-2-20"] == (at(30), at(40))
    await shop.service.progress(ME, "PO-1-3-10", "started", at(0), quantity=1)
    assert (await shop.times())["PO-1-3-10"] == (at(0), at(1))
    before = await shop.times()
    assert await shop.service.progress(ME, "WO-9-1-10", "started", at(0)) == Repair([])
    assert await shop.times() == before
    with pytest.raises(Problem) as refusal:
        await shop.service.progress(ME, "nonsense", "started", at(0))
    assert refusal.value.code == "no-such-booking"


async def test_cancel(shop: Shop) -> None:
    """Tests that a cancelled order frees the batches that have not begun and lets the others go on; again is no more."""
    await shop.order("PO-1", ask("R1", 20, 10, *TWO_OPS))
    await shop.service.progress(ME, "PO-1-1-10", "started", at(0))
    assert await shop.service.cancel(ME, "PO-1", "customer") == 2
    assert list(await shop.times()) == ["PO-1-1-10", "PO-1-1-20"]
    assert await shop.service.cancel(ME, "PO-1", "customer") == 0
    await shop.to(at(40))
    await shop.service.progress(ME, "PO-1-1-10", "ended", at(40))
    assert (await shop.times())["PO-1-1-20"] == (at(40), at(60))
    assert await shop.service.progress(ME, "PO-1-2-10", "started", at(40)) == Repair([])
    assert (await shop.service.promise(ME, ask("R2", 10, 10, op(10, "a")))).start == at(40)
    with pytest.raises(Problem) as refusal:
        await shop.service.cancel(ME, "PO-9", "unknown")
    assert refusal.value.code == "no-such-booking"


async def test_new_working_hours_move_bookings(shop: Shop) -> None:
    """Tests that a changed calendar moves what it no longer allows, and that bad work centres are refused."""
    await shop.order("PO-1", ask("R1", 60, 60, op(10, "a")))
    late = ask("R2", 400, 400, op(10, "a"))
    await shop.order("PO-2", late)
    repair = await shop.service.put_work_centre(ME, centre("a", calendar=DAY))
    assert only(repair) == ("PO-2", at(460), at(24 * 60 - 60 + 400), 1)
    await shop.holds_up()
    for bad in (centre("", "a"), centre("c").__class__("c", "", ALWAYS), centre("c").__class__("c", "c", ALWAYS, machine_id="m-a")):
        with pytest.raises(Problem) as refusal:
            await shop.service.put_work_centre(ME, bad)
        assert refusal.value.code == "bad-work-centre"
    assert (await shop.service.rates(ME))["a"].amount == Decimal(60)


async def test_a_partner_sees_and_does_nothing(shop: Shop) -> None:
    """Tests that a partner sees no plan, work centre or finish and may change nothing."""
    await shop.order("PO-1", ask("R1", 10, 10, *TWO_OPS))
    assert await shop.service.plan(PARTNER) == []
    assert await shop.service.work_centres(PARTNER) == []
    assert await shop.service.outages(PARTNER) == []
    assert await shop.service.next_jobs(PARTNER, "m-a") == []
    with pytest.raises(Problem) as refusal:
        await shop.service.order_finish(PARTNER, "PO-1")
    assert refusal.value.code == "no-such-booking"
    for call in (shop.service.promise(PARTNER, ask("R", 1, 1, op(10, "a"))), shop.service.down(PARTNER, "m-a", at(0), 5, "x")):
        with pytest.raises(Problem) as refusal:
            await call
        assert refusal.value.code == "forbidden"
    assert len(await shop.service.next_jobs(ME, "m-a")) == 1

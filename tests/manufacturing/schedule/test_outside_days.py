"""Outside steps of suppliers who are only a name: working days, also when the plan moves."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from plait.kernel.clock import SimulatedClock
from plait.kernel.problems import Problem
from plait.manufacturing.part.model import Operation
from plait.manufacturing.schedule.model import Calendar, ShiftHours, WorkCentre
from plait.manufacturing.schedule.rules import check
from plait.manufacturing.schedule.service import ScheduleService
from tests.manufacturing.house import ME, HouseGuard
from tests.manufacturing.schedule.shop import HARDEN, ask, op
from tests.support.stores import make_store

CALENDAR = Calendar(shifts=(ShiftHours((0, 1, 2, 3, 4), "06:00", "14:00"),), holidays=("2026-03-10",))
COAT = Operation(20, "Coat", "coating", supplier="embercoat", lead_days=3)
WEDNESDAY = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)


class Shop:
    def __init__(self, service: ScheduleService, clock: SimulatedClock) -> None:
        self.service, self.clock = service, clock

    async def rows(self) -> dict[int, tuple[datetime, datetime]]:
        rows = await self.service.plan(ME)
        assert check(rows, {row.id: row for row in await self.service.work_centres(ME)}) == []
        return {row.seq: (row.start, row.end) for row in rows}


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with make_store(tmp_path) as store:
        assert isinstance(store.clock, SimulatedClock)
        service = ScheduleService(store, HouseGuard(), store.clock)
        for id in ("a", "b"):
            await service.put_work_centre(ME, WorkCentre(id, id, CALENDAR, machine_id=f"m-{id}"))
        await store.clock.run_until(WEDNESDAY)
        yield Shop(service, store.clock)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


async def order(shop: Shop, *ops: Operation) -> None:
    held = await shop.service.promise(ME, ask("R", 60, 60, *ops), shop.clock.now() + timedelta(hours=1))
    await shop.service.confirm(ME, held.hold_id, "PO-1", None)


async def test_working_days_are_counted(shop: Shop) -> None:
    """Tests that three working days over a weekend end on the same time of the third, and that the sentence names the supplier."""
    await order(shop, op(10, "a"), COAT, op(30, "b"))
    rows = await shop.rows()
    assert rows[20] == (at(4, 7), at(9, 7))
    assert rows[30][0] == at(9, 7)
    why = next(row.why for row in await shop.service.plan(ME) if row.seq == 20)
    assert "embercoat" in why
    assert "3 working days" in why


async def test_a_moved_step_is_counted_anew(shop: Shop) -> None:
    """Tests that what leaves a day later skips the holiday, and that a later date of the supplier stays on top."""
    await order(shop, op(10, "a"), COAT, op(30, "b"))
    await shop.service.down(ME, "m-a", at(4, 6), 24 * 60, "spindle")
    rows = await shop.rows()
    assert rows[10] == (at(5, 6), at(5, 7))
    assert rows[20] == (at(5, 7), at(11, 7))
    await shop.service.retime(ME, "PO-1", 20, None, 120)
    assert (await shop.rows())[20] == (at(5, 7), at(11, 9))
    await shop.service.wait(ME, "PO-1", at(6, 6), "material is late")
    assert (await shop.rows())[20] == (at(6, 7), at(12, 9))


async def test_started_outside(shop: Shop) -> None:
    """Tests that a batch that left late is back so many working days after it really left."""
    await order(shop, op(10, "a"), COAT, op(30, "b"))
    await shop.service.progress(ME, "PO-1-1-10", "started", at(4, 6))
    await shop.service.progress(ME, "PO-1-1-10", "ended", at(4, 7))
    await shop.clock.run_until(at(5, 12))
    await shop.service.progress(ME, "PO-1-1-20", "started", at(5, 12))
    rows = await shop.rows()
    assert rows[20] == (at(5, 12), at(11, 12))
    assert rows[30][0] == at(11, 12)


async def test_minutes_of_an_option_go_first(shop: Shop) -> None:
    """Tests that a lead time a supplier has stated in minutes counts rather than days, and that a service needs one or the other."""
    request = ask("R", 60, 60, op(10, "a"), COAT, step_leads={20: 90.0})
    promise = await shop.service.promise(ME, request)
    assert promise.finish == at(4, 8, 30)
    bare = Operation(20, "Harden", "heat.case_hardening", service=HARDEN)
    with pytest.raises(Problem) as refusal:
        await shop.service.promise(ME, ask("R", 60, 60, op(10, "a"), bare))
    assert refusal.value.code == "bad-promise"
    dated = Operation(20, "Harden", "heat.case_hardening", service=HARDEN, lead_days=1)
    assert (await shop.service.promise(ME, ask("R", 60, 60, op(10, "a"), dated))).finish == at(5, 7)

"""A job put somewhere else by a person: tried first, then done, and kept."""

import pytest

from plait.kernel.problems import Problem
from plait.manufacturing.schedule.model import Move
from tests.manufacturing.house import ME, PARTNER
from tests.manufacturing.schedule.shop import ask, at, centre, op
from tests.manufacturing.schedule.test_service import TWO_OPS, Shop, shop

__all__ = ["shop"]


async def test_trying_writes_nothing_and_says_what_saving_does(shop: Shop) -> None:
    """Tests that a move that is tried changes nothing, and that the same move, saved, does what was said; the job then keeps its time."""
    await shop.order("PO-1", ask("R1", 10, 10, *TWO_OPS), at(30))
    await shop.order("PO-2", ask("R2", 10, 10, op(10, "a")), at(20))
    times, kinds = await shop.times(), await shop.kinds()
    tried = await shop.service.try_move(ME, "PO-2-1-10", Move(at(0)))
    assert (await shop.times(), await shop.kinds()) == (times, kinds)
    assert (tried.start, tried.end, tried.work_centre) == (at(0), at(10), "a")
    assert [(each.order, each.was, each.now, each.late) for each in tried.repair.orders] == [
        ("PO-1", at(30), at(40), True),
        ("PO-2", at(20), at(10), False),
    ]
    done = await shop.service.move(ME, "PO-2-1-10", Move(at(0)))
    assert done == tried
    assert (await shop.times())["PO-1-1-10"] == (at(10), at(20))
    frozen = {row.job_id: row.frozen for row in await shop.service.plan(ME)}
    assert frozen == {"PO-1-1-10": False, "PO-1-1-20": False, "PO-2-1-10": True}
    await shop.holds_up()
    await shop.service.down(ME, "m-a", at(10), 15, "tool")
    assert (await shop.times())["PO-2-1-10"] == (at(0), at(10))


async def test_what_follows_is_drawn_after_a_job_moved_forward(shop: Shop) -> None:
    """Tests that the operations behind a job that goes to a free machine come earlier with it, so that its order ends earlier."""
    await shop.order("PO-1", ask("R1", 60, 60, op(10, "a")))
    await shop.order("PO-2", ask("R2", 10, 10, *TWO_OPS))
    await shop.service.put_work_centre(ME, centre("a2", "a"))
    moved = await shop.service.move(ME, "PO-2-1-10", Move(at(0), "a2"))
    assert [(each.order, each.was, each.now) for each in moved.repair.orders] == [("PO-2", at(90), at(30))]
    assert (await shop.times())["PO-2-1-20"] == (at(10), at(30))
    await shop.holds_up()


async def test_a_job_lands_where_it_can(shop: Shop) -> None:
    """Tests that a job asked to begin before the one it follows, in the past, or beside a frozen one begins as soon as it can."""
    await shop.order("PO-1", ask("R1", 10, 10, *TWO_OPS))
    assert (await shop.service.try_move(ME, "PO-1-1-20", Move(at(-60)))).start == at(10)
    await shop.order("PO-2", ask("R2", 10, 10, op(10, "a")))
    await shop.service.freeze(ME, "PO-1-1-10")
    assert (await shop.service.try_move(ME, "PO-2-1-10", Move(at(0)))).start == at(10)


async def test_moves_that_are_refused(shop: Shop) -> None:
    """Tests that a job that has begun, is not known, or is to go to another group's machine is refused, and who is not ours may not ask."""
    await shop.order("PO-1", ask("R1", 10, 10, *TWO_OPS))
    before = await shop.times()
    for job, wanted, code in (("PO-1-1-20", Move(at(0), "a"), "conflict"), ("PO-9-1-10", Move(at(0)), "no-such-job")):
        for verb in (shop.service.try_move, shop.service.move):
            with pytest.raises(Problem) as refusal:
                await verb(ME, job, wanted)
            assert refusal.value.code == code
    with pytest.raises(Problem) as refusal:
        await shop.service.try_move(PARTNER, "PO-1-1-20", Move(at(0)))
    assert refusal.value.code == "not-found"
    assert await shop.times() == before
    await shop.service.progress(ME, "PO-1-1-10", "started", at(0))
    with pytest.raises(Problem) as refusal:
        await shop.service.move(ME, "PO-1-1-10", Move(at(60)))
    assert refusal.value.code == "job-begun"

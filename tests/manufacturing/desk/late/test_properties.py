"""Random shops: whatever comes in, the plan holds, every line is answered, and what remedies claim is true."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from plait.kernel.problems import Problem
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.late.adopting import bookings_of
from plait.manufacturing.desk.late.plan import Plan, detail, make_plan, report
from plait.manufacturing.desk.late.prepare import Books
from plait.manufacturing.desk.late.remedies import Prices
from plait.manufacturing.part.model import Material, Operation, Part, Routing
from plait.manufacturing.schedule.calendar import to_time
from plait.manufacturing.schedule.check import check
from plait.manufacturing.schedule.dispatch import place, undo
from plait.manufacturing.schedule.model import Booking, Calendar, Outage, ShiftHours
from tests.manufacturing.desk.late.books import NOW, WEEK, books, centre, day, line, lot, outside

CALENDARS = (
    Calendar("Europe/Berlin", (ShiftHours(WEEK, "06:00", "14:00"),)),
    Calendar("Europe/Berlin", (ShiftHours(WEEK, "06:00", "14:00"), ShiftHours(WEEK, "14:30", "22:00")), holidays=("2026-03-04",)),
    Calendar("Europe/Berlin", (ShiftHours((0, 1, 2, 3, 4, 5), "22:00", "06:00"),)),
    Calendar("Asia/Shanghai", (ShiftHours(WEEK, "08:00", "12:00"), ShiftHours(WEEK, "13:00", "17:00"))),
    Calendar(always=True),
)


def random_ops(dice: Random, groups: list[str]) -> tuple[Operation, ...]:
    rows = [
        Operation(10 * n, dice.choice(groups), "", dice.choice(groups), dice.choice((0, 15)), dice.choice((0.5, 3, 12))) for n in range(1, dice.randint(2, 4))
    ]
    if dice.random() < 0.3:
        rows.append(outside(90, "embercoat", dice.choice((0, 1, 2.5))))
    return tuple(rows)


def random_books(dice: Random, count: int) -> Books:
    """Return a small shop with everything that can stand in the way of a plan."""
    groups = ["saw", "turn", "hob"][: dice.randint(1, 3)]
    centres = []
    for group in groups:
        for number in range(dice.randint(1, 2)):
            way = dice.choice(("", "", "may_pause", "unattended"))
            centres.append(centre(f"{group}-{number}", group, dice.choice(CALENDARS), **({way: True} if way else {})))
    parts = []
    for number in range(3):
        other = (Routing("other", random_ops(dice, groups)),) if dice.random() < 0.4 else ()
        steel = (Material("STEEL", "steel", lead_days=dice.choice((0, 6))),) if dice.random() < 0.5 else ()
        parts.append(
            Part(f"P{number}", "A", f"p{number}", routing=random_ops(dice, groups), alternatives=other, materials=steel, batch_size=dice.choice((1, 20)))
        )
    rows: list[OrderLine] = []
    for number in range(1, count + 1):
        due = day(1) + timedelta(days=dice.randint(-3, 25))
        rows.append(line(number, dice.choice(("P0", "P1", "P2", "P2", "NONE")), dice.randint(0, 150), due, priority=dice.choice((0, 0, 0, 1, 9))))
    start = NOW + timedelta(hours=dice.randint(0, 60))
    outages = [Outage("D", centres[0].id, start, start + timedelta(hours=dice.randint(1, 30)), "spindle", True)]
    return books(rows, parts, centres, outages=outages, stock=[lot("STEEL", 100), lot("P0", 20)])


def faults(plan: Plan) -> list[str]:
    """Return what the independent checker says of a plan."""
    rows = [row for item in plan.prepared.items.values() for row in bookings_of(plan, item)]
    return check(rows, plan.prepared.shop.centres, plan.books.outages, now=NOW)


@given(seed=st.integers(0, 10**9), count=st.integers(1, 14))
@settings(max_examples=30, deadline=None)
def test_every_line_is_answered_and_every_plan_holds(seed: int, count: int) -> None:
    """Tests calendars, precedence, capacity, outages, pieces and material of random plans, and that each line has a date or a reason."""
    given = random_books(Random(seed), count)
    plan = make_plan(given)
    assert faults(plan) == []
    answer = report(plan, {}, Prices())
    assert sorted(row.id for row in answer.lines) == sorted(row.id for row in given.lines)
    assert answer.total == answer.on_time + answer.late + answer.unplanned
    for row in answer.lines:
        assert row.reason
        if row.verdict == "unplanned":
            assert row.todo
            continue
        assert row.day is not None
        assert (row.verdict == "late") == (row.day > row.due and row.quantity > 0)
        item = plan.prepared.items[row.id]
        pieces = sum(part.pieces for part in item.job.lots)
        assert pieces == max(0, row.quantity - Decimal(sum(int(n.split()[0]) for n in row.notes if n.endswith("are in stock"))))
        if row.verdict == "late":
            assert row.cause is not None
            assert row.finish is not None
            if row.shares:
                assert abs(sum(share.hours for share in row.shares) - (row.finish - NOW).total_seconds() / 3600) < 0.1
                assert all(share.hours > 0 for share in row.shares)


def swapped(plan: Plan, first: str, others: list[str]) -> list[Booking]:
    """Return the bookings of a plan in which ``first`` is placed before ``others``."""
    gaps = plan.outcome.gaps.over()
    for id in (first, *others):
        undo(gaps, plan.outcome.spots[id])
    spots = dict(plan.outcome.spots)
    for id in (first, *sorted(others, key=lambda id: (plan.prepared.items[id].job.due, id))):
        spots[id] = place(plan.prepared.shop, gaps, plan.prepared.items[id].job)
    other = msgspec.structs.replace(plan, outcome=msgspec.structs.replace(plan.outcome, spots=spots))
    assert (
        check([row for item in plan.prepared.items.values() for row in bookings_of(other, item)], plan.prepared.shop.centres, plan.books.outages, now=NOW) == []
    )
    return [row for id in (first, *others) for row in bookings_of(other, plan.prepared.items[id])]


def test_a_swap_says_truly_whom_it_hurts() -> None:
    """Tests on crowded random shops that going before others gives plans that hold, with the very dates stated for all concerned."""
    seen = 0
    for seed in (2, 10, 22, 25, 26):
        plan = make_plan(random_books(Random(seed), 25))
        for id, item in plan.prepared.items.items():
            if not plan.late(item) or not item.job.lots:
                continue
            for remedy in detail(plan, id, {}, Prices()).remedies:
                if remedy.kind == "swap":
                    seen += 1
                    others = [effect.line for effect in remedy.hurts]
                    rows = swapped(plan, id, others)
                    assert max(row.end for row in rows if row.order == id) == remedy.finish
                    for effect in remedy.hurts:
                        now = max(row.end for row in rows if row.order == effect.line)
                        assert plan.prepared.days.ends_on(round(now.timestamp() * 1000)) == effect.now
                        assert effect.late == (now > to_time(plan.prepared.items[effect.line].job.due))
    assert seen


def test_nothing_is_refused_for_the_size_of_a_number() -> None:
    """Tests that odd quantities and far dates are answered in words."""
    part = Part("P", "A", "p", routing=(Operation(10, "saw", "", "saw", 0, 1),))
    for quantity in ("0", "-5", "0.4", "1e9", "1e30", "NaN"):
        for due in (day(1).replace(year=1), day(1).replace(year=9999)):
            row = msgspec.structs.replace(line(1, "P", 1, due), quantity=Decimal(quantity))
            try:
                answer = report(make_plan(books([row], [part], [centre("saw")])), {}, Prices())
            except Problem as problem:
                raise AssertionError(problem.detail) from problem
            assert answer.lines[0].reason

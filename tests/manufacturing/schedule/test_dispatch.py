"""The plan of all open orders by dispatch rules."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plait.kernel.problems import Problem
from plait.manufacturing.schedule.calendar import ms, to_time
from plait.manufacturing.schedule.check import check
from plait.manufacturing.schedule.dispatch import Busy, Job, Lot, Outcome, Shop, Task, best, edd, place, run, score
from plait.manufacturing.schedule.model import Booking, DayHours, Outage
from plait.manufacturing.schedule.workdays import WorkDays, place_days
from tests.manufacturing.schedule.shop import ALWAYS, DAY, MONDAY, NIGHT, at, centre, random_shop

MINUTE = 60_000
NOW = ms(MONDAY)


def task(seq: int, group: str, minutes: float) -> Task:
    return Task(seq, group, group, round(minutes * MINUTE))


def job(id: str, due: float, *tasks: Task, rank: int = 5, weight: float = 1.0) -> Job:
    """Return a job of one batch, due so many minutes after Monday 06:00 UTC."""
    return Job(id, NOW + round(due * MINUTE), rank, weight, 0, (Lot(1, 10, 0, (tasks,)),))


def bookings(outcome: Outcome, shop: Shop) -> list[Booking]:
    """Return a plan as bookings, for the checker."""
    found = []
    for each in outcome.sequence:
        for spot in outcome.spots[each.id]:
            lot = each.lots[spot.lot]
            step = lot.routes[spot.route][spot.task]
            times = (to_time(spot.start), to_time(spot.end))
            work = step.work if step.days is None else spot.end - spot.start
            name, group = f"{each.id}-{lot.number}-{step.seq}", step.group
            row = Booking(name, each.id, each.id, "P", lot.number, step.seq, step.name, group, spot.centre, "", lot.pieces, *times, work, each.transfer)
            found.append(row if spot.centre else Booking(**{**{f: getattr(row, f) for f in row.__struct_fields__}, "outside": True}))
    for number, busy in enumerate(shop.fixed):
        if not busy.down:
            span = (to_time(busy.start), to_time(busy.end))
            found.append(Booking(f"fixed-{number}", f"f{number}", "", "P", 1, 10, "x", "", busy.centre, "", 1, *span, busy.end - busy.start, state="started"))
    return found


def faults(outcome: Outcome, shop: Shop) -> list[str]:
    """Return what the independent checker says."""
    downs = [Outage("o", busy.centre, to_time(busy.start), to_time(busy.end), busy.order, True) for busy in shop.fixed if busy.down]
    return check(bookings(outcome, shop), shop.centres, downs, now=to_time(shop.now))


def random_jobs(random: Random, groups: list[str], count: int) -> list[Job]:
    found = []
    for number in range(count):
        routes = []
        for _ in range(random.choice((1, 1, 2))):
            steps = [task(10 * k, random.choice(groups), random.randint(1, 300)) for k in range(1, random.randint(2, 5))]
            if random.random() < 0.3:
                steps.insert(1, Task(15, "hardening", "", 0, random.choice((0.5, 1, 3)), "embercoat"))
            routes.append(tuple(steps))
        release = NOW + random.randint(0, 3000) * MINUTE
        lots = tuple(Lot(n, 5, release, tuple(routes)) for n in range(1, random.randint(2, 4)))
        due = NOW + random.randint(-1000, 12_000) * MINUTE
        found.append(Job(f"J{number:02}", due, random.choice((5, 5, 5, 1)), 1.0, random.choice((0, 15 * MINUTE)), lots))
    return found


@given(seed=st.integers(0, 10**9), count=st.integers(1, 12))
@settings(max_examples=30, deadline=None)
def test_every_plan_holds_and_is_no_worse_than_by_due_date(seed: int, count: int) -> None:
    """Tests that random shops with shifts, pauses, outages and fixed bookings get plans the independent checker accepts, never later than by due date."""
    random = Random(seed)
    centres = random_shop(random)
    groups = sorted({each.group for each in centres})
    fixed = []
    for each in centres:
        start = NOW + random.randint(0, 2000) * MINUTE
        fixed.append(Busy(each.id, start, start + random.randint(1, 600) * MINUTE, "fixed", random.random() < 0.5))
    shop = Shop(centres, fixed, NOW)
    jobs = random_jobs(random, groups, count)
    plain, found = run(shop, edd(jobs)), best(shop, jobs)
    for outcome in (plain, found):
        assert outcome.refused == {}
        assert faults(outcome, shop) == []
        assert all(spot.start >= each.lots[spot.lot].release for each in jobs for spot in outcome.spots[each.id])
    assert score(found) <= score(plain)
    again = best(Shop(centres, fixed, NOW), jobs)
    assert (again.spots, again.rule) == (found.spots, found.rule)


def test_the_earlier_due_goes_first_and_a_rank_goes_before_all() -> None:
    """Tests that the sequence is by rank, then by due date."""
    shop = Shop([centre("a")], [], NOW)
    jobs = [job("late", 500, task(10, "a", 60)), job("soon", 100, task(10, "a", 60)), job("boss", 900, task(10, "a", 60), rank=1)]
    outcome = best(shop, jobs)
    assert [outcome.finish[id] - NOW for id in ("boss", "soon", "late")] == [60 * MINUTE, 120 * MINUTE, 180 * MINUTE]


def test_a_better_sequence_than_by_due_date_is_found() -> None:
    """Tests that one long order due first does not make ten short ones late when it is late anyway."""
    shop = Shop([centre("a")], [], NOW)
    jobs = [job("long", 100, task(10, "a", 1000)), *(job(f"s{n}", 200 + n, task(10, "a", 10)) for n in range(10))]
    plain, found = run(shop, edd(jobs)), best(shop, jobs)
    assert sum(plain.finish[each.id] > each.due for each in jobs) == 11
    assert sum(found.finish[each.id] > each.due for each in jobs) == 1
    assert found.late < plain.late


def test_of_two_routings_the_one_that_ends_first_is_taken() -> None:
    """Tests that another routing is used when the first one's machine is busy, and that the other one's time stays free."""
    shop = Shop([centre("a"), centre("b")], [Busy("a", NOW, NOW + 300 * MINUTE, "SO-1")], NOW)
    both = Job("x", NOW, 5, 1.0, 0, (Lot(1, 1, 0, ((task(10, "a", 60),), (task(10, "b", 90),))),))
    outcome = run(shop, [both])
    assert [(spot.centre, spot.route) for spot in outcome.spots["x"]] == [("b", 1)]
    assert outcome.gaps["a"].earliest(NOW, 60 * MINUTE) == (NOW + 300 * MINUTE, NOW + 360 * MINUTE)


def test_a_job_that_fits_nowhere_is_refused_alone() -> None:
    """Tests that work longer than any shift is refused with the reason, takes nothing, and the others are planned."""
    shop = Shop([centre("a", calendar=DAY), centre("b")], [], NOW)
    gaps = shop.gaps()
    with pytest.raises(Problem, match="the group a has no free open time of 600 minutes"):
        place(shop, gaps, job("x", 0, task(10, "b", 30), task(20, "a", 600)))
    assert gaps["b"].earliest(NOW, MINUTE) == (NOW, NOW + MINUTE)
    outcome = best(shop, [job("x", 0, task(10, "a", 600)), job("y", 0, task(10, "a", 60))])
    assert list(outcome.refused) == ["x"]
    assert outcome.spots["x"] == []
    assert outcome.finish["y"] == NOW + 60 * MINUTE


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9)])
def test_a_night_shift_over_both_changes_of_the_clocks(day: date, hours: int) -> None:
    """Tests that the night in which the clocks change has seven or nine hours, and the plan uses exactly them."""
    night = NIGHT.__class__("Europe/Berlin", tuple(s.__class__((5,), s.start, s.end) for s in NIGHT.shifts))
    start = datetime.combine(day, datetime.min.time(), UTC)
    shop = Shop([centre("a", calendar=night)], [], ms(start))
    assert shop.longest["a"] // 3_600_000 == 9 if hours == 9 else shop.longest["a"] // 3_600_000 == 8
    each = Job("x", ms(start), 5, 1.0, 0, (Lot(1, 1, 0, ((Task(10, "a", "a", hours * 60 * MINUTE),),)),))
    outcome = run(shop, [each])
    spot = outcome.spots["x"][0]
    assert to_time(spot.end) - to_time(spot.start) == timedelta(hours=hours)
    assert to_time(spot.start).date() == day
    assert faults(outcome, shop) == []


def test_extra_hours_on_a_day_are_open_time() -> None:
    """Tests that overtime entered for one day, a Saturday too, is used, and the independent checker knows it as well."""
    extra = (DayHours("2026-03-02", "14:00", "18:00"), DayHours("2026-03-07", "06:00", "13:00"))
    longer = DAY.__class__(DAY.zone, DAY.shifts, extra=extra)
    shop = Shop([centre("a", calendar=longer)], [], NOW)
    outcome = run(shop, [job("x", 0, task(10, "a", 600)), *(job(f"y{n}", 0, task(10, "a", 400)) for n in range(5))])
    assert to_time(outcome.finish["x"]) == at(600)
    assert to_time(outcome.finish["y4"]) == datetime(2026, 3, 7, 5, 0, tzinfo=UTC) + timedelta(minutes=400)
    assert faults(outcome, shop) == []


def test_working_days() -> None:
    """Tests leads and spans in working days over weekends, holidays and the change of the clocks."""
    days = WorkDays("Europe/Berlin", holidays=["2026-04-03", "2026-04-06"])
    thursday = datetime(2026, 4, 2, 8, 0, tzinfo=UTC)
    assert to_time(days.after(ms(thursday), 1)) == datetime(2026, 4, 7, 8, 0, tzinfo=UTC)
    assert to_time(days.after(ms(thursday), 0)) == thursday
    assert to_time(days.after(ms(datetime(2026, 3, 27, 9, 0, tzinfo=UTC)), 1)) == datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    assert to_time(days.after(ms(datetime(2026, 3, 7, 9, 0, tzinfo=UTC)), 1)) == datetime(2026, 3, 9, 23, 0, tzinfo=UTC)
    assert days.between(date(2026, 4, 2), date(2026, 4, 7)) == 1
    assert days.between(date(2026, 4, 7), date(2026, 4, 2)) == -1
    assert days.between(date(2026, 3, 2), date(2026, 3, 16)) == 10
    assert days.ends_on(days.day_end(date(2026, 3, 29))) == date(2026, 3, 29)
    assert days.day_end(date.max) > days.day_end(date(2999, 1, 1))
    assert place_days([centre("a"), centre("b", calendar=DAY)]).works(date(2026, 3, 7)) is False
    assert place_days([centre("a", calendar=ALWAYS)]).weekdays == frozenset(range(5))


@given(first=st.dates(date(2026, 1, 1), date(2027, 1, 1)), span=st.integers(0, 60))
@settings(deadline=None)
def test_working_days_between_are_those_counted_one_by_one(first: date, span: int) -> None:
    """Tests the number of working days against counting."""
    days = WorkDays("UTC", (0, 1, 2, 3), ["2026-05-04", "2026-05-08"])
    last = first + timedelta(days=span)
    assert days.between(first, last) == sum(days.works(first + timedelta(days=n)) for n in range(1, span + 1))

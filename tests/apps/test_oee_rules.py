"""OEE by ISO 22400-2: a worked example, properties, what is flagged."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.apps.model import Inputs, Period, Unit
from plait.apps.oee import PLUGIN
from plait.apps.oee.model import OeeConfig
from plait.apps.oee.spans import cut, length, minus, union
from plait.infrastructure.past.model import Cycle, Stretch, Work
from plait.kernel.money import Money
from tests.support import START

HOURS = ((0, 480),)


def at(minute):
    return START + timedelta(minutes=minute)


def states(*rows):
    """Make stretches from (minutes, state[, reason]) one after another."""
    found, now = [], 0.0
    for minutes, state, *why in rows:
        found.append(Stretch(state, at(now), at(now + minutes), *why))
        now += minutes
    return tuple(found)


def unit(id="m", hours=HOURS, rate=None, group="turning"):
    return Unit(id, id, group, open=tuple((at(a), at(b)) for a, b in hours), periods=(Period(at(0), at(480), "06:00-14:00"),), rate=rate)


def ask(states=(), jobs=(), cycles=(), config=None, units=None, now=480, shuffle=0):
    units = units or (unit(),)
    order = random.Random(shuffle)
    mixed = [order.sample(list(each), len(each)) if shuffle else list(each) for each in (states, jobs, cycles)]
    inputs = Inputs(at(0), at(480), at(now), "UTC", "shift", units, *({each.id: tuple(rows) for each in units} for rows in mixed))
    return PLUGIN.report(inputs, config or OeeConfig())


def row(answer, subject="m"):
    return next(each for each in answer.detail.rows if each.subject == subject)


def job(good, scrap, cycle_min, since=0, until=480, name="J1"):
    return Work("m", name, "ended", at(since), at(until), good, scrap, setup_min=30.0, cycle_min=cycle_min)


WORKED = states((30, "setup"), (150, "running"), (40, "down", "tool worn"), (180, "running"), (3, "down", "jam"), (47, "idle"), (30, "silent"))


def test_worked_example():
    """Tests every figure on one shift of 480 min: 30 set-up, 330 production, 40 breakdown, 3 minor stop, 47 standing with the job, 30 not known."""
    found = row(ask(WORKED, [job(140, 10, 2.0)], units=(unit(rate=Money(Decimal(60), "EUR")),)))
    rates = found.rates
    assert rates.availability == pytest.approx(330 / 480)
    assert rates.effectiveness == pytest.approx(150 * 2 / 330)
    assert rates.quality == pytest.approx(140 / 150)
    assert rates.oee == pytest.approx(140 * 2 / 480)
    busy = 330 + 30 + 43
    assert rates.allocation == pytest.approx(busy / 480)
    assert rates.nee == pytest.approx(busy / 480 * (140 * 2 / 330))
    assert rates.utilisation == pytest.approx(330 / busy)
    assert rates.technical == pytest.approx(330 / 373)
    assert rates.setup == pytest.approx(30 / 360)
    assert rates.throughput == pytest.approx(150 / 8)
    assert rates.scrap == pytest.approx(10 / 150)
    assert rates.mtbf == pytest.approx(330 / 2)
    assert rates.mttr == pytest.approx(40 / 2)
    assert rates.teep == pytest.approx(rates.oee)
    assert rates.coverage == pytest.approx(450 / 480)
    lost = {each.name: each.minutes for each in found.losses}
    assert lost == pytest.approx({"minor": 50.0, "breakdown": 40.0, "setup": 30.0, "speed": 30.0, "no_data": 30.0, "rejects": 20.0})
    assert found.good_min == pytest.approx(280)
    assert {each.name: each.cost for each in found.losses}["breakdown"] == Money(Decimal("40.00"), "EUR")
    assert (found.produced, found.good, found.scrap, found.failures, found.flags) == (pytest.approx(150), pytest.approx(140), pytest.approx(10), 1, ())


def test_time_that_is_not_planned_counts_for_nothing():
    """Tests that production outside working hours and planned stops are no planned time, and that a job's pieces are shared out by running time."""
    config = OeeConfig(planned_stops=("break",))
    found = row(
        ask(states((60, "running"), (30, "idle", "lunch BREAK"), (390, "running")), [job(450, 0, 1.0)], units=(unit(hours=((0, 240),)),), config=config)
    )
    assert found.planned_min == pytest.approx(210)
    assert found.produced == pytest.approx(210)
    assert found.unplanned_min == pytest.approx(240)
    assert found.rates.oee == pytest.approx(1.0)
    assert found.rates.teep == pytest.approx(210 / 480)


def test_pieces_faster_than_planned_are_flagged():
    """Tests that effectiveness above one is shown as it is and flagged, and that losses still add up."""
    found = row(ask(states((480, "running")), [job(300, 0, 2.0)]))
    assert found.rates.effectiveness == pytest.approx(1.25)
    assert found.flags == ("fast",)
    assert found.good_min == pytest.approx(480)


def test_what_is_not_known_is_not_invented():
    """Tests that a machine whose pieces are not counted has no OEE, that one never heard of is not called down, and that a future shift is not there."""
    blind = row(ask(states((240, "running"))))
    assert (blind.rates.oee, blind.rates.availability, blind.flags) == (None, pytest.approx(0.5), ("uncounted", "blind"))
    assert {each.name for each in blind.losses} == {"uncounted", "no_data"}
    nothing = row(ask())
    assert (nothing.rates.oee, nothing.rates.coverage, nothing.rates.effectiveness) == (0.0, 0.0, None)
    half = row(ask(states((480, "running")), [job(120, 0, 1.0, until=480)], now=240))
    assert half.planned_min == pytest.approx(240)
    assert ask(now=-1).detail.rows == ()
    closed = row(ask(states((480, "running")), units=(unit(hours=()),)))
    assert (closed.rates.oee, closed.rates.availability, closed.flags) == (None, None, ("empty",))


def test_cycles_count_before_jobs_and_start_up_scrap_is_told_apart():
    """Tests that counted cycles say how many pieces there were, with the planned time of the job or of the settings, and scrap after a set-up."""
    cycles = [Cycle(at(31 + minute), 60.0, 0.0 if minute < 5 else 1.0, 1.0 if minute < 5 else 0.0) for minute in range(100)]
    run = states((30, "setup"), (110, "running"))
    found = row(ask(run, [job(999, 0, 1.0)], cycles, OeeConfig(startup_min=10), now=140))
    assert (found.produced, found.scrap) == (100, 5)
    assert {each.name: round(each.minutes, 3) for each in found.losses} == {"setup": 30.0, "startup": 5.0, "speed": 10.0}
    by_setting = row(ask(run, (), cycles, OeeConfig(ideal_s={"m": 60.0}), now=140))
    assert by_setting.rates.effectiveness == pytest.approx(100 / 110)
    assert row(ask(run, (), cycles, now=140)).flags == ("uncounted",)


def test_groups_and_the_firm_are_sums():
    """Tests that a group is the sum of its machines, in time and money, and that one without a price leaves the sum unpriced."""
    priced = Money(Decimal(60), "EUR")
    both = (unit("a", rate=priced), unit("b", rate=priced), unit("c", group="milling"))
    answer = ask(states((240, "running"), (240, "down", "broken")), [job(200, 40, 1.0, until=240)], units=both)
    turning, firm = row(answer, "turning"), row(answer, "")
    assert (turning.machines, firm.machines) == (2, 3)
    assert turning.rates.oee == pytest.approx(row(answer, "a").rates.oee)
    assert firm.planned_min == pytest.approx(3 * 480)
    assert {each.name: each.cost for each in turning.losses}["breakdown"] == Money(Decimal("480.00"), "EUR")
    assert {each.name: each.cost for each in firm.losses}["breakdown"] is None
    assert [each.kind for each in answer.detail.rows] == ["firm", "group", "group", "machine", "machine", "machine"]


STATE = st.sampled_from(("running", "setup", "down", "idle", "silent"))
shifts = st.lists(st.tuples(st.integers(1, 120), STATE), max_size=30)
hours = st.lists(st.tuples(st.integers(0, 480), st.integers(1, 200)), max_size=4).map(lambda rows: tuple(union((a, min(480, a + b)) for a, b in rows)))
pieces = st.lists(st.tuples(st.integers(0, 470), st.integers(1, 300), st.integers(0, 400), st.integers(0, 50), st.sampled_from((0.0, 0.5, 3.0))), max_size=5)
ticks = st.lists(st.tuples(st.integers(0, 480), st.integers(0, 3), st.integers(0, 1)), max_size=30)


@given(shifts, hours, pieces, ticks, st.sampled_from((0.0, 5.0, 60.0)), st.integers(1, 480))
def test_parts_sum_to_the_whole_in_any_order(shift, open_, work, cycles, minor, now):
    """Tests for any shift: good time and losses are planned time, OEE lies between 0 and 1 unless flagged, and no order of the inputs changes anything."""
    jobs = [job(good, scrap, cycle, a, a + b, f"J{n}") for n, (a, b, good, scrap, cycle) in enumerate(work)]
    counted = [Cycle(at(a), 0.0, float(good), float(bad)) for a, good, bad in cycles]
    config = OeeConfig(minor_stop_min=minor, startup_min=minor, ideal_s={"m": 30.0} if cycles else {})
    many = (unit("m", hours=open_), unit("n", hours=open_, group="milling"))
    answers = [ask(states(*shift), jobs, counted, config, many, now, shuffle) for shuffle in (0, 1, 2)]
    assert answers[0] == answers[1] == answers[2]
    for found in answers[0].detail.rows:
        assert found.good_min + sum(each.minutes for each in found.losses) == pytest.approx(found.planned_min, abs=1e-6)
        for name in ("availability", "quality", "allocation", "utilisation", "technical", "setup", "scrap", "coverage"):
            value = getattr(found.rates, name)
            assert value is None or -1e-9 <= value <= 1 + 1e-9, name
        if found.rates.oee is not None and "fast" not in found.flags:
            assert -1e-9 <= found.rates.oee <= 1.001
        assert all(each.minutes > 0 for each in found.losses)


spans = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 10)), max_size=8).map(lambda rows: union((a, a + b) for a, b in rows))


@given(spans, spans)
def test_sets_of_time(one, other):
    """Tests that cutting and taking away share a set of time out without rest."""

    def points(found):
        return {n for a, b in found for n in range(a, b)}

    assert points(cut(one, other)) == points(one) & points(other)
    assert points(minus(one, other)) == points(one) - points(other)
    assert length(cut(one, other)) + length(minus(one, other)) == length(one)

"""Estimates of times, and what jobs really took."""

from decimal import Decimal as D
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.kernel.money import Money
from plait.manufacturing.desk.masters.estimate import DEFAULT_CYCLE_MIN, DEFAULT_SETUP_MIN, WORKSHOP, Past, corrections, estimates, fit
from plait.manufacturing.desk.masters.families import families, words_of
from plait.manufacturing.desk.masters.model import Estimate, Measured, PastJob, Spread
from plait.manufacturing.part.model import Material, Operation, Part
from plait.manufacturing.vocabulary import GENERAL


def part(id: str, name: str, *ops: Operation, **more: object) -> Part:
    return Part(id, "A", name, **{"process": GENERAL, "routing": ops, **more})


def turned(id: str, setup: float, cycle: float, name: str = "Shaft 20x100") -> Part:
    return part(id, name, Operation(10, "Saw", "sawing", "saw", 5, 0.5), Operation(20, "Turn", "turning", "lathe", setup, cycle))


def only(past: Past) -> Estimate:
    (found,) = estimates(past)
    return found


@pytest.mark.parametrize(
    ("name", "words"),
    [("Welle Ø20x100 gedreht", "gedreht welle"), ("Shaft M8 DIN-912", "shaft"), ("轴 20", "轴"), ("4711", ""), ("Bracket, left (v2)", "bracket left")],
)
def test_words_of(name: str, words: str) -> None:
    """Tests that numbers, sizes and marks say nothing of the kind of part."""
    assert words_of(name) == words


def test_families() -> None:
    """Tests that like names make a family across sizes and order of words, that other materials and other things do not."""
    parts = [
        part("1", "Shaft 20x100"),
        part("2", "shaft 30 x 120"),
        part("3", "Shaft cover 30"),
        part("4", "Bracket left", material="steel"),
        part("5", "left bracket 7", material="S355"),
        part("6", "Bracket left", material="POM"),
        part("7", "4711"),
        part("8", "4712"),
        part("9", "anything", family="pins"),
    ]
    found = families(parts)
    assert found["1"] == found["2"] != found["3"]
    assert found["4"] == found["5"] != found["6"]
    assert found["7"] != found["8"]
    assert found["9"] == "pins"


def test_from_the_family() -> None:
    """Tests that the usual operations of like parts come with medians, which one odd part does not carry away, marked as estimated."""
    odd = turned("S4", 400, 90)
    other = part("S5", "Shaft 9", Operation(10, "Mill", "milling", "mill", 10, 10))
    known = [turned("S1", 30, 4), turned("S2", 40, 5), turned("S3", 35, 6), odd, other]
    got = only(Past([*known, part("NEW", "Shaft 25x80")]))
    assert (got.part_id, got.basis, got.like) == ("NEW", "family", ("S1", "S2", "S3", "S4"))
    assert [(op.seq, op.group, op.setup_min, op.cycle_min) for op in got.operations] == [(10, "saw", 5, 0.5), (20, "lathe", 37.5, 5.5)]
    assert all(op.estimated for op in got.operations)
    assert got.spread.low < 6.0 < got.spread.high


def test_measured_jobs_teach_the_family() -> None:
    """Tests that what like parts really took counts more than what was planned for them."""
    jobs = [Measured("S1", 20, n, 20 + 8 * n) for n in (10, 20, 40, 80)]
    got = only(Past([turned("S1", 30, 4), part("NEW", "Shaft 25x80")], measured=jobs))
    assert (got.operations[1].setup_min, got.operations[1].cycle_min, got.jobs) == (20.0, 8.0, 4)


def test_from_prices() -> None:
    """Tests that prices at several quantities give set-up and piece, at the rate of the group that does such work."""
    lathe = part("NEW", "Bolzen gedreht")
    prices = [PastJob("NEW", q, 10 + 60 / q) for q in (5.0, 10.0, 20.0, 50.0)]
    got = only(Past([lathe], prices, rates={"Drehen": 60.0, "mill": 90.0}, groups=("Drehen", "mill")))
    (op,) = got.operations
    assert (got.basis, op.group, op.process) == ("price", "Drehen", "turning")
    assert op.setup_min == pytest.approx(30, abs=0.2)
    assert op.cycle_min == pytest.approx(5, abs=0.2)


def test_material_is_not_work() -> None:
    """Tests that with known material only the rest of the price pays for work."""
    bar = Material("BAR", "Bar", D(2), price=Money(D(10), "EUR"))
    new = part("NEW", "Thing", materials=(bar,))
    got = only(Past([new], [PastJob("NEW", 1000.0, 30.0)], rates={"any": 60.0}, groups=("any",)))
    assert got.operations[0].cycle_min == pytest.approx((30 - 20) * 0.8 - 0.03, abs=0.01)


def test_prices_of_the_family() -> None:
    """Tests that a part never ordered learns from the prices of its like."""
    got = estimates(Past([part("A", "Flange 8"), part("B", "Flange 10")], [PastJob("A", 1000.0, 20.0)], rates={"any": 60.0}, groups=("any",)))
    assert [(each.part_id, each.basis) for each in got] == [("A", "price"), ("B", "price")]
    assert "family" in got[1].why


def test_the_default_is_stated() -> None:
    """Tests that knowing nothing gives the documented default, cut to what the dates of orders leave, and says so."""
    got = only(Past([part("NEW", "Thing")]))
    (op,) = got.operations
    assert (got.basis, op.setup_min, op.cycle_min, op.group) == ("default", DEFAULT_SETUP_MIN, DEFAULT_CYCLE_MIN, WORKSHOP)
    assert "default" in got.why
    fast = only(Past([part("NEW", "Thing")], [PastJob("NEW", 4800.0, days=5)]))
    assert fast.operations[0].cycle_min == pytest.approx(0.5)
    assert "days" in fast.why


def test_who_needs_no_estimate() -> None:
    """Tests that bought parts and those with a routing get none, and that an estimated routing is estimated anew."""
    guess = part("G", "Shaft 5", Operation(10, "Turn", "turning", "lathe", 1, 1, estimated=True))
    found = estimates(Past([part("BUY", "Nut", supply="buy"), turned("S1", 30, 4), guess]))
    assert [each.part_id for each in found] == ["G"]
    assert found[0].like == ("S1",)


@given(st.floats(0, 120), st.floats(0.1, 60), st.lists(st.integers(1, 500), min_size=6, max_size=30), st.integers(0, 99))
def test_fit_finds_what_was(setup: float, cycle: float, sizes: list[int], seed: int) -> None:
    """Tests that set-up and cycle come back from jobs of many sizes, one wild one among them."""
    random = Random(seed)
    sizes = [*sizes, 1, 1000, 500, 250, 120]
    jobs = [(pieces, setup + cycle * pieces) for pieces in sizes]
    random.shuffle(jobs)
    wild = [*jobs, (300, 5 * (setup + cycle * 300))]
    got = fit(wild, 30.0)
    assert got[1] == pytest.approx(cycle, rel=0.1, abs=0.01)


@given(st.lists(st.tuples(st.integers(1, 10_000), st.floats(0.01, 1e6)), min_size=1, max_size=40), st.floats(0, 1e4))
def test_fit_gives_times(jobs: list[tuple[int, float]], setup: float) -> None:
    """Tests that whatever jobs took, the times are times: finite and not below zero."""
    got = fit(jobs, setup)
    assert all(0 <= value < 1e8 for value in got)


def test_corrections() -> None:
    """Tests that jobs that took longer propose it with their number and spread, few or fitting ones do not, and confirmed estimates do."""
    slow = [Measured("S1", 20, n, 30 + 6 * n) for n in (10, 20, 40, 80)]
    fits = [Measured("S1", 10, n, 5 + 0.5 * n) for n in (10, 20, 40, 80)]
    few = [Measured("S2", 20, 10, 900.0)] * 2
    (got,) = corrections([turned("S1", 30, 4), turned("S2", 30, 4)], slow + fits + few)
    assert (got.part_id, got.seq, got.jobs) == ("S1", 20, 4)
    assert (got.setup_was, got.setup_now, got.cycle_was, got.cycle_now) == (30, 30.0, 4, 6.0)
    assert got.spread == Spread(6.0, 6.0)
    guess = turned("S1", 30, 6)
    guess = msgspec.structs.replace(guess, routing=(guess.routing[0], msgspec.structs.replace(guess.routing[1], estimated=True)))
    (confirmed,) = corrections([guess], slow)
    assert (confirmed.estimated, confirmed.cycle_now) == (True, 6.0)


def test_jobs_of_one_size_keep_the_set_up() -> None:
    """Tests that equal jobs cannot tell set-up from cycle: the planned set-up stays, unless the jobs were shorter than it."""
    assert fit([(10, 80.0)] * 3, 30.0) == (30.0, 5.0)
    assert fit([(10, 20.0)] * 3, 30.0)[0] < 20.0

"""Promises against insertion by brute force over minutes."""

from random import Random

import pytest

from plait.kernel.problems import Problem
from plait.manufacturing.schedule.board import Board, Slot
from plait.manufacturing.schedule.calendar import ms
from plait.manufacturing.schedule.gaps import Gaps
from plait.manufacturing.schedule.model import PromiseRequest, WorkCentre
from plait.manufacturing.schedule.rules import check, parse_job, plan, slots_of
from tests.manufacturing.schedule.brute import BruteShop
from tests.manufacturing.schedule.shop import ALWAYS, DAY, MONDAY, NIGHT, TWO, ask, at, centre, op, outside, random_request, random_shop

ZERO = ms(MONDAY)
MINUTE = 60_000


@pytest.mark.parametrize("way", ["", "unattended", "may_pause"])
@pytest.mark.parametrize("seed", range(8))
def test_earliest_fit_is_the_brute_force_one(seed: int, way: str) -> None:
    """Tests that the gaps give the same earliest fit as trying every minute, after bookings taken and given back."""
    random = Random(seed)
    here = centre("a", calendar=random.choice((ALWAYS, DAY, TWO, NIGHT)), **({way: True} if way else {}))
    brute, gaps = BruteShop([here], MONDAY), Gaps(here, ZERO)
    for _ in range(12):
        start = random.randrange(0, 6 * 1440)
        end = start + random.randrange(1, 300)
        brute.book("a", start, end)
        gaps.take(ZERO + start * MINUTE, ZERO + end * MINUTE)
    for _ in range(25):
        after, work = random.randrange(0, 5 * 1440), random.randrange(1, 400)
        start, end = brute.earliest(here, after, work)
        found = gaps.earliest(ZERO + after * MINUTE, work * MINUTE)
        assert found == (ZERO + start * MINUTE, ZERO + end * MINUTE)
        gaps.take(*found)
        if random.random() < 0.5:
            gaps.give(*found)
        else:
            brute.book("a", start, end)


@pytest.mark.parametrize("seed", range(15))
def test_promises_are_the_brute_force_ones(seed: int) -> None:
    """Tests that several orders after one another get exactly the slots that brute force gives, and that the checker agrees."""
    random = Random(seed)
    centres = random_shop(random)
    brute, board = BruteShop(centres, MONDAY), Board(centres, [], ZERO)
    bookings = []
    for number in range(4):
        request, ready = random_request(random, f"R{number}", centres), random.randrange(0, 2000)
        expected = brute.plan(request, ready)
        got = plan(request, board, ZERO + ready * MINUTE, f"H-{number}")
        as_minutes = [(b.batch, b.seq, b.work_centre, (ms(b.start) - ZERO) // MINUTE, (ms(b.end) - ZERO) // MINUTE) for b in got.ops]
        assert as_minutes == expected
        bookings += got.ops
    assert check(bookings, {c.id: c for c in centres}, now=MONDAY) == []


def test_bookings_far_ahead_are_kept_in_mind() -> None:
    """Tests that what is booked in a year is still booked when the free time has been worked out so far."""
    year = 365 * 1440
    here, taken = centre("a", calendar=DAY), Slot("a", ZERO + year * MINUTE, ZERO + (year + 240) * MINUTE)
    free = Gaps(here, ZERO).earliest(taken.start, 60 * MINUTE)
    assert free == (taken.start, taken.start + 60 * MINUTE)
    assert Board([here], [taken], ZERO).earliest("a", taken.start, 60 * MINUTE)[1] == taken.end


def test_what_if_leaves_the_board_as_it_was() -> None:
    """Tests that undoing a plan gives every later promise the same answer as before."""
    random = Random(7)
    centres = random_shop(random)
    board = Board(centres, [], ZERO)
    plan(random_request(random, "R0", centres), board, ZERO, "H-0")
    request = random_request(random, "R1", centres)
    first = plan(request, board, ZERO)
    board.undo(slots_of(first.ops))
    assert plan(request, board, ZERO) == first


def test_batches_run_through_the_routing_one_behind_the_other() -> None:
    """Tests that the second batch is at the first machine while the first batch is at the second."""
    board = Board([centre("a"), centre("b")], [], ZERO)
    got = plan(ask("R", 20, 10, op(10, "a"), op(20, "b", cycle=2)), board, ZERO)
    assert [(b.batch, b.seq, b.start, b.end) for b in got.ops] == [
        (1, 10, at(0), at(10)),
        (1, 20, at(10), at(30)),
        (2, 10, at(10), at(20)),
        (2, 20, at(30), at(50)),
    ]
    assert [parse_job(b.job_id) for b in got.ops][-1] == ("R", 2, 20)


@pytest.mark.parametrize(
    ("request_", "slots", "words"),
    [
        (ask("R", 1, 1, op(10, "a", 60)), [], "nothing stands before it"),
        (ask("R", 1, 1, op(10, "a", 60), material_ready=at(90)), [], "waits for the material"),
        (ask("R", 1, 1, op(10, "a", 60), not_before=at(90)), [], "asked not to begin earlier"),
        (ask("R", 1, 1, op(10, "a", 60)), [Slot("a", ZERO, ZERO + 100 * MINUTE)], "a is busy until then"),
        (ask("R", 1, 1, op(10, "a", 60), not_before=at(600)), [], "a is closed until then"),
        (ask("R", 1, 1, op(10, "a", 60)), [Slot("a", ZERO + 30 * MINUTE, ZERO + 60 * MINUTE)], "free time of a before that is too short"),
        (ask("R", 1, 1, outside(10), step_leads={10: 45}), [], "the supplier and transport take 45 minutes"),
    ],
)
def test_why(request_: PromiseRequest, slots: list[Slot], words: str) -> None:
    """Tests that each operation says in words what decided its time."""
    got = plan(request_, Board([centre("a", calendar=DAY)], slots, ZERO), ZERO)
    assert words in got.ops[0].why
    assert got.ops[0].why.startswith("Batch 1, operation 10 ")


@pytest.mark.parametrize(
    ("request_", "code", "names"),
    [
        (ask("R", 0, 1, op(10, "a")), "bad-promise", "quantity"),
        (ask("R", 1, 0, op(10, "a")), "bad-promise", "batch_size"),
        (ask("R", 1, 1), "bad-promise", "routing"),
        (ask("R", 1, 1, op(10, "a"), op(10, "a")), "bad-promise", "seq 10"),
        (ask("R", 1, 1, op(10, "a", -5)), "bad-promise", "10"),
        (ask("R", 1, 1, op(10, "a"), outside(20)), "bad-promise", "step_leads"),
        (ask("R", 1, 1, op(10, "a"), op(20, "x")), "no-work-centre", "'x'"),
        (ask("R", 5, 1, op(10, "a", 30), op(20, "a", 481)), "never-open", "482 minutes"),
    ],
)
def test_what_cannot_be_promised(request_: PromiseRequest, code: str, names: str) -> None:
    """Tests that a request that cannot be done is refused with its reason and leaves the board as it was."""
    board = Board([centre("a", calendar=DAY)], [], ZERO)
    with pytest.raises(Problem) as refusal:
        plan(request_, board, ZERO)
    assert refusal.value.code == code
    assert names in refusal.value.detail
    rest_of_the_shift = ask("R", 1, 1, op(10, "a", 419))
    assert plan(rest_of_the_shift, board, ZERO).start_ms == ZERO


def test_an_order_longer_than_a_day_is_no_problem_where_work_may_pause() -> None:
    """Tests that thirty hours of work take four shifts of eight hours, the weekend left out."""
    here: WorkCentre = centre("a", calendar=DAY, may_pause=True)
    got = plan(ask("R", 30, 30, op(10, "a", 0, 60)), Board([here], [], ZERO), ms(at(3 * 1440 - 60)))
    assert (got.ops[0].start, got.ops[0].end) == (at(3 * 1440 - 60), at(8 * 1440 - 60 + 360))

"""Right-shift repair: every repaired plan passes the checker, and only what must move does."""

from random import Random

import msgspec
import pytest

from plait.manufacturing.schedule.board import Board
from plait.manufacturing.schedule.calendar import ms, to_time
from plait.manufacturing.schedule.model import Booking, Outage, WorkCentre
from plait.manufacturing.schedule.repair import Down, repair
from plait.manufacturing.schedule.rules import check, plan, slots_of
from tests.manufacturing.schedule.shop import MONDAY, ask, at, centre, op, random_request, random_shop

ZERO = ms(MONDAY)
MINUTE = 60_000


def full_shop(random: Random, orders: int = 5) -> tuple[dict[str, WorkCentre], list[Booking]]:
    centres = random_shop(random)
    board = Board(centres, [], ZERO)
    rows: list[Booking] = []
    for number in range(orders):
        got = plan(random_request(random, f"R{number}", centres), board, ZERO, f"H-{number}")
        rows += [msgspec.structs.replace(row, state="planned") for row in got.ops]
    return {c.id: c for c in centres}, rows


def run_to(rows: list[Booking], now: int) -> list[Booking]:
    """Let everything planned before ``now`` (ms) have begun, and what is planned to end have ended."""
    states = [("ended" if ms(row.end) <= now else "started") if ms(row.start) < now else "planned" for row in rows]
    return [msgspec.structs.replace(row, state=state) for row, state in zip(rows, states, strict=True)]


def by_job(rows: list[Booking]) -> dict[str, Booking]:
    return {row.job_id: row for row in rows}


@pytest.mark.parametrize("seed", range(40))
def test_random_breakdowns(seed: int) -> None:
    """Tests that after random breakdowns, with some jobs frozen, the plan holds and nothing begun or frozen has moved."""
    random = Random(seed)
    centres, rows = full_shop(random)
    now = ZERO + random.randrange(0, 2000) * MINUTE
    before = [msgspec.structs.replace(row, frozen=row.state == "planned" and random.random() < 0.1) for row in run_to(rows, now)]
    broken = random.choice(sorted(centres))
    outage = Outage("D", broken, to_time(now), to_time(now + random.randrange(10, 900) * MINUTE), "spindle", True)
    until = ms(outage.end)
    hit = [
        msgspec.structs.replace(row, end=to_time(ms(row.end) + until - now)) if row.state == "started" and row.work_centre == broken else row for row in before
    ]
    after = repair(hit, centres, [Down(broken, now, until)], now)
    assert check(after, centres, [outage], before, to_time(now)) == []
    assert by_job(after).keys() == by_job(before).keys()


@pytest.mark.parametrize("seed", range(10))
def test_nothing_moves_without_need(seed: int) -> None:
    """Tests that repairing a plan that holds changes nothing, and that repairing twice is repairing once."""
    centres, rows = full_shop(Random(seed))
    assert by_job(repair(rows, centres, [], ZERO)) == by_job(rows)
    down = [Down(min(centres), ZERO, ZERO + 300 * MINUTE)]
    once = repair(rows, centres, down, ZERO)
    assert by_job(repair(once, centres, down, ZERO)) == by_job(once)


def two_machines() -> tuple[dict[str, WorkCentre], list[Booking]]:
    centres = {"a": centre("a"), "b": centre("b")}
    board = Board(centres.values(), [], ZERO)
    rows = []
    for number in (1, 2):
        rows += plan(ask(f"R{number}", 10, 10, op(10, "a"), op(20, "b", cycle=2)), board, ZERO, f"H-{number}").ops
    assert slots_of(rows)
    return centres, [msgspec.structs.replace(row, state="planned") for row in rows]


def test_successors_on_other_machines_follow() -> None:
    """Tests that a breakdown moves the jobs of the machine and, through them, those on the next machine, just as far as needed."""
    centres, rows = two_machines()
    after = repair(rows, centres, [Down("a", ZERO, ZERO + 5 * MINUTE)], ZERO)
    assert {row.job_id: (row.start, row.end) for row in after} == {
        "H-1-1-10": (at(5), at(15)),
        "H-1-1-20": (at(15), at(35)),
        "H-2-1-10": (at(15), at(25)),
        "H-2-1-20": (at(35), at(55)),
    }


def test_who_was_first_stays_first_and_what_can_stay_stays() -> None:
    """Tests that of two jobs that want the same time the earlier planned has it, and that a job out of the way stays put."""
    centres, rows = two_machines()
    for late, starts in [(25, (at(25), at(45))), (60, (at(60), at(30)))]:
        begun = [msgspec.structs.replace(row, state="started", end=at(late)) if row.job_id == "H-1-1-10" else row for row in rows]
        after = by_job(repair([row for row in begun if row.job_id != "H-2-1-10"], centres, [], ZERO))
        assert (after["H-1-1-20"].start, after["H-2-1-20"].start) == starts


def test_a_frozen_job_that_became_impossible_is_thawed() -> None:
    """Tests that a frozen job stays while it can and moves, no longer frozen, when its machine is down."""
    centres, rows = two_machines()
    frozen = [msgspec.structs.replace(row, frozen=row.job_id == "H-2-1-20") for row in rows]
    stays = {row.job_id: row for row in repair(frozen, centres, [Down("b", ZERO, ZERO + 5 * MINUTE)], ZERO)}
    assert (stays["H-2-1-20"].start, stays["H-2-1-20"].frozen) == (at(30), True)
    moves = {row.job_id: row for row in repair(frozen, centres, [Down("b", ZERO, ZERO + 40 * MINUTE)], ZERO)}
    assert (moves["H-2-1-20"].start, moves["H-2-1-20"].frozen) == (at(60), False)


BROKEN_PLANS = [
    ("two jobs at once", "H-2-1-10", {"start": at(5), "end": at(15)}, "before H-1-1-10 ends"),
    ("before the predecessor", "H-2-1-20", {"start": at(10), "end": at(30)}, "before H-2-1-10 is done"),
    ("shorter than the work", "H-2-1-20", {"end": at(40)}, "takes another time"),
    ("on an unknown work centre", "H-2-1-20", {"work_centre": "z"}, "no known work centre"),
    ("moved left", "H-2-1-20", {"start": at(25), "end": at(45)}, "moved left"),
]


@pytest.mark.parametrize(("what", "job", "fields", "words"), BROKEN_PLANS, ids=[row[0] for row in BROKEN_PLANS])
def test_the_checker_sees(what: str, job: str, fields: dict[str, object], words: str) -> None:
    """Tests that the checker passes a good plan and names the fault of a bad one."""
    centres, rows = two_machines()
    assert check(rows, centres, (), rows, MONDAY) == []
    bad = [msgspec.structs.replace(row, **fields) if row.job_id == job else row for row in rows]
    assert any(words in fault for fault in check(bad, centres, (), rows, MONDAY)), what


def test_the_checker_sees_outages_frozen_and_lost_jobs() -> None:
    """Tests that the checker names a job in an outage, a frozen one that moved, one that is gone, one in the past."""
    centres, rows = two_machines()
    faults = check(rows, centres, [Outage("D", "a", at(0), at(5), "x", True)])
    assert faults == ["H-1-1-10 lies in an outage of a"]
    moved = [msgspec.structs.replace(row, frozen=True, start=at(100), end=at(120)) if row.job_id == "H-2-1-20" else row for row in rows]
    assert check(moved, centres, (), rows) == ["H-2-1-20 is frozen and was moved"]
    assert check(rows[:-1], centres, (), rows) == ["H-2-1-20 is gone"]
    assert check(rows, centres, now=at(1)) == ["H-1-1-10 is planned in the past"]

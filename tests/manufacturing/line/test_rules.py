"""What may start now and how scrap is replaced."""

import pytest

from plait.manufacturing.line import rules
from plait.manufacturing.line.model import Batch, Job, RunOrder, Step

STEPS = (Step(10, "Turn", "lathe", 10, 1), Step(20, "Hob", "hob", 10, 1))


def order(quantity=40, size=20, **more):
    return RunOrder("SO-00001", "P", "Part", "A", "09521002000016", quantity, size, STEPS, **more)


def batch(number, good, state):
    return Batch(f"SO-00001-{number}", "SO-00001", number, good, good, state)


@pytest.mark.parametrize(("quantity", "size", "expected"), [(120, 20, [20] * 6), (50, 20, [20, 20, 10]), (5, 20, [5]), (3, 0, [1, 1, 1]), (0, 20, [])])
def test_batches(quantity, size, expected):
    """Tests that an order is split into full batches and a rest."""
    assert rules.batches_of(quantity, size) == expected


def job(batch, seq, state, planned="1", group=None):
    return Job(f"{batch}-{seq}", "SO-00001", batch, seq, group or {10: "lathe", 20: "hob"}[seq], "", "", 20, 0, 0, state, planned)


def test_candidates_follow_the_schedule_and_the_routing():
    """Tests that only jobs whose predecessors are done may start, in the schedule's order."""
    jobs = [
        job("SO-00001-1", 10, "ended"),
        job("SO-00001-1", 20, "waiting", "5"),
        job("SO-00001-2", 10, "ended"),
        job("SO-00001-2", 20, "waiting", "4"),
        job("SO-00001-3", 10, "waiting"),
        job("SO-00001-3", 20, "waiting", "1"),
    ]
    assert [each.id for each in rules.candidates(jobs, "hob")] == ["SO-00001-2-20", "SO-00001-1-20"]
    assert [each.id for each in rules.candidates(jobs, "lathe")] == ["SO-00001-3-10"]


@pytest.mark.parametrize(
    ("batches", "expected"),
    [
        ([batch(1, 20, "finished"), batch(2, 20, "running")], None),
        ([batch(1, 18, "running"), batch(2, 20, "waiting")], ("SO-00001-2", 2)),
        ([batch(1, 18, "running"), batch(2, 20, "running")], None),
        ([batch(1, 18, "finished"), batch(2, 20, "finished")], ("SO-00001-3", 2)),
        ([batch(1, 0, "lost"), batch(2, 20, "finished")], ("SO-00001-3", 20)),
    ],
    ids=["nothing missing", "last batch enlarged", "wait for the rest", "new batch at the end", "a lost batch is made again"],
)
def test_scrap_is_replaced(batches, expected):
    """Tests that missing pieces go into the last batch not begun, else into a new one when all are done."""
    assert rules.makeup(order(), batches) == expected


def test_a_service_makes_no_pieces_of_its_own():
    """Tests that scrap of a customer's pieces is not replaced from nowhere."""
    assert rules.makeup(order(service=True), [batch(1, 5, "finished")]) is None


def test_serials_are_short_and_go_on():
    """Tests that serial numbers continue over batches and fit GS1 AI 21."""
    first = rules.serials_of(order(serial=True), 0, 2)
    assert first == ("SO00001-0001", "SO00001-0002")
    assert rules.serials_of(order(serial=True), 2, 1) == ("SO00001-0003",)
    assert all(len(serial) <= 20 for serial in first)
    assert rules.serials_of(order(), 0, 2) == ()

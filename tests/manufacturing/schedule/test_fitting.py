"""A batch that is longer than any opening is placed in smaller ones."""

import pytest

from plait.kernel.problems import Problem
from plait.manufacturing.schedule.board import Board
from plait.manufacturing.schedule.calendar import ms
from plait.manufacturing.schedule.fitting import planned
from tests.manufacturing.schedule.test_plan import DAY, ZERO, ask, centre, op


def test_a_batch_is_cut_only_where_it_fits_nowhere() -> None:
    """Tests that whole batches stay whole, that longer ones are cut to one opening, and that all pieces are placed in it."""
    board = Board([centre("a", calendar=DAY)], [], ZERO)
    request, plan = planned(ask("R", 40, 40, op(10, "a", 30, 10)), board, ZERO)
    assert (request.batch_size, len(plan.ops)) == (40, 1)
    request, plan = planned(ask("S", 120, 120, op(10, "a", 30, 10), op(20, "a", 1)), board, ZERO)
    assert request.batch_size == 45
    assert [each.quantity for each in plan.ops if each.seq == 10] == [45, 45, 30]
    for each in plan.ops:
        assert ms(each.end) - ms(each.start) <= 8 * 60 * 60_000


def test_a_piece_that_fits_nowhere_is_refused_and_leaves_nothing() -> None:
    """Tests that the refusal names the time that is needed, and that the board is as it was."""
    board = Board([centre("a", calendar=DAY)], [], ZERO)
    with pytest.raises(Problem, match="483 minutes"):
        planned(ask("R", 2, 2, op(10, "a", 481)), board, ZERO)
    _, plan = planned(ask("R", 1, 1, op(10, "a", 419)), board, ZERO)
    assert plan.start_ms == ZERO

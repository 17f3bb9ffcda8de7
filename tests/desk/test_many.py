"""Tests that tables drawn at random, in any language, layout and habit, are read as they were meant, and never wrongly in silence."""

import pytest

from tests.desk.comparing import Score, compare
from tests.desk.many import TODAY, draw
from tests.desk.many_kinds import draw_kind
from tests.desk.many_pages import draw_page
from tests.desk.reader import read

EACH = 120
PAGES = 30


def score(drawn, seed: int) -> Score:
    found = drawn(seed)
    return compare(found.answer, read(found.content, found.name, TODAY))


@pytest.mark.parametrize("drawn", [draw, draw_kind], ids=["orders", "other kinds"])
def test_drawn_tables_are_read_as_meant(drawn):
    """Tests that no value is wrong in silence, at least 98 in 100 are right, and few bear a needless doubt."""
    scores = {seed: score(drawn, seed) for seed in range(EACH)}
    silent = [f"seed {seed}: {cell}" for seed, each in scores.items() for cell in each.silent]
    assert not silent, "\n".join(silent[:20])
    cells = sum(each.cells for each in scores.values())
    assert sum(each.right for each in scores.values()) >= 0.98 * cells
    assert sum(each.doubted for each in scores.values()) <= 0.05 * cells


def test_drawn_pages_are_read_as_meant():
    """Tests that PDF orders in many layouts are read, at least 98 in 100 values right."""
    scores = {seed: score(draw_page, seed) for seed in range(PAGES)}
    wrong = [f"seed {seed}: {cell}" for seed, each in scores.items() for cell in each.wrong]
    assert sum(each.right for each in scores.values()) >= 0.98 * sum(each.cells for each in scores.values()), "\n".join(wrong[:20])

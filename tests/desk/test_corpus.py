"""Tests that the order desk reads a corpus of firms' files as a careful clerk would, and never errs in silence."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from plait.kernel.problems import Problem
from plait.manufacturing.desk.reading.model import Limits, Result
from tests.desk.comparing import Score, compare
from tests.desk.reader import read

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(path for path in CORPUS.iterdir() if path.suffix != ".json")
TODAY = date(2026, 3, 2)


def answer(path: Path) -> dict[str, Any]:
    return json.loads(path.with_name(f"{path.name}.json").read_text("utf-8"))


READABLE = [path for path in FILES if "problem" not in answer(path)]
BROKEN = [path for path in FILES if "problem" in answer(path)]


@cache
def result(path: Path) -> Result:
    return read(path.read_bytes(), path.name, TODAY, sender=answer(path).get("sender", ""))


@cache
def score(path: Path) -> Score:
    return compare(answer(path), result(path))


def report(path: Path) -> str:
    each = score(path)
    lines = [f"{path.name}: {each.right} right, {len(each.wrong)} wrong, {len(each.silent)} of these in silence"]
    lines += [
        f"  {path.name}, {cell.row}, {cell.field}: expected {cell.expected!r}, got {cell.got!r}{'' if cell.told else ' IN SILENCE'}" for cell in each.wrong
    ]
    return "\n".join(lines)


def test_corpus_is_large_enough():
    """Tests that the corpus holds at least 220 files, each with its answer, and stays small."""
    assert len(FILES) >= 220
    assert all(path.with_name(f"{path.name}.json").exists() for path in FILES)
    assert sum(path.stat().st_size for path in FILES) < 1_500_000


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.name)
def test_no_mistake_is_silent(path):
    """Tests that every value read from the file is right, or bears a warning, and that most are right."""
    each = score(path)
    assert not each.silent, report(path)
    assert each.right >= 0.8 * each.cells, report(path)


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.name)
def test_a_broken_file_gives_a_clear_word(path):
    """Tests that a file that cannot be read is refused in words, and nothing of it is taken."""
    expected = answer(path)
    codes = [expected["problem"]] if isinstance(expected["problem"], str) else expected["problem"]
    try:
        got = read(path.read_bytes(), path.name, TODAY, limits=Limits(**expected.get("limits", {})))
    except Problem as problem:
        assert problem.code in codes, f"{path.name}: {problem}"
        return
    assert not [record for _, records in got.tables for record in records]
    assert {issue.code for issue in got.issues} & set(codes), f"{path.name}: {got.issues}"


def test_cells_over_all():
    """Tests that at least 98 in 100 cells are right, none is wrong in silence, and few bear a needless doubt."""
    scores = [score(path) for path in READABLE]
    cells, right = sum(each.cells for each in scores), sum(each.right for each in scores)
    summary = "\n".join(report(path) for path in READABLE if score(path).wrong)
    assert right >= 0.98 * cells, f"{right} of {cells} cells right\n{summary}"
    assert not any(each.silent for each in scores), summary
    assert sum(each.doubted for each in scores) <= 0.03 * cells

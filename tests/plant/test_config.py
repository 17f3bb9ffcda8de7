"""The plant's TOML file."""

import re
from datetime import UTC, datetime

import pytest

import plait.plant
from plait.kernel.problems import Problem
from plait.plant.config import load

CELL = '[[cell]]\nid = "a"\n'


def write(tmp_path, text):
    path = tmp_path / "plant.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_documented_example_is_read(tmp_path):
    """Tests that the example in the package's documentation is a valid configuration and means what it says."""
    example = re.split(r"::\n", plait.plant.__doc__, maxsplit=1)[1]
    config = load(write(tmp_path, "\n".join(line[4:] for line in example.splitlines())))
    assert [cell.id for cell in config.cells] == ["lathe1", "robot"]
    assert config.cell[0].kw.run == 9.5
    start = datetime(2026, 3, 2, 6, tzinfo=UTC)
    assert config.fault[0].moment(start) == datetime(2026, 3, 2, 11, 30, tzinfo=UTC)


def test_a_fault_may_name_a_time(tmp_path):
    """Tests that a fault's moment may be a time with an offset."""
    config = load(write(tmp_path, CELL + '[[fault]]\nat = 2026-03-02T09:00:00+02:00\ncell = "a"\nminutes = 5\nreason = "x"\n'))
    assert config.fault[0].moment(datetime(2026, 3, 1, tzinfo=UTC)) == datetime(2026, 3, 2, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", r"\[\[cell\]\]"),
        ("cell = 3", "array"),
        ("this is no TOML", "plant.toml"),
        (CELL + "wings = 2", "wings"),
        (CELL + "scrap = 1.5", "scrap"),
        (CELL + "spread = -1.0", "spread"),
        (CELL + "kw = { jump = 1 }", "jump"),
        (CELL + CELL, "same id"),
        ('robot = true\n[[cell]]\nid = "robot"\n', "same id"),
        ('[[cell]]\nid = "a/b"\n', "id"),
        (CELL + '[[fault]]\nat = 1\ncell = "b"\nminutes = 5\nreason = "x"\n', "'b'"),
        (CELL + '[[fault]]\nat = 1\ncell = "a"\nminutes = 0\nreason = "x"\n', "minutes"),
        (CELL + '[[fault]]\nat = 2026-03-02T09:00:00\ncell = "a"\nminutes = 5\nreason = "x"\n', "offset"),
        (CELL + '[[fault]]\nat = 1\ncell = "a"\nminutes = 5\nreason = "x"\nkind = "flood"\n', "kind"),
    ],
)
def test_bad_files_are_refused_by_name(tmp_path, text, named):
    """Tests that each wrong file is refused with a text that names what is wrong."""
    with pytest.raises(Problem, match=named) as refused:
        load(write(tmp_path, text))
    assert refused.value.code == "bad-plant"


def test_a_missing_file_is_refused(tmp_path):
    """Tests that a file that is not there is a refusal, not a crash."""
    with pytest.raises(Problem, match=r"nothing\.toml"):
        load(tmp_path / "nothing.toml")

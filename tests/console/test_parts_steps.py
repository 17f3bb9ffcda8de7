"""Operations as a person edits them: numbers, places, what is missing, and which revision comes of it."""

import pytest

from plait.console.screens.parts_steps import OUTSIDE, Row, moved, revised, routing_of, rows_of
from plait.kernel.problems import Problem
from plait.kernel.texts import Texts
from plait.manufacturing.part.model import Operation, Part
from plait.manufacturing.requirement import Requirement

EN, DE = Texts("en"), Texts("de")
TURN = Operation(10, "Turn", "turning", "lathe", 30, 2.5, estimated=True)
HARDEN = Operation(20, "Harden", "heat", service=Requirement("heat.case_hardening"), semi_gtin="09521002000023")
GRIND = Operation(30, "Grind", "grinding", "grinder", 15, 4)
PART = Part("P", "A", "Pin", process="turning", routing=(TURN, HARDEN, GRIND))


def made(rows, t=EN):
    """Return the routing that the rows say, priced in euro."""
    return routing_of(t, rows, "EUR")


@pytest.mark.parametrize("t", [EN, DE])
def test_what_is_not_touched_stays(t):
    """Tests that rows shown and taken back say the same routing, in each language's way of writing numbers."""
    assert made(rows_of(t, PART.routing), t) == PART.routing
    assert rows_of(DE, PART.routing)[0].cycle == "2,5"


def test_a_time_of_its_own_is_no_estimate():
    """Tests that an operation whose time was typed is estimated no more, and that its neighbours stay as they were."""
    rows = rows_of(EN, PART.routing)
    rows[0].cycle = "3,25"
    first, *rest = made(rows)
    assert (first.cycle_min, first.estimated) == (3.25, False)
    assert tuple(rest) == PART.routing[1:]


def test_a_new_step_gets_a_number_between_its_neighbours():
    """Tests that the others keep their numbers, and that all are numbered anew where there is no room or the order is another."""
    rows = rows_of(EN, PART.routing)
    rows.insert(1, Row(name="Deburr", place="bench"))
    assert [op.seq for op in made(rows)] == [10, 15, 20, 30]
    rows.append(Row(name="Pack", place="bench"))
    assert [op.seq for op in made(rows)] == [10, 15, 20, 30, 40]
    moved(rows, rows[2].key, 1)
    assert [(op.seq, op.name) for op in made(rows)] == [(10, "Turn"), (20, "Deburr"), (30, "Grind"), (40, "Harden"), (50, "Pack")]
    moved(rows, rows[0].key, -1)
    assert rows[0].name == "Turn"


def test_work_given_to_a_named_firm():
    """Tests that a step done by another firm has that firm, its days and its price, and no group and times of ours."""
    rows = rows_of(EN, PART.routing)
    rows[2].place, rows[2].supplier, rows[2].lead, rows[2].price = OUTSIDE, " Hard & Co ", "3", "1.20"
    last = made(rows)[2]
    assert (last.group, last.cycle_min, last.supplier, last.lead_days) == ("", 0, "Hard & Co", 3)
    assert last.price is not None and str(last.price.amount) in {"1.2", "1.20"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": " "}, "say what is done"),
        ({"place": ""}, "say where it is done"),
        ({"place": OUTSIDE, "supplier": ""}, "say which firm does it"),
        ({"cycle": "-1"}, "less than 0"),
        ({"cycle": "two"}, "is no number"),
        ({"cycle": "nan"}, "is no number"),
    ],
)
def test_what_is_missing_is_said(values, said):
    """Tests that each slip names the step and what is wrong with it."""
    rows = rows_of(EN, PART.routing)
    for name, value in values.items():
        setattr(rows[0], name, value)
    with pytest.raises(Problem, match=f"Step 1.*{said}"):
        made(rows)


def test_the_revision():
    """Tests that other times keep the revision, and other work gets the next that is free."""
    rows = rows_of(EN, PART.routing)
    rows[2].cycle = "9"
    assert revised(PART, made(rows), ["A"]).revision == "A"
    rows.append(Row(name="Pack", place="bench"))
    assert revised(PART, made(rows), ["A"]).revision == "B"
    assert revised(PART, made(rows), ["A", "B"]).revision == "C"

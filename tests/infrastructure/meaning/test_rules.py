"""The language of rules and what follows from points, without a lake."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plait.infrastructure.meaning.defaults import proposed
from plait.infrastructure.meaning.language import parse, signals_of
from plait.infrastructure.meaning.model import Memory, Said, SignalValue
from plait.infrastructure.meaning.rules import advance, due
from plait.kernel.problems import Problem

RULES = """\
# the lamp is on
when door = "OPEN" then down because "the door is open"
when current > 5 hysteresis 1 for 3 s and not mode = "MANUAL" then running because "it draws current"
when mode in ("MANUAL", "SETUP") then setup
otherwise idle
cycle while current > 5
parts from count rolls over at 99
"""
PROGRAM = parse(RULES)


def values(*told: tuple[int, str, float | str]) -> list[SignalValue]:
    return [SignalValue(*each) for each in told]


def states(told: list[Said]) -> list[tuple[int, str]]:
    return [(said.ms, said.state) for said in told if said.state]


def test_rules_are_read() -> None:
    """Tests that every form of a rule is read, and which signals it looks at."""
    assert [rule.state for rule in PROGRAM.rules] == ["down", "running", "setup", "idle"]
    assert PROGRAM.rules[1].reason == "it draws current"
    assert signals_of(PROGRAM) == {"door", "current", "mode", "count"}
    assert signals_of(parse('when (`strange name` >= -1.5e3 or b.c/d != "x") for 2 min then down')) == {"strange name", "b.c/d"}


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("when current > then running", 16, "neither a number"),
        ("when current 5 then running", 14, "no comparison"),
        ("when current > 5 then flying", 23, "no state"),
        ('when mode > "A" then idle', 11, "words can only be equal"),
        ('when mode = "A then idle', 13, "not closed"),
        ("when a = 1 then idle extra", 22, "too much"),
        ("when a = 1 for 0 s then idle", 16, "above 0"),
        ("when a = 1 for 5 parsecs then idle", 18, "no unit of time"),
        ("if a = 1 then idle", 1, "begins no rule"),
        ("when " + "(" * 30 + "a = 1" + ")" * 30 + " then idle", 19, "brackets"),
        ("when a = 1", 11, "'then' must stand here"),
        ("parts from count rolls over at -3", 32, "above 0"),
        ("cycle sometimes", 7, "a cycle is"),
        ("when a ; 1 then idle", 8, "cannot be read"),
    ],
)
def test_mistakes_are_named(text: str, column: int, words: str) -> None:
    """Tests that a mistake is refused with its line, its column and what is wrong."""
    with pytest.raises(Problem, match=words) as refused:
        parse(f"# first\n{text}")
    assert f"Line 2, column {column}:" in refused.value.detail


def test_too_much_is_refused() -> None:
    """Tests that rules have bounds, and that none at all are refused."""
    for text in ("x" * 9000, "\n".join(["when a = 1 then idle"] * 60), "", "otherwise idle\nwhen a = 1 then down"):
        with pytest.raises(Problem):
            parse(text)
    with pytest.raises(Problem, match="more than 400"):
        parse("when " + " or ".join(["a=1"] * 450) + " then idle")


def test_states_follow() -> None:
    """Tests that comparison, hysteresis, time, order of rules and bad values do what they say."""
    told = values(
        (1000, "current", 6.0), (4500, "current", 4.5), (6000, "current", 3.9), (7000, "door", "OPEN"), (9000, "mode", "SETUP"), (9500, "door", "SHUT")
    )
    memory, said = advance(PROGRAM, Memory(), told, 20_000)
    assert states(said) == [(1000, "idle"), (4000, "running"), (6000, "idle"), (7000, "down"), (9500, "setup")]
    assert due(PROGRAM, memory) is None
    _, after = advance(PROGRAM, memory, [SignalValue(21_000, "mode", "SETUP", 2)], 22_000)
    assert states(after) == [(21_000, "idle")]


def test_nothing_from_nothing() -> None:
    """Tests that no state is told before a value is known, however long one waits, and that a state stays without points."""
    memory, said = advance(PROGRAM, Memory(), [], 10**9)
    assert not said and not memory.state
    memory, _ = advance(PROGRAM, memory, values((10**9 + 1, "mode", "MANUAL")), 10**9 + 1)
    assert not advance(PROGRAM, memory, [], 10**12)[1]


def test_what_is_late() -> None:
    """Tests that what a signal said before its last value changes nothing, and that late news counts from now on without rewriting the past."""
    memory, _ = advance(PROGRAM, Memory(), values((1000, "mode", "MANUAL"), (5000, "mode", "AUTO")), 10_000)
    assert not advance(PROGRAM, memory, values((3000, "mode", "MANUAL"), (5000, "mode", "MANUAL")), 11_000)[1]
    assert states(advance(PROGRAM, memory, values((6000, "door", "OPEN")), 11_000)[1]) == [(10_001, "down")]


@pytest.mark.parametrize(
    ("text", "told", "cycles"),
    [
        ("cycle while a = 1", [(0, "a", 0), (1, "a", 1), (5, "a", 0), (9, "a", 1), (11, "a", 0)], [(1, 5, 0), (9, 11, 0)]),
        ("cycle on rise of a = 1", [(0, "a", 0), (1, "a", 1), (5, "a", 0), (9, "a", 1)], [(1, 9, 0)]),
        ("cycle on step of n\nparts from n", [(1, "n", 7), (4, "n", 8), (9, "n", 11)], [(None, 4, 1), (4, 9, 3)]),
        ("cycle on step of n", [(1, "n", 7), (4, "n", 8), (6, "n", 8), (9, "n", 2)], [(None, 4, 1), (4, 9, 2)]),
        ("cycle on step of n\nparts from n rolls over at 9", [(1, "n", 8), (4, "n", 1)], [(None, 4, 3)]),
        ("cycle while a = 1\nparts from n\nscrap from s", [(0, "n", 5), (1, "a", 1), (3, "n", 7), (4, "a", 0)], [(1, 4, 2)]),
    ],
)
def test_cycles(text: str, told: list[tuple[int, str, float]], cycles: list[tuple[int | None, int, float]]) -> None:
    """Tests that cycles are found in each of the three ways, counted through resets and roll-overs."""
    _, said = advance(parse(text), Memory(), [SignalValue(ms, name, float(value)) for ms, name, value in told], 100)
    assert [(each.begun, each.ms, each.parts) for each in said if not each.state] == cycles


POINTS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 60), st.just("current"), st.sampled_from([0.0, 4.5, 5.5, 9.0])),
        st.tuples(st.integers(0, 60), st.just("mode"), st.sampled_from(["AUTO", "MANUAL", "SETUP"])),
        st.tuples(st.integers(0, 60), st.just("door"), st.sampled_from(["OPEN", "SHUT"])),
        st.tuples(st.integers(0, 60), st.just("count"), st.sampled_from([1.0, 2.0, 98.0, 0.0])),
    ),
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(points=POINTS, seed=st.integers(0, 10_000), cuts=st.lists(st.integers(0, 70_000), max_size=8))
def test_any_order_any_restart(points: list[tuple[int, str, float | str]], seed: int, cuts: list[int]) -> None:
    """Tests that the same follows, once, in whatever order points come before they are looked at, doubled, and wherever time is cut and memory kept."""
    import msgspec

    told = [SignalValue(second * 1000, name, value) for second, name, value in points]
    memory, whole = advance(PROGRAM, Memory(), told, 70_000)
    shuffled = told + told[: len(told) // 2]
    random.Random(seed).shuffle(shuffled)
    pieces: list[Said] = []
    kept = Memory()
    for until in [*sorted(cuts), 70_000]:
        kept, more = advance(PROGRAM, kept, [point for point in shuffled if point.ms <= until], until)
        kept = msgspec.json.decode(msgspec.json.encode(kept), type=Memory)
        pieces += more
    assert pieces == whole
    assert kept == memory
    assert all(said.ms in {point.ms for point in told} or said.ms - 3000 in {point.ms for point in told} for said in whole)


def test_proposals() -> None:
    """Tests that what is proposed for known signals can be read, and that nothing is proposed where nothing is known."""
    for names in (("execution", "part_count"), ("StateCurrent",), ("spindle.current",), ("machine running",), ("execution", "parts", "scrap_count")):
        text = proposed(names, {})
        assert signals_of(parse(text)) <= set(names)
    assert proposed(("colour",), {}) == ""

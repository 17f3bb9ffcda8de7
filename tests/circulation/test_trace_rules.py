"""The walk over a table of events."""

from collections.abc import Collection

import pytest

from plait.circulation.epcis.links import Happening, Role, links
from plait.circulation.trace.rules import Walk, delivered, visible
from plait.circulation.trace.windows import BEGIN, END, windows


class Table:
    """Events in a list."""

    def __init__(self, *events: Happening) -> None:
        self.events = events

    def events_of(self, keys: Collection[str]) -> dict[str, list[tuple[Role, Happening]]]:
        """Look the identifiers up."""
        found: dict[str, list[tuple[Role, Happening]]] = {}
        for one in self.events:
            for role, key in links(one):
                if key in keys:
                    found.setdefault(key, []).append((role, one))
        return found


def made(number: int, inputs: str, outputs: str, run: str = "") -> Happening:
    return Happening(number, f"e{number}", "TransformationEvent", "", "commissioning", number, inputs=tuple(inputs), outputs=tuple(outputs), run=run)


def held(number: int, action: str, parent: str, children: str, kind: str = "AggregationEvent") -> Happening:
    return Happening(number, f"e{number}", kind, action, "packing", number, parent=parent, children=tuple(children))


def moved(number: int, things: str, to: str = "", of: str = "") -> Happening:
    where = {"destinations": (("owning_party", to),)} if to else {}
    whence = {"sources": (("owning_party", of),)} if of else {}
    return Happening(number, f"e{number}", "ObjectEvent", "OBSERVE", "shipping", number, things=tuple(things), **where, **whence)


def walk(direction: str, start: str, *events: Happening) -> Walk:
    one = Walk(direction)  # type: ignore[arg-type]
    one.extend(Table(*events), {start: 0})
    return one


@pytest.mark.parametrize(
    ("start", "events", "items", "numbers"),
    [
        ("c", [made(1, "a", "b"), made(2, "b", "c")], {"c": 0, "b": 1, "a": 2}, {1, 2}),
        ("b", [made(1, "a", "b"), made(2, "b", "c")], {"b": 0, "a": 1}, {1}),
        ("b", [made(1, "l", "b"), made(2, "l", "c"), moved(3, "l")], {"b": 0, "l": 1}, {1, 3}),
        ("b", [made(1, "a", "", "run"), made(2, "", "b", "run")], {"b": 0, "a": 1}, {1, 2}),
        ("a", [held(1, "ADD", "P", "a"), moved(2, "P"), held(3, "DELETE", "P", "a"), moved(4, "P")], {"a": 0}, {1, 2, 3}),
        ("a", [held(1, "ADD", "P", "ab"), held(2, "DELETE", "P", ""), moved(3, "P")], {"a": 0}, {1}),
        ("a", [moved(1, "P"), held(2, "DELETE", "P", "a"), moved(3, "P")], {"a": 0}, {1, 2}),
        ("a", [held(1, "ADD", "P", "a"), held(2, "ADD", "Q", "P"), moved(3, "Q"), held(4, "DELETE", "Q", "P"), moved(5, "Q")], {"a": 0}, {1, 2, 3, 4}),
        ("b", [held(1, "ADD", "P", "a"), made(2, "x", "a"), held(3, "ADD", "P", "b")], {"b": 0}, {3}),
        (
            "a",
            [held(1, "ADD", "M", "a", "AssociationEvent"), moved(2, "M"), held(3, "DELETE", "M", "a", "AssociationEvent"), moved(4, "M")],
            {"a": 0},
            {1, 2, 3},
        ),
        ("a", [made(1, "b", "a"), made(2, "a", "b")], {"a": 0, "b": 1}, {1, 2}),
    ],
    ids=["chain", "not down", "shared lot", "one run in two events", "window", "all leave", "came packed", "nested", "no siblings", "association", "circle"],
)
def test_up(start: str, events: list[Happening], items: dict[str, int], numbers: set[int]) -> None:
    """Tests that the way up finds exactly the ancestry and the events that concern it."""
    found = walk("up", start, *events)
    assert found.items == items
    assert set(found.events) == numbers


@pytest.mark.parametrize(
    ("start", "events", "items"),
    [
        ("a", [made(1, "a", "b"), made(2, "b", "c")], {"a": 0, "b": 1, "c": 2}),
        ("l", [made(1, "lx", "b"), made(2, "ly", "c")], {"l": 0, "b": 1, "c": 1}),
        ("x", [made(1, "lx", "b"), made(2, "ly", "c")], {"x": 0, "b": 1}),
        ("a", [made(1, "a", "", "run"), made(2, "", "bc", "run")], {"a": 0, "b": 1, "c": 1}),
        ("P", [held(1, "ADD", "P", "ab"), made(2, "a", "c")], {"P": 0, "a": 0, "b": 0, "c": 1}),
        ("a", [held(1, "ADD", "P", "ab"), made(2, "b", "c")], {"a": 0}),
    ],
    ids=["chain", "lot", "not the neighbours", "one run in two events", "pallet", "not its neighbours on the pallet"],
)
def test_down(start: str, events: list[Happening], items: dict[str, int]) -> None:
    """Tests that the way down finds exactly what contains the start."""
    assert walk("down", start, *events).items == items


def test_lot_of_an_instance() -> None:
    """Tests that an instance leads to its lot, and a lot to its instances, only where an identifier names both."""
    named = Happening(2, "e2", "ObjectEvent", "ADD", "commissioning", 2, things=("i",), lots={"i": "l"})
    events = [made(1, "a", "l"), named, moved(3, "k")]
    assert walk("up", "i", *events).items == {"i": 0, "l": 0, "a": 1}
    assert walk("up", "k", *events).items == {"k": 0}
    assert walk("down", "a", *events).items == {"a": 0, "l": 1, "i": 1}


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], ()),
        ([held(1, "ADD", "P", "a")], (((1, 1), END),)),
        ([held(1, "ADD", "P", "a"), held(3, "DELETE", "P", "a")], (((1, 1), (3, 3)),)),
        ([held(1, "ADD", "P", "a"), held(3, "DELETE", "P", "b")], (((1, 1), END),)),
        ([held(1, "ADD", "P", "a"), held(3, "DELETE", "P", "")], (((1, 1), (3, 3)),)),
        ([held(3, "DELETE", "P", "a")], ((BEGIN, (3, 3)),)),
        ([held(3, "DELETE", "P", "")], ()),
        ([held(3, "OBSERVE", "P", "a")], ((BEGIN, END),)),
        ([held(1, "ADD", "P", "a"), held(2, "OBSERVE", "P", "a"), held(3, "DELETE", "P", "a")], (((1, 1), (3, 3)),)),
        ([held(1, "ADD", "P", "a"), held(2, "DELETE", "P", "a"), held(5, "ADD", "P", "a")], (((1, 1), (2, 2)), ((5, 5), END))),
        ([held(4, "DELETE", "P", "a"), held(1, "ADD", "P", "a")], (((1, 1), (4, 4)),)),
        ([held(1, "ADD", "Q", "a")], ()),
    ],
)
def test_windows(events: list[Happening], expected: tuple[object, ...]) -> None:
    """Tests when a child is in its parent."""
    assert windows("a", "P", events) == expected


def test_delivered_and_visible() -> None:
    """Tests that a party is shown what was sent to it, also inside a pallet, and its ancestry, but not others' deliveries."""
    events = [
        made(1, "l", "ab"),
        held(2, "ADD", "P", "a"),
        moved(3, "P", to="X"),
        moved(4, "b", to="Y"),
        moved(5, "l", to="Y"),
        held(6, "ADD", "P", "c"),
    ]
    table = Table(*events)
    assert set(delivered(table, {"X"})) == {"P", "a"}
    seen, numbers = visible(table, {"X"}, {"own"})
    assert set(seen.items) == {"P", "a", "l"}
    assert numbers == {1, 2, 3, 6}
    assert visible(table, {"Z"}, {"own"})[1] == set()


def test_limit() -> None:
    """Tests that a walk stops at its limit and says so."""
    one = Walk("down", limit=10)
    one.extend(Table(*(made(number, chr(number + 200), chr(number + 201)) for number in range(100))), {chr(200): 0})
    assert one.cut
    assert len(one.events) <= 12

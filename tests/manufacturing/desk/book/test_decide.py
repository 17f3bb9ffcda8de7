"""Any list, put in twice, changes nothing the second time; in another order neither; and no line is held by two rows."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from plait.manufacturing.desk.book.decide import Decision, decide, keys_of
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.parts import Known
from plait.manufacturing.desk.inbox.model import Context
from plait.manufacturing.desk.reading.model import Record
from plait.manufacturing.part.model import Part
from tests.support.stores import START

KNOWN = Known([Part("P1", "A", "Pin"), Part("P2", "A", "Plate")])
ABOUT = Context("meridian", START, "EUR", "Europe/Berlin", "IN-000001")

VALUES = st.fixed_dictionaries(
    {
        "order_no": st.sampled_from(["1", "01", "2", "A 7"]),
        "quantity": st.integers(0, 4).map(Decimal),
        "due": st.sampled_from([date(2026, 4, day) for day in (1, 2, 3)]),
    },
    optional={
        "line_no": st.sampled_from(["1", "10", "010"]),
        "customer": st.sampled_from(["Meridian", "meridian ", "Oakmill"]),
        "part_no": st.sampled_from(["P1", "p1", "P2", "X"]),
        "delivered": st.integers(0, 3).map(Decimal),
        "open_quantity": st.integers(0, 3).map(Decimal),
        "promised": st.sampled_from([date(2026, 4, 9), date(2026, 4, 10)]),
        "state": st.sampled_from(["", "open", "closed", "cancelled", "odd"]),
        "price": st.integers(0, 9).map(Decimal),
    },
)
LISTS = st.lists(VALUES, max_size=8).map(lambda rows: [Record(number, values) for number, values in enumerate(rows, 2)])


class Book:
    """The lines of a book, without a store."""

    def __init__(self) -> None:
        self.lines: dict[str, OrderLine] = {}

    def put(self, records: Sequence[Record], *, whole: bool = False) -> list[Decision]:
        """Decide on a list and do it."""
        about = msgspec.structs.replace(ABOUT, whole=whole)
        keys = keys_of(records, about)
        there = [line for line in self.lines.values() if line.key in keys]
        theirs = [line for line in self.lines.values() if line.sender == about.sender and line.state == "open"]
        decisions = decide(records, there, theirs, KNOWN, about)
        for each in decisions:
            if each.after is not None:
                id = each.after.id if each.before is not None else f"SO-{len(self.lines) + 1:05}"
                self.lines[id] = msgspec.structs.replace(each.after, id=id)
        return decisions


def moved(decisions: Sequence[Decision]) -> list[str]:
    """What was done that is no repetition."""
    return [each.change.action for each in decisions if each.change.action in ("new", "changed", "gone")]


@given(LISTS)
def test_twice_is_once(records: list[Record]) -> None:
    """Tests that the same list again, also as the whole list, is the same."""
    book = Book()
    book.put(records)
    assert moved(book.put(records)) == []
    assert moved(book.put(records, whole=True)) == []


@given(LISTS)
def test_no_line_is_held_twice(records: list[Record]) -> None:
    """Tests that each row that counts has a line of its own, that each row is told once, and that nothing open is less than nothing."""
    book = Book()
    decisions = book.put(records)
    assert [each.change.row for each in decisions] == [record.row for record in records]
    assert len(book.lines) == sum(each.change.action == "new" for each in decisions)
    again = [each.before.id for each in book.put(records) if each.before is not None and "counts once" not in each.change.text]
    assert len(again) == len(set(again))
    assert all(line.quantity > 0 for line in book.lines.values() if line.state == "open")


@given(LISTS, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(records: list[Record], random: object) -> None:
    """Tests that the same rows in another order find the same lines, as long as rows of one line differ in date."""
    seen: set[tuple[str, object]] = set()
    kept = []
    for record in records:
        (key,) = keys_of([record], ABOUT)
        if (key, record.values["due"]) not in seen:
            kept.append(record)
        seen.add((key, record.values["due"]))
    book = Book()
    book.put(kept)
    other = list(kept)
    random.shuffle(other)  # type: ignore[attr-defined]
    assert moved(book.put(other)) == []


@given(LISTS, LISTS)
def test_a_list_is_reached_from_any_other(first: list[Record], second: list[Record]) -> None:
    """Tests that after another list came between, a whole list ends in the same open lines of its sender, and then is the same."""
    book = Book()
    book.put(first, whole=True)
    book.put(second, whole=True)
    book.put(first, whole=True)
    assert moved(book.put(first, whole=True)) == []


def test_part_deliveries_keep_their_lines() -> None:
    """Tests that of two part deliveries of one day and open quantity each keeps its line, although a list between gave them to each other."""
    day = date(2026, 4, 2)
    rows = [
        Record(2, {"order_no": "1", "quantity": Decimal(0), "due": day, "open_quantity": Decimal(1)}),
        Record(3, {"order_no": "1", "quantity": Decimal(2), "due": day, "delivered": Decimal(1)}),
    ]
    book = Book()
    book.put(rows, whole=True)
    book.put([Record(2, {"order_no": "1", "quantity": Decimal(0), "due": date(2026, 4, 1)})], whole=True)
    assert moved(book.put(rows, whole=True)) == ["changed", "changed"]
    assert moved(book.put(rows, whole=True)) == []


def test_a_closed_and_an_open_part_delivery_of_one_day() -> None:
    """Tests that of two rows of one line and day, one closed and one open, the open one keeps the line when the list comes again."""
    same = {"order_no": "2", "line_no": "10", "customer": "Meridian", "due": date(2026, 4, 3), "quantity": Decimal(2)}
    rows = [Record(2, {**same, "state": "closed"}), Record(3, same)]
    book = Book()
    assert moved(book.put(rows)) == ["new"]
    assert moved(book.put(rows)) == []
    assert [line.state for line in book.lines.values()] == ["open"]

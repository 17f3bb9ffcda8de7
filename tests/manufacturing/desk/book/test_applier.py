"""Lists of orders and the book: what is new, changed, the same, gone; what a list may not touch; taking it back."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plait.kernel.actor import Scope
from plait.kernel.problems import Problem
from plait.manufacturing.desk.book import tables
from plait.manufacturing.desk.book.applier import BookApplier
from plait.manufacturing.desk.book.model import OrderLine, StateCount
from plait.manufacturing.desk.book.service import BookService, LineEdit, NewLine
from plait.manufacturing.desk.inbox.model import Change, Context
from plait.manufacturing.desk.reading.model import Record
from plait.manufacturing.part.model import Part
from plait.manufacturing.part.service import PartService
from plait.store import Store
from tests.manufacturing.house import ME, HouseGuard
from tests.support.stores import START, make_store

ALL = Scope(everything=True)
DUE = date(2026, 4, 1)


def row(number: int, order: str = "4500", line: str = "10", **values: Any) -> Record:
    """One row of a list as it has been read."""
    given = {"customer": "Meridian GmbH", "order_no": order, "line_no": line, "part_no": "SHAFT", "quantity": Decimal(20), "due": DUE}
    return Record(number, {name: value for name, value in (given | values).items() if value is not None})


def context(source: str = "IN-000001", *, sender: str = "meridian", whole: bool = False) -> Context:
    """What the applier knows beside the rows."""
    return Context(sender, START, "EUR", "Europe/Berlin", source, whole)


class Desk:
    """A store with parts, the book, and its applier."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.book = BookService(store, HouseGuard(), store.clock)
        self.applier = BookApplier()

    async def put(self, *rows: Record, **about: Any) -> list[Change]:
        """Put a list in; what it does is what was said before."""
        about_it = context(**about)
        said = await self.store.read(lambda conn: self.applier.compare(conn, rows, about_it))
        done = await self.store.write(ME, lambda tx: self.applier.apply(tx, rows, about_it))
        assert [(each.row, each.key, each.action, each.changes) for each in said] == [(each.row, each.key, each.action, each.changes) for each in done]
        return done

    async def lines(self, state: str = "") -> list[OrderLine]:
        """The lines of the book by number."""
        return sorted(await self.book.lines(ME, state=state), key=lambda each: each.id)

    async def kinds(self) -> list[str]:
        """The kinds of facts in the order they happened."""
        return [fact.kind for fact in await self.store.facts() if fact.kind.startswith("book.")]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk that knows two parts."""
    async with make_store(tmp_path) as store:
        parts = PartService(store, HouseGuard(), store.clock)
        await parts.put(ME, Part("SHAFT", "A", "Shaft 42CrMo4", drawing_no="D-100", process="turning"))
        await parts.put(ME, Part("HUB", "B", "Hub", drawing_no="D-200", process="turning"))
        yield Desk(store)


def actions(changes: list[Change]) -> list[str]:
    """What each row did."""
    return [change.action for change in changes]


async def test_new_then_same(desk: Desk) -> None:
    """Tests that rows become lines with our numbers, parts and prices, and that the same list again changes nothing."""
    rows = [row(2, price=Decimal(250), price_per=Decimal(100), currency="USD"), row(3, line="20", part_no="hub", due=date(2026, 4, 8))]
    assert actions(await desk.put(*rows)) == ["new", "new"]
    first, second = await desk.lines()
    assert (first.id, first.part_id, first.quantity, first.ordered_quantity, first.due) == ("SO-00001", "SHAFT", 20, 20, DUE)
    assert str(first.price) == "2.5 USD"
    assert (second.part_id, second.source) == ("HUB", "IN-000001 row 3")
    assert actions(await desk.put(*rows, source="IN-000002")) == ["same", "same"]
    assert await desk.kinds() == ["book.line_entered"] * 2


async def test_numbers_are_folded(desk: Desk) -> None:
    """Tests that customer, order and line are known again in another case, width and with leading zeros."""
    await desk.put(row(2))
    assert actions(await desk.put(row(2, order="4500 ", line="0010", customer="MERIDIAN  gmbh"))) == ["same"]
    assert actions(await desk.put(row(2, order="４５００", customer="Ｍｅｒｉｄｉａｎ GmbH."))) == ["same"]


async def test_changes_are_said(desk: Desk) -> None:
    """Tests that a changed date and quantity are told value by value, and are a fact."""
    await desk.put(row(2))
    (change,) = await desk.put(row(2, due=date(2026, 5, 1), quantity=Decimal(30)), source="IN-000002")
    assert {each.field: (each.was, each.now) for each in change.changes} == {
        "due": ("2026-04-01", "2026-05-01"),
        "ordered": ("20", "30"),
        "still open": ("20", "30"),
    }
    assert (await desk.kinds())[-1] == "book.line_changed"


@pytest.mark.parametrize(
    ("values", "open_", "ordered"),
    [
        ({"open_quantity": Decimal(5)}, 5, 20),
        ({"delivered": Decimal(8)}, 12, 20),
        ({"open_quantity": Decimal(5), "delivered": Decimal(1)}, 5, 20),
        ({"open_quantity": Decimal(5), "quantity": None, "delivered": Decimal(15)}, 5, 20),
        ({}, 20, 20),
    ],
)
async def test_open_quantity(desk: Desk, values: dict[str, Any], open_: int, ordered: int) -> None:
    """Tests that the open quantity counts where it is said, else what is ordered less what is delivered."""
    await desk.put(row(2, **values))
    (line,) = await desk.lines()
    assert (line.quantity, line.ordered_quantity) == (open_, ordered)


async def test_known_deliveries_stay(desk: Desk) -> None:
    """Tests that a list that says nothing of deliveries does not undo those we know of."""
    await desk.put(row(2))
    await desk.book.deliver(ME, "SO-00001", Decimal(8))
    assert actions(await desk.put(row(2))) == ["same"]
    assert actions(await desk.put(row(2, quantity=Decimal(25)))) == ["changed"]
    (line,) = await desk.lines()
    assert (line.quantity, line.ordered_quantity) == (17, 25)


@pytest.mark.parametrize("word", ["closed", "Delivered", "geliefert", "vollständig geliefert", "已完成", "已交货", "livré", "Erledigt!"])
async def test_done_words_close(desk: Desk, word: str) -> None:
    """Tests that a state that says done, in several languages, closes the line and never brings in a new one."""
    assert actions(await desk.put(row(2, order="9", state=word))) == ["same"]
    assert await desk.lines() == []
    await desk.put(row(2))
    assert actions(await desk.put(row(2, state=word))) == ["changed"]
    (line,) = await desk.lines()
    assert (line.state, line.quantity, line.delivered) == ("done", 0, 20)
    assert (await desk.kinds())[-1] == "book.line_closed"


@pytest.mark.parametrize("word", ["teilgeliefert", "partially delivered", "未完成", "部分交货", "in Arbeit", "not delivered", "whatever"])
async def test_other_words_do_not_close(desk: Desk, word: str) -> None:
    """Tests that part deliveries, negations and unknown words leave the line open; an unknown word is said."""
    (change,) = await desk.put(row(2, state=word))
    (line,) = await desk.lines()
    assert (change.action, line.state) == ("new", "open")
    assert ("not known here" in change.text) == (word in ("not delivered", "whatever"))


async def test_cancelled_word(desk: Desk) -> None:
    """Tests that a cancelled line ends as cancelled with what was open."""
    await desk.put(row(2))
    await desk.put(row(2, state="storniert"))
    (line,) = await desk.lines()
    assert (line.state, line.quantity, line.reason) == ("cancelled", 20, "storniert")


async def test_gone_only_of_the_whole_list_of_the_same_sender(desk: Desk) -> None:
    """Tests that what is missing is gone only when the list is whole, and only of its sender; back in the list it is open again."""
    await desk.put(row(2), row(3, line="20"))
    await desk.put(row(2, order="77", customer="Oakmill"), sender="oakmill")
    assert actions(await desk.put(row(2))) == ["same"]
    assert actions(await desk.put(row(2), whole=True)) == ["same", "gone"]
    states = {line.order_no + line.line_no: line.state for line in await desk.lines()}
    assert states == {"450010": "open", "450020": "cancelled", "7710": "open"}
    assert actions(await desk.put(row(2), row(3, line="20"), whole=True)) == ["same", "changed"]
    assert [line.state for line in await desk.lines()] == ["open"] * 3


async def test_a_person_has_the_last_word(desk: Desk) -> None:
    """Tests that a line closed by a person stays closed, whatever the list says."""
    await desk.put(row(2))
    await desk.book.close(ME, "SO-00001", "cancelled", "by telephone")
    (change,) = await desk.put(row(2, quantity=Decimal(99)))
    assert change.action == "same"
    assert "by telephone" in change.text
    assert [line.state for line in await desk.lines()] == ["cancelled"]


async def test_promise_is_never_overwritten(desk: Desk) -> None:
    """Tests that a date we promised stays when a list says another, and that this is told; a first promise comes in."""
    await desk.put(row(2))
    assert actions(await desk.put(row(2, promised=date(2026, 4, 3)))) == ["changed"]
    (line,) = await desk.lines()
    assert line.promised == datetime(2026, 4, 3, 21, 59, tzinfo=UTC)
    (change,) = await desk.put(row(2, promised=date(2026, 3, 30)))
    assert change.action == "same"
    assert "2026-04-03" in change.text
    assert (await desk.lines())[0].promised == line.promised


@pytest.mark.parametrize(
    ("values", "part", "word"),
    [
        ({"part_no": "shaft"}, "SHAFT", ""),
        ({"part_no": None, "customer_part_no": "D-100"}, "SHAFT", ""),
        ({"part_no": None, "drawing_no": "d100", "revision": "A"}, "SHAFT", ""),
        ({"part_no": None, "name": "shaft 42crmo4"}, "SHAFT", ""),
        ({"part_no": "HUB", "revision": "C"}, "HUB", "revision C is ordered, B is the present one"),
        ({"part_no": "HUBS"}, "", "HUBS is not among the parts here"),
        ({"part_no": None, "name": "Shaft 42CrMo"}, "", "not among the parts"),
        ({"part_no": "X-1", "name": "Hub"}, "", "X-1 is not among the parts"),
    ],
)
async def test_parts_are_recognised_exactly(desk: Desk, values: dict[str, Any], part: str, word: str) -> None:
    """Tests that a part is recognised by number, drawing or exact name, never by likeness, and that a doubt is said."""
    (change,) = await desk.put(row(2, **values))
    assert (change.action, (await desk.lines())[0].part_id) == ("new", part)
    assert word in change.text
    assert word or change.text == "SO-00001"


async def test_customers_number_is_learnt(desk: Desk) -> None:
    """Tests that a customer's own part number, once given a part, is known in its next order, and not in another customer's."""
    await desk.put(row(2, part_no=None, customer_part_no="K-7"))
    await desk.book.change(ME, "SO-00001", LineEdit(part_id="HUB"))
    await desk.put(row(2, order="4501", part_no=None, customer_part_no="k 7"), row(3, order="4501", part_no=None, customer_part_no="K-7", customer="Oakmill"))
    assert [line.part_id for line in await desk.lines()] == ["HUB", "HUB", ""]
    assert actions(await desk.put(row(2, part_no=None, customer_part_no="K-7"))) == ["same"]


async def test_part_deliveries_of_one_line(desk: Desk) -> None:
    """Tests that rows of one order without line numbers, or several dates of one line, are lines of their own and found again by date."""
    rows = [row(2, line=None), row(3, line=None, due=date(2026, 6, 1)), row(4, line=None, due=date(2026, 5, 1))]
    assert actions(await desk.put(*rows)) == ["new"] * 3
    changed = row(9, line=None, due=date(2026, 5, 1), quantity=Decimal(7))
    assert actions(await desk.put(changed, rows[0], rows[1])) == ["changed", "same", "same"]
    assert sorted((line.due.month, int(line.quantity)) for line in await desk.lines()) == [(4, 20), (5, 7), (6, 20)]


async def test_a_row_said_twice_counts_once(desk: Desk) -> None:
    """Tests that the same numbered line twice in a list is one line."""
    changes = await desk.put(row(2), row(7))
    assert actions(changes) == ["new", "same"]
    assert "row 2" in changes[1].text
    assert len(await desk.lines()) == 1


@pytest.mark.parametrize(
    ("values", "word"),
    [({"order": ""}, "number"), ({"due": None}, "wanted"), ({"quantity": None}, "how much"), ({"customer": None}, "who ordered")],
)
async def test_rows_that_cannot_be_lines(desk: Desk, values: dict[str, Any], word: str) -> None:
    """Tests that a row without order, date, quantity or customer is refused with the reason and the rest goes on."""
    changes = await desk.put(row(2, **values), row(3, order="1"), sender="")
    assert actions(changes) == ["refused", "new"]
    assert word in changes[0].text


async def test_undo(desk: Desk) -> None:
    """Tests that a list is taken back to the last value: entered lines are out, changed and closed ones as before; then it can go in again."""
    await desk.put(row(2), row(3, line="20"))
    before = await desk.lines()
    await desk.put(row(2, quantity=Decimal(5)), row(4, line="30"), whole=True, source="IN-000002")
    assert await desk.store.write(ME, lambda tx: desk.applier.undo(tx, "IN-000002")) == 3
    assert await desk.lines() == before
    assert (await desk.kinds())[-3:].count("book.line_removed") == 1
    assert actions(await desk.put(row(2, quantity=Decimal(5)), source="IN-000002.2")) == ["changed"]


async def test_undo_after_its_part_has_become_known(desk: Desk) -> None:
    """Tests that a list can be taken back although an estimate has made parts of what it orders since."""
    await desk.put(row(2, part_no="RING-7"))
    (line,) = await desk.lines()
    assert line.part_id == ""
    await desk.store.write(ME, lambda tx: tables.put_line(tx.conn, msgspec.structs.replace(line, part_id="P-00001")))
    assert await desk.store.write(ME, lambda tx: desk.applier.undo(tx, "IN-000001")) == 1
    assert await desk.lines() == []


async def test_undo_is_refused_when_something_has_changed(desk: Desk) -> None:
    """Tests that nothing at all is taken back once one of the lines was changed otherwise."""
    await desk.put(row(2), row(3, line="20"))
    await desk.book.change(ME, "SO-00002", LineEdit(note="urgent"))
    before = await desk.lines()
    with pytest.raises(Problem) as refused:
        await desk.store.write(ME, lambda tx: desk.applier.undo(tx, "IN-000001"))
    assert refused.value.code == "changed-since"
    assert "SO-00002" in refused.value.detail
    assert await desk.lines() == before


async def test_planned_work_is_not_closed_by_a_list(desk: Desk) -> None:
    """Tests that a line whose run is under way is neither gone nor done because a list says so."""
    line = await desk.book.enter(ME, NewLine("Meridian GmbH", "4500", DUE, Decimal(20), "10", "SHAFT", "SHAFT"))
    await desk.book.change(ME, line.id, LineEdit(run="WO-00001"))
    (change,) = await desk.put(row(2, state="done"))
    assert (change.action, "WO-00001" in change.text) == ("same", True)
    await desk.put(row(9, order="1"), whole=True)
    assert [each.state for each in await desk.lines()] == ["open", "open"]


async def test_many(desk: Desk) -> None:
    """Tests that a list longer than one query holds is compared whole."""
    rows = [row(number, line=str(number)) for number in range(2, 1202)]
    assert set(actions(await desk.put(*rows))) == {"new"}
    assert set(actions(await desk.put(*rows, source="IN-000002"))) == {"same"}
    assert (await desk.store.read(lambda conn: tables.counts(conn, ALL))) == [StateCount("open", 1200)]

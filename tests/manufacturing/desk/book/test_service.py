"""The verbs of the order book: enter, change, deliver, close, reopen, list; who may see it."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plait.kernel.facts import decode
from plait.kernel.problems import Problem
from plait.manufacturing.desk.book.model import OrderLine, StateCount
from plait.manufacturing.desk.book.service import BookService, LineEdit, NewLine
from plait.manufacturing.part.model import Part
from plait.manufacturing.part.service import PartService
from tests.manufacturing.house import ME, PARTNER, HouseGuard
from tests.support.stores import START, make_store

NEW = NewLine("Oakmill", "77", date(2026, 4, 1), Decimal(10), "1", "SHAFT", "SHAFT", name="Shaft")


@pytest.fixture
async def book(tmp_path: Path) -> AsyncIterator[BookService]:
    """An empty book in a firm with one part."""
    async with make_store(tmp_path) as store:
        await PartService(store, HouseGuard(), store.clock).put(ME, Part("SHAFT", "A", "Shaft", process="turning"))
        yield BookService(store, HouseGuard(), store.clock)


async def code(call: Any) -> str:
    """The code with which a call is refused."""
    with pytest.raises(Problem) as refused:
        await call
    return refused.value.code


async def test_enter_and_find(book: BookService) -> None:
    """Tests that a line is entered once, found by number, text, customer and part, and told as a fact."""
    line = await book.enter(ME, NEW, once="a")
    assert await book.enter(ME, NEW, once="a") == line
    assert await code(book.enter(ME, NEW)) == "conflict"
    for asked in ({"text": "oakm"}, {"text": line.id.lower()}, {"customer": "OAKMILL"}, {"part_id": "SHAFT"}, {"state": "open"}):
        assert list(await book.lines(ME, **asked)) == [line]
    for asked in ({"text": "50%"}, {"customer": "Oak"}, {"state": "done"}):
        assert list(await book.lines(ME, **asked)) == []
    assert [decode(fact).id for fact in await book.store.facts(kinds={"book.line_entered"})] == [line.id]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"customer": " "}, "invalid"),
        ({"order_no": ""}, "invalid"),
        ({"quantity": Decimal(0)}, "invalid"),
        ({"part_id": "", "part_no": "", "name": ""}, "invalid"),
        ({"part_id": "HUB"}, "no-such-part"),
    ],
)
async def test_enter_refuses(book: BookService, change: dict[str, Any], expected: str) -> None:
    """Tests that a line without customer, order, quantity or part, or of an unknown part, is refused and no number is used."""
    assert await code(book.enter(ME, msgspec.structs.replace(NEW, **change))) == expected
    assert (await book.enter(ME, NEW)).id == "SO-00001"


async def test_change_says_what_differs(book: BookService) -> None:
    """Tests that what is given changes and is told in words, what is not stays, and the same again is no fact."""
    line = await book.enter(ME, NEW)
    edit = LineEdit(due=date(2026, 5, 1), promised=START, note="by air")
    now = await book.change(ME, line.id, edit)
    assert await book.change(ME, line.id, edit) == now
    (fact,) = await book.store.facts(kinds={"book.line_changed"})
    assert [change.field for change in decode(fact).changes] == ["due", "promised", "note"]
    assert now == msgspec.structs.replace(line, due=date(2026, 5, 1), promised=START, note="by air")
    assert (await book.change(ME, line.id, LineEdit(promised=None))).promised is None
    assert await code(book.change(ME, line.id, LineEdit(quantity=Decimal(-1)))) == "invalid"


async def test_deliveries_end_a_line(book: BookService) -> None:
    """Tests that deliveries lower what is open, more than that is refused, and with the last piece the line is done."""
    line = await book.enter(ME, NEW)
    assert (await book.deliver(ME, line.id, Decimal(4))).quantity == 6
    assert await code(book.deliver(ME, line.id, Decimal(7))) == "invalid"
    done = await book.deliver(ME, line.id, Decimal(6))
    assert (done.state, done.delivered, done.reason) == ("done", 10, "delivered")
    assert await code(book.deliver(ME, line.id, Decimal(1))) == "conflict"
    assert await code(book.change(ME, line.id, LineEdit(note="x"))) == "conflict"


async def test_close_and_reopen(book: BookService) -> None:
    """Tests that closing twice is once, closing otherwise a conflict, and that a line opens again with what was open."""
    line = await book.enter(ME, NEW)
    await book.close(ME, line.id, "cancelled", "customer stopped")
    await book.close(ME, line.id, "cancelled", "again")
    assert await code(book.close(ME, line.id, "done", "")) == "conflict"
    assert len(await book.store.facts(kinds={"book.line_closed"})) == 1
    assert await book.reopen(ME, line.id) == line
    assert await book.counts(ME) == [StateCount("open", 1)]


async def test_unknown_and_strangers(book: BookService) -> None:
    """Tests that an unknown line is said to be so, and that a partner sees only its own lines and writes none."""
    line = await book.enter(ME, NEW)
    assert await code(book.line(ME, "SO-9")) == "no-such-line"
    assert await code(book.line(PARTNER, line.id)) == "no-such-line"
    assert await code(book.close(PARTNER, line.id, "done", "")) == "forbidden"
    assert list(await book.lines(PARTNER)) == []
    assert await book.counts(PARTNER) == []
    theirs = OrderLine(
        "SO-00009", "k", "Meridian", "1", "1", "SHAFT", "SHAFT", "Shaft", Decimal(1), date(2026, 4, 1), customer_party=PARTNER.party, run="SO-00009"
    )
    await book.accepted(ME, theirs)
    assert list(await book.lines(PARTNER)) == [theirs]


async def test_runs_close_their_line(book: BookService) -> None:
    """Tests that an accepted order stands under its run, once; follows cuts, moves and despatches; and is done with the last of them."""
    row = OrderLine(
        "SO-00009", "k", "Meridian", "1", "1", "SHAFT", "SHAFT", "Shaft", Decimal(10), date(2026, 4, 1), ordered_quantity=Decimal(10), run="SO-00009"
    )
    for _ in range(2):
        await book.accepted(ME, row)
    await book.run_moved(ME, row.run, START)
    await book.run_cut(ME, row.run, 2, "moved elsewhere")
    await book.run_sent(ME, row.run, Decimal(3), last=False)
    line = await book.line(ME, row.id)
    assert (line.quantity, line.ordered_quantity, line.promised, line.state) == (5, 8, START, "open")
    for _ in range(2):
        await book.run_sent(ME, row.run, Decimal(5), last=True)
    line = await book.line(ME, row.id)
    assert (line.state, line.closed_by, line.delivered) == ("done", "run", 8)
    assert await code(book.reopen(ME, row.id)) == "conflict"
    for call in (book.run_moved(ME, "SO-7", START), book.run_cut(ME, "SO-7", 1, ""), book.run_sent(ME, "SO-7", Decimal(1), last=True)):
        await call


async def test_a_run_cut_to_nothing_is_cancelled(book: BookService) -> None:
    """Tests that a line whose pieces are all taken out before any was sent is cancelled."""
    row = OrderLine("SO-00009", "k", "Meridian", "1", "1", "SHAFT", "SHAFT", "Shaft", Decimal(10), date(2026, 4, 1), run="SO-00009")
    await book.accepted(ME, row)
    await book.run_cut(ME, row.run, 10, "not wanted")
    line = await book.line(ME, row.id)
    assert (line.state, line.reason, line.quantity) == ("cancelled", "not wanted", 10)

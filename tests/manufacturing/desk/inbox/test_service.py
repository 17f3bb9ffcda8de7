"""The inbox: what comes is kept once; looked at, corrected, put in or not at all, the same again, otherwise again, taken back."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plait.kernel.facts import decode
from plait.kernel.problems import Problem
from plait.manufacturing.desk.book.service import LineEdit
from plait.manufacturing.desk.inbox.example import EXAMPLE_LINES
from plait.manufacturing.desk.inbox.model import Corrections, EditedRow, EditedTable
from plait.manufacturing.desk.inbox.service import InboxService
from plait.manufacturing.desk.reading.model import Column, Mapping
from plait.store import Blobs
from tests.manufacturing.desk.inbox.desk import ROWS, TITLES, Desk, changed, excel
from tests.manufacturing.house import ME, PARTNER


async def refused(call: Any) -> Problem:
    """The refusal of a call."""
    with pytest.raises(Problem) as caught:
        await call
    return caught.value


async def test_take_is_once_by_content(desk: Desk) -> None:
    """Tests that content is on disk before the item is told, and that the same content under any name is the first item and no fact."""
    content = excel()
    item = await desk.inbox.take(ME, "../a\x00b\\orders.xlsx", content, "meridian\r\n <x>")
    assert (item.name, item.sender, item.state, item.size) == ("orders.xlsx", "meridian <x>", "new", len(content))
    assert desk.inbox.blobs.get(item.sha256) == content
    assert await desk.inbox.take(ME, "again.xlsx", content, "oakmill") == item
    assert await desk.kinds() == ["inbox.taken"]
    assert await desk.inbox.content(ME, item.id) == (item, content)


async def test_who_sent_it_may_be_said_later(desk: Desk) -> None:
    """Tests that the same content with a sender completes an item that had none, and that neither another sender nor one that is in is changed."""
    content = excel()
    item = await desk.come(content, sender="")
    assert item.sender == ""
    again = await desk.inbox.take(ME, "a.xlsx", content, "meridian", kind="orders")
    assert (again.id, again.sender, again.kind, again.state) == (item.id, "meridian", "orders", "new")
    assert (await desk.come(content)).state == "waiting"
    assert (await desk.inbox.take(ME, "a.xlsx", content, "oakmill")).sender == "meridian"
    await desk.inbox.apply(ME, item.id)
    assert (await desk.inbox.take(ME, "a.xlsx", content, kind="request")).kind == "orders"
    assert await desk.kinds() == ["inbox.taken", "inbox.applied"]


@pytest.mark.parametrize(("content", "kind", "code"), [(b"", "", "invalid"), (b"x", "dance", "invalid"), (bytes(25_000_001), "", "too-large")])
async def test_take_refuses(desk: Desk, content: bytes, kind: str, code: str) -> None:
    """Tests that nothing, too much, and an unknown kind are refused and leave nothing."""
    assert (await refused(desk.inbox.take(ME, "x", content, kind=kind))).code == code
    assert await desk.kinds() == []
    assert (await refused(desk.inbox.take(PARTNER, "x", b"x"))).code == "forbidden"


async def test_preview_shows_all_of_it(desk: Desk) -> None:
    """Tests that a look shows mapping with confidence, raw cells, rows, places and what would change, and changes nothing."""
    item = await desk.come(excel(above=[("Open orders",), ()]))
    assert (item.state, item.rows, item.refused, item.format) == ("waiting", 3, 0, "excel")
    seen = await desk.inbox.preview(ME, item.id)
    (table,) = seen.tables
    assert table.mapping.kind == "orders"
    assert {column.field for column in table.mapping.columns} >= {"order_no", "line_no", "customer", "part_no", "quantity", "due"}
    assert all(column.confidence > 0 for column in table.mapping.columns if column.field)
    assert table.cells[0][0] == "Open orders"
    assert list(TITLES) in table.cells
    assert (table.total, table.good, seen.counts) == (3, 3, {"new": 3})
    assert table.rows[0].values["due"] == "2026-04-01"
    assert table.rows[0].places["order_no"].startswith("Orders A")
    assert await desk.lines() == []
    assert await desk.kinds("") == ["part.revised", "part.revised", "inbox.taken"]


async def test_apply_and_the_same_again(desk: Desk) -> None:
    """Tests that the rows go into the book, once, told by one fact with counts; the same file again does nothing at all."""
    item = await desk.come(excel())
    done = await desk.inbox.apply(ME, item.id)
    assert (done.counts, done.item.state, done.item.applied) == ({"new": 3}, "applied", 1)
    assert [(line.id, line.part_id, int(line.quantity)) for line in await desk.lines()] == [
        ("SO-00001", "SHAFT", 20),
        ("SO-00002", "HUB", 5),
        ("SO-00003", "SHAFT", 8),
    ]
    before = await desk.store.head()
    again = await desk.come(excel())
    assert again.id == item.id
    assert (await desk.inbox.apply(ME, item.id)).counts == {"same": 3}
    assert await desk.store.head() == before
    (fact,) = await desk.store.facts(kinds={"inbox.applied"})
    assert (decode(fact).counts, decode(fact).kinds) == ({"new": 3}, ("orders",))


async def test_refused_rows_stop_all_or_are_left_out(desk: Desk) -> None:
    """Tests that a row that cannot be read stops the whole file and is told with cell, reason and fix; with good_only the others go in."""
    item = await desk.come(excel(changed(1, 6, "soon")))
    assert (item.rows, item.refused) == (2, 1)
    problem = await refused(desk.inbox.apply(ME, item.id))
    assert problem.code == "rows-refused"
    (row,) = problem.extra["rows"]
    issue = next(each for each in row["issues"] if each["level"] == "refused")
    assert (issue["place"]["cell"], bool(issue["reason"]), bool(issue["fix"])) == ("G3", True, True)
    assert await desk.lines() == []
    assert await desk.kinds() == ["inbox.taken"]
    done = await desk.inbox.apply(ME, item.id, good_only=True)
    assert (done.counts, [row.row for row in done.left]) == ({"new": 2}, [3])
    assert len(await desk.lines()) == 2


async def test_rows_the_book_does_not_take_are_refused_alike(desk: Desk) -> None:
    """Tests that a row that can be read but not entered (nobody ordered it) undoes the whole transaction, or is left out."""
    item = await desk.come(excel(changed(1, 2, None)), sender="")
    problem = await refused(desk.inbox.apply(ME, item.id))
    assert (problem.code, await desk.lines()) == ("rows-refused", [])
    assert "who ordered" in problem.detail
    done = await desk.inbox.apply(ME, item.id, good_only=True)
    assert (done.counts, len(done.left)) == ({"new": 2, "refused": 1}, 1)


async def test_a_corrected_file_shows_the_difference(desk: Desk) -> None:
    """Tests that another file of the same sender and layout is held against the one before: changed, new, and what it no longer has."""
    first = await desk.come(excel())
    await desk.inbox.apply(ME, first.id)
    rows = [*changed(0, 5, 25)[:2], ("4500125", "10", "Meridian", "HUB", "Hub", 1, "2026-06-01")]
    second = await desk.come(excel(rows), "orders-corrected.xlsx")
    assert second.previous == first.id
    seen = await desk.inbox.preview(ME, second.id)
    assert seen.counts == {"changed": 1, "new": 1, "same": 1}
    assert seen.missing == ["4500124/10"]
    change = next(each for each in seen.tables[0].changes if each.action == "changed")
    assert [(each.field, each.was, each.now) for each in change.changes] == [("ordered", "20", "25"), ("still open", "20", "25")]
    assert (await desk.inbox.preview(ME, second.id, whole=True)).counts == {"changed": 1, "gone": 1, "new": 1, "same": 1}
    await desk.inbox.apply(ME, second.id, whole=True)
    assert [line.order_no for line in await desk.lines()] == ["4500123", "4500123", "4500125"]
    assert [line.state for line in await desk.lines("cancelled")] == ["cancelled"]


async def test_several_sheets_are_one_list(desk: Desk) -> None:
    """Tests that with the whole list on several sheets nothing of one sheet is gone because it is not on the other."""
    from io import BytesIO

    from openpyxl import Workbook

    book = Workbook()
    for number, row in enumerate(ROWS):
        page = book.active if number == 0 else book.create_sheet()
        assert page is not None
        page.title = f"Week {number + 14}"
        page.append(list(TITLES))
        page.append(list(row))
    out = BytesIO()
    book.save(out)
    item = await desk.come(out.getvalue())
    assert (await desk.inbox.preview(ME, item.id, whole=True)).counts == {"new": 3}
    assert (await desk.inbox.apply(ME, item.id, whole=True)).counts == {"new": 3}
    assert len(await desk.lines()) == 3


async def test_undo(desk: Desk) -> None:
    """Tests that what went in is taken back to the last value, once; and not at all when something has changed since."""
    first = await desk.come(excel())
    await desk.inbox.apply(ME, first.id)
    before = await desk.lines()
    second = await desk.come(excel(changed(0, 5, 25)), "b.xlsx")
    await desk.inbox.apply(ME, second.id)
    item = await desk.inbox.undo(ME, second.id)
    assert (item.state, item.applied, await desk.lines()) == ("waiting", 0, before)
    assert (await refused(desk.inbox.undo(ME, second.id))).code == "conflict"
    assert (await desk.inbox.apply(ME, second.id)).source == f"{second.id}.2"
    await desk.book.change(ME, "SO-00001", LineEdit(note="by air"))
    problem = await refused(desk.inbox.undo(ME, second.id))
    assert (problem.code, "SO-00001" in problem.detail) == ("changed-since", True)
    assert await desk.kinds() == ["inbox.taken", "inbox.applied", "inbox.taken", "inbox.applied", "inbox.undone", "inbox.applied"]


def odd_file() -> bytes:
    """A file whose titles say nothing."""
    return excel([(*row[:5], row[5], row[6], row[5] * 3) for row in ROWS], ("Order no.", "Pos.", "Customer", "XA", "Description", "QX", "Due date", "QY"))


async def correction(desk: Desk, id: str, sure: dict[str, str]) -> Mapping:
    """The mapping of an item's first table with some titles read otherwise."""
    mapping = (await desk.inbox.preview(ME, id)).tables[0].mapping
    columns = tuple(msgspec.structs.replace(column, field=sure.get(column.title, column.field)) for column in mapping.columns)
    return msgspec.structs.replace(mapping, kind="orders", columns=columns)


SURE = {"XA": "part_no", "QX": "quantity", "QY": ""}


async def test_a_correction_is_remembered_for_its_sender(desk: Desk) -> None:
    """Tests that a person's mapping is used at once, and from then on for that sender's files of that layout, until it is forgotten."""
    item = await desk.come(odd_file(), kind="orders")
    seen = await desk.inbox.correct(ME, item.id, await correction(desk, item.id, SURE))
    assert (seen.tables[0].mapping.source, seen.good, seen.refused) == ("corrected", 3, 0)
    assert [row.values["part_no"] for row in seen.tables[0].rows] == ["SHAFT", "HUB", "SHAFT"]
    rows = [(*row[:5], row[5] + 1, row[6], 0) for row in ROWS]
    next_one = excel(rows, ("Order no.", "Pos.", "Customer", "XA", "Description", "QX", "Due date", "QY"), above=[("List of May",), ()])
    again = await desk.come(next_one, "may.xlsx")
    mapping = (await desk.inbox.preview(ME, again.id)).tables[0].mapping
    assert (mapping.source, mapping.header) == ("remembered", (2, 2))
    assert [int(str(row.values["quantity"])) for row in (await desk.inbox.preview(ME, again.id)).tables[0].rows] == [21, 6, 9]
    stranger = await desk.come(
        excel(rows[:2], ("Order no.", "Pos.", "Customer", "XA", "Description", "QX", "Due date", "QY")), "o.xlsx", "oakmill", kind="orders"
    )
    assert (await desk.inbox.preview(ME, stranger.id)).tables[0].mapping.source == "proposed"
    (kept,) = await desk.inbox.remembered(ME, "meridian")
    await desk.inbox.forget(ME, kept.id)
    assert (await desk.inbox.preview(ME, again.id)).tables[0].mapping.source == "proposed"
    assert (await refused(desk.inbox.forget(ME, kept.id))).code == "no-such-mapping"


async def test_trying_out_changes_nothing(desk: Desk) -> None:
    """Tests that corrections can be tried without being kept."""
    item = await desk.come(odd_file(), kind="orders")
    mapping = await correction(desk, item.id, SURE)
    assert (await desk.inbox.preview(ME, item.id, Corrections((mapping,)))).tables[0].mapping.source == "corrected"
    assert (await desk.inbox.preview(ME, item.id)).tables[0].mapping.source == "proposed"
    assert await desk.inbox.remembered(ME) == []


async def test_titles_in_another_row(desk: Desk) -> None:
    """Tests that a person can say in which row the titles stand, and that it is remembered too."""
    rows = [
        ("a1", "b1", "c1", "d1", "e1"),
        ("No", "Who", "What", "Many", "When"),
        ("77", "Meridian", "HUB", 4, "2026-04-01"),
        ("78", "Meridian", "HUB", 5, "2026-04-02"),
    ]
    fields = ("order_no", "customer", "part_no", "quantity", "due")
    item = await desk.come(excel(rows[1:], rows[0]))
    mapping = Mapping("Orders", "orders", (1, 1), tuple(Column(number, "", field) for number, field in enumerate(fields)))
    seen = await desk.inbox.correct(ME, item.id, mapping)
    assert [row.values["order_no"] for row in seen.tables[0].rows] == ["77", "78"]
    assert (await desk.inbox.apply(ME, item.id)).counts == {"new": 2}
    later = await desk.come(excel([*rows[1:], ("79", "Meridian", "HUB", 6, "2026-04-03")], rows[0]), "b.xlsx")
    assert (await desk.inbox.preview(ME, later.id)).counts == {"new": 1, "same": 2}


@pytest.mark.parametrize(
    "wrong",
    [
        {"sheet": "Nowhere"},
        {"header": (900, 900)},
        {"header": (2, 1)},
        {"columns": (Column(0, "", "order_no"), Column(1, "", "order_no"))},
        {"columns": (Column(0, "", "lead_days"),)},
        {"columns": (Column(70, "", "order_no"),)},
        {"columns": (Column(0, "", "order_no"), Column(0, "", "due"))},
        {"constants": {"colour": "red"}},
    ],
)
async def test_mappings_that_cannot_be(desk: Desk, wrong: dict[str, Any]) -> None:
    """Tests that a mapping with another sheet, row, column or field than there is is refused with the reason and nothing is kept."""
    item = await desk.come(excel())
    mapping = (await desk.inbox.preview(ME, item.id)).tables[0].mapping
    problem = await refused(desk.inbox.correct(ME, item.id, msgspec.structs.replace(mapping, **wrong)))
    assert (problem.code, bool(problem.detail)) == ("bad-mapping", True)
    assert await desk.inbox.remembered(ME) == []


EDITED = EditedTable("orders", (EditedRow({"order_no": "9", "customer": "Oakmill", "part_no": "HUB", "quantity": "4", "due": "2026-04-01"}),))


async def test_rows_as_a_person_gives_them(desk: Desk) -> None:
    """Tests that rows given by a person go in instead of those read, and that values that are none are refused by name."""
    item = await desk.come(excel(changed(1, 6, "soon")))
    for name, text in (("due", "tomorrow"), ("quantity", "NaN"), ("quantity", "many"), ("colour", "red")):
        wrong = EditedTable("orders", (EditedRow({**EDITED.rows[0].values, name: text}),))
        problem = await refused(desk.inbox.apply(ME, item.id, edited=[wrong]))
        assert (problem.code, name in problem.detail) == ("invalid", True)
    short = EditedTable("orders", (EditedRow({"order_no": "9"}),))
    assert (await refused(desk.inbox.apply(ME, item.id, edited=[short]))).code == "rows-refused"
    assert (await desk.inbox.preview(ME, item.id, Corrections(tables=(EDITED,)))).counts == {"new": 1}
    assert (await desk.inbox.apply(ME, item.id, edited=[EDITED])).counts == {"new": 1}
    assert [line.customer for line in await desk.lines()] == ["Oakmill"]


async def test_set_aside(desk: Desk) -> None:
    """Tests that an item is put away once, and not after it has gone in."""
    item = await desk.come(excel())
    for _ in range(2):
        assert (await desk.inbox.set_aside(ME, item.id, "twice sent")).state == "set-aside"
    assert await desk.kinds() == ["inbox.taken", "inbox.set_aside"]
    await desk.inbox.apply(ME, item.id)
    assert (await refused(desk.inbox.set_aside(ME, item.id))).code == "conflict"
    assert [each.id for each in await desk.inbox.items(ME, state="applied")] == [item.id]


async def test_unreadable_files_are_kept_and_say_why(desk: Desk) -> None:
    """Tests that a file that cannot be read stays in the inbox with a clear word, and putting it in is refused with that."""
    for name, content in (("a.xlsx", b"PK\x03\x04 not a workbook"), ("b.bin", bytes(range(256))), ("c.csv", b"hello\n")):
        item = await desk.come(content, name)
        assert (item.state, bool(item.summary)) == ("nothing", True), name
        await refused(desk.inbox.apply(ME, item.id))
    assert await desk.lines() == []


async def test_auto_apply_only_without_any_doubt(desk: Desk, tmp_path: Path) -> None:
    """Tests that a file goes in by itself only when its mapping is remembered and nothing above a note is in it."""
    auto = Desk(desk.store, Blobs(tmp_path / "blobs"), auto_apply=True)
    first = await auto.come(odd_file(), kind="orders")
    assert first.state == "waiting"
    await auto.inbox.correct(ME, first.id, await correction(auto, first.id, SURE))
    assert (await auto.inbox.item(ME, first.id)).state == "applied" or (await auto.inbox.apply(ME, first.id)).counts == {"new": 3}
    titles = ("Order no.", "Pos.", "Customer", "XA", "Description", "QX", "Due date", "QY")
    doubtful = await auto.come(excel([(*row[:6], "soon", 0) for row in ROWS], titles), "b.xlsx")
    assert doubtful.state == "waiting"
    plain = await auto.come(excel([(*row, 0) for row in changed(0, 5, 21)], titles), "c.xlsx")
    assert (plain.state, int((await auto.lines())[0].quantity)) == ("applied", 21)


async def test_what_was_not_read_is_read_after_a_restart(desk: Desk, tmp_path: Path) -> None:
    """Tests that an item that was acknowledged but not read yet is read by the next start."""
    item = await desk.inbox.take(ME, "orders.xlsx", excel(), "meridian")
    later = InboxService(desk.store, desk.inbox.guard, desk.store.clock, Blobs(tmp_path / "blobs"), desk.inbox.appliers)
    await later.open()
    id, token = later._queue.get_nowait()
    token.release()
    assert id == item.id
    assert (await later.process(id)).state == "waiting"


async def test_strangers_see_nothing(desk: Desk) -> None:
    """Tests that a partner sees no item, no attachment, no mapping and no content."""
    item = await desk.come(excel())
    assert await desk.inbox.items(PARTNER) == []
    assert await desk.inbox.remembered(PARTNER) == []
    assert await desk.inbox.counts(PARTNER) == []
    assert (await refused(desk.inbox.item(PARTNER, item.id))).code == "no-such-item"
    assert (await refused(desk.inbox.preview(PARTNER, item.id))).code == "forbidden"
    assert (await refused(desk.inbox.content(PARTNER, item.id))).code == "no-such-item"


async def test_an_error_of_ours_stops_no_other_item(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that an item whose reading trips says so, the next is read, and a later look reads the first one too."""
    first = await desk.inbox.take(ME, "a.xlsx", excel(), "meridian")
    whole = desk.inbox.readings.read

    async def trip(sha256: str, *rest: Any, **more: Any) -> Any:
        if sha256 == first.sha256:
            raise ZeroDivisionError
        return await whole(sha256, *rest, **more)

    monkeypatch.setattr(desk.inbox.readings, "read", trip)
    second = await desk.inbox.take(ME, "b.xlsx", excel(changed(0, 5, 21)), "meridian")
    async with asyncio.timeout(60):
        work = asyncio.create_task(desk.inbox.run())
        while (await desk.inbox.item(ME, second.id)).state == "new":
            await asyncio.sleep(0)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    told = await desk.inbox.item(ME, first.id)
    assert (told.state, "error here" in told.summary) == ("nothing", True)
    monkeypatch.undo()
    assert (await desk.inbox.apply(ME, first.id)).counts == {"new": 3}


async def test_example_and_pages(desk: Desk) -> None:
    """Tests that the example is taken once a day and can all go in, that whoever looks need not wait for the reader, and that pages follow each other."""
    made = await desk.inbox.take_example(ME)
    assert (await desk.inbox.take_example(ME)).id == made.id
    seen = await desk.inbox.preview(ME, made.id)
    assert (seen.item.state, seen.good, seen.refused) == ("waiting", len(EXAMPLE_LINES), 0)
    await desk.inbox.apply(ME, made.id)
    assert len(await desk.lines()) == len(EXAMPLE_LINES)
    second = await desk.inbox.take(ME, "other.xlsx", excel())
    assert [each.id for each in await desk.inbox.items(ME, limit=1)] == [second.id]
    assert [each.id for each in await desk.inbox.items(ME, limit=1, before=second.id)] == [made.id]
    assert await desk.inbox.items(ME, before=made.id) == []

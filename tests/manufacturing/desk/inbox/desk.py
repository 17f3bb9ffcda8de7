"""An inbox with the order book behind it, and files for it."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from plait.kernel.actor import Scope
from plait.manufacturing.desk.book.applier import BookApplier
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.service import BookService
from plait.manufacturing.desk.inbox.attachments import AttachmentService
from plait.manufacturing.desk.inbox.model import Item
from plait.manufacturing.desk.inbox.service import InboxService
from plait.manufacturing.part.model import Part
from plait.manufacturing.part.service import PartService
from plait.store import Blobs, Store
from tests.manufacturing.house import ME, HouseGuard

ALL = Scope(everything=True)
TITLES = ("Order no.", "Pos.", "Customer", "Part no.", "Description", "Qty", "Due date")
ROWS = (
    ("4500123", "10", "Meridian", "SHAFT", "Shaft 42CrMo4", 20, "2026-04-01"),
    ("4500123", "20", "Meridian", "HUB", "Hub", 5, "2026-04-08"),
    ("4500124", "10", "Meridian", "SHAFT", "Shaft 42CrMo4", 8, "2026-05-04"),
)

_MADE: dict[str, bytes] = {}


def excel(rows: Sequence[Sequence[Any]] = ROWS, titles: Sequence[str] = TITLES, *, above: Sequence[Sequence[Any]] = (), sheet: str = "Orders") -> bytes:
    """Return a workbook with one table, and rows ``above`` its titles; the same one for the same rows, although workbooks bear the time."""
    from openpyxl import Workbook

    asked = repr((rows, titles, above, sheet))
    if asked in _MADE:
        return _MADE[asked]

    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in (*above, titles, *rows):
        page.append(list(row))
    out = BytesIO()
    book.save(out)
    return _MADE.setdefault(asked, out.getvalue())


def changed(row: int, column: int, value: Any) -> list[list[Any]]:
    """Return the usual rows with one cell otherwise."""
    rows = [list(each) for each in ROWS]
    rows[row][column] = value
    return rows


class Desk:
    """The rooms around an inbox."""

    def __init__(self, store: Store, blobs: Blobs, *, auto_apply: bool = False) -> None:
        self.store = store
        self.book = BookService(store, HouseGuard(), store.clock)
        self.inbox = InboxService(store, HouseGuard(), store.clock, blobs, {"orders": BookApplier()}, auto_apply=auto_apply)
        self.attachments = AttachmentService(store, HouseGuard(), blobs)

    async def furnish(self) -> None:
        """Enter two parts."""
        parts = PartService(self.store, HouseGuard(), self.store.clock)
        await parts.put(ME, Part("SHAFT", "A", "Shaft 42CrMo4", drawing_no="D-100", process="turning"))
        await parts.put(ME, Part("HUB", "B", "Hub", drawing_no="D-200", process="turning"))

    async def come(self, content: bytes, name: str = "orders.xlsx", sender: str = "meridian", **more: str) -> Item:
        """Take a file and read it."""
        item = await self.inbox.take(ME, name, content, sender, **more)
        return await self.inbox.process(item.id)

    async def lines(self, state: str = "open") -> list[OrderLine]:
        """The lines of the book by number."""
        return sorted(await self.book.lines(ME, state=state), key=lambda each: each.id)

    async def kinds(self, prefix: str = "inbox.") -> list[str]:
        """The kinds of facts of the inbox in order."""
        return [fact.kind for fact in await self.store.facts() if fact.kind.startswith(prefix)]

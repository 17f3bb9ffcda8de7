"""Inbox items, what a table would change, and the appliers that put tables in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol, TypeAlias, runtime_checkable

import msgspec
from sqlalchemy import Connection

from plait.kernel.facts import fact
from plait.manufacturing.desk.book.model import LineChange
from plait.manufacturing.desk.reading.model import DocumentKind, Issue, Mapping, Record
from plait.store import Tx

__all__ = [
    "Applied",
    "Applier",
    "ApplyOrder",
    "Change",
    "Context",
    "Corrections",
    "EditedRow",
    "EditedTable",
    "InboxApplied",
    "InboxSetAside",
    "InboxTaken",
    "InboxUndone",
    "Item",
    "Kept",
    "Outcome",
    "Preview",
    "Remembered",
    "Row",
    "State",
    "TableView",
    "Undoing",
]

Cell: TypeAlias = str | int | float | bool | None
"""A cell or value as JSON shows it: dates, times and exact numbers as text."""

State: TypeAlias = Literal["new", "waiting", "applied", "nothing", "set-aside"]
"""Where an item stands: not read yet, waits for a person, has gone in, holds nothing that could go in, put away by a person."""


class Context(msgspec.Struct, frozen=True):
    """What an applier must know beside the rows: who sent them, when it is now, the firm's currency and zone, where they came from.

    ``source`` is the inbox item; ``whole``: the table is the whole list, so that what is missing in it is no longer so. ``around`` is what stands
    beside the rows: what the document says of itself, subject and text of a mail.
    """

    sender: str
    now: datetime
    currency: str
    zone: str
    source: str
    whole: bool = False
    around: str = ""


class Change(msgspec.Struct, frozen=True):
    """What one row does: ``new``, ``changed``, ``same`` or ``gone`` (in the list before, not in this one), or ``refused`` with the reason.

    ``key`` names the thing for people (order and line, part), ``text`` says it in one sentence.
    """

    row: int
    key: str
    action: Literal["new", "changed", "same", "gone", "refused"]
    text: str = ""
    changes: tuple[LineChange, ...] = ()


class Applier(Protocol):
    """Puts the rows of one kind where they belong. Both verbs decide alike; ``compare`` only says what would happen.

    Rows that bear a ``refused`` issue never reach it. A row it cannot take is a ``refused`` change, not an exception.
    """

    kind: DocumentKind

    def compare(self, conn: Connection, records: Sequence[Record], context: Context) -> list[Change]:
        """Return what ``apply`` would do."""
        ...

    def apply(self, tx: Tx, records: Sequence[Record], context: Context) -> list[Change]:
        """Do it, inside the transaction; return what was done."""
        ...


@runtime_checkable
class Undoing(Protocol):
    """An applier that can take back all it did under one ``source`` (an item), as long as nothing else has changed it since."""

    def undo(self, tx: Tx, source: str) -> int:
        """Put back what was there before; return how many things. Raise ``changed-since`` and change nothing when something has changed it."""
        ...


class Item(msgspec.Struct, frozen=True):
    """Something that came: a file, a mail, an attachment of one (``parent``). ``sha256`` names its content, which is kept as it came.

    ``via``: upload, drop, mail, attachment or card. ``kind`` is what its sender says it is about ("" not said), ``format`` how it was read.
    ``rows`` of it are good, ``refused`` cannot go in, ``issues`` stand above notes. ``applied`` counts how often it has gone in;
    ``layout`` is the signature of its titles, ``previous`` the item before it of the same sender and layout or name.
    """

    id: str
    sha256: str
    name: str
    size: int
    sender: str
    via: str
    received: datetime
    state: State = "new"
    media_type: str = ""
    format: str = ""
    kind: str = ""
    summary: str = ""
    parent: str = ""
    rows: int = 0
    refused: int = 0
    issues: int = 0
    suggestion: bool = False
    applied: int = 0
    layout: str = ""
    previous: str = ""
    header: dict[str, str] = {}


class Kept(msgspec.Struct, frozen=True):
    """A drawing, model or picture that came with ``item``: its number and ``revision`` as its name says or as given, our part where it is known."""

    id: str
    item: str
    sha256: str
    name: str
    size: int
    media_type: str
    received: datetime
    sender: str = ""
    drawing_no: str = ""
    revision: str = ""
    part_id: str = ""


class Applied(msgspec.Struct, frozen=True):
    """One time that an item went in, numbered by ``source``; ``keys`` are what its rows were about; counts by action."""

    source: str
    item: str
    at: datetime
    actor: str
    counts: dict[str, int]
    kinds: tuple[DocumentKind, ...] = ()
    keys: tuple[str, ...] = ()
    whole: bool = False
    undone: bool = False


class Remembered(msgspec.Struct, frozen=True):
    """A mapping that a person has set, for all tables of that layout from that sender.

    ``layout`` is that of the titles as they are found without it; its titles stand ``shift`` rows further down.
    """

    id: str
    sender: str
    layout: str
    mapping: Mapping
    at: datetime
    actor: str
    file: str = ""
    shift: int = 0


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """A record as JSON shows it: values by field, the cell each came from, and its issues."""

    row: int
    values: dict[str, Cell]
    places: dict[str, str] = {}
    issues: tuple[Issue, ...] = ()


class TableView(msgspec.Struct, frozen=True, omit_defaults=True):
    """One table: how it is read (``mapping``), its first ``cells`` as they stand there, its rows as understood, what it would change.

    ``good`` rows can go in, ``refused`` cannot. ``takes`` is false when nothing here takes tables of its kind. ``counts``: changes by action.
    """

    mapping: Mapping
    cells: list[list[Cell]]
    rows: list[Row]
    total: int
    good: int
    refused: int
    changes: list[Change]
    counts: dict[str, int]
    takes: bool = True


class Preview(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an item holds and what it would do. ``missing`` were in the list before it (``previous``) and are not in this one."""

    item: Item
    format: str
    tables: list[TableView]
    issues: list[Issue]
    header: dict[str, str] = {}
    text: str = ""
    suggestion: bool = False
    good: int = 0
    refused: int = 0
    counts: dict[str, int] = {}
    missing: list[str] = []
    attachments: list[Kept] = []
    children: list[Item] = []
    applied: list[Applied] = []


class EditedRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row as a person has confirmed or corrected it: values as text, dates as YYYY-MM-DD, numbers with a point."""

    values: dict[str, str]
    row: int = 0


class EditedTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows of one kind as a person has confirmed or corrected them."""

    kind: DocumentKind
    rows: tuple[EditedRow, ...]


class Corrections(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How tables are to be read otherwise than proposed (``mappings``, by sheet), or what they hold (``tables``) whatever was read."""

    mappings: tuple[Mapping, ...] = ()
    tables: tuple[EditedTable, ...] = ()


class ApplyOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an item goes in. ``good_only``: without the rows that cannot; ``whole``: it is the whole list, what is missing in it is no longer so.

    ``confirm``: a person has looked at every value (needed for suggestions); ``tables``: the rows as confirmed, instead of those read.
    """

    good_only: bool = False
    whole: bool = False
    confirm: bool = False
    tables: tuple[EditedTable, ...] = ()


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was done when an item went in: changes by action in ``counts``, those that are not ``same`` in ``changes``, rows left out in ``left``."""

    item: Item
    source: str
    counts: dict[str, int]
    changes: list[Change]
    left: list[Row] = []


@fact("inbox.taken", key="name")
class InboxTaken(msgspec.Struct, frozen=True):
    """A file or mail came and is kept."""

    item: str
    name: str
    sha256: str
    sender: str
    via: str


@fact("inbox.applied", key="name")
class InboxApplied(msgspec.Struct, frozen=True):
    """What a file holds has gone in; counts by action (new, changed, same, gone, refused)."""

    item: str
    name: str
    kinds: tuple[str, ...]
    counts: dict[str, int]
    source: str
    whole: bool = False


@fact("inbox.undone", key="item")
class InboxUndone(msgspec.Struct, frozen=True):
    """What an item had put in was taken back: so many things are as they were before."""

    item: str
    things: int


@fact("inbox.set_aside", key="item")
class InboxSetAside(msgspec.Struct, frozen=True):
    """A person has put an item away without putting it in."""

    item: str
    reason: str

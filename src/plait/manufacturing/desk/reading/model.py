"""What is read from a file: content as it stands there, the mapping of its columns, and the typed rows with every doubt.

Three steps, each pure: a format turns bytes into ``Content``; ``columns`` proposes a ``Mapping``; ``rows`` applies it. Nothing is
guessed silently: a value that could mean two things bears an ``Issue``, and one that cannot be read is no value at all.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

import msgspec

__all__ = [
    "Attachment",
    "Column",
    "Content",
    "DocumentKind",
    "FieldKind",
    "FormatPlugin",
    "Issue",
    "Limits",
    "Mapping",
    "Passage",
    "Place",
    "Raw",
    "Record",
    "Result",
    "Sheet",
    "Value",
]

Raw: TypeAlias = str | int | float | bool | date | datetime | time | timedelta | Decimal | None
"""A cell as its format gives it; text keeps its blanks."""

Value: TypeAlias = str | int | bool | date | datetime | time | Decimal
"""A value as it is understood."""

DocumentKind: TypeAlias = Literal["orders", "request", "prices", "stock", "parts", "routings", "materials", "calendar"]
"""What a table or document is about: customers' orders, a request for quotation, prices, stock, parts, operations, bills of material, shifts."""

FieldKind: TypeAlias = Literal["text", "code", "number", "quantity", "money", "unit", "currency", "date", "time", "duration", "percent", "flag"]


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a value stands in its file: ``sheet`` and ``cell`` (``D7``), or ``page`` (from 1) and ``box``, or ``path``.

    ``box`` is left, top, right, bottom in points from the page's upper left corner. ``path`` is an XPath, a mail header or the name of
    an attachment.
    """

    sheet: str = ""
    cell: str = ""
    page: int = 0
    box: tuple[float, float, float, float] | None = None
    path: str = ""


class Issue(msgspec.Struct, frozen=True, omit_defaults=True):
    """A doubt about one value or row: what is wrong (``reason``) and what to do (``fix``), both in words.

    ``level``: ``refused`` (the row cannot go in), ``warning`` (it goes in, but a person should look), ``note``. ``code`` is stable, e.g.
    ``date-ambiguous``; ``text`` is what stands there.
    """

    level: Literal["refused", "warning", "note"]
    code: str
    reason: str
    fix: str
    place: Place = Place()
    field: str = ""
    text: str = ""


class Sheet(msgspec.Struct):
    """One table as it stands in a file: ``rows`` of cells from A1 on, padded by nothing; ``merged`` spans as (top, left, bottom, right) from 0.

    ``doubts`` holds for a cell (row, column) what its format knows to be wrong: ``formula-without-value``, ``error-value``. ``units`` may hold
    what a cell's number format shows beside the number, e.g. ``€`` or ``kg``. ``places`` holds where a cell stands when that is not a cell of a
    sheet (a PDF's page and box, a line of a mail); without it a cell's place is ``sheet`` and ``cell``. ``epoch`` is
    the year its day numbers count from (1900 or 1904).
    """

    name: str
    rows: list[list[Raw]]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    doubts: dict[tuple[int, int], str] = {}
    units: dict[tuple[int, int], str] = {}
    places: dict[tuple[int, int], Place] = {}
    epoch: int = 1900

    def place(self, row: int, column: int) -> Place:
        """Return where the cell (from 0) stands in its file."""
        found = self.places.get((row, column))
        if found is not None:
            return found
        letters, rest = "", column + 1
        while rest:
            rest, last = divmod(rest - 1, 26)
            letters = chr(65 + last) + letters
        return Place(sheet=self.name, cell=f"{letters}{row + 1}")


class Passage(msgspec.Struct, frozen=True):
    """A run of text on a page: ``box`` is left, top, right, bottom in points from the upper left corner."""

    text: str
    page: int
    box: tuple[float, float, float, float]


class Attachment(msgspec.Struct, frozen=True):
    """A file in a file (an e-mail's, a PDF's)."""

    name: str
    media_type: str
    content: bytes


class Record(msgspec.Struct, frozen=True):
    """One row as it is understood: ``values`` by field name of its kind, ``places`` where each came from, ``row`` for people (from 1)."""

    row: int
    values: dict[str, Value]
    places: dict[str, Place] = {}
    issues: tuple[Issue, ...] = ()

    @property
    def refused(self) -> bool:
        """True when the row cannot go in."""
        return any(issue.level == "refused" for issue in self.issues)


class Content(msgspec.Struct):
    """What a format found in a file. Tables are in ``sheets``; a PDF has ``passages``; a document that states its meaning (UBL) has ``records`` of ``kind``.

    ``header`` holds what is said once for the whole (sender, subject, order number, date), by field name, ``places`` where it stands; ``text`` the
    plain text of a mail, ``quoted`` what it quotes of earlier ones; ``kind`` without records is what tables and text are likely about;
    ``attachments`` what is to be read for itself. ``suggestion``: a person must confirm every value.
    """

    format: str
    sheets: list[Sheet] = []
    passages: list[Passage] = []
    kind: DocumentKind | None = None
    records: list[Record] = []
    header: dict[str, str] = {}
    places: dict[str, Place] = {}
    text: str = ""
    quoted: str = ""
    attachments: list[Attachment] = []
    issues: list[Issue] = []
    suggestion: bool = False


class Column(msgspec.Struct, frozen=True, omit_defaults=True):
    """One column of a table: its number from 0, its title as it stands there, the ``field`` it is read as ("" none), how sure that is (0 to 1) and why.

    ``unit`` is what the title says (``Menge [Stk]``, ``Preis in EUR``): a UN/ECE Rec 20 or ISO 4217 code. ``style`` fixes how its values are
    written where that is not plain from them: ``dmy``, ``mdy``, ``ymd`` for dates; ``,`` or ``.`` as the decimal mark; ``x1000`` when
    a quantity counts thousands; ``/100`` when a time is for a hundred pieces.
    """

    index: int
    title: str
    field: str = ""
    confidence: float = 0.0
    why: str = ""
    unit: str = ""
    style: str = ""


class Mapping(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one table is read: its sheet, ``kind``, the rows of its titles (first and last, from 0), its columns, and what is said above it.

    ``last`` is the last row that belongs to the table (from 0; -1: all below). ``constants`` hold fields said once for the whole table
    (``customer`` in a title row). ``source``: proposed, remembered (from this sender),
    corrected (by a person), map:<name> (an ERP's column map).
    """

    sheet: str
    kind: DocumentKind
    header: tuple[int, int]
    columns: tuple[Column, ...]
    constants: dict[str, str] = {}
    confidence: float = 0.0
    source: str = "proposed"
    last: int = -1


class Result(msgspec.Struct):
    """All that was read from one file: for each table its mapping and records; ``issues`` that belong to no row."""

    format: str
    tables: list[tuple[Mapping, list[Record]]] = []
    issues: list[Issue] = []
    header: dict[str, str] = {}
    suggestion: bool = False


class Limits(msgspec.Struct, frozen=True):
    """How much is read of one file: bytes, bytes after unpacking, rows and columns of a table, pages, attachments and their depth."""

    bytes: int = 25_000_000
    unpacked: int = 250_000_000
    rows: int = 200_000
    columns: int = 400
    pages: int = 200
    attachments: int = 50
    depth: int = 3


class FormatPlugin(msgspec.Struct, frozen=True):
    """A document format. ``sniff`` tells from the first bytes and the name how surely (0 to 1) a file is of it; ``read`` reads it.

    ``capabilities``: of ``tables``, ``positions``, ``attachments``, ``text``, ``document``.
    """

    name: str
    summary: str
    suffixes: tuple[str, ...]
    media_types: tuple[str, ...]
    capabilities: frozenset[str]
    sniff: Callable[[bytes, str], float]
    read: Callable[[bytes, str, Limits], Content]

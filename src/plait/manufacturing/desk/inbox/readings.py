"""Reading what came, in a thread, once: what was read is kept in memory for a while by content and mappings."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

import msgspec

from plait.manufacturing.desk.inbox.model import Remembered
from plait.manufacturing.desk.inbox.rules import check_mapping, completed, layout_of, layout_of_mark, readable
from plait.manufacturing.desk.reading.columns import propose
from plait.manufacturing.desk.reading.context import Context
from plait.manufacturing.desk.reading.model import Content, DocumentKind, Limits, Mapping, Record, Result, Sheet
from plait.manufacturing.desk.reading.read import open_content, read_content
from plait.manufacturing.desk.reading.rows import apply_all

__all__ = ["Reading", "Readings", "read_file", "said_around", "settled"]

KEPT = 6
CELLS = 3_000_000
TOP = 60
BESIDE = "attachment"


class Reading(msgspec.Struct, frozen=True):
    """What a file holds as it stands there, and as it is understood; ``layout`` is the signature of its tables' titles."""

    content: Content
    result: Result
    layout: str = ""

    @property
    def cells(self) -> int:
        """How much memory it takes, in cells."""
        return 1000 + sum(len(row) for sheet in self.content.sheets for row in sheet.rows) + sum(8 * len(records) for _, records in self.result.tables)


def said_around(reading: Reading) -> str:
    """Return what stands beside the rows of a file: what it says of itself, the text of a mail."""
    said = {**reading.content.header, **reading.result.header}
    tops = {mapping.sheet: mapping.header[0] for mapping, _ in reversed(reading.result.tables)}
    cells = [cell for sheet in reading.content.sheets for row in sheet.rows[: max(0, tops.get(sheet.name, 0))] for cell in row if isinstance(cell, str)]
    return "\n".join(each for each in (*said.values(), reading.content.text, reading.content.quoted, *cells) if each)


def read_file(
    content: bytes,
    name: str,
    context: Context,
    *,
    own: Sequence[Remembered] = (),
    remembered: Sequence[Remembered] = (),
    kind: DocumentKind | None = None,
    limits: Limits = Limits(),
) -> Reading:
    """Read a file; tables go by a person's mapping of this file (``own``), else by one remembered for their layout, else by what is proposed.

    Models and pictures are not read. Raise the refusals of ``reading``.
    """
    known = {each.layout: _named(each, "remembered") for each in reversed(remembered) if each.layout}
    known |= {each.layout or _untitled(each.mapping.sheet): _named(each, "corrected") for each in own}

    def lookup(mark: str) -> Mapping | None:
        found = known.get(layout_of_mark(mark))
        return found.mapping if found is not None and not found.shift else None

    if not readable(name):
        return Reading(Content(BESIDE), Result(BESIDE))
    opened = open_content(content, name, limits)
    result = read_content(opened, name, context, mappings=lookup, kind=kind)
    layouts = [layout_of(mapping) for mapping, _ in result.tables]
    _shifted(result, opened, known, context)
    return Reading(opened, result, ",".join(sorted({layout for layout in layouts if layout})))


def _untitled(sheet: str) -> str:
    """Return the key of a mapping whose table has no titles to be known by: it holds for its sheet alone."""
    return f"sheet:{sheet}"


def _named(each: Remembered, source: str) -> Remembered:
    return msgspec.structs.replace(each, mapping=msgspec.structs.replace(each.mapping, source=source))


def _shifted(result: Result, content: Content, known: dict[str, Remembered], context: Context) -> None:
    """Read by their mapping the tables whose titles a person has found in other rows than we do, and those we find no titles of."""
    sheets = {sheet.name: sheet for sheet in content.sheets}
    for at, (mapping, _) in enumerate(result.tables):
        titled = layout_of(mapping)
        mine = known.get(titled or _untitled(mapping.sheet))
        if mine is not None and not titled:
            result.tables[at] = _read_by(mine.mapping, sheets[mapping.sheet], mine.mapping.header, context, result)
        elif mine is not None and mine.shift:
            header = (mapping.header[0] + mine.shift, mapping.header[0] + mine.shift + mine.mapping.header[1] - mine.mapping.header[0])
            result.tables[at] = _read_by(mine.mapping, sheets[mapping.sheet], header, context, result)
    found = {mapping.sheet for mapping, _ in result.tables}
    for sheet in content.sheets:
        if sheet.name in found:
            continue
        for mine in known.values():
            first = _titles_at(mine.mapping, sheet)
            if first is not None:
                span = mine.mapping.header[1] - mine.mapping.header[0]
                result.issues[:] = [issue for issue in result.issues if issue.code != "no-table"]
                result.tables.append(_read_by(mine.mapping, sheet, (first, first + span), context, result))
                break


def _read_by(mapping: Mapping, sheet: Sheet, header: tuple[int, int], context: Context, result: Result) -> tuple[Mapping, list[Record]]:
    laid = msgspec.structs.replace(mapping, sheet=sheet.name, header=header, last=-1)
    applied = apply_all(sheet, laid, context)
    result.issues.extend(applied.issues)
    return laid, applied.records


def _titles_at(mapping: Mapping, sheet: Sheet) -> int | None:
    """Return the row of the sheet's top in which the mapping's titles stand, None when they are not there."""
    span = mapping.header[1] - mapping.header[0]
    wanted = layout_of(mapping)
    for first in range(min(TOP, len(sheet.rows) - span)):
        there = msgspec.structs.replace(mapping, header=(first, first + span), sheet=sheet.name)
        blank = msgspec.structs.replace(there, columns=tuple(msgspec.structs.replace(column, title="") for column in there.columns))
        if wanted and layout_of(check_mapping(blank, Content("", sheets=[sheet]))) == wanted:
            return first
    return None


def settled(mapping: Mapping, content: Content, name: str, context: Context, kind: DocumentKind | None) -> tuple[Mapping, str, int]:
    """Return a person's mapping made whole, the layout under which it is known again, and its shift; raise ``bad-mapping``."""
    whole = check_mapping(mapping, content)
    sheet = next(each for each in content.sheets if each.name == whole.sheet)
    proposed, _ = propose(sheet, context, kind, name)
    nearest = min(proposed, key=lambda each: abs(each.header[0] - whole.header[0]), default=None)
    whole = completed(whole, nearest)
    if nearest is None or not layout_of(nearest):
        return whole, layout_of(whole), 0
    return whole, layout_of(nearest), whole.header[0] - nearest.header[0]


class Readings:
    """Keeps the last readings, as many as fit into three million cells; one is made at a time."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, Reading] = OrderedDict()
        self._lock = asyncio.Lock()

    async def read(
        self,
        sha256: str,
        content: bytes,
        name: str,
        context: Context,
        *,
        own: Sequence[Remembered] = (),
        remembered: Sequence[Remembered] = (),
        kind: DocumentKind | None = None,
    ) -> Reading:
        """Return what the file holds (``read_file``), from memory when it was read so before."""
        mappings = [[(each.layout, each.shift, each.mapping) for each in rows] for rows in (own, remembered)]
        key = msgspec.msgpack.encode((sha256, name, context, mappings, kind))
        async with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known
            made = await asyncio.to_thread(read_file, content, name, context, own=own, remembered=remembered, kind=kind)
            self._kept[key] = made
            while len(self._kept) > KEPT or (len(self._kept) > 1 and sum(each.cells for each in self._kept.values()) > CELLS):
                self._kept.popitem(last=False)
            return made

"""Reading what came, in a thread, once: what was read is kept in memory for a while by content and mappings."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

import msgspec

from plait.manufacturing.desk.inbox.model import Remembered
from plait.manufacturing.desk.inbox.rules import layout_of, recalled
from plait.manufacturing.desk.reading.context import Context
from plait.manufacturing.desk.reading.model import Content, DocumentKind, Limits, Mapping, Result

__all__ = ["Reading", "Readings", "read_file"]

KEPT = 6
CELLS = 3_000_000


class Reading(msgspec.Struct, frozen=True):
    """What a file holds as it stands there, and as it is understood; ``layout`` is the signature of its tables' titles."""

    content: Content
    result: Result
    layout: str = ""

    @property
    def cells(self) -> int:
        """How much memory it takes, in cells."""
        return 1000 + sum(len(row) for sheet in self.content.sheets for row in sheet.rows) + sum(8 * len(records) for _, records in self.result.tables)


def read_file(
    content: bytes,
    name: str,
    context: Context,
    *,
    own: Sequence[Mapping] = (),
    remembered: Sequence[Remembered] = (),
    kind: DocumentKind | None = None,
    limits: Limits = Limits(),
) -> Reading:
    """Read a file; tables go by a person's mapping (``own``, by sheet), else by one remembered for their layout, else by what is proposed.

    Raise the refusals of ``reading``.
    """
    from plait.manufacturing.desk.reading.read import open_file, understand

    opened = open_file(content, name, limits)
    result = understand(opened, name, context, kind=kind, limits=limits)
    layout = ",".join(sorted({found for mapping, _ in result.tables if (found := layout_of(mapping))}))
    chosen = _chosen(result, own, remembered)
    if chosen:
        result = understand(opened, name, context, mappings=chosen, kind=kind, limits=limits)
    return Reading(opened, result, layout)


def _chosen(result: Result, own: Sequence[Mapping], remembered: Sequence[Remembered]) -> list[Mapping]:
    chosen = {mapping.sheet: mapping for mapping in own}
    known = {each.layout: each.mapping for each in reversed(remembered)}
    for proposed, _ in result.tables:
        mine = known.get(layout_of(proposed))
        if mine is not None and proposed.sheet not in chosen:
            chosen[proposed.sheet] = recalled(proposed, mine)
    return list(chosen.values())


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
        own: Sequence[Mapping] = (),
        remembered: Sequence[Remembered] = (),
        kind: DocumentKind | None = None,
    ) -> Reading:
        """Return what the file holds (``read_file``), from memory when it was read so before."""
        key = msgspec.msgpack.encode((sha256, name, context, list(own), [each.mapping for each in remembered], kind))
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

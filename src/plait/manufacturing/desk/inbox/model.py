"""Inbox items, what a table would change, and the appliers that put tables in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

import msgspec
from sqlalchemy import Connection

from plait.manufacturing.desk.book.model import LineChange
from plait.manufacturing.desk.reading.model import DocumentKind, Record
from plait.store import Tx

__all__ = ["Applier", "Change", "Context", "Undoing"]


class Context(msgspec.Struct, frozen=True):
    """What an applier must know beside the rows: who sent them, when it is now, the firm's currency and zone, where they came from.

    ``source`` is the inbox item; ``whole``: the table is the whole list, so that what is missing in it is no longer so.
    """

    sender: str
    now: datetime
    currency: str
    zone: str
    source: str
    whole: bool = False


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
    """An applier that can take back what it did under one ``source``, as long as nothing else has changed it since."""

    def undo(self, tx: Tx, source: str) -> int:
        """Put back what was there before; return how many things. Raise ``changed-since`` and change nothing when something has changed it."""
        ...

"""What reading must know beside the file, and how a doubt is held before it has a place."""

from datetime import date
from typing import Literal, NamedTuple

import msgspec

from plait.manufacturing.desk.reading.erp import ColumnMap
from plait.manufacturing.desk.reading.model import Value

__all__ = ["NOTHING", "Context", "Doubt", "Read"]


class Context(msgspec.Struct, frozen=True):
    """What is known beside the file: ``today``, the firm's ``currency`` (ISO 4217), and the sender's habits where they are known.

    ``language``: ``de``, ``en``, ``zh`` or "" (told from the titles). ``decimal``: ``,`` or ``.``; ``dates``: ``dmy``, ``mdy`` or ``ymd``; "" not known.
    ``maps`` are the firm's own column maps, which come before the built-in ones.
    """

    today: date
    currency: str = "EUR"
    language: str = ""
    decimal: str = ""
    dates: str = ""
    maps: tuple[ColumnMap, ...] = ()


class Doubt(NamedTuple):
    """An issue without its place: ``level``, ``code``, ``reason`` and ``fix``. Level ``bad``: no value; refused where the field is needed."""

    level: Literal["bad", "refused", "warning", "note"]
    code: str
    reason: str
    fix: str


class Read(NamedTuple):
    """What one cell was read as: its ``value`` (None: none), the ``doubts``, and the ``unit``, ``currency`` and price unit ``per`` it says itself.

    ``ditto``: the value is the one above.
    """

    value: Value | None
    doubts: tuple[Doubt, ...] = ()
    unit: str = ""
    currency: str = ""
    per: Value | None = None
    ditto: bool = False


NOTHING = Read(None)
"""An empty cell."""

"""Points of signals, series, and times for which nothing is known."""

from datetime import datetime

import msgspec

from plait.kernel.problems import register

__all__ = ["LAKE_DAMAGED", "NO_SERIES", "GapView", "PictureView", "Point", "Series", "SeriesMeta", "SeriesView", "Value"]

NO_SERIES = register("no-such-series", 404, "There is no such series", "GET /api/v1/signals lists the series there are.")

LAKE_DAMAGED = register(
    "lake-damaged", 500, "A file of the signal lake is damaged", "`plait doctor` names what is damaged; restore the last backup if its values are needed."
)


class Point(msgspec.Struct, frozen=True):
    """One value of a series at business time ``at``, a number or a word; ``quality`` 0 good, 1 uncertain, 2 bad."""

    series: str
    at: datetime
    value: float | str
    quality: int = 0


class Value(msgspec.Struct, frozen=True):
    """A point without the name of its series, a number or a word; with ``step`` what is asked of ``count`` points from ``at`` on."""

    at: datetime
    value: float | str
    quality: int = 0
    count: int = 1


class GapView(msgspec.Struct, frozen=True):
    """Between ``since`` and ``until`` values may be missing, because of ``reason``."""

    since: datetime
    until: datetime
    reason: str


class SeriesMeta(msgspec.Struct, frozen=True):
    """What a series means: ``unit`` as a code of UN/ECE Recommendation 20 (as ``CEL``), ``semantic`` the id of its concept, ``title`` for people."""

    unit: str = ""
    semantic: str = ""
    title: str = ""


class Series(msgspec.Struct, frozen=True):
    """A series and its latest value, a number or a word. ``name`` is ``<machine>.<signal>``.

    ``unit``: its code of UN/ECE Recommendation 20 where it was described, else free text as the machine gives it; ``semantic``: id of its concept.
    ``tier``: whether the value is one of the ``raw`` values, or the last that a ``minute`` or an ``hour`` knows because those were dropped; its quality is
    then the worst of that minute or hour.
    """

    name: str
    unit: str = ""
    at: datetime | None = None
    value: float | str | None = None
    quality: int = 0
    title: str = ""
    semantic: str = ""
    tier: str = "raw"


class SeriesView(msgspec.Struct, frozen=True):
    """Values of one series in order of time, and the gaps among them; ``more``: the limit cut the answer off."""

    name: str
    unit: str
    values: tuple[Value, ...]
    gaps: tuple[GapView, ...]
    more: bool = False


class PictureView(msgspec.Struct, frozen=True):
    """Values of one series that look like all ``of`` of them; ``tier``: whether they were taken from the ``raw`` values, from minutes or from hours."""

    name: str
    unit: str
    values: tuple[Value, ...]
    gaps: tuple[GapView, ...]
    of: int
    tier: str

"""The dictionary of series with their latest values, the manifest of segments, and gaps. Times in ms since 1970, business time."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Connection, Float, Integer, Table, Text, and_, false, insert, or_, select, true, update
from sqlalchemy import Column as Col

from plait.infrastructure.signals.record import Raw
from plait.kernel.actor import Scope
from plait.store import metadata

__all__ = ["Row", "Span", "add_gap", "add_series", "find", "gaps", "mark", "put_latest", "put_mark", "put_span", "series", "spans"]

EVERYTHING = Scope(everything=True)

_series = Table(
    "signal_series",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("name", Text, nullable=False, unique=True),
    Col("unit", Text, nullable=False),
    Col("ms", BigInteger),
    Col("value", Float),
    Col("quality", Integer, nullable=False),
)
_segment = Table(
    "signal_segment",
    metadata,
    Col("number", BigInteger, primary_key=True, autoincrement=False),
    Col("first_ms", BigInteger, nullable=False),
    Col("last_ms", BigInteger, nullable=False),
    Col("points", BigInteger, nullable=False),
)
_mark = Table(
    "signal_mark",
    metadata,
    Col("id", Integer, primary_key=True, autoincrement=False),
    Col("segment", BigInteger, nullable=False),
    Col("position", BigInteger, nullable=False),
)
_gap = Table(
    "signal_gap",
    metadata,
    Col("id", Integer, primary_key=True),
    Col("prefix", Text, nullable=False),
    Col("since", BigInteger, nullable=False),
    Col("until", BigInteger, nullable=False),
    Col("reason", Text, nullable=False),
)


class Row(msgspec.Struct, frozen=True):
    """A series: its number, name, unit."""

    id: int
    name: str
    unit: str


class Span(msgspec.Struct):
    """What a segment holds: first and last time (ms), number of points."""

    first_ms: int
    last_ms: int
    points: int


def _visible(scope: Scope) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    return _series.c.name.in_(scope.ids) if scope.ids is not None else false()


def _own(scope: Scope) -> ColumnElement[bool]:
    """The store's own bookkeeping is shown to whoever sees everything, else to nobody."""
    return true() if scope.everything else false()


def series(conn: Connection, scope: Scope) -> list[tuple[Row, Raw | None]]:
    """Return the series the scope shows, by name, with the latest value written down."""
    rows = conn.execute(select(_series).where(_visible(scope)).order_by(_series.c.name))
    return [(Row(r.id, r.name, r.unit), None if r.ms is None else Raw(r.id, r.ms, r.value, r.quality)) for r in rows]


def find(conn: Connection, scope: Scope, name: str) -> Row | None:
    """Return one series, or None."""
    row = conn.execute(select(_series).where(and_(_visible(scope), _series.c.name == name))).first()
    return None if row is None else Row(row.id, row.name, row.unit)


def add_series(conn: Connection, names: Iterable[str], unit: str = "") -> dict[str, int]:
    """Enter series that are not there yet and return the number of each name."""
    numbers = {}
    for name in names:
        known = find(conn, EVERYTHING, name)
        if known is None:
            made = conn.execute(insert(_series).values(name=name, unit=unit, quality=0).returning(_series.c.id)).scalar_one()
            numbers[name] = int(made)
        else:
            numbers[name] = known.id
    return numbers


def put_latest(conn: Connection, points: Iterable[Raw]) -> None:
    """Write the latest values down."""
    for point in points:
        conn.execute(update(_series).where(_series.c.id == point.series).values(ms=point.ms, value=point.value, quality=point.quality))


def mark(conn: Connection, scope: Scope) -> tuple[int, int]:
    """Return (segment, offset) up to which latest values are written down; (0, 0) at first."""
    row = conn.execute(select(_mark.c.segment, _mark.c.position).where(_own(scope))).first()
    return (0, 0) if row is None else (int(row.segment), int(row.position))


def put_mark(conn: Connection, segment: int, offset: int) -> None:
    """Write down how far latest values go."""
    if conn.execute(update(_mark).values(segment=segment, position=offset)).rowcount == 0:
        conn.execute(insert(_mark).values(id=1, segment=segment, position=offset))


def spans(conn: Connection, scope: Scope) -> dict[int, Span]:
    """Return what the complete segments hold."""
    return {int(row.number): Span(row.first_ms, row.last_ms, row.points) for row in conn.execute(select(_segment).where(_own(scope)))}


def put_span(conn: Connection, number: int, span: Span) -> None:
    """Write down what a complete segment holds; a second time does nothing."""
    if number not in spans(conn, EVERYTHING):
        conn.execute(insert(_segment).values(number=number, first_ms=span.first_ms, last_ms=span.last_ms, points=span.points))


def add_gap(conn: Connection, prefix: str, since: int, until: int, reason: str) -> None:
    """Note that values of all series under ``prefix`` may be missing between two moments."""
    conn.execute(insert(_gap).values(prefix=prefix, since=since, until=until, reason=reason))


def gaps(conn: Connection, scope: Scope, name: str, since: int, until: int) -> Sequence[tuple[int, int, str]]:
    """Return (since, until, reason) of the gaps of one series that touch a span of time."""
    if find(conn, scope, name) is None:
        return []
    prefixes = [name.rsplit(".", cut)[0] for cut in range(name.count(".") + 1)]
    query = select(_gap).where(and_(or_(*(_gap.c.prefix == prefix for prefix in prefixes)), _gap.c.since <= until, _gap.c.until >= since))
    return [(row.since, row.until, row.reason) for row in conn.execute(query.order_by(_gap.c.since, _gap.c.id))]

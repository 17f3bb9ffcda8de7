"""The dictionary of series with their latest values, the manifest of segments, and gaps. Times in ms since 1970, business time."""

from collections.abc import Iterable, Mapping, Sequence
from math import nan
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Float,
    Integer,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    false,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy import Column as Col

from plait.infrastructure.signals.model import SeriesMeta
from plait.infrastructure.signals.record import Raw
from plait.kernel.actor import Scope
from plait.store import metadata

__all__ = [
    "Row",
    "Span",
    "add_gap",
    "add_series",
    "find",
    "find_all",
    "gaps",
    "mark",
    "names",
    "put_latest",
    "put_mark",
    "put_meta",
    "put_span",
    "put_words",
    "series",
    "spans",
    "strike_spans",
    "words",
]


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
_word = Table(
    "signal_word",
    metadata,
    Col("series", Integer, primary_key=True, autoincrement=False),
    Col("code", Integer, primary_key=True, autoincrement=False),
    Col("text", Text, nullable=False),
)
_meta = Table(
    "signal_meta",
    metadata,
    Col("series", Integer, primary_key=True, autoincrement=False),
    Col("unit", Text, nullable=False),
    Col("semantic", Text, nullable=False),
    Col("title", Text, nullable=False),
)
CHUNK = 500


class Row(msgspec.Struct, frozen=True):
    """A series: its number, name, unit, and what it means."""

    id: int
    name: str
    unit: str
    title: str = ""
    semantic: str = ""


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


def _row(r: Any) -> Row:
    return Row(r.id, r.name, r.meta_unit or r.unit, r.title or "", r.semantic or "")


def _described() -> Select[Any]:
    joined = _series.outerjoin(_meta, _meta.c.series == _series.c.id)
    return select(_series, _meta.c.unit.label("meta_unit"), _meta.c.title, _meta.c.semantic).select_from(joined)


def series(conn: Connection, scope: Scope) -> list[tuple[Row, Raw | None]]:
    """Return the series the scope shows, by name, with the latest value written down."""
    rows = conn.execute(_described().where(_visible(scope)).order_by(_series.c.name))
    return [(_row(r), None if r.ms is None else Raw(r.id, r.ms, nan if r.value is None else r.value, r.quality)) for r in rows]


def names(conn: Connection, scope: Scope) -> dict[int, str]:
    """Return the name of each series by its number; this reads the tables of older versions too."""
    return {int(row.id): str(row.name) for row in conn.execute(select(_series.c.id, _series.c.name).where(_visible(scope)).order_by(_series.c.name))}


def find(conn: Connection, scope: Scope, name: str) -> Row | None:
    """Return one series, or None."""
    row = conn.execute(_described().where(and_(_visible(scope), _series.c.name == name))).first()
    return None if row is None else _row(row)


def find_all(conn: Connection, scope: Scope, names: Sequence[str]) -> list[Row]:
    """Return those of some series that there are and the scope shows."""
    return [_row(row) for row in conn.execute(_described().where(and_(_visible(scope), _series.c.name.in_(list(names)))))]


def _numbers(conn: Connection, names: Sequence[str]) -> dict[str, int]:
    found = {}
    for first in range(0, len(names), CHUNK):
        query = select(_series.c.name, _series.c.id).where(_series.c.name.in_(names[first : first + CHUNK]))
        found.update({str(row.name): int(row.id) for row in conn.execute(query)})
    return found


def add_series(conn: Connection, names: Iterable[str], unit: str = "") -> dict[str, int]:
    """Enter series that are not there yet and return the number of each name."""
    wanted = list(names)
    known = _numbers(conn, wanted)
    fresh = [name for name in dict.fromkeys(wanted) if name not in known]
    if fresh:
        conn.execute(insert(_series), [{"name": name, "unit": unit, "quality": 0} for name in fresh])
        known |= _numbers(conn, fresh)
    return known


def words(conn: Connection, scope: Scope) -> list[tuple[int, int, str]]:
    """Return (series, code, text) of all words, in order of codes."""
    return [(row.series, row.code, row.text) for row in conn.execute(select(_word).where(_own(scope)).order_by(_word.c.series, _word.c.code))]


def put_words(conn: Connection, wanted: Iterable[tuple[int, str]], most: int) -> list[tuple[int, int, str]]:
    """Give each (series, text) that has none a code, from 1, up to ``most``; return (series, code, text) of the new ones."""
    made: list[tuple[int, int, str]] = []
    by_series: dict[int, list[str]] = {}
    for number, text in wanted:
        by_series.setdefault(number, []).append(text)
    for number, texts in sorted(by_series.items()):
        known = {row.text: int(row.code) for row in conn.execute(select(_word.c.text, _word.c.code).where(_word.c.series == number))}
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        made += [(number, code, text) for code, text in enumerate(fresh[: max(0, most - len(known))], len(known) + 1)]
    if made:
        conn.execute(insert(_word), [{"series": number, "code": code, "text": text} for number, code, text in made])
    return made


def put_meta(conn: Connection, told: Mapping[int, SeriesMeta]) -> None:
    """Write down what series mean, in the place of what was written."""
    rows = [{"series": number, "unit": meta.unit, "semantic": meta.semantic, "title": meta.title} for number, meta in sorted(told.items())]
    if rows:
        conn.execute(delete(_meta).where(_meta.c.series == bindparam("b_series")), [{"b_series": row["series"]} for row in rows])
        conn.execute(insert(_meta), rows)


def put_latest(conn: Connection, points: Iterable[Raw]) -> None:
    """Write the latest values down."""
    rows = [{"b_id": point.series, "ms": point.ms, "value": point.value, "quality": point.quality} for point in points]
    if rows:
        conn.execute(update(_series).where(_series.c.id == bindparam("b_id")), rows)


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
    """Write down what a complete segment holds, in the place of what was said of it."""
    conn.execute(delete(_segment).where(_segment.c.number == number))
    conn.execute(insert(_segment).values(number=number, first_ms=span.first_ms, last_ms=span.last_ms, points=span.points))


def strike_spans(conn: Connection, reach: int, *, later: bool = False) -> None:
    """Strike segments up to ``reach`` off the list; ``later``: those from it on."""
    conn.execute(delete(_segment).where(_segment.c.number >= reach if later else _segment.c.number <= reach))


def add_gap(conn: Connection, prefix: str, since: int, until: int, reason: str) -> None:
    """Note that values of all series under ``prefix`` (empty: of all there are) may be missing between two moments."""
    conn.execute(insert(_gap).values(prefix=prefix, since=since, until=until, reason=reason))


def gaps(conn: Connection, scope: Scope, name: str, since: int, until: int) -> Sequence[tuple[int, int, str]]:
    """Return (since, until, reason) of the gaps of one series that touch a span of time."""
    if find(conn, scope, name) is None:
        return []
    prefixes = ["", *(name.rsplit(".", cut)[0] for cut in range(name.count(".") + 1))]
    query = select(_gap).where(and_(or_(*(_gap.c.prefix == prefix for prefix in prefixes)), _gap.c.since <= until, _gap.c.until >= since))
    return [(row.since, row.until, row.reason) for row in conn.execute(query.order_by(_gap.c.since, _gap.c.id))]

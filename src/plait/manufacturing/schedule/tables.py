"""The rows of the schedule: work centres, holds and orders, bookings, outages. Times are milliseconds since 1970 UTC."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, Integer, LargeBinary, Table, Text, and_, bindparam, func, or_, select
from sqlalchemy.types import BigInteger

from plait.kernel.actor import Scope
from plait.manufacturing.schedule.calendar import ms, to_time
from plait.manufacturing.schedule.model import Booking, Outage, PromiseRequest, WorkCentre
from plait.store import metadata

__all__ = [
    "Hold",
    "adopted",
    "begun",
    "booking",
    "bookings",
    "centres",
    "count_bookings",
    "drop_bookings",
    "drop_centre",
    "hold",
    "hold_of",
    "holds",
    "is_booked",
    "live",
    "of_hold",
    "of_holds",
    "outages",
    "plan_number",
    "put_bookings",
    "put_centre",
    "put_hold",
    "put_outage",
    "put_stamp",
    "replace_bookings",
    "stamp",
]

PLAN = "plan:"
MOST_IDS = 500

centre_table = Table(
    "schedule_work_centre",
    metadata,
    Column("id", Text, primary_key=True),
    Column("spec", LargeBinary, nullable=False),
)

hold_table = Table(
    "schedule_hold",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False, index=True),
    Column("order_no", Text, nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("promised", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=True),
    Column("request", LargeBinary, nullable=False),
)

booking_table = Table(
    "schedule_booking",
    metadata,
    Column("hold_id", Text, primary_key=True),
    Column("batch", Integer, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("job_id", Text, nullable=False, index=True),
    Column("order_no", Text, nullable=False, index=True),
    Column("part_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("group", Text, nullable=False),
    Column("work_centre", Text, nullable=False, index=True),
    Column("machine_id", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False, index=True),
    Column("work_ms", BigInteger, nullable=False),
    Column("transfer_ms", BigInteger, nullable=False),
    Column("outside", Integer, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("frozen", Integer, nullable=False),
    Column("why", Text, nullable=False),
)

outage_table = Table(
    "schedule_outage",
    metadata,
    Column("id", Text, primary_key=True),
    Column("work_centre", Text, nullable=False, index=True),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("open", Integer, nullable=False),
)

stamp_table = Table("schedule_stamp", metadata, Column("id", Integer, primary_key=True, autoincrement=False), Column("stamp", Text, nullable=False))

_centre = msgspec.json.Decoder(WorkCentre)
_request = msgspec.json.Decoder(PromiseRequest)


class Hold(msgspec.Struct, frozen=True):
    """A hold and, once confirmed, its order. ``state``: held, booked, released, cancelled; times in ms."""

    id: str
    number: str
    order: str
    state: str
    until: int
    promised: int
    due: int | None
    request: PromiseRequest


def _upsert(conn: Connection, table: Table, key: ColumnElement[bool], values: dict[str, Any]) -> None:
    if conn.execute(table.update().where(key).values(values)).rowcount == 0:
        conn.execute(table.insert().values(values))


def centres(conn: Connection, scope: Scope) -> dict[str, WorkCentre]:
    """Return the work centres by id; only our own people see them."""
    if not scope.everything:
        return {}
    return {row.id: _centre.decode(row.spec) for row in conn.execute(select(centre_table).order_by(centre_table.c.id))}


def put_centre(conn: Connection, row: WorkCentre) -> None:
    """Insert or replace a work centre."""
    _upsert(conn, centre_table, centre_table.c.id == row.id, {"id": row.id, "spec": msgspec.json.encode(row)})


def is_booked(conn: Connection, scope: Scope, centre: str) -> bool:
    """Tell whether something is (or was) booked on a work centre; only our own people are told."""
    query = select(booking_table.c.job_id).where(booking_table.c.work_centre == centre).limit(1)
    return scope.everything and conn.execute(query).first() is not None


def drop_centre(conn: Connection, id: str) -> None:
    """Take a work centre out."""
    conn.execute(centre_table.delete().where(centre_table.c.id == id))


def _hold(row: Any) -> Hold:
    return Hold(row.id, row.number, row.order_no, row.state, row.until, row.promised, row.due, _request.decode(row.request))


def put_hold(conn: Connection, row: Hold) -> None:
    """Insert or replace a hold."""
    values = {**msgspec.structs.asdict(row), "request": msgspec.json.encode(row.request)}
    values["order_no"] = values.pop("order")
    _upsert(conn, hold_table, hold_table.c.id == row.id, values)


def hold(conn: Connection, scope: Scope, id: str) -> Hold | None:
    """Return one hold; only our own people see it."""
    row = conn.execute(select(hold_table).where(hold_table.c.id == id)).first() if scope.everything else None
    return _hold(row) if row is not None else None


def hold_of(conn: Connection, scope: Scope, order: str, states: Sequence[str] = ("booked",)) -> Hold | None:
    """Return the hold an order in scope was booked from."""
    if not scope.everything and order not in (scope.ids or ()):
        return None
    row = conn.execute(select(hold_table).where(hold_table.c.order_no == order, hold_table.c.state.in_(states))).first()
    return _hold(row) if row is not None else None


def holds(conn: Connection, scope: Scope, ids: Iterable[str]) -> dict[str, Hold]:
    """Return the named holds by id; only our own people see them."""
    if not scope.everything:
        return {}
    return {row.id: _hold(row) for row in conn.execute(select(hold_table).where(hold_table.c.id.in_(list(ids))))}


def plan_number(order: str) -> str:
    """Return the number under which the desk's plan holds an order."""
    return f"{PLAN}{order}"


def adopted(conn: Connection, scope: Scope) -> dict[str, Hold]:
    """Return the holds the desk's plan booked itself, by id; only our own people see them."""
    if not scope.everything:
        return {}
    query = select(hold_table).where(hold_table.c.state == "booked", hold_table.c.number.startswith(PLAN, autoescape=True))
    return {row.id: _hold(row) for row in conn.execute(query.order_by(hold_table.c.id))}


def of_holds(conn: Connection, scope: Scope, ids: Sequence[str]) -> dict[str, list[Booking]]:
    """Return the bookings of several holds, by hold; only our own people see them."""
    found: dict[str, list[Booking]] = {}
    if scope.everything:
        for first in range(0, len(ids), MOST_IDS):
            query = select(booking_table).where(booking_table.c.hold_id.in_(ids[first : first + MOST_IDS]))
            for row in conn.execute(query.order_by(booking_table.c.hold_id, booking_table.c.batch, booking_table.c.seq)):
                found.setdefault(row.hold_id, []).append(_booking(row))
    return found


def _booking(row: Any) -> Booking:
    hold, batch, seq, job, order, part, name, group, centre, machine, quantity, start, end, work, transfer, outside, state, frozen, why = row
    head = (job, hold, order, part, batch, seq, name, group, centre, machine, quantity, to_time(start), to_time(end), work, transfer)
    return Booking(*head, bool(outside), state, bool(frozen), why)


def _columns(row: Booking) -> dict[str, Any]:
    values = {**msgspec.structs.asdict(row), "start": ms(row.start), "end": ms(row.end), "outside": int(row.outside), "frozen": int(row.frozen)}
    values["order_no"] = values.pop("order")
    return values


def put_bookings(conn: Connection, rows: Sequence[Booking]) -> None:
    """Insert or replace bookings."""
    for row in rows:
        key = and_(booking_table.c.hold_id == row.hold_id, booking_table.c.batch == row.batch, booking_table.c.seq == row.seq)
        _upsert(conn, booking_table, key, _columns(row))


def drop_bookings(conn: Connection, rows: Sequence[Booking]) -> None:
    """Take bookings out."""
    for row in rows:
        key = and_(booking_table.c.hold_id == row.hold_id, booking_table.c.batch == row.batch, booking_table.c.seq == row.seq)
        conn.execute(booking_table.delete().where(key))


def replace_bookings(conn: Connection, drop: Sequence[Booking], put: Sequence[Booking]) -> None:
    """Take out ``drop`` and insert ``put``, many at once."""
    columns = booking_table.c
    if drop:
        key = and_(columns.hold_id == bindparam("a"), columns.batch == bindparam("b"), columns.seq == bindparam("c"))
        conn.execute(booking_table.delete().where(key), [{"a": row.hold_id, "b": row.batch, "c": row.seq} for row in drop])
    if put:
        conn.execute(booking_table.insert(), [_columns(row) for row in put])


def bookings(
    conn: Connection,
    scope: Scope,
    *,
    order: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    now: int | None = None,
    centres: Sequence[str] | None = None,
    limit: int | None = None,
) -> list[Booking]:
    """Return the bookings in scope by start: of one order, those that touch the time from ``since`` to ``until``, those on ``centres``.

    Holds are among them as long as they have not expired at ``now`` (ms; None: none of them).
    """
    if scope.nothing:
        return []
    query = select(booking_table).join(hold_table, hold_table.c.id == booking_table.c.hold_id)
    alive = hold_table.c.state.in_(("booked", "cancelled"))
    query = query.where(alive if now is None else or_(alive, and_(hold_table.c.state == "held", hold_table.c.until > now)))
    if not scope.everything:
        query = query.where(booking_table.c.order_no.in_(scope.ids or ()))
    if order is not None:
        query = query.where(booking_table.c.order_no == order)
    if since is not None:
        query = query.where(booking_table.c.end > ms(since))
    if until is not None:
        query = query.where(booking_table.c.start < ms(until))
    if centres is not None:
        query = query.where(booking_table.c.work_centre.in_(centres))
    query = query.order_by(booking_table.c.start, booking_table.c.job_id).limit(limit)
    return [_booking(row) for row in conn.execute(query)]


def count_bookings(conn: Connection, scope: Scope, since: datetime, until: datetime, centres: Sequence[str]) -> int:
    """Return how many bookings on ``centres`` touch the time from ``since`` to ``until``; only our own people are told."""
    if not scope.everything:
        return 0
    columns = booking_table.c
    where = (columns.end > ms(since), columns.start < ms(until), columns.work_centre.in_(centres))
    return int(conn.execute(select(func.count()).select_from(booking_table).where(*where)).scalar_one())


def begun(conn: Connection, scope: Scope, orders: Iterable[str]) -> dict[str, Decimal]:
    """Return how many pieces of each of ``orders`` have been begun: the batches of which some operation has; only our own people are told."""
    found: dict[str, Decimal] = {}
    columns = booking_table.c
    wanted = sorted(set(orders)) if scope.everything else []
    for first in range(0, len(wanted), MOST_IDS):
        query = select(columns.order_no, columns.batch, func.max(columns.quantity).label("pieces"))
        query = query.where(columns.order_no.in_(wanted[first : first + MOST_IDS]), columns.state.in_(("started", "ended")))
        for row in conn.execute(query.group_by(columns.order_no, columns.batch)):
            found[row.order_no] = found.get(row.order_no, Decimal(0)) + row.pieces
    return found


def live(conn: Connection, scope: Scope, now: int) -> list[Booking]:
    """Return all bookings of every hold not expired at ``now`` (ms) and every order that has something left to do."""
    if not scope.everything:
        return []
    open_holds = select(booking_table.c.hold_id).where(booking_table.c.state != "ended")
    alive = or_(hold_table.c.state.in_(("booked", "cancelled")), and_(hold_table.c.state == "held", hold_table.c.until > now))
    query = select(booking_table).join(hold_table, hold_table.c.id == booking_table.c.hold_id)
    query = query.where(alive, booking_table.c.hold_id.in_(open_holds)).order_by(booking_table.c.start, booking_table.c.job_id)
    return [_booking(row) for row in conn.execute(query)]


def booking(conn: Connection, scope: Scope, job: str) -> Booking | None:
    """Return the booking of a job in scope."""
    if scope.nothing:
        return None
    query = select(booking_table).where(booking_table.c.job_id == job, booking_table.c.order_no != "")
    if not scope.everything:
        query = query.where(booking_table.c.order_no.in_(scope.ids or ()))
    row = conn.execute(query).first()
    return _booking(row) if row is not None else None


def of_hold(conn: Connection, scope: Scope, hold_id: str) -> list[Booking]:
    """Return the bookings of one hold in order of batch and seq; only our own people see them."""
    if not scope.everything:
        return []
    query = select(booking_table).where(booking_table.c.hold_id == hold_id)
    return [_booking(row) for row in conn.execute(query.order_by(booking_table.c.batch, booking_table.c.seq))]


def outages(conn: Connection, scope: Scope, since: int) -> list[Outage]:
    """Return the outages that are open or end after ``since`` (ms); only our own people see them."""
    if not scope.everything:
        return []
    query = select(outage_table).where(or_(outage_table.c.open == 1, outage_table.c.end > since)).order_by(outage_table.c.id)
    return [Outage(row.id, row.work_centre, to_time(row.start), to_time(row.end), row.reason, bool(row.open)) for row in conn.execute(query)]


def put_outage(conn: Connection, row: Outage) -> None:
    """Insert or replace an outage."""
    values = {**msgspec.structs.asdict(row), "start": ms(row.start), "end": ms(row.end), "open": int(row.open)}
    _upsert(conn, outage_table, outage_table.c.id == row.id, values)


def stamp(conn: Connection) -> str:
    """Return the mark of the schedule's present state (a cache holds as long as it is the same)."""
    return conn.execute(select(stamp_table.c.stamp)).scalar() or ""


def put_stamp(conn: Connection, text: str) -> None:
    """Mark the schedule as changed."""
    _upsert(conn, stamp_table, stamp_table.c.id == 1, {"id": 1, "stamp": text})

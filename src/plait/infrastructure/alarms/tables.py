"""Alarms as defined, and messages that wait. Times in milliseconds since 1970, business time, but for ``due``: system time."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, Table, Text, delete, func, insert, select, update

from plait.infrastructure.alarms.model import Alarm, Notice
from plait.kernel.actor import Scope
from plait.store import from_ms, metadata, upsert

__all__ = ["Due", "alarms", "count_since", "drop", "notice_due", "notices", "post", "put", "put_aside", "settle", "waiting"]

KEPT = 500

_alarm = Table("alarm_definition", metadata, Column("id", Text, primary_key=True), Column("body", LargeBinary, nullable=False))
_notice = Table(
    "alarm_notice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alarm_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("error", Text, nullable=False),
)


def alarms(conn: Connection, scope: Scope) -> dict[str, Alarm]:
    """Return the alarms by id; only our own people see them."""
    if not scope.everything:
        return {}
    return {row.id: msgspec.json.decode(row.body, type=Alarm) for row in conn.execute(select(_alarm).order_by(_alarm.c.id))}


def put(conn: Connection, alarm: Alarm) -> None:
    """Write an alarm."""
    upsert(conn, _alarm, "id", {"id": alarm.id, "body": msgspec.json.encode(alarm)})


def drop(conn: Connection, id: str) -> None:
    """Take an alarm out."""
    conn.execute(delete(_alarm).where(_alarm.c.id == id))


def post(conn: Connection, alarm_id: str, channel: str, subject: str, body: str, at: int, due: int) -> None:
    """Enter a message that is sent after the commit, not before ``due``."""
    values: dict[str, Any] = {"alarm_id": alarm_id, "channel": channel, "subject": subject, "body": body, "at": at, "due": due}
    conn.execute(insert(_notice).values(**values, tries=0, state="waiting", error=""))


def count_since(conn: Connection, scope: Scope, since: int) -> int:
    """Return how many messages were entered since ``since``."""
    return int(conn.execute(select(func.count()).where(_notice.c.at > since)).scalar_one()) if scope.everything else 0


class Due(NamedTuple):
    """A message that is to be sent now."""

    id: int
    alarm_id: str
    channel: str
    subject: str
    body: str
    tries: int


def waiting(conn: Connection, scope: Scope, now: int, most: int = 20) -> list[Due]:
    """Return messages that are due, those that wait longest first."""
    if not scope.everything:
        return []
    rows = conn.execute(select(_notice).where(_notice.c.state == "waiting", _notice.c.due <= now).order_by(_notice.c.due, _notice.c.id).limit(most))
    return [Due(row.id, row.alarm_id, row.channel, row.subject, row.body, row.tries) for row in rows]


def notice_due(conn: Connection, scope: Scope) -> int | None:
    """Return when the next message is due."""
    return conn.execute(select(func.min(_notice.c.due)).where(_notice.c.state == "waiting")).scalar_one_or_none() if scope.everything else None


def settle(conn: Connection, id: int, state: str, tries: int, due: int, error: str) -> None:
    """Write how a message went."""
    conn.execute(update(_notice).where(_notice.c.id == id).values(state=state, tries=tries, due=due, error=error[:500]))


def put_aside(conn: Connection) -> None:
    """Forget all but the newest messages that are sent or given up."""
    kept = select(_notice.c.id).where(_notice.c.state != "waiting").order_by(_notice.c.id.desc()).limit(KEPT).scalar_subquery()
    conn.execute(delete(_notice).where(_notice.c.state != "waiting", _notice.c.id.not_in(kept)))


def notices(conn: Connection, scope: Scope, most: int = 100) -> list[Notice]:
    """Return the newest messages."""
    if not scope.everything:
        return []
    rows = conn.execute(select(_notice).order_by(_notice.c.id.desc()).limit(most))
    return [Notice(row.id, row.alarm_id, row.channel, row.subject, row.state, row.tries, from_ms(row.at), row.error) for row in rows]

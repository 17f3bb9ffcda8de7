"""The tables of the store itself, and the one ``metadata`` that every room of ``plait.db`` puts its tables into.

Times are RFC 3339 text in UTC with milliseconds, except ``due``: milliseconds since 1970 of the system clock.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

__all__ = ["BIG", "follower", "log", "metadata", "number", "once", "once_recorded", "outbox"]

BIG = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData(info={"name": "plait"})

log = Table(
    "store_fact",
    metadata,
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("stream", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("recorded", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("body", LargeBinary),
    Column("body_hash", Text, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("store_fact_stream", "stream", "seq"),
    Index("store_fact_kind", "kind", "seq"),
)

follower = Table(
    "store_follower",
    metadata,
    Column("name", Text, primary_key=True),
    Column("seq", BIG, nullable=False),
)

outbox = Table(
    "store_outbox",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("party", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due", BIG),
    Column("status", Integer, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    UniqueConstraint("party", "key"),
)
Index("store_outbox_waiting", outbox.c.party, outbox.c.id, sqlite_where=outbox.c.due.is_not(None), postgresql_where=outbox.c.due.is_not(None))
_refused = outbox.c.state == "refused"
Index("store_outbox_refused", outbox.c.party, outbox.c.id, sqlite_where=_refused, postgresql_where=_refused)

once = Table(
    "store_once",
    metadata,
    Column("actor", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("recorded", Text, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False, server_default=""),
)
once_recorded = Index("store_once_recorded", once.c.recorded)

number = Table(
    "store_number",
    metadata,
    Column("series", Text, primary_key=True),
    Column("last", BIG, nullable=False),
)

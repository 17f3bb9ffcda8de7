"""The reports received, the latest of each firm. Times are RFC 3339 text in UTC."""

import msgspec
from sqlalchemy import Column, Connection, LargeBinary, Table, Text, delete, insert, select

from plait.kernel.actor import Scope
from plait.observatory.model import AggregateReport
from plait.store import metadata

__all__ = ["put", "reports", "single"]

report = Table(
    "observatory_report",
    metadata,
    Column("party", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

_decoder = msgspec.json.Decoder(AggregateReport)


def reports(conn: Connection, scope: Scope) -> list[AggregateReport]:
    """Return the latest report of every firm in scope."""
    query = select(report.c.content).order_by(report.c.party)
    if not scope.everything:
        query = query.where(report.c.party.in_(sorted((scope.ids or frozenset()) | ({scope.party} if scope.party else frozenset()))))
    return [_decoder.decode(bytes(content)) for content in conn.execute(query).scalars()]


def single(conn: Connection, party: str) -> AggregateReport | None:
    """Return the latest report of one firm, for comparison with a new one."""
    content = conn.execute(select(report.c.content).where(report.c.party == party)).scalar()
    return None if content is None else _decoder.decode(bytes(content))


def put(conn: Connection, at: str, received: AggregateReport) -> None:
    """Keep a firm's report in the place of its last one."""
    conn.execute(delete(report).where(report.c.party == received.party))
    conn.execute(insert(report).values(party=received.party, at=at, content=msgspec.json.encode(received, order="deterministic")))

"""Documents as they were sent, and the options taken on suppliers."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Index, Integer, LargeBinary, Table, Text, or_, select

from plait.kernel.actor import Scope
from plait.kernel.clock import iso
from plait.manufacturing.trade.model import Document, Quotation
from plait.store import metadata

__all__ = ["document", "documents", "open_step", "put_document", "successors"]

ALL = Scope(everything=True)
document_table = Table(
    "trade_document",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False, index=True),
    Column("number", Text, nullable=False, index=True),
    Column("party", Text, nullable=False),
    Column("counterparty", Text, nullable=False),
    Column("before", Text, nullable=False, index=True),
    Column("issued", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("jws", Text, nullable=False),
    Index("trade_document_issued", "issued", "party", "counterparty", "type"),
    Index("trade_document_pairs", "party", "counterparty", "type", "issued"),
)

_decoder = msgspec.json.Decoder(Document)


def put_document(conn: Connection, row: Document, jws: str) -> None:
    """Keep a document for ever, with the signature it came with."""
    before = row.refs[0].id if row.refs else ""
    values: dict[str, Any] = {"id": row.id, "type": type(row).__name__, "number": row.number, "party": row.party, "counterparty": row.counterparty}
    body = msgspec.json.encode(row, order="deterministic")
    conn.execute(document_table.insert().values(**values, before=before, issued=iso(row.issued), body=body, jws=jws))


def documents(conn: Connection, scope: Scope, limit: int | None = None, **where: str) -> Sequence[Document]:
    """Return the documents in scope with the given column values (only the last ``limit``), in the order they came."""
    if scope.nothing:
        return []
    query = select(document_table.c.body).order_by(document_table.c.seq.desc()).limit(limit)
    if not scope.everything:
        query = query.where(or_(document_table.c.party == (scope.party or ""), document_table.c.counterparty == (scope.party or "")))
    for key, value in where.items():
        query = query.where(document_table.c[key] == value)
    return [_decoder.decode(row.body) for row in conn.execute(query)][::-1]


def chain(conn: Connection, scope: Scope, number: str) -> Sequence[Document]:
    """Return every document in scope of the chain that ``number`` (or an id) belongs to, oldest first."""
    found: dict[str, Document] = {}
    ahead = [*documents(conn, scope, id=number), *documents(conn, scope, number=number)]
    while ahead:
        one = ahead.pop()
        if one.id not in found:
            found[one.id] = one
            ahead += [*successors(conn, scope, one.id), *(before for ref in one.refs[:1] if (before := document(conn, scope, ref.id)))]
    came = conn.execute(select(document_table.c.id).where(document_table.c.id.in_(found)).order_by(document_table.c.seq))
    return [found[row.id] for row in came]


def document(conn: Connection, scope: Scope, id: str) -> Document | None:
    """Return one document in scope."""
    found = documents(conn, scope, id=id)
    return found[0] if found else None


def successors(conn: Connection, scope: Scope, id: str) -> Sequence[Document]:
    """Return what follows a document, in the order it came."""
    return documents(conn, scope, before=id)


def open_step(conn: Connection, id: str) -> Document | None:
    """Return what is still to be taken back of a request: itself, or the quotation on it; None when either side has ended it."""
    found = document(conn, ALL, id)
    while found is not None and (after := successors(conn, ALL, found.id)):
        found = after[0] if len(after) == 1 and isinstance(after[0], Quotation) else None
    return found


def jws_of(conn: Connection, scope: Scope, id: str) -> str | None:
    """Return a document as it was signed."""
    if document(conn, scope, id) is None:
        return None
    return conn.execute(select(document_table.c.jws).where(document_table.c.id == id)).scalar()


option_table = Table(
    "trade_option",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("purpose", Text, nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("rfq", Text, nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

"""The letterhead's row."""

from typing import NamedTuple

import msgspec
from sqlalchemy import Column, Connection, LargeBinary, Table, Text, select

from plait.kernel.actor import Scope
from plait.manufacturing.desk.papers.model import Letterhead, Logo
from plait.store import metadata, upsert

__all__ = ["ALL", "Kept", "letterhead", "put_letterhead"]

letterhead_table = Table(
    "desk_letterhead",
    metadata,
    Column("id", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("logo_kind", Text, nullable=False),
    Column("logo", LargeBinary, nullable=False),
)
ALL = Scope(everything=True)
ONE = "firm"


class Kept(NamedTuple):
    """The letterhead and its logo, if there is one."""

    letterhead: Letterhead
    logo: Logo | None


def letterhead(conn: Connection, scope: Scope) -> Kept:
    """Return the letterhead; an empty one when none was entered, or to somebody from outside."""
    row = conn.execute(select(letterhead_table)).first() if scope.everything else None
    if row is None:
        return Kept(Letterhead(), None)
    return Kept(msgspec.json.decode(row.body, type=Letterhead), Logo(row.logo_kind, row.logo) if row.logo_kind else None)


def put_letterhead(conn: Connection, row: Letterhead, logo: Logo | None) -> None:
    """Keep the letterhead."""
    picture = {"logo_kind": logo.kind if logo else "", "logo": logo.content if logo else b""}
    upsert(conn, letterhead_table, "id", {"id": ONE, "body": msgspec.json.encode(row), **picture})

"""The rows of sites."""

import msgspec
from sqlalchemy import Column, Connection, LargeBinary, Table, Text, select

from plait.kernel.actor import Scope
from plait.manufacturing.schedule.model import Calendar
from plait.manufacturing.schedule.site.model import PublicDays, Site
from plait.manufacturing.schedule.site.rules import calendar_of
from plait.store import metadata, upsert

__all__ = ["calendar", "drop_site", "put_site", "sites"]

site_table = Table(
    "schedule_site",
    metadata,
    Column("id", Text, primary_key=True),
    Column("spec", LargeBinary, nullable=False),
    Column("public", LargeBinary, nullable=False),
)

_site = msgspec.json.Decoder(Site)
_public = msgspec.json.Decoder(PublicDays)


def sites(conn: Connection, scope: Scope) -> dict[str, tuple[Site, PublicDays]]:
    """Return the sites with their public holidays, by id; only our own people see them."""
    if not scope.everything:
        return {}
    return {row.id: (_site.decode(row.spec), _public.decode(row.public)) for row in conn.execute(select(site_table).order_by(site_table.c.id))}


def calendar(conn: Connection, scope: Scope, id: str) -> Calendar | None:
    """Return the calendar of a site, None when there is no such site."""
    found = sites(conn, scope).get(id)
    return calendar_of(*found) if found is not None else None


def put_site(conn: Connection, row: Site, public: PublicDays) -> None:
    """Insert or replace a site."""
    upsert(conn, site_table, "id", {"id": row.id, "spec": msgspec.json.encode(row), "public": msgspec.json.encode(public)})


def drop_site(conn: Connection, id: str) -> None:
    """Take a site out."""
    conn.execute(site_table.delete().where(site_table.c.id == id))

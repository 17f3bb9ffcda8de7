"""The rows of the firms known, their former names, and who states whose membership."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Boolean, Column, Connection, LargeBinary, Row, Table, Text, delete, insert, or_, select, update

from plait.kernel.actor import Scope
from plait.kernel.firm import Member
from plait.sharing.directory.model import Card, Statement
from plait.store import metadata

__all__ = ["cards", "former", "issued", "joined", "listed", "members", "once_called", "put", "put_statement", "set_joined", "set_listed", "statement_issued"]

member_table = Table(
    "directory_member",
    metadata,
    Column("party", Text, primary_key=True),
    Column("did", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("gln", Text, nullable=False),
    Column("isic", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("roles", LargeBinary, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("card", Text, nullable=False),
    Column("issued", Text, nullable=False),
    Column("joined", Boolean, nullable=False, default=False),
    Column("listed", Boolean, nullable=False, default=False),
    Column("dismissed", Text, nullable=False, default=""),
    Column("first_seen", Text, nullable=False),
    Column("last_seen", Text, nullable=False),
)

alias_table = Table(
    "directory_alias",
    metadata,
    Column("party", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("since", Text, nullable=False),
)

statement_table = Table(
    "directory_statement",
    metadata,
    Column("association", Text, primary_key=True),
    Column("issued", Text, nullable=False),
    Column("members", LargeBinary, nullable=False),
    Column("jws", Text, nullable=False),
)

m = member_table.c


def _member(row: Row[Any], memberships: Mapping[str, list[str]], former: tuple[str, ...]) -> Member:
    roles = tuple(msgspec.json.decode(row.roles, type=list[str]))
    key = msgspec.json.decode(row.key)
    of = tuple(memberships.get(row.party, ()))
    return Member(row.party, row.name, row.did, row.url, row.gln, row.isic, row.region, roles, of, key, former)


def _memberships(conn: Connection, own: str) -> dict[str, list[str]]:
    """Return who is a member of what: by the statements of associations we joined, and by our own list."""
    found: dict[str, list[str]] = {}
    for row in conn.execute(select(statement_table.c.association, statement_table.c.members).order_by(statement_table.c.association)):
        for party in msgspec.json.decode(row.members, type=list[str]):
            found.setdefault(party, []).append(row.association)
    for row in conn.execute(select(m.party).where(m.listed)):
        found.setdefault(row.party, []).append(own)
    return found


def members(conn: Connection, scope: Scope, own: str, ref: str | None = None) -> list[Member]:
    """Return the firms known in scope, by name; only those with ``ref`` as party_id, DID, GLN or name when one is given. ``own``: our party_id."""
    if scope.nothing:
        return []
    query = select(member_table).order_by(m.name, m.party)
    if ref is not None:
        query = query.where(or_(m.party == ref, m.did == ref, m.gln == ref, m.name == ref))
    if not scope.everything:
        query = query.where(m.party.in_([*(scope.ids or ()), scope.party or ""]))
    rows = conn.execute(query).all()
    of = _memberships(conn, own) if rows else {}
    before = _before(conn, [row.party for row in rows])
    return [_member(row, of, tuple(each for each in before.get(row.party, ()) if each not in {row.did, row.url})) for row in rows]


def _before(conn: Connection, parties: Sequence[str]) -> dict[str, list[str]]:
    """Return every DID and address that firms have gone by."""
    found: dict[str, list[str]] = {}
    query = select(alias_table.c.party, alias_table.c.value).where(alias_table.c.kind.in_(("did", "url")), alias_table.c.party.in_(parties))
    for row in conn.execute(query.order_by(alias_table.c.since, alias_table.c.kind)):
        found.setdefault(row.party, []).append(row.value)
    return found


def once_called(conn: Connection, scope: Scope, did: str) -> str:
    """Return the party_id of the firm that goes or went by ``did``, empty when there is none."""
    query = select(alias_table.c.party).where(alias_table.c.kind == "did", alias_table.c.value == did)
    return "" if scope.nothing else conn.execute(query).scalar() or ""


def cards(conn: Connection, scope: Scope) -> dict[str, str]:
    """Return the signed cards of the firms in scope, by party_id."""
    if scope.nothing:
        return {}
    query = select(m.party, m.card).order_by(m.party)
    if not scope.everything:
        query = query.where(m.party.in_([*(scope.ids or ()), scope.party or ""]))
    return {row.party: row.card for row in conn.execute(query)}


def issued(conn: Connection, scope: Scope, party: str) -> str:
    """Return when the card we hold of a firm was issued, empty when we hold none."""
    return conn.execute(select(m.issued).where(m.party == party)).scalar() or "" if scope.everything else ""


def listed(conn: Connection, scope: Scope) -> list[str]:
    """Return the party_ids of our own active members."""
    return [] if scope.nothing else list(conn.execute(select(m.party).where(m.listed).order_by(m.party)).scalars())


def joined(conn: Connection, scope: Scope) -> list[str]:
    """Return the party_ids of the associations we joined."""
    return [] if scope.nothing else list(conn.execute(select(m.party).where(m.joined).order_by(m.party)).scalars())


def former(conn: Connection, scope: Scope, party: str) -> list[tuple[str, str, str]]:
    """Return every name a firm has gone by: kind, value, since when."""
    query = select(alias_table.c.kind, alias_table.c.value, alias_table.c.since).where(alias_table.c.party == party)
    return [] if scope.nothing else [(row.kind, row.value, row.since) for row in conn.execute(query.order_by(alias_table.c.since, alias_table.c.kind))]


def put(conn: Connection, card: Card, token: str, at: str, names: Mapping[str, str]) -> None:
    """Enter or replace what is known of the card's firm; its present ``names`` are noted with their date."""
    values = {name: getattr(card, name) for name in ("did", "name", "url", "gln", "isic", "region", "issued")}
    values |= {"roles": msgspec.json.encode(card.roles), "key": msgspec.json.encode(card.key), "card": token, "last_seen": at}
    if conn.execute(update(member_table).where(m.party == card.party_id).values(**values)).rowcount == 0:
        conn.execute(insert(member_table).values(party=card.party_id, first_seen=at, joined=False, listed=False, dismissed="", **values))
    known = {(kind, value) for kind, value, _ in former(conn, Scope(everything=True), card.party_id)}
    for kind, value in names.items():
        if (kind, value) not in known:
            conn.execute(insert(alias_table).values(party=card.party_id, kind=kind, value=value, since=at))


def set_joined(conn: Connection, party: str) -> bool:
    """Note that we joined by ``party``; tell whether that is new."""
    return conn.execute(update(member_table).where(m.party == party, m.joined.is_(False)).values(joined=True)).rowcount > 0


def set_listed(conn: Connection, party: str, dismissed: str = "") -> bool:
    """List a firm as our member unless it was dismissed, or take it off the list with the reason; tell whether that changed anything."""
    query = update(member_table).where(m.party == party)
    if dismissed:
        return conn.execute(query.where(m.listed).values(listed=False, dismissed=dismissed)).rowcount > 0
    return conn.execute(query.where(m.listed.is_(False), m.dismissed == "").values(listed=True)).rowcount > 0


def statement_issued(conn: Connection, scope: Scope, association: str) -> str:
    """Return when the latest statement of an association was issued, empty when there is none."""
    query = select(statement_table.c.issued).where(statement_table.c.association == association)
    return "" if scope.nothing else conn.execute(query).scalar() or ""


def put_statement(conn: Connection, statement: Statement, token: str) -> None:
    """Keep the latest statement of an association."""
    conn.execute(delete(statement_table).where(statement_table.c.association == statement.association))
    parties = msgspec.json.encode([each.party_id for each in statement.members])
    conn.execute(insert(statement_table).values(association=statement.association, issued=statement.issued, members=parties, jws=token))

"""The rows of identity; nothing here belongs to a partner. Times are milliseconds since 1970 (system time)."""

from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Connection, Index, LargeBinary, Table, Text, delete, func, insert, select, update

from plait.identity.model import FirmProfile, Person, TokenView
from plait.store import from_ms, metadata, ms_of, upsert

__all__ = [
    "addresses",
    "end_token",
    "enter_person",
    "enter_token",
    "firm",
    "leave",
    "note_use",
    "people",
    "put_address",
    "put_profile",
    "replace_secret",
    "tokens",
    "use_once",
]

firm_table = Table(
    "identity_firm",
    metadata,
    Column("party_id", Text, primary_key=True),
    Column("profile", LargeBinary, nullable=False),
)

token_table = Table(
    "identity_token",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("revoked", BigInteger),
    Column("scopes", Text, nullable=False, server_default=""),
    Column("maker", Text, nullable=False, server_default=""),
    Column("used", BigInteger),
)

person_table = Table(
    "identity_person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
)

address_table = Table(
    "identity_address",
    metadata,
    Column("did", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
)

jti_table = Table(
    "identity_jti",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("jti", Text, primary_key=True),
    Column("expires", BigInteger, nullable=False),
)
Index("identity_jti_expires", jti_table.c.expires)


def firm(conn: Connection) -> tuple[str, FirmProfile] | None:
    """Return our party_id and profile, None in a new folder."""
    row = conn.execute(select(firm_table)).first()
    return None if row is None else (row.party_id, msgspec.json.decode(bytes(row.profile), type=FirmProfile))


def put_profile(conn: Connection, party_id: str, profile: FirmProfile) -> None:
    """Keep the profile."""
    conn.execute(delete(firm_table))
    conn.execute(insert(firm_table).values(party_id=party_id, profile=msgspec.json.encode(profile)))


def addresses(conn: Connection) -> list[tuple[str, str]]:
    """Return the names and addresses we have had, DID and URL, the present one last."""
    return [(row.did, row.url) for row in conn.execute(select(address_table).order_by(address_table.c.since))]


def put_address(conn: Connection, did: str, url: str, since_ms: int) -> None:
    """Note where we are from now on."""
    last = conn.execute(select(func.max(address_table.c.since))).scalar() or 0
    upsert(conn, address_table, "did", {"did": did, "url": url, "since": max(since_ms, last + 1)})


def tokens(conn: Connection) -> dict[str, TokenView]:
    """Return all tokens by the hash of their secret, in the order they were made."""
    rows = conn.execute(select(token_table).order_by(token_table.c.id))
    return {row.hash: _token(row) for row in rows}


def _token(row: Any) -> TokenView:
    revoked, used = (None if each is None else from_ms(each) for each in (row.revoked, row.used))
    return TokenView(row.id, row.role, row.label, from_ms(row.made), from_ms(row.expires), revoked, tuple(row.scopes.split()), row.maker, used)


def enter_token(conn: Connection, hash: str, token: TokenView) -> None:
    """Enter a token by the hash of its secret."""
    times = {"made": ms_of(token.made), "expires": ms_of(token.expires)}
    values = {"id": token.id, "role": token.role, "label": token.label, "scopes": " ".join(token.scopes), "maker": token.maker}
    conn.execute(insert(token_table).values(hash=hash, **values, **times))


def replace_secret(conn: Connection, id: str, hash: str) -> None:
    """Put the hash of a new secret in the place of the old one."""
    conn.execute(update(token_table).where(token_table.c.id == id).values(hash=hash))


def note_use(conn: Connection, id: str, day_ms: int) -> None:
    """Note on which day a token was last used."""
    conn.execute(update(token_table).where(token_table.c.id == id).values(used=day_ms))


def end_token(conn: Connection, id: str, at_ms: int) -> bool:
    """Mark a token as revoked; tell whether there was one in force."""
    return conn.execute(update(token_table).where(token_table.c.id == id, token_table.c.revoked.is_(None)).values(revoked=at_ms)).rowcount > 0


def people(conn: Connection) -> list[Person]:
    """Return everybody, by name."""
    return [Person(row.id, row.name, row.role) for row in conn.execute(select(person_table).order_by(person_table.c.name))]


def enter_person(conn: Connection, person: Person) -> None:
    """Enter somebody, in the place of the entry with the same id."""
    conn.execute(delete(person_table).where(person_table.c.id == person.id))
    conn.execute(insert(person_table).values(id=person.id, name=person.name, role=person.role))


def leave(conn: Connection, id: str) -> bool:
    """Take somebody out; tell whether they were there."""
    return conn.execute(delete(person_table).where(person_table.c.id == id)).rowcount > 0


def use_once(conn: Connection, issuer: str, jti: str, expires_ms: int, now_ms: int) -> bool:
    """Note the use of a token's id until it expires; False when it was used before."""
    conn.execute(delete(jti_table).where(jti_table.c.expires < now_ms))
    known = conn.execute(select(jti_table.c.jti).where(jti_table.c.issuer == issuer, jti_table.c.jti == jti)).first()
    if known is None:
        conn.execute(insert(jti_table).values(issuer=issuer, jti=jti, expires=expires_ms))
    return known is None

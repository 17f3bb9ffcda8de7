"""The rows of what firms publish: our own capabilities and those of others as last heard."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Column, Connection, LargeBinary, Table, Text, select

from plait.kernel.actor import Scope
from plait.manufacturing.capability.model import Capability, FirmOffer
from plait.store import metadata

__all__ = ["firms", "known_name", "offer", "put_offer", "withdraw"]

firm_table = Table(
    "capability_firm",
    metadata,
    Column("party", Text, primary_key=True),
    Column("name", Text, nullable=False),
)

offer_table = Table(
    "capability_offer",
    metadata,
    Column("party", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("process", Text, nullable=False, index=True),
    Column("spec", LargeBinary, nullable=False),
)

_capability = msgspec.json.Decoder(Capability)


def _put_firm(conn: Connection, party: str, name: str) -> None:
    if conn.execute(firm_table.update().where(firm_table.c.party == party).values(name=name)).rowcount == 0:
        conn.execute(firm_table.insert().values(party=party, name=name))


def offer(conn: Connection, party: str) -> tuple[Capability, ...]:
    """Return what one firm publishes (public by its nature), by id."""
    rows = conn.execute(select(offer_table.c.spec).where(offer_table.c.party == party).order_by(offer_table.c.id))
    return tuple(_capability.decode(row.spec) for row in rows)


def firms(conn: Connection, scope: Scope) -> Sequence[FirmOffer]:
    """Return the firms in scope with all they publish, by party_id."""
    if scope.nothing:
        return []
    query = select(firm_table).order_by(firm_table.c.party)
    if not scope.everything:
        query = query.where(firm_table.c.party.in_([*(scope.ids or ()), scope.party or ""]))
    found = conn.execute(query).all()
    specs: dict[str, list[Capability]] = {row.party: [] for row in found}
    for row in conn.execute(select(offer_table).order_by(offer_table.c.party, offer_table.c.id)):
        if row.party in specs:
            specs[row.party].append(_capability.decode(row.spec))
    return [FirmOffer(row.party, row.name, tuple(specs[row.party])) for row in found]


def put_offer(conn: Connection, party: str, name: str, capabilities: Sequence[Capability], *, replace: bool) -> None:
    """Enter capabilities of a firm; with ``replace`` what it published before is gone."""
    _put_firm(conn, party, name)
    if replace:
        conn.execute(offer_table.delete().where(offer_table.c.party == party))
    for capability in capabilities:
        withdraw(conn, party, capability.id)
        conn.execute(offer_table.insert().values(party=party, id=capability.id, process=capability.process, spec=msgspec.json.encode(capability)))


def withdraw(conn: Connection, party: str, id: str) -> bool:
    """Take one capability out; tell whether it was there."""
    return conn.execute(offer_table.delete().where(offer_table.c.party == party, offer_table.c.id == id)).rowcount > 0


def known_name(conn: Connection, party: str) -> str | None:
    """Return the name a firm was noted under, or None when it is not known."""
    return conn.execute(select(firm_table.c.name).where(firm_table.c.party == party)).scalar()

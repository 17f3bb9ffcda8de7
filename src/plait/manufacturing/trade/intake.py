"""UBL files from outside the network: our own system's demands, and requests of customers without a node."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

import msgspec
from sqlalchemy import Column, LargeBinary, Table, Text, select

from plait.kernel.actor import Actor, Scope
from plait.kernel.ids import new_id
from plait.kernel.problems import NOT_FOUND, Problem
from plait.manufacturing.trade import tables
from plait.manufacturing.trade.model import FACTS, Demand, DemandReceived, RequestForQuotation
from plait.manufacturing.trade.rules import FOREIGN
from plait.manufacturing.trade.service import TradeService
from plait.manufacturing.trade.ubl_common import UBL_TYPE
from plait.manufacturing.trade.ubl_read import UblDocument, read_ubl
from plait.store import Tx, metadata

__all__ = ["IntakeService", "Taken"]

ALL = Scope(everything=True)

demand_table = Table(
    "trade_demand",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
)


class Taken(msgspec.Struct, frozen=True):
    """What became of a file: ``demand`` (we want something), ``request`` (a customer wants something of us), ``order`` (``id``: the offer it accepts)."""

    kind: str
    id: str
    number: str


class IntakeService:
    """Reads UBL files dropped by people and systems: a RequestForQuotation, or an Order on an offer of ours (``on_order`` takes it and returns its number)."""

    def __init__(self, trade: TradeService) -> None:
        self.trade = trade
        self.store = trade.store
        self.guard = trade.guard
        self.on_order: Callable[[Actor, bytes], Awaitable[str]] | None = None

    async def take(self, actor: Actor, content: bytes) -> Taken:
        """Take a file in; the same file again changes nothing. Raise ``ubl-unreadable`` or ``ubl-type``."""
        self.guard.require(actor, "trade.write")
        read = read_ubl(content)
        if read.type == "Order" and read.refs and self.on_order is not None:
            return Taken("order", await self.on_order(actor, content), read.number)
        if read.type != "RequestForQuotation":
            taken = "a RequestForQuotation, or an Order on an offer of ours"
            raise Problem(UBL_TYPE, f"a {read.type} comes from a partner's node, not as a file; only {taken}, is taken here")
        if not read.lines:
            raise Problem(UBL_TYPE, f"{read.number or 'the file'} asks for nothing")
        firm = self.guard.firm()
        ours = read.buyer.gln == firm.gln if read.buyer.gln and firm.gln else read.buyer.name.casefold() == firm.name.casefold()
        digest = hashlib.sha256(content).hexdigest()
        return await (self._demand(actor, read, digest) if ours else self._request(actor, read, digest))

    async def _demand(self, actor: Actor, read: UblDocument, digest: str) -> Taken:
        def work(tx: Tx) -> Taken:
            known = self._known(tx, digest)
            if known is not None:
                return Taken("demand", known.id, known.number)
            until = read.valid_until or tx.at + timedelta(days=2)
            demand = Demand(new_id(), read.number or f"D-{tx.number('D'):05}", read.lines, until)
            tx.conn.execute(demand_table.insert().values(digest=digest, id=demand.id, body=msgspec.json.encode(demand)))
            tx.append(f"demand/{demand.number}", DemandReceived(demand.id, demand.number, str(sum(line.quantity for line in demand.lines))))
            return Taken("demand", demand.id, demand.number)

        return await self.store.write(actor, work)

    @staticmethod
    def _known(tx: Tx, digest: str) -> Demand | None:
        row = tx.conn.execute(select(demand_table.c.body).where(demand_table.c.digest == digest)).first()
        return msgspec.json.decode(row.body, type=Demand) if row is not None else None

    async def _request(self, actor: Actor, read: UblDocument, digest: str) -> Taken:
        """Keep a request of a customer without a node: its answer waits here to be fetched as UBL."""
        id = f"file-{digest[:32]}"

        def work(tx: Tx) -> Taken:
            known = tables.document(tx.conn, ALL, id)
            if known is None:
                rfq = RequestForQuotation(
                    id=id,
                    number=read.number or id,
                    party="",
                    party_name=read.buyer.name or "a customer",
                    counterparty=self.guard.firm().party_id,
                    counterparty_name=self.guard.firm().name,
                    issued=read.issued,
                    lines=read.lines,
                    respond_by=read.valid_until or tx.at + timedelta(days=2),
                    note=read.note,
                )
                tables.put_document(tx.conn, rfq, "")
                key = f"{rfq.party_name}/{rfq.number}"
                quantity = str(sum(line.quantity for line in rfq.lines))
                body = FACTS["RequestForQuotation", False](doc_id=id, key=key, number=rfq.number, other="", other_name=rfq.party_name, quantity=quantity)
                tx.append(f"trade/{rfq.number}", body)
            return Taken("request", id, read.number or id)

        return await self.store.write(actor, work)

    async def demand(self, actor: Actor, id: str) -> Demand:
        """Return one demand of ours; raise ``not-found``."""
        if not self.guard.scope(actor, "read", "trade.demand").everything:
            raise Problem(FOREIGN, "a firm's own demands are its own")
        row = await self.store.read(lambda conn: conn.execute(select(demand_table.c.body).where(demand_table.c.id == id)).first())
        if row is None:
            raise Problem(NOT_FOUND, f"demand {id} is not known")
        return msgspec.json.decode(row.body, type=Demand)

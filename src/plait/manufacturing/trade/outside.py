"""Suppliers without a node: what they are asked and answer by other ways, kept as documents and options like any partner's."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

from plait.kernel.actor import Actor, Scope
from plait.kernel.ids import new_id
from plait.kernel.problems import NOT_FOUND, Problem
from plait.manufacturing.requirement import Requirement
from plait.manufacturing.trade import rules, tables
from plait.manufacturing.trade.model import Decline, Document, Line, Order, OrderCancellation, OrderResponse, Quotation, RequestForQuotation
from plait.manufacturing.trade.options import OptionNeed, OptionReleased, OptionService, OptionView, options_of, put_option
from plait.store import Tx

__all__ = ["OutsideService", "Quoted", "Standing"]

ALL = Scope(everything=True)


class Quoted(msgspec.Struct, frozen=True):
    """A supplier's answer: its lines with price and date, until when it holds, under which ``number`` of its own, and what it says."""

    lines: tuple[Line, ...]
    valid_until: datetime
    number: str = ""
    note: str = ""


class Standing(msgspec.Struct, frozen=True):
    """An order of ours on a supplier without a node, its word on it (None: none yet), and whether we have taken it back."""

    order: Order
    answer: OrderResponse | None = None
    cancelled: bool = False


class OutsideService:
    """Documents of suppliers who have no node. They are nobody's party in them (``""``), so nothing is posted; names tell them apart."""

    def __init__(self, options: OptionService) -> None:
        self.options = options
        self.trade = options.trade
        self.store = options.store

    async def ask(self, actor: Actor, purpose: str, name: str, lines: Sequence[Line], respond_by: datetime) -> None:
        """Enter what a supplier is asked for ``purpose``; a supplier who was asked for it before is not asked twice."""
        self.trade.guard.require(actor, "trade.write")

        def work(tx: Tx) -> None:
            if _option(tx, purpose, name) is not None:
                return
            rfq = self.trade.request_in(tx, "", lines, respond_by, option=True, origin=purpose, name=name)
            line = lines[0] if len(lines) == 1 else Line("1", f"{len(lines)} lines: {lines[0].name}, ...", Decimal(1), "SET")
            by = min((each.requested for each in lines if each.requested), default=respond_by)
            need = OptionNeed(line.name, line.requirement or Requirement(), line.quantity, line.unit, by, "", [], _role(name))
            put_option(tx.conn, OptionView(purpose, need.role, "", name, rfq.id, "asked", need))

        await self.store.write(actor, work)

    async def quoted(self, actor: Actor, purpose: str, name: str, said: Quoted) -> None:
        """Keep a supplier's quotation. Raise ``not-found`` for one who was not asked, ``already-answered`` or ``offer-revoked``."""
        self.trade.guard.require(actor, "trade.write")

        def work(tx: Tx) -> None:
            rfq = self._asked(tx, purpose, name)
            head = self._head(tx, rfq, said.number or f"{rfq.number}/Q")
            self.trade.take_in(tx, Quotation(**head, lines=said.lines, valid_until=said.valid_until, option=True, note=said.note), rfq)

        await self.store.write(actor, work)

    async def declined(self, actor: Actor, purpose: str, name: str, reason: str) -> None:
        """Keep that a supplier says no, and why; raise as ``quoted``."""
        self.trade.guard.require(actor, "trade.write")

        def work(tx: Tx) -> None:
            rfq = self._asked(tx, purpose, name)
            self.trade.take_in(tx, Decline(**self._head(tx, rfq, f"{rfq.number}/D"), reason=reason, option=True), rfq)

        await self.store.write(actor, work)

    async def responded(self, actor: Actor, number: str, code: Literal["accepted", "rejected"], promised: datetime | None, reason: str = "") -> None:
        """Keep a supplier's word on our order ``number`` (or id); raise ``not-found`` or ``already-answered``."""
        self.trade.guard.require(actor, "trade.write")
        order = (await self.standing(actor, number)).order

        def work(tx: Tx) -> None:
            head = self._head(tx, order, f"{order.number}/R")
            self.trade.take_in(tx, OrderResponse(**head, code=code, promised=promised, reason=reason), order)

        await self.store.write(actor, work)

    async def withdrawn(self, actor: Actor, body: Any) -> None:
        """We took back a request, or let go the quotation on it (the fact's body): its supplier's page says so."""

        def work(tx: Tx) -> None:
            target = tables.document(tx.conn, ALL, body.target_id)
            rfq = tables.document(tx.conn, ALL, target.refs[0].id) if isinstance(target, Quotation) else target
            if not isinstance(rfq, RequestForQuotation) or rfq.counterparty or not rfq.origin:
                return
            view = next((each for each in options_of(tx.conn, ALL, rfq.origin) if each.rfq_id == rfq.id and each.state in ("asked", "held")), None)
            if view is not None:
                put_option(tx.conn, msgspec.structs.replace(view, state="released", reason=body.reason))
                tx.append(f"option/{view.purpose}", OptionReleased(f"{view.purpose}/{view.role}", view.role, view.supplier_name, body.reason))

        await self.store.write(actor, work)

    async def option(self, actor: Actor, purpose: str, name: str) -> OptionView | None:
        """Return what a supplier was asked for ``purpose`` as an option, None when it was not asked."""
        return next((each for each in await self.options.status(actor, purpose) if each.role == _role(name)), None)

    async def standing(self, actor: Actor, number: str) -> Standing:
        """Return our order ``number`` (or id) on a supplier without a node; raise ``not-found``, also for a partner's."""
        scope = self.trade.guard.scope(actor, "read", "trade.document")
        own = self.trade.guard.firm().party_id

        def read(conn: Any) -> Standing | None:
            found = [*tables.documents(conn, scope, id=number), *tables.documents(conn, scope, number=number)]
            order = next((each for each in found if isinstance(each, Order) and each.party == own and not each.counterparty), None)
            if order is None:
                return None
            after = tables.successors(conn, scope, order.id)
            answers = [each for each in after if isinstance(each, OrderResponse)]
            return Standing(order, answers[-1] if answers else None, any(isinstance(each, OrderCancellation) for each in after))

        standing = await self.store.read(read)
        if standing is None:
            raise Problem(NOT_FOUND, f"{number} is no order of ours on a firm without a node")
        return standing

    def _asked(self, tx: Tx, purpose: str, name: str) -> RequestForQuotation:
        option = _option(tx, purpose, name)
        rfq = tables.document(tx.conn, ALL, option.rfq_id) if option is not None else None
        if not isinstance(rfq, RequestForQuotation):
            raise Problem(NOT_FOUND, f"{name} was not asked for {purpose}")
        return rfq

    @staticmethod
    def _head(tx: Tx, before: Document, number: str) -> dict[str, Any]:
        """Return the head of what a supplier says on ``before``, a document of ours."""
        names = {"party_name": before.counterparty_name, "counterparty_name": before.party_name}
        return {"id": new_id(), "number": number, "party": "", "counterparty": before.party, "issued": tx.at, "refs": (rules.ref_to(before),), **names}


def _role(name: str) -> str:
    return f"guest/{name.casefold()}"


def _option(tx: Tx, purpose: str, name: str) -> OptionView | None:
    return next((each for each in options_of(tx.conn, ALL, purpose) if each.role == _role(name)), None)

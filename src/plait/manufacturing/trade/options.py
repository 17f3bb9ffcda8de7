"""Options on suppliers: quotations held until they expire, confirmed by an order or released."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from plait.kernel.actor import Actor, Scope
from plait.kernel.facts import fact
from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.requirement import Requirement
from plait.manufacturing.trade import rules, tables
from plait.manufacturing.trade.model import Line, Quotation
from plait.manufacturing.trade.service import TradeService
from plait.manufacturing.trade.tables import open_step, option_table
from plait.store import Tx

__all__ = ["OptionNeed", "OptionReleased", "OptionService", "OptionView", "options_of", "put_option"]

ALL = Scope(everything=True)


class OptionNeed(msgspec.Struct, frozen=True):
    """What must be secured: ``role`` says what for, ``supplier`` whom to ask first, ``alternatives`` whom next."""

    name: str
    requirement: Requirement
    quantity: Decimal
    unit: str
    by: datetime
    supplier: str
    alternatives: list[str]
    role: str


class OptionView(msgspec.Struct, frozen=True):
    """An option; ``state``: asked, held, declined, confirmed, released. ``price`` of one unit; of a quotation with several lines, of them all."""

    purpose: str
    role: str
    supplier: str
    supplier_name: str
    rfq_id: str
    state: str
    need: OptionNeed
    quotation_id: str = ""
    order_id: str = ""
    price: Money | None = None
    promised: datetime | None = None
    expires: datetime | None = None
    lead_minutes: int = 0
    reason: str = ""


@fact("trade.option_held", key="key")
class OptionHeld(msgspec.Struct, frozen=True):
    """A supplier holds what we asked for."""

    key: str
    role: str
    supplier_name: str


@fact("trade.option_confirmed", key="key")
class OptionConfirmed(msgspec.Struct, frozen=True):
    """We ordered what was held."""

    key: str
    role: str
    supplier_name: str


@fact("trade.option_released", key="key")
class OptionReleased(msgspec.Struct, frozen=True):
    """We let go what was held."""

    key: str
    role: str
    supplier_name: str
    reason: str


def options_of(conn: Connection, scope: Scope, purpose: str) -> list[OptionView]:
    """Return the options of a purpose by role; only our own people see them."""
    if not scope.everything:
        return []
    rows = conn.execute(select(option_table.c.body).where(option_table.c.purpose == purpose).order_by(option_table.c.seq))
    return [msgspec.json.decode(row.body, type=OptionView) for row in rows]


def put_option(conn: Connection, view: OptionView) -> None:
    """Keep an option as it is now."""
    body = msgspec.json.encode(view)
    where = (option_table.c.purpose == view.purpose) & (option_table.c.role == view.role)
    values = {"rfq": view.rfq_id, "state": view.state, "body": body}
    if conn.execute(option_table.update().where(where).values(values)).rowcount == 0:
        conn.execute(option_table.insert().values(purpose=view.purpose, role=view.role, **values))


def _total(lines: Sequence[Line]) -> Money | None:
    """Return what all lines cost together; None when one has no price or they are in several currencies."""
    amounts = [line.price.times(line.quantity) for line in lines if line.price is not None]
    if len(amounts) < len(lines) or len({each.currency for each in amounts}) > 1:
        return None
    return sum(amounts[1:], amounts[0])


class OptionService:
    """Takes, confirms and releases options; built on the trade documents."""

    def __init__(self, trade: TradeService) -> None:
        self.trade = trade
        self.store = trade.store

    async def take(self, actor: Actor, purpose: str, needs: Sequence[OptionNeed], respond_by: datetime) -> None:
        """Ask the first supplier of each need; a purpose that has been taken up already is left alone."""
        await self.store.write(actor, lambda tx: self.take_in(tx, purpose, needs, respond_by))

    def take_in(self, tx: Tx, purpose: str, needs: Sequence[OptionNeed], respond_by: datetime) -> None:
        """As ``take``, inside a transaction."""
        if not options_of(tx.conn, ALL, purpose):
            for need in needs:
                self._ask(tx, purpose, need, respond_by)

    def _ask(self, tx: Tx, purpose: str, need: OptionNeed, respond_by: datetime) -> None:
        if not need.supplier:
            put_option(tx.conn, OptionView(purpose, need.role, "", "", "", "declined", need, reason=f"nobody known does {need.name}"))
            return
        line = Line("1", need.name, need.quantity, need.unit, requirement=need.requirement, requested=need.by)
        rfq = self.trade.request_in(tx, need.supplier, [line], respond_by, option=True, origin=purpose)
        put_option(tx.conn, OptionView(purpose, need.role, need.supplier, rfq.counterparty_name, rfq.id, "asked", need))

    async def on_answer(self, actor: Actor, body: Any) -> str | None:
        """Take over a supplier's quotation or decline (the fact's body); return the purpose, None when it is not for an option."""

        def work(tx: Tx) -> str | None:
            row = tx.conn.execute(select(option_table.c.body).where(option_table.c.rfq == body.target_id)).first()
            if row is None:
                return None
            view = msgspec.json.decode(row.body, type=OptionView)
            if view.state != "asked":
                return str(view.purpose)
            answer = tables.document(tx.conn, ALL, body.doc_id)
            if isinstance(answer, Quotation):
                self._held(tx, view, answer)
            else:
                self._lost(tx, view, body.reason)
            return str(view.purpose)

        return await self.store.write(actor, work)

    async def on_withdrawal(self, actor: Actor, body: Any) -> OptionView | None:
        """A supplier takes back a quotation that we hold (the fact's body): ask the next. Return the option as it was, None when it is none."""

        def work(tx: Tx) -> OptionView | None:
            before = tables.document(tx.conn, ALL, body.target_id)
            if not isinstance(before, Quotation):
                return None
            row = tx.conn.execute(select(option_table.c.body).where(option_table.c.rfq == before.refs[0].id)).first()
            if row is None:
                return None
            view = msgspec.json.decode(row.body, type=OptionView)
            if view.state == "held":
                self._lost(tx, msgspec.structs.replace(view, quotation_id=""), body.reason)
            return view

        return await self.store.write(actor, work)

    def _lost(self, tx: Tx, view: OptionView, reason: str) -> None:
        if view.need.alternatives:
            need = msgspec.structs.replace(view.need, supplier=view.need.alternatives[0], alternatives=view.need.alternatives[1:])
            self._ask(tx, view.purpose, need, tx.at)
        else:
            put_option(tx.conn, msgspec.structs.replace(view, state="declined", reason=reason))

    @staticmethod
    def _held(tx: Tx, view: OptionView, answer: Quotation) -> None:
        line = answer.lines[0]
        price, promised = line.price, line.promised
        if len(answer.lines) > 1:
            price = _total(answer.lines)
            promised = max((each.promised for each in answer.lines if each.promised), default=None)
        terms: dict[str, Any] = {"price": price, "promised": promised, "expires": answer.valid_until, "lead_minutes": line.lead_minutes}
        put_option(tx.conn, msgspec.structs.replace(view, state="held", quotation_id=answer.id, **terms))
        tx.append(f"option/{view.purpose}", OptionHeld(f"{view.purpose}/{view.role}", view.role, view.supplier_name))

    async def on_order(self, actor: Actor, body: Any) -> None:
        """We ordered on a quotation (the fact's body): when it was held as an option, that option is confirmed."""

        def work(tx: Tx) -> None:
            quotation = tables.document(tx.conn, ALL, body.target_id)
            row = tx.conn.execute(select(option_table.c.body).where(option_table.c.rfq == quotation.refs[0].id)).first() if quotation is not None else None
            view = msgspec.json.decode(row.body, type=OptionView) if row is not None else None
            if view is not None and view.state == "held" and view.quotation_id == body.target_id:
                put_option(tx.conn, msgspec.structs.replace(view, state="confirmed", order_id=body.doc_id))
                tx.append(f"option/{view.purpose}", OptionConfirmed(f"{view.purpose}/{view.role}", view.role, view.supplier_name))

        await self.store.write(actor, work)

    async def status(self, actor: Actor, purpose: str) -> Sequence[OptionView]:
        """Return the options of a purpose; one that is held beyond its time shows as expired."""
        scope = self.trade.guard.scope(actor, "read", "trade.option")
        now = self.trade.clock.now()
        views = await self.store.read(lambda conn: options_of(conn, scope, purpose))
        return [msgspec.structs.replace(each, state="expired") if each.state == "held" and each.expires and each.expires <= now else each for each in views]

    def confirm_in(self, tx: Tx, purpose: str) -> list[OptionView]:
        """Order all that is held for a purpose: all or nothing. Return the options with their orders; raise ``quotation-expired``."""
        return [view if view.state == "confirmed" else self._confirm(tx, view) for view in options_of(tx.conn, ALL, purpose)]

    def _confirm(self, tx: Tx, view: OptionView) -> OptionView:
        before = tables.document(tx.conn, ALL, view.quotation_id)
        if view.state != "held" or before is None:
            raise Problem(rules.TOO_LATE, f"{view.role} of {view.supplier_name} is {view.state}, not held")
        order = self.trade.send_in(tx, self.trade.order_of(tx, before), before)
        now = msgspec.structs.replace(view, state="confirmed", order_id=order.id)
        put_option(tx.conn, now)
        tx.append(f"option/{view.purpose}", OptionConfirmed(f"{view.purpose}/{view.role}", view.role, view.supplier_name))
        return now

    async def release(self, actor: Actor, purpose: str, reason: str) -> None:
        """Let go what is asked or held for a purpose and tell the suppliers."""

        def work(tx: Tx) -> None:
            for view in options_of(tx.conn, ALL, purpose):
                if view.state not in ("asked", "held"):
                    continue
                before = open_step(tx.conn, view.rfq_id)
                if before is not None:
                    self.trade.send_in(tx, self.trade.withdrawal_of(tx, before, reason), before)
                put_option(tx.conn, msgspec.structs.replace(view, state="released", reason=reason))
                tx.append(f"option/{purpose}", OptionReleased(f"{purpose}/{view.role}", view.role, view.supplier_name, reason))

        await self.store.write(actor, work)

"""Documents and the desk: a request becomes a quotation, an order a run, a supplier's word a repaired plan."""

from typing import Any

from plait.braid.house import House, Reaction
from plait.kernel.facts import Fact
from plait.manufacturing.desk.model import Arrival, GoodsArrived, GoodsItem

__all__ = ["REACTIONS"]


async def demanded(house: House, fact: Fact, body: Any) -> None:
    """Our own ERP asks for something: search the network and ask those who fit."""
    demand = await house.intake.demand(house.me, body.doc_id)
    await house.quotes.source(house.me, body.number, demand.lines, demand.respond_by, f"demand:{fact.id}")


async def requested(house: House, fact: Fact, body: Any) -> None:
    """A request for quotation came."""
    del fact
    await house.quotes.judge(house.me, body.doc_id)


async def offered(house: House, fact: Fact, body: Any) -> None:
    """A supplier answered a request for an option: go on with what the option is for."""
    del fact
    if not body.option:
        return
    purpose = await house.options.on_answer(house.me, body)
    if purpose is not None:
        await _go_on(house, purpose)


async def _go_on(house: House, purpose: str) -> None:
    if "#" in purpose:
        await house.orders.stand_in_offered(house.me, purpose)
        return
    inquiry = await house.quotes.purpose_of(purpose)
    if inquiry is not None:
        await house.quotes.proceed(house.me, inquiry.rfq_id)
    else:
        await house.offers.supplied(house.me, purpose)


async def withdrawn(house: House, fact: Fact, body: Any) -> None:
    """A customer took a request or its option back, or a supplier the quotation that we hold an option on."""
    del fact
    await house.quotes.withdrawn(house.me, body.target_id, body.reason)
    option = await house.options.on_withdrawal(house.me, body)
    if option is None:
        return
    if option.order_id:
        await house.orders.answered(house.me, option.order_id, "rejected", None, body.reason)
    else:
        await _go_on(house, option.purpose)


async def ordered(house: House, fact: Fact, body: Any) -> None:
    """An order came."""
    del fact
    await house.orders.ordered(house.me, body.doc_id)


async def answered(house: House, fact: Fact, body: Any) -> None:
    """A supplier answered our order, or moved its date."""
    del fact
    await house.orders.answered(house.me, body.order_id, body.code, body.promised, body.reason)


async def cancelled(house: House, fact: Fact, body: Any) -> None:
    """A customer takes back what has not been begun."""
    run = await house.line.run_of(body.order_id)
    if run is not None:
        await house.line.cut(house.me, run.order.number, body.reason, once=f"cut:{fact.id}")
        await house.schedule.cancel(house.me, run.order.number, body.reason)


async def despatched(house: House, fact: Fact, body: Any) -> None:
    """A supplier has sent goods: expect them."""
    advice = await house.trade.document(house.me, body.doc_id)
    items = tuple(GoodsItem(line.gtin, line.lot, int(line.quantity), tuple(line.serials), line.batch, line.name) for line in advice.lines)
    number = f"{advice.party_name}/{advice.number}"
    goods = GoodsArrived(
        number=number,
        doc_id=advice.id,
        sender=advice.party,
        sender_name=advice.party_name,
        order_id=body.order_id,
        quantity=sum(item.quantity for item in items),
        items=items,
        sscc=advice.sscc,
        carrier=advice.carrier,
    )
    await house.arrivals.announce(house.me, Arrival(advice.id, number, advice.eta, "expected"), goods, f"despatch:{fact.id}")


REACTIONS = (
    Reaction("trade.demanded", frozenset({"trade.demand_received"}), demanded),
    Reaction("trade.requested", frozenset({"trade.rfq_received"}), requested),
    Reaction("trade.offered", frozenset({"trade.quotation_received", "trade.decline_received"}), offered),
    Reaction("trade.withdrawn", frozenset({"trade.withdrawal_received"}), withdrawn),
    Reaction("trade.ordered", frozenset({"trade.order_received"}), ordered),
    Reaction("trade.answered", frozenset({"trade.order_response_received"}), answered),
    Reaction("trade.cancelled", frozenset({"trade.cancellation_received"}), cancelled),
    Reaction("trade.despatched", frozenset({"trade.despatch_received"}), despatched),
)

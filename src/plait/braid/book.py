"""The order book holds every open order: one accepted through the network stands in it too, and is done when its run is shipped."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from plait.braid.house import House, Reaction
from plait.kernel.facts import Fact
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.rules import key_of
from plait.manufacturing.trade.model import Order

__all__ = ["REACTIONS"]


async def accepted(house: House, fact: Fact, body: Any) -> None:
    """An order was accepted and has become a run: its line bears the run's number."""
    order = await house.trade.document(house.me, body.order_id)
    part = await house.parts.get(house.me, body.part_id)
    assert isinstance(order, Order)
    line = order.lines[0]
    wanted: datetime = line.requested or body.promised
    zone = ZoneInfo(house.firm.zone)
    row = OrderLine(
        id=body.run,
        key=key_of(body.customer_name, body.order_number, line.id, body.part_id),
        customer=body.customer_name,
        order_no=body.order_number,
        line_no=line.id,
        part_id=part.id,
        part_no=part.id,
        name=part.name,
        quantity=Decimal(body.quantity),
        due=wanted.astimezone(zone).date(),
        unit=line.unit,
        revision=part.revision,
        drawing_no=part.drawing_no,
        ordered_quantity=Decimal(body.quantity),
        ordered=order.issued.astimezone(zone).date(),
        promised=body.promised,
        price=line.price,
        source=body.order_id,
        customer_party=body.customer,
        order_id=body.order_id,
        run=body.run,
    )
    await house.book.accepted(house.me, row, once=f"book:{fact.id}")


async def moved(house: House, fact: Fact, body: Any) -> None:
    """The customer was told another date."""
    await house.book.run_moved(house.me, body.run, body.now, once=f"book:{fact.id}")


async def cut(house: House, fact: Fact, body: Any) -> None:
    """The customer took pieces out of the order."""
    await house.book.run_cut(house.me, body.run, body.quantity, body.reason, once=f"book:{fact.id}")


async def despatched(house: House, fact: Fact, body: Any) -> None:
    """Goods of a run have left; with the last of them its line is done."""
    run = await house.line.run_of(body.order_id) if body.order_id else None
    if run is not None:
        await house.book.run_sent(house.me, run.order.number, Decimal(body.quantity or 0), last=run.state == "finished", once=f"book:{fact.id}")


async def carried(house: House, fact: Fact, body: Any) -> None:
    """A transport is done when it is done: nothing is sent after it."""
    part = await house.parts.get(house.me, body.part_id)
    if part.process.startswith("transport"):
        await house.book.run_sent(house.me, body.run, Decimal(body.made), last=True, once=f"book:{fact.id}")


async def part_known(house: House, fact: Fact, body: Any) -> None:
    """A part is known now: lines that named it before get it. Of many parts entered at once, the last one does it for all."""
    del body
    latest = await house.store.latest({"part.revised"})
    if latest is None or latest.seq == fact.seq:
        await house.book.recognise(house.me, once=f"book:{fact.id}")


REACTIONS = (
    Reaction("book.accepted", frozenset({"desk.accepted"}), accepted),
    Reaction("book.moved", frozenset({"desk.promise_moved"}), moved),
    Reaction("book.cut", frozenset({"line.run_cut"}), cut),
    Reaction("book.despatched", frozenset({"trade.despatch_sent"}), despatched),
    Reaction("book.part_known", frozenset({"part.revised"}), part_known),
    Reaction("book.carried", frozenset({"line.run_finished"}), carried),
)

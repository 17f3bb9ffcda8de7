"""Goods on their way: every hand-over is an event, and what arrives lets work go on."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from plait.braid import epcis_events as events
from plait.braid.epcis_events import Goods
from plait.braid.house import House, Reaction
from plait.kernel import gs1
from plait.kernel.facts import Fact
from plait.manufacturing.desk.model import GoodsArrived, GoodsItem
from plait.manufacturing.line.model import Lot
from plait.manufacturing.part.model import LotUse, StockIn
from plait.manufacturing.trade.model import DespatchLine

__all__ = ["REACTIONS"]


async def _gln(house: House, party: str) -> str:
    member = house.directory.member(party)
    return member.gln if member is not None else ""


def _told(house: House, goods: Goods, *places: str) -> bool:
    """Tell whether an event can speak of ``goods``: they, we and ``places`` have GS1 keys. A shop without any works all the same."""
    return bool(goods.epcs or goods.lots) and all((house.firm.gln, *places))


def _of_lots(lots: tuple[Lot, ...]) -> Goods:
    goods = Goods()
    for lot in lots:
        goods = goods + Goods.of(lot.gtin, lot.lot, float(lot.quantity), lot.serials, lot.unit)
    return goods


def _of_items(items: tuple[GoodsItem, ...]) -> Goods:
    goods = Goods()
    for item in items:
        goods = goods + Goods.of(item.gtin, item.lot, item.quantity, item.serials)
    return goods


async def arrived(house: House, fact: Fact, body: GoodsArrived) -> None:
    """Goods are here: note the hand-over, then put them into stock, back on the line, or to work for the customer."""
    goods = Goods([gs1.sscc(body.sscc)]) if body.sscc and body.carrier == house.firm.party_id else _of_items(body.items)
    sender = await _gln(house, body.sender)
    carrier = await _gln(house, body.carrier) if body.carrier not in ("", house.firm.party_id) else sender
    if _told(house, goods, carrier, sender):
        event = events.received(house.firm, f"in:{body.number}", fact.at, goods, carrier, sender)
        await house.epcis.capture_events(house.me, [event])
    supply = await house.orders.supply_of(body.order_id)
    run = await house.line.run_of(body.order_id)
    once = f"in:{fact.id}"
    if run is not None and run.order.service:
        lots = [Lot("customer", item.gtin, item.lot, Decimal(item.quantity), serials=item.serials) for item in _units(body)]
        await house.line.customer_goods(house.me, run.order.number, lots, once=once)
    elif supply is not None and supply.role.startswith("service:"):
        for item in body.items:
            lot = Lot("outside", item.gtin, item.lot, Decimal(item.quantity))
            await house.line.returned(house.me, item.batch, (lot,), item.quantity, once=f"{once}:{item.batch}")
    else:
        await _into_stock(house, body, supply.role if supply else "", once)
    await house.line.release(house.me)


def _units(body: GoodsArrived) -> tuple[GoodsItem, ...]:
    """A carrier takes a packed unit as one; a workshop takes the lots."""
    if body.sscc:
        return (GoodsItem("", body.sscc, body.quantity),)
    return body.items


async def _into_stock(house: House, body: GoodsArrived, role: str, once: str) -> None:
    part_id = role.partition(":")[2]
    if not part_id:
        gtins = {material.gtin: material.part for part in await house.parts.parts(house.me) for material in part.materials}
        part_id = gtins.get(body.items[0].gtin, body.items[0].gtin)
    for item in body.items:
        stock = StockIn(part_id, item.lot, Decimal(item.quantity), gtin=item.gtin, serials=item.serials)
        await house.parts.receive(house.me, stock, once=f"{once}:{item.lot}:{item.serials[:1]}")


async def sent_out(house: House, fact: Fact, body: Any) -> None:
    """A batch goes to the supplier of its next step: it has become a half-made piece with its own identity, and leaves."""
    supply = await house.orders.supplier(body.run, f"service:{body.seq}")
    if supply is None:
        await _by_hand(house, body)
        return
    half = Goods.of(body.semi_gtin, body.batch, body.quantity)
    to = await _gln(house, supply.supplier)
    if _told(house, half, to):
        made = events.made(house.firm, f"made:{body.job}", fact.at, _of_lots(body.lots), half)
        away = events.shipped(house.firm, f"out:{body.job}", fact.at, half, to, supply.order_id)
        await house.epcis.capture_events(house.me, [made, away])
    line = DespatchLine(name=body.batch, gtin=body.semi_gtin, lot=body.batch, quantity=Decimal(body.quantity), batch=body.batch)
    await house.trade.despatch(house.me, supply.order_id, [line], fact.at + house.quotes.terms.transit, once=f"out:{fact.id}")


async def _by_hand(house: House, body: Any) -> None:
    """Nobody of the network does the step: right for a supplier who is only a name (papers go along, a person says when it is back)."""
    run, _, _ = await house.line.run(house.me, body.run)
    part = await house.parts.get(house.me, run.order.part_id, run.order.revision)
    op = next((op for op in part.routing if op.seq == body.seq), None)
    if op is None or op.service is not None:
        raise LookupError(f"nobody does step {body.seq} of {body.run}")


async def finished(house: House, fact: Fact, body: Any) -> None:
    """A batch is made. A customer's own pieces go straight back; ours go into stock until the order is complete."""
    part = await house.parts.get(house.me, body.part_id)
    if part.process.startswith("transport"):
        goods = Goods([gs1.sscc(lot.lot) for lot in body.lots])
        await house.epcis.capture_events(house.me, [events.arriving(house.firm, f"there:{body.batch}", fact.at, goods)])
        return
    if _told(house, Goods.of(body.gtin, body.batch, body.good, body.serials)):
        await house.epcis.capture_events(house.me, _made(house, fact, body))
    if not body.service:
        stock = StockIn(body.part_id, body.batch, Decimal(body.good), gtin=body.gtin, serials=body.serials, order=body.run)
        await house.parts.receive(house.me, stock, once=f"made:{fact.id}")
        return
    back = Goods.of(body.gtin, body.batch, body.good)
    to = await _gln(house, body.customer)
    if _told(house, back, to):
        await house.epcis.capture_events(house.me, [events.shipped(house.firm, f"back:{body.batch}", fact.at, back, to, body.order_id)])
    line = DespatchLine(name=body.part_name, gtin=body.gtin, lot=body.batch, quantity=Decimal(body.good), batch=body.lots[0].lot)
    await house.trade.despatch(house.me, body.order_id, [line], fact.at + house.quotes.terms.transit, once=f"back:{fact.id}")


def _made(house: House, fact: Fact, body: Any) -> list[dict[str, Any]]:
    """One event for the batch; with pairing by piece one for each piece, so that a serial number leads to a serial number."""
    if body.pairing != "piece" or not body.serials:
        return [events.made(house.firm, f"made:{body.batch}", fact.at, _of_lots(body.lots), Goods.of(body.gtin, body.batch, body.good, body.serials))]
    numbered = [(lot.gtin, serial) for lot in body.lots for serial in lot.serials]
    bulk = [lot for lot in body.lots if not lot.serials]
    made = []
    for index, serial in enumerate(body.serials):
        inputs = Goods([gs1.sgtin(*numbered[index])] if index < len(numbered) else [])
        for lot in bulk:
            inputs = inputs + Goods.of(lot.gtin, lot.lot, float(lot.quantity / body.good), unit=lot.unit)
        made.append(events.made(house.firm, f"made:{serial}", fact.at, inputs, Goods.of(body.gtin, "", 1, [serial])))
    return made


async def scrapped(house: House, fact: Fact, body: Any) -> None:
    """Bad pieces are out of use, and the event says so."""
    bad = Goods.of(body.gtin, f"{body.batch}-Q", body.quantity)
    if _told(house, bad):
        await house.epcis.capture_events(house.me, [events.quarantined(house.firm, f"scrap:{body.job}", fact.at, bad)])


async def complete(house: House, fact: Fact, body: Any) -> None:
    """Everything ordered is made: pack it, label it, hand it to the carrier and tell the customer."""
    inquiry = await house.orders.inquiry_of(body.run)
    if inquiry is None or (await house.line.run(house.me, body.run))[0].order.service:
        return
    wanted = Decimal(body.made)
    used = await house.store.write(house.me, lambda tx: house.parts.take(tx, body.part_id, wanted, body.run), once=f"pack:{fact.id}", result=list[LotUse])
    goods = Goods()
    for use in used:
        goods = goods + Goods.of(use.gtin, use.lot, float(use.quantity), use.serials)
    sscc = gs1.sscc_number(house.firm.gcp, int(body.run.rpartition("-")[2])) if house.firm.gcp else ""
    customer = await _gln(house, body.customer)
    freight = await house.orders.supplier(body.run, "freight")
    carrier = freight.supplier if freight else ""
    eta = fact.at + (timedelta(minutes=freight.lead_minutes) if freight else house.quotes.terms.transit)
    to = await _gln(house, carrier) if carrier else customer
    if sscc and _told(house, goods, to, customer):
        pack = events.packed(house.firm, f"pack:{body.run}", fact.at, sscc, goods)
        away = events.shipped(house.firm, f"out:{body.run}", fact.at, goods + Goods([gs1.sscc(sscc)]), to, inquiry.order_id, customer)
        await house.epcis.capture_events(house.me, [pack, away])
    if sscc:
        await house.labels.sscc(house.me, sscc, f"{house.firm.name} to {inquiry.customer_name}", body.made)
    lines = [DespatchLine(body.part_id, use.gtin, use.lot, use.quantity, tuple(use.serials), "") for use in used]
    if freight:
        await house.trade.despatch(house.me, freight.order_id, lines, fact.at, carrier=carrier, sscc=sscc, once=f"freight:{fact.id}")
    await house.trade.despatch(house.me, inquiry.order_id, lines, eta, carrier=carrier, sscc=sscc, once=f"ship:{fact.id}")


REACTIONS = (
    Reaction("goods.arrived", frozenset({"desk.goods_arrived"}), arrived),
    Reaction("goods.sent_out", frozenset({"line.step_out"}), sent_out),
    Reaction("goods.finished", frozenset({"line.batch_finished"}), finished),
    Reaction("goods.scrapped", frozenset({"line.scrapped"}), scrapped),
    Reaction("goods.complete", frozenset({"line.run_finished"}), complete),
)

"""A data folder as a busy firm's is after years: many orders, of which a thousand are open, and many events of goods; written past the node."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event

from bench.desk_schedule import shop
from plait.circulation.epcis import tables as goods
from plait.circulation.epcis.document import Batch
from plait.circulation.epcis.prepare import prepare
from plait.kernel.clock import iso
from plait.kernel.ids import new_id
from plait.kernel.money import Money
from plait.manufacturing.desk.book import tables as book
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.trade import tables as trade
from plait.manufacturing.trade.model import Line, Order

__all__ = ["OPEN", "fill"]

OPEN = 1000
PIECE = 5000
PARTNERS = 60
TODAY = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]
STEPS = (("commissioning", "active"), ("packing", "in_progress"), ("shipping", "in_transit"), ("receiving", "in_progress"))


def fill(folder: Path, party: str, orders: int, events: int) -> None:
    """Write orders (as lines of the book and as documents of partners) and events into the stopped node of ``party``."""
    with _unsafe(folder / "plait.db").begin() as conn:
        for lines in _lines(orders):
            book.put_new_lines(conn, lines)
            _documents(conn, party, lines)
    with _unsafe(folder / "events.db").begin() as conn:
        for first in range(0, events, PIECE):
            _events(conn, first, min(PIECE, events - first))
        conn.execute(goods.ev.update().values(told=1))


def _unsafe(file: Path) -> Engine:
    engine = create_engine(f"sqlite:///{file}")
    event.listen(engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA synchronous=OFF"))
    return engine


def _lines(orders: int) -> Iterator[list[OrderLine]]:
    dice = random.Random(2)
    open_lines = shop(min(OPEN, orders)).lines
    yield [msgspec.structs.replace(line, customer=_partner(number), price=Money(Decimal(dice.randint(5, 90)), "EUR")) for number, line in enumerate(open_lines)]
    for first in range(len(open_lines), orders, PIECE):
        yield [_closed(number, dice) for number in range(first, min(first + PIECE, orders))]


def _partner(number: int) -> str:
    return f"Customer {number % PARTNERS:02}"


def _closed(number: int, dice: random.Random) -> OrderLine:
    due = (TODAY - timedelta(days=1 + number % 1500)).date()
    part, customer, price = f"P{dice.randrange(200)}", _partner(number), Money(Decimal(dice.randint(5, 90)), "EUR")
    return OrderLine(
        f"SO-{number:06}", f"{customer}|{number}", customer, f"B-{number:06}", "1", part, part, f"part {part}", Decimal(dice.randint(5, 40)), due,
        ordered=due - timedelta(days=20), price=price, state="done", reason="shipped", closed_by="run",
    )  # fmt: skip


def _documents(conn: Connection, party: str, lines: list[OrderLine]) -> None:
    rows = []
    for line in lines:
        issued = datetime.combine(line.ordered or date(2026, 2, 2), TODAY.timetz())
        other = f"00000000-0000-7000-8000-{int(line.customer[-2:]):012}"
        asked = Line("1", line.name, line.quantity, price=line.price)
        row = Order(id=new_id(), number=line.order_no, issued=issued, party=other, party_name=line.customer, counterparty=party, lines=(asked,))
        values = {"id": row.id, "type": "Order", "number": row.number, "party": other, "counterparty": party, "before": "", "issued": iso(issued)}
        rows.append(values | {"body": msgspec.json.encode(row, order="deterministic"), "jws": ""})
    conn.execute(trade.document_table.insert(), rows)


def _events(conn: Connection, first: int, count: int) -> None:
    raws = []
    for number in range(first, first + count):
        step, disposition = STEPS[number % 4]
        at = (TODAY - timedelta(minutes=number // 4)).isoformat().replace("+00:00", "Z")
        serial = f"https://id.gs1.org/01/09521002000016/21/S{number // 4:07}"
        raws.append(
            {
                "type": "ObjectEvent",
                "action": "ADD" if step == "commissioning" else "OBSERVE",
                "eventTime": at,
                "eventTimeZoneOffset": "+00:00",
                "epcList": [serial],
                "bizStep": step,
                "disposition": disposition,
                "readPoint": {"id": "https://id.gs1.org/414/9521002000009"},
            }
        )
    rows, refused = prepare(Batch(CONTEXT, [msgspec.Raw(msgspec.json.encode(raw)) for raw in raws]), round(TODAY.timestamp() * 1000))
    assert not refused, refused[0]
    goods.enter(conn, rows)

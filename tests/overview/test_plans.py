"""Today, the search and the network's picture on much data: every look goes by an index (asked of the database itself)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from plait.kernel.actor import system_actor
from plait.kernel.money import Money
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.rules import key_of
from plait.manufacturing.desk.book.tables import put_new_lines
from plait.manufacturing.desk.model import Inquiry
from plait.manufacturing.desk.tables import put_inquiry
from plait.overview.today.sources.orders import LateOrders
from plait.store import Tx
from tests.support.nodes import Running, nodes
from tests.support.shop import furnish, shop_day

LINES = 1000
# Tables that grow with the years; the rest is as small as the firm.
HEAD = re.compile(r"FROM store_fact ORDER BY store_fact.seq DESC\s+LIMIT")  # the last row alone, by its key
LARGE = re.compile(r"SCAN (desk_\w+|store_fact|store_outbox|trade_document|line_run|part_part|part_stock|sharing_\w+|epc|ee|ev)\b(?! USING (COVERING )?INDEX)")


@contextmanager
def asked(*engines: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Note every query that is asked."""
    found: list[tuple[str, Any]] = []

    def note(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if statement.startswith("SELECT"):
            found.append((statement, parameters))

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def line(number: int) -> OrderLine:
    """One open line of many."""
    id, order_no = f"SO-{number:05}", f"4500{number:06}"
    due = shop_day(number % 90 - 10)
    price = Money(Decimal("12.50"), "EUR")
    return OrderLine(id, key_of("Oakmill", order_no, "1", "SHAFT"), "Oakmill", order_no, "1", "SHAFT", "SHAFT", "Shaft", Decimal(10), due, price=price)


async def fill(helix: Running) -> None:
    """Put in a thousand lines and requests."""

    def work(tx: Tx) -> None:
        put_new_lines(tx.conn, [line(number) for number in range(1, LINES + 1)])
        for number in range(200):
            put_inquiry(tx.conn, Inquiry(f"rfq-{number:05}", "", "x", "meridian", "SHAFT", 5, "options" if number < 30 else "accepted"))

    await helix.node.store.write(system_actor(helix.party), work)


async def test_every_look_goes_by_an_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that no query of today, the search or the network walks through a table that grows; a list names ten of a kind and counts the rest."""

    async def idle(self: LateOrders) -> None:
        """The plan of a thousand lines is another test's."""

    monkeypatch.setattr(LateOrders, "_plan", idle)
    async with nodes(tmp_path, "helix") as (helix,):
        await furnish(helix)
        await fill(helix)
        store, events = helix.node.store, helix.node.events
        readers = [store._source._read, events._source._read]  # type: ignore[attr-defined]
        # The doctor counts the whole outbox; what he finds is kept for a minute.
        await helix.node.today.service.sources["repairs"](system_actor(helix.party))
        with asked(*readers) as queries:
            today = await helix.ok("GET", "/api/v1/today")
            for text in ("SO-00042", "4500000042", "so-0004", "SHAFT", "(01)09521002000016(21)A1", "A1", "RFQ-0", "did:web:x", "https://example.org/x"):
                await helix.ok("GET", "/api/v1/find?" + "q=" + text)
            await helix.ok("GET", "/api/v1/network")
        assert len(queries) > 100
        slow: list[tuple[str, str]] = []
        with store.look() as conn, events.look() as other:
            for statement, parameters in queries:
                on = other if re.search(r"FROM (epc|ev|ee|term|job)\b", statement) else conn
                plan = [row[3] for row in on.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
                slow += [(statement, step) for step in plan if LARGE.search(step) and not HEAD.search(statement)]
        assert slow == []
        late = [need for need in today["needs"] if need["kind"] == "late-order"]
        assert len(late) == 11
        assert today["counts"]["late-order"] == sum(1 for number in range(1, LINES + 1) if number % 90 < 10)
        assert today["counts"]["request-waiting"] == 30
        assert today["figures"][0]["value"] == LINES
        assert next(each for each in today["figures"] if each["id"] == "order-value")["value"] == LINES * 125.0


async def test_a_large_book_is_planned_beside(tmp_path: Path) -> None:
    """Tests that the page of a large book does not wait for its plan: first what is past its date, later what will be late, planned once."""
    async with nodes(tmp_path, "helix") as (helix,):
        await furnish(helix)
        many = [line(number) for number in range(1, 251)]
        await helix.node.store.write(system_actor(helix.party), lambda tx: put_new_lines(tx.conn, many))
        first = await helix.ok("GET", "/api/v1/today")
        texts = {need["text"] for need in first["needs"] if need["kind"] == "late-order"}
        assert texts == {"{order} for {customer} was due on {due}", "{count} more orders are past their date"}
        planning = helix.node.today.late._planning
        assert planning is not None
        await planning
        second = await helix.ok("GET", "/api/v1/today")
        assert second["counts"]["late-order"] >= first["counts"]["late-order"]
        assert "{order} for {customer}: {reason}" in {need["text"] for need in second["needs"]}
        assert helix.node.today.late._planning is planning

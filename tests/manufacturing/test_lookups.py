"""Finding one order, run or document among very many reads that one alone, so that a firm does not grow slow as it grows old."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from plait.kernel.actor import Scope, system_actor
from plait.kernel.clock import SYSTEM
from plait.manufacturing.desk import tables as desk
from plait.manufacturing.desk.model import Inquiry
from plait.manufacturing.line import tables as line
from plait.manufacturing.line.model import Run, RunOrder
from plait.manufacturing.trade import tables as trade
from plait.manufacturing.trade.model import Line, Order, Ref, RequestForQuotation
from plait.store import Tx
from tests.support import make_store

ALL = Scope(everything=True)
MANY = 200
ME = system_actor("party")


class Counted:
    """A function that counts its calls."""

    def __init__(self, call: Any) -> None:
        self.call, self.times = call, 0

    def __call__(self, *arguments: Any) -> Any:
        self.times += 1
        return self.call(*arguments)


def fill(tx: Tx) -> None:
    """Enter many inquiries, runs, and pairs of documents."""
    for number in range(MANY):
        name = f"{number:05}"
        desk.put_inquiry(tx.conn, Inquiry(f"rfq-{name}", f"p-{name}", "c", "C", "SHAFT", 1, "accepted", "", f"q-{name}", f"o-{name}", f"SO-{name}"))
        order = RunOrder(f"SO-{name}", "SHAFT", "Shaft", "A", "", 1, 1, (), order_id=f"o-{name}", customer="c")
        line.put_run(tx.conn, Run(order, "open", 0, 0))
        head: dict[str, Any] = {"issued": SYSTEM.now(), "party": "c", "party_name": "C", "counterparty": "party", "counterparty_name": "P"}
        lines = (Line("1", "Shaft", Decimal(1)),)
        asked = RequestForQuotation(id=f"rfq-{name}", number=f"RFQ-{name}", lines=lines, respond_by=SYSTEM.now(), **head)
        ordered = Order(id=f"o-{name}", number=f"PO-{name}", lines=lines, refs=(Ref("RequestForQuotation", f"rfq-{name}", f"RFQ-{name}", ""),), **head)
        for document in (asked, ordered):
            trade.put_document(tx.conn, document, "")


async def test_one_row_is_read_for_one_thing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that an inquiry, a run and a chain of documents are found without reading the others, and that a list gives the latest."""
    counted = {name: Counted(getattr(room, f"_{name}")) for name, room in (("inquiry", desk), ("run", line))}
    monkeypatch.setattr(desk, "_inquiry", counted["inquiry"])
    monkeypatch.setattr(line, "_run", counted["run"])
    async with make_store(tmp_path) as store:
        await store.write(ME, fill)

        def look(conn: Any) -> None:
            for where in ({"quotation_id": "q-00100"}, {"purpose": "p-00100"}, {"run": "SO-00100"}):
                found = desk.inquiry(conn, ALL, **where)
                assert found is not None
                assert found.rfq_id == "rfq-00100"
            assert counted["inquiry"].times == 3
            run = line.run(conn, ALL, "SO-00100")
            assert run is not None
            assert [each.order.number for each in line.runs(conn, ALL, order_id="o-00100")] == [run.order.number] == ["SO-00100"]
            assert counted["run"].times == 2
            for key in ("RFQ-00100", "PO-00100", "o-00100"):
                assert [each.id for each in trade.chain(conn, ALL, key)] == ["rfq-00100", "o-00100"]
            assert trade.chain(conn, ALL, "none") == []
            assert [each.number for each in trade.documents(conn, ALL, 2)] == ["RFQ-00199", "PO-00199"]
            assert [each.run for each in desk.inquiries(conn, ALL, 2)] == ["SO-00198", "SO-00199"]
            assert [each.order.number for each in line.runs(conn, ALL, 2)] == ["SO-00198", "SO-00199"]

        store.read_now(look)

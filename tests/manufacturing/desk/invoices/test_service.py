"""Handing over invoices of what stands in the order book."""

import io
from datetime import date
from decimal import Decimal

import facturx
import pytest

from plait.kernel.facts import decode
from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.desk.book import tables as book
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.invoices.model import Billed, HandedOver, Handover, Seller
from plait.manufacturing.desk.invoices.service import InvoiceService
from plait.manufacturing.desk.papers.service import PaperService
from tests.manufacturing.desk.invoices.test_xml import BUYER, SELLER
from tests.manufacturing.house import ME, PARTNER, HouseGuard
from tests.support import make_store

US = Seller(SELLER, "DE89370400440532013000", "COBADEFFXXX", "30 days net")
WANTED = Handover("2026-1", date(2026, 3, 3), BUYER, (Billed("SO-00001"), Billed("SO-00002", Decimal(5))), buyer_reference="B-1", due=date(2026, 4, 2))


def line(id, quantity, ordered, currency="EUR", price="10"):
    money = Money(Decimal(price), currency) if price else None
    return OrderLine(
        id, id, "Meridian", "PO-1", "10", "GS", "GS", "Gear set", Decimal(quantity), date(2026, 3, 1), ordered_quantity=Decimal(ordered), price=money
    )


async def ready(store, *lines):
    service = InvoiceService(store, HouseGuard(), PaperService(store, HouseGuard()))
    for each in lines:
        await store.write(ME, lambda tx, each=each: book.put_line(tx.conn, each))
    await service.put_seller(ME, US)
    return service


async def test_every_form(tmp_path):
    """Tests that the lines' delivered quantities, prices and numbers are on every form, that a PDF carries its XML, and what was handed over is noted."""
    async with make_store(tmp_path) as store:
        service = await ready(store, line("SO-00001", 20, 120), line("SO-00002", 0, 50))
        made = {form: await service.hand_over(ME, WANTED, form) for form in ("ubl", "xrechnung", "cii", "zugferd", "table")}
        name, carried = facturx.get_xml_from_pdf(io.BytesIO(made["zugferd"]), check_xsd=True)
        assert name == "factur-x.xml"
        for content in (made["ubl"], made["xrechnung"], made["cii"], carried):
            seen = facturx.parse_ubl_cii_xml(content)
            assert [one["BT-129"] for one in seen["BG-25"]] == ["100", "5"]
            assert (seen["BT-13"], seen["BT-115"]) == ("PO-1", "1249.50")
        assert made["table"].decode("utf-8-sig").count("\r\n") == 3
        told = [decode(fact) for fact in await store.facts(kinds={"invoice.handed_over"})]
        assert [(fact.number, fact.form, fact.gross) for fact in told][:1] == [("2026-1", "ubl", Money(Decimal("1249.50"), "EUR"))]
        assert isinstance(told[0], HandedOver)
        assert len(told) == 5


async def test_refusals(tmp_path):
    """Tests that unknown lines, lines without a price and two currencies are refused, and nothing is noted; a partner sees nothing."""
    async with make_store(tmp_path) as store:
        service = await ready(store, line("SO-00001", 0, 1), line("SO-00002", 0, 1, "CNY"), line("SO-00003", 0, 1, price=""))
        for orders, code in ((("SO-9",), "not-found"), (("SO-00003",), "invalid"), (("SO-00001", "SO-00002"), "invalid")):
            wanted = Handover("1", date(2026, 3, 3), BUYER, tuple(Billed(id) for id in orders), due=date(2026, 4, 1))
            with pytest.raises(Problem) as refused:
                await service.hand_over(ME, wanted, "ubl")
            assert refused.value.code == code
        for call in (service.draft(PARTNER, WANTED), service.seller(PARTNER), service.hand_over(PARTNER, WANTED, "ubl"), service.put_seller(PARTNER, US)):
            with pytest.raises(Problem):
                await call
        assert await store.facts(kinds={"invoice.handed_over"}) == []


async def test_seller_is_needed(tmp_path):
    """Tests that without the firm's own data nothing is made, and what to do is said."""
    async with make_store(tmp_path) as store:
        with pytest.raises(Problem, match="no-seller"):
            await InvoiceService(store, HouseGuard(), PaperService(store, HouseGuard())).draft(ME, WANTED)

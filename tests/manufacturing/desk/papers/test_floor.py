"""Papers for the shop: route cards whose bar codes can be read, the plan of a week as PDF and Excel, delivery notes, confirmations."""

import io
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pypdfium2
import pytest
import zxingcpp

from plait.kernel.firm import Firm
from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.labour.studio.codes import svg
from plait.labour.studio.service import drawn
from plait.manufacturing.desk.papers.floor import FloorPapers
from plait.manufacturing.part.model import Material
from plait.manufacturing.trade.model import DespatchLine
from tests.manufacturing.desk.offers.shop import ME, asked, line, part, shop
from tests.manufacturing.desk.papers.reading import squeezed, words


def floor(here):
    return FloorPapers(here.papers, here.clock, here.line, here.schedule, here.parts, here.trade, svg, drawn)


def codes(pdf, dpi=300):
    """Return what all symbols on all pages say."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return {found.text for page in document for found in zxingcpp.read_barcodes(page.render(scale=dpi / 72).to_pil())}
    finally:
        document.close()


async def ordered(here, *lines):
    number = (await here.offers.ask(ME, asked(*lines))).number
    await here.offers.send(ME, number)
    await here.offers.accept(ME, number, reference="4500001")
    await here.settle()
    return (await here.offers.get(ME, number)).lines


async def test_route_cards_bear_a_bar_code_an_operation(tmp_path):
    """Tests that every batch and operation of a run stands on its cards and its job can be scanned from the page."""
    async with shop(tmp_path) as here:
        bar = Material("BAR", "=cmd() #bar", price=Money(Decimal(1), "EUR"), supply="stock")
        await here.parts.put(ME, part("BUSH", "#import [Bush] $x$", drawing_no="D-12 C", materials=(bar,)))
        run = (await ordered(here, line("25", part_no="BUSH")))[0].run
        pdf = await floor(here).card(ME, run, "de")
        assert codes(pdf) == {run, f"{run}-1-10", f"{run}-2-10", f"{run}-3-10"}
        text = squeezed(words(pdf))
        for said in ("Laufkarte", run, "#import [Bush] $x$", "D-12 C", "meridian", "=cmd() #bar", "25 Stk.", "Los 3", "5 Stk.", "bench-1"):
            assert squeezed(said) in text, said
        with pytest.raises(Problem, match="run"):
            await floor(here).card(ME, "SO-99999")


async def test_the_plan_of_a_week(tmp_path):
    """Tests that both forms show the week's bookings in local time, offers' held slots left out, and names never become formulas."""
    async with shop(tmp_path) as here:
        await here.parts.put(ME, part("EVIL", "=1+1"))
        run = (await ordered(here, line("20"), line("5", part_no="EVIL")))[1].run
        await here.offers.ask(ME, asked(line(part_no="GEAR-40")))
        text = squeezed(words(await floor(here).week(ME, language="en")))
        for said in ("Plan of week 10/2026", "bench-1", f"{run}-1", "EVIL =1+1", "SHAFT Shaft 42CrMo4", "planned"):
            assert squeezed(said) in text, said
        assert "GEAR-40" not in text
        book = openpyxl.load_workbook(io.BytesIO(await floor(here).week(ME, excel=True, language="zh")))
        rows = list(book.active.iter_rows(values_only=True))
        assert rows[0][0] == "工作中心"
        assert {(row[3], row[7], row[8]) for row in rows[1:]} == {("SO-00001", "SHAFT Shaft 42CrMo4", 10), (run, "EVIL =1+1", 5)}
        assert all(cell.data_type != "f" for each in book.active.iter_rows() for cell in each)
        start = here.clock.now().replace(tzinfo=None)
        assert all(start <= row[1] < row[2] < start + timedelta(days=2) for row in rows[1:])
        empty = words(await floor(here).week(ME, date(2026, 1, 7), language="en"))
        assert "Nothing is planned." in empty
        assert "Plan of week 2/2026" in empty


async def test_confirmation_and_delivery_note_of_an_order_in_trade(tmp_path):
    """Tests that an order is confirmed on paper by any number of its chain, that what was sent has its note with a code, and nothing else has one."""
    async with shop(tmp_path) as here:
        only = (await ordered(here))[0]
        papers = floor(here)
        for number in (only.order_id, "4500001"):
            text = squeezed(words(await papers.confirmation(ME, number)))
            for said in ("Order confirmation OR-00001", "4500001", "SO-00001", "meridian", "EUR 216.00"):
                assert squeezed(said) in text, said
        with pytest.raises(Problem):
            await papers.delivery(ME, "4500001")
        sent = [DespatchLine("Shaft", "09521002000016", "L7", only.quantity)]
        advice = await here.trade.despatch(ME, only.order_id, sent, here.clock.now(), carrier="swiftline", sscc="395210020000000017")
        pdf = await papers.delivery(ME, advice.number, "de")
        text = squeezed(words(pdf))
        for said in ("Lieferschein", advice.number, "L7", "swiftline", "4500001", "20 Stk."):
            assert squeezed(said) in text, said
        unit = "https://helix.example/00/395210020000000017"
        lot = {"https://helix.example/01/09521002000016/10/L7", "(01)09521002000016(10)L7"}
        assert codes(pdf) == {unit, "(00)395210020000000017", *lot}
        assert codes(await papers.delivery(ME, advice.number, "de", labels=False)) == {unit}
        assert squeezed("Etiketten") in text
        assert isinstance(here.papers.guard.firm(), Firm)

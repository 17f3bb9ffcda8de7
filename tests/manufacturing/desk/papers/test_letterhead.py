"""The letterhead, its logo, and letters of any length."""

import io
import string
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.kernel.texts import Texts
from plait.manufacturing.desk.papers.commercial import Goods, Item, Terms, Wanted, delivery, quotation
from plait.manufacturing.desk.papers.model import Letterhead
from plait.manufacturing.desk.papers.service import PaperService
from plait.manufacturing.desk.papers.typeset import typeset
from tests.manufacturing.desk.papers.reading import squeezed, words
from tests.manufacturing.house import FIRM, ME, PARTNER, HouseGuard
from tests.support import make_store

AT = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
WANTED = Wanted("R-00001", "meridian", AT)


def picture(kind, size=(200, 60)):
    out = io.BytesIO()
    Image.new("RGB", size, (20, 90, 160)).save(out, kind)
    return out.getvalue()


def item(place):
    return Item(str(place), f"Part {place}", Decimal(place), price=Money(Decimal("1.1"), "EUR"), promised=AT)


async def test_letterhead_and_logo_are_kept(tmp_path):
    """Tests that the letterhead stays with its logo, that the same again is no news, and that papers print with either kind of picture."""
    async with make_store(tmp_path) as store:
        papers = PaperService(store, HouseGuard())
        head = Letterhead(address=("Hammerweg 12",), tax_number="DE 1")
        for _ in range(2):
            await papers.put_letterhead(ME, head)
        assert len(await store.facts(kinds=["desk.letterhead_put"])) == 1
        for kind in ("PNG", "JPEG"):
            await papers.put_logo(ME, picture(kind))
            terms = await papers.terms(ME)
            assert (terms.letterhead, terms.logo is not None) == (head, True)
            pdf = await papers.pdf(quotation(WANTED, [item(1)], AT, terms), terms, AT)
            assert b"/Image" in pdf
        await papers.put_logo(ME, b"")
        assert (await papers.terms(ME)).logo is None


async def test_what_is_no_picture_is_no_logo(tmp_path):
    """Tests that a logo that is too large, broken or something else is refused and nothing is kept; nobody else may put one."""
    async with make_store(tmp_path) as store:
        papers = PaperService(store, HouseGuard())
        for content in (b"<svg/>", picture("PNG")[:60], picture("GIF"), picture("PNG", (5000, 10)), b"\x89PNG" + bytes(1_000_001)):
            with pytest.raises(Problem) as refused:
                await papers.put_logo(ME, content)
            assert refused.value.code == "bad-logo"
        with pytest.raises(Problem):
            await papers.put_logo(PARTNER, picture("PNG"))
        with pytest.raises(Problem, match="own"):
            await papers.letterhead(PARTNER)
        assert await store.facts(kinds=["desk.letterhead_put"]) == []


def test_long_letters_go_on():
    """Tests that two hundred lines make several pages, each with its number, none lost, and the sum right."""
    pdf = typeset("letter", quotation(WANTED, [item(place) for place in range(1, 201)], AT, Terms(FIRM, Letterhead())), AT)
    text = squeezed(words(pdf))
    assert all(f"Part{place}" in text for place in range(1, 201))
    assert "EUR22,110.00" in text
    assert "Page2/" in text


def test_long_words_and_rare_characters_are_printed():
    """Tests that a name without blanks is parted rather than cut, and that characters of other scripts are there."""
    name = "X" * 90 + "齿轮ŁódźΩмал"
    text = squeezed(words(typeset("letter", quotation(WANTED, [Item("1", name, Decimal(1))], AT, Terms(FIRM, Letterhead())), AT)))
    assert name in text


@settings(max_examples=40, deadline=None)
@given(st.text(string.ascii_letters + string.digits + string.punctuation + "äß齿", min_size=1, max_size=60))
def test_no_text_is_ever_markup(name):
    """Tests that whatever somebody is called is printed as it is written, wherever it stands."""
    head = Letterhead(name=name, address=(name,), contact=name, terms={"en": name})
    wanted = Wanted(name, name, AT, "en", (name,), name, name, None, name)
    letter = quotation(wanted, [Item("1", name, Decimal(1), part_no=name, text=name)], AT, Terms(FIRM, head))
    assert squeezed(words(typeset("letter", letter, AT))).count(squeezed(name)) >= 10


def test_a_delivery_note_names_lots_and_serials():
    """Tests that goods stand with GTIN, lot and serial numbers, and the logistic unit with its number."""
    goods = [Goods("Shaft", Decimal(12), gtin="09521002000016", lot="L7"), Goods("Gear", Decimal(2), serials=("A1", "A2"))]
    letter = delivery(WANTED, goods, "395210020000000017", "swiftline", Terms(FIRM, Letterhead()))
    text = squeezed(words(typeset("letter", letter, AT, {"symbol.svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'})))
    for said in ("Delivery note R-00001", "09521002000016", "L7", "A1", "A2", "395210020000000017", "swiftline", "12 pcs"):
        assert squeezed(said) in text


def test_every_text_is_translated():
    """Tests that German and Chinese have the same texts, and none is left in English by mistake."""
    from plait.kernel.texts import _catalogue

    german, chinese = _catalogue("de"), _catalogue("zh")
    assert german.keys() == chinese.keys()
    for text, said in [*german.items(), *chinese.items()]:
        assert said, text
        assert {part.split("}")[0].split(":")[0] for part in text.split("{")[1:]} == {part.split("}")[0].split(":")[0] for part in said.split("{")[1:]}, text


def test_forms_of_numbers_money_and_dates():
    """Tests that numbers, amounts and dates are written as people of each language do, never less exact than they are."""
    english, german, chinese = (Texts(language, "Europe/Berlin") for language in ("en", "de-AT", "zh-CN"))
    assert [say.number(Decimal("1234567.50")) for say in (english, german, chinese)] == ["1,234,567.5", "1.234.567,5", "1,234,567.5"]
    assert [say.money(Money(Decimal("0.005"), "EUR")) for say in (english, german)] == ["EUR 0.005", "0,005 EUR"]
    assert english.money(Money(Decimal(1200), "JPY")) == "JPY 1,200"
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert [say.day(late) for say in (english, german, chinese)] == ["1 January 2027", "01.01.2027", "2027年1月1日"]
    assert Texts("fr").day(late) == "31 December 2026"

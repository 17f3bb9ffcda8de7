"""How an offer looks: PDF, text, UBL and e-mail, in three languages, whatever stands in it."""

from decimal import Decimal
from email import message_from_bytes
from email.policy import default

import pytest

from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.desk.offers.model import Change, LineChange
from plait.manufacturing.desk.papers.model import Letterhead
from plait.manufacturing.trade.ubl_read import read_ubl
from tests.manufacturing.desk.offers.shop import ME, asked, line, shop
from tests.manufacturing.desk.papers.reading import squeezed, words

HEAD = Letterhead(
    address=("Hammerweg 12", "70173 Stuttgart"),
    email="desk@helix.example",
    contact="Order desk",
    bank=("IBAN DE00 0000",),
    terms={"de": "Zahlbar in 30 Tagen."},
)
SAID = {
    "en": ("Quotation R-00001", "EUR 1,234.50", "EUR 24,690.00", "20 pcs", "2 March 2026", "4 March 2026, 06:00", "Prices are net"),
    "de": ("Angebot R-00001", "1.234,50 EUR", "24.690,00 EUR", "20 Stk.", "02.03.2026", "04.03.2026, 06:00", "Zahlbar in 30 Tagen."),
    "zh": ("报价单 R-00001", "EUR 1,234.50", "EUR 24,690.00", "20 件", "2026年3月2日", "2026年3月4日 06:00", "以上价格均不含税。"),
}
HOSTILE = '#import "x" [a] $y$ *b* _c_ @d <e> \\f `g` //h #{1+1}'


async def offered(here, language, **more):
    await here.papers.put_letterhead(ME, HEAD)
    offer = await here.offers.ask(ME, asked(line(**more), language=language, request_no="RFQ-118", message_id="<9@meridian.example>"))
    return (await here.offers.change(ME, offer.number, Change(lines=(LineChange(1, price=Money(Decimal("1234.5"), "EUR")),)))).number


@pytest.mark.parametrize("language", SAID)
async def test_the_quotation_says_the_right_numbers(tmp_path, language):
    """Tests that price, amount, quantity and dates stand in the PDF in the habits of each language, and that a draft says it is one."""
    async with shop(tmp_path) as here:
        number = await offered(here, language)
        draft = words(await here.offers.pdf(ME, number))
        await here.offers.send(ME, number)
        text = words(await here.offers.pdf(ME, number))
        for said in SAID[language]:
            assert squeezed(said) in squeezed(text), said
        assert "meridian" in text
        assert "RFQ-118" in text
        assert "IBAN DE00 0000" in text
        mark = {"en": "DRAFT", "de": "ENTWURF", "zh": "草稿"}[language]
        assert mark in draft
        assert mark not in text


async def test_the_same_offer_is_the_same_file(tmp_path):
    """Tests that a sent quotation is byte for byte the same each time it is asked for."""
    async with shop(tmp_path) as here:
        number = await offered(here, "en")
        await here.offers.send(ME, number)
        assert await here.offers.pdf(ME, number) == await here.offers.pdf(ME, number)


async def test_what_people_write_is_set_as_it_stands(tmp_path):
    """Tests that names and notes full of markup are printed letter by letter and never understood."""
    async with shop(tmp_path) as here:
        number = await offered(here, "en", name=HOSTILE)
        await here.offers.change(ME, number, Change(text=HOSTILE, lines=(LineChange(1, text="#panic() ]"),)))
        text = squeezed(words(await here.offers.pdf(ME, number)))
        assert text.count(squeezed(HOSTILE)) == 2
        assert squeezed("#panic() ]") in text


@pytest.mark.parametrize("language", SAID)
async def test_text_for_a_chat(tmp_path, language):
    """Tests that the text says price, amount and dates in the customer's language."""
    async with shop(tmp_path) as here:
        number = await offered(here, language)
        text = await here.offers.text(ME, number)
        for said in SAID[language][1:4]:
            assert said in text
        assert number in text
        assert "helix" in text


async def test_an_e_mail_ready_to_be_sent(tmp_path):
    """Tests that the draft goes to the customer, answers its mail, bears the number, and holds the PDF and all lines as UBL."""
    async with shop(tmp_path) as here:
        number = await offered(here, "de")
        await here.offers.send(ME, number)
        mail = message_from_bytes(await here.offers.mail(ME, number), policy=default)
        assert mail["To"] == "buyer@meridian.example"
        assert mail["From"] == "desk@helix.example"
        assert mail["In-Reply-To"] == "<9@meridian.example>"
        assert number in mail["Subject"]
        assert "Angebot" in mail["Subject"]
        assert "24.690,00 EUR" in mail.get_body(("plain",)).get_content()
        files = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}
        assert files[f"{number}.pdf"].startswith(b"%PDF")
        read = read_ubl(files[f"{number}.xml"])
        assert (read.type, read.number, read.refs) == ("Quotation", number, ("RFQ-118",))
        assert [(each.id, each.quantity, each.price) for each in read.lines] == [("1", Decimal(20), Money(Decimal("1234.5"), "EUR"))]


ADDRESSES = {
    "a@b.example\r\nBcc: c@d.example": "a@b.example, c@d.example",
    "Buyer <a@b.example>": "a@b.example",
    "a@b.example\u2028Bcc: x": "a@b.example",
    "买家@例子.中国": "买家@例子.中国",
    **dict.fromkeys(("@", "a@", "<@", "a@[", "@@", ";@:", "(@", "a@b", '"<@>', "=?utf-8?q?@?="), None),
}


async def test_heads_of_e_mails_bear_addresses_only(tmp_path):
    """Tests that nothing but addresses gets into the head of an e-mail, and that strange ones and control characters stop no offer."""
    async with shop(tmp_path) as here:
        for text, expected in ADDRESSES.items():
            strange = f"{text}\x00\x0b\ufffe"
            offer = await here.offers.ask(ME, asked(email=text, contact=strange, customer=strange or "x", request_no=strange, message_id=strange))
            mail = message_from_bytes(await here.offers.mail(ME, offer.number), policy=default)
            assert mail["Bcc"] is None
            assert mail["To"] == expected, text
            read_ubl(await here.offers.ubl(ME, offer.number))


async def test_a_confirmation_once_it_is_planned(tmp_path):
    """Tests that nothing is confirmed before acceptance, and that the confirmation then bears our number, the customer's, and the date kept."""
    async with shop(tmp_path) as here:
        number = await offered(here, "de")
        await here.offers.send(ME, number)
        with pytest.raises(Problem, match="accepted"):
            await here.offers.confirmation(ME, number)
        await here.offers.accept(ME, number, reference="4500001")
        await here.settle()
        text = words(await here.offers.confirmation(ME, number))
        for said in ("Auftragsbestätigung", "SO-00001", "4500001", "24.690,00 EUR", "02.03.2026"):
            assert squeezed(said) in squeezed(text)


async def test_other_quantities_are_printed_when_they_are_cheaper(tmp_path):
    """Tests that a price of more pieces stands on the paper when it is lower, and never beside a price that a person has set."""
    async with shop(tmp_path) as here:
        offer = await here.offers.ask(ME, asked(line("5"), line("20")))
        text = words(await here.offers.pdf(ME, offer.number))
        assert "Position 1: other quantities" in text
        assert squeezed("10 pcs at EUR 10.80 each") in squeezed(text)
        assert "25 pcs" not in text
        assert "Position 2" not in text
        change = Change(lines=(LineChange(1, price=Money(Decimal(15), "EUR")),))
        await here.offers.change(ME, offer.number, change)
        assert "other quantities" not in words(await here.offers.pdf(ME, offer.number))

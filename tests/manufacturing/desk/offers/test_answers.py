"""Agreed prices, answers that come by mail or as UBL, and lines that wait for suppliers."""

from datetime import date
from decimal import Decimal

import pytest

from plait.kernel.money import Money
from plait.manufacturing.desk.masters.model import Price
from plait.manufacturing.desk.offers.agreed import agreed
from plait.manufacturing.desk.offers.mail import read_reply
from tests.manufacturing.desk.offers.shop import ME, asked, shop
from tests.manufacturing.desk.offers.test_offers import ORDER
from tests.support.nodes import nodes, settle, until
from tests.support.shop import CENTRE, PART, furnish

DAY = date(2026, 3, 2)
MAIL = """From: Buyer <buyer@meridian.example>
To: desk@helix.example
Subject: Re: Angebot {number}
Message-ID: <1@meridian.example>
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Guten Tag,

wir nehmen Ihr Angebot an.

Mit freundlichen Grüßen
Einkauf

Am 2. März 2026 schrieb helix:
> Angebot {number}
"""


def price(amount, steps=1, party="", unit="C62", since=None, last=None):
    return Price("sale", "SHAFT", party, Decimal(steps), Money(Decimal(amount), "EUR"), unit, since, last)


@pytest.mark.parametrize(
    ("rows", "quantity", "expected"),
    [
        ([], 10, None),
        ([price(5)], 10, 5),
        ([price(5), price(4, 50)], 49, 5),
        ([price(5), price(4, 50)], 50, 4),
        ([price(5), price(6, party="MERIDIAN ")], 10, 6),
        ([price(6, party="oakmill")], 10, None),
        ([price(5, last=date(2026, 3, 1))], 10, None),
        ([price(5, since=date(2026, 3, 3))], 10, None),
        ([price(5, since=DAY, last=DAY)], 10, 5),
        ([price(5, unit="KGM")], 10, None),
    ],
)
def test_which_agreed_price_holds(rows, quantity, expected):
    """Tests that the customer's own valid price of the highest step counts before everybody's, and none of another unit, day or customer."""
    found = agreed(rows, "meridian", quantity, DAY)
    assert (found.amount if found else None) == expected


def test_mails_about_offers():
    """Tests that plain and HTML mails give their own words, and that what names no offer or is no mail is none."""
    reply = read_reply(MAIL.format(number="R-00004").encode())
    assert reply is not None
    assert (reply.subject, reply.message_id) == ("Re: Angebot R-00004", "<1@meridian.example>")
    html = b"From: a@b.example\nSubject: R-00004\nContent-Type: text/html\n\n<p>We accept.</p><blockquote>No thanks</blockquote><script>x</script>"
    found = read_reply(html)
    assert found is not None
    assert found.text.strip() == "We accept."
    for other in (b"", b"\x00\xff", b"PK\x03\x04", b"From: a@b.example\nSubject: hello\n\nWe accept.", MAIL.encode()):
        assert read_reply(other) is None


async def test_what_arrives_is_only_proposed(tmp_path):
    """Tests that mails and UBL orders from the inbox are proposals with what is different in words, and order nothing."""
    async with shop(tmp_path) as here:
        number = (await here.offers.ask(ME, asked())).number
        sent = await here.offers.send(ME, number)
        order = ORDER.format(ref=number, quantity=20, price=sent.lines[0].price.amount)
        seen = await here.offers.arrived(ME, order.encode())
        assert (seen.proposal.verdict, seen.proposal.sentence) == ("yes", "UBL order PO-7 for line 1")
        seen = await here.offers.arrived(ME, order.replace(">20<", ">30<").encode())
        assert seen.proposal.verdict == "unclear"
        assert "30 are ordered, 20 were offered" in seen.proposal.sentence
        seen = await here.offers.arrived(ME, MAIL.format(number=number).encode())
        assert (seen.proposal.verdict, seen.proposal.known_sender) == ("yes", True)
        for other in (b"%PDF-1.7", order.replace(number, "R-00077").encode(), MAIL.format(number="R-00077").encode(), b"<Order-2"):
            assert await here.offers.arrived(ME, other) is None
        assert await here.bodies("trade.order_received") == []
        assert len(await here.bodies("offer.replied")) == 3


async def test_a_mail_in_the_inbox_shows_beside_the_offer(tmp_path):
    """Tests that an answer put into the node's inbox is found at its offer."""
    async with nodes(tmp_path, "helix") as (here,):
        await furnish(here)
        wanted = {"customer": "meridian", "email": "buyer@meridian.example", "lines": [{"part_no": "SHAFT", "quantity": "20"}]}
        number = (await here.ok("POST", "/api/v1/desk/offers", wanted))["number"]
        await here.ok("POST", f"/api/v1/desk/offers/{number}/send")
        await here.node.desk.inbox.take(here.node.house.me, "answer.eml", MAIL.format(number=number).encode(), "buyer@meridian.example", "mail")

        async def proposed():
            return (await here.ok("GET", f"/api/v1/desk/offers/{number}"))["proposal"]

        assert (await until(proposed))["sentence"] == "wir nehmen Ihr Angebot an."
        await settle(here)


async def test_a_line_waits_for_its_supplier_and_orders_from_it(tmp_path):
    """Tests that a bought material is asked of the network, its price goes into ours, and acceptance orders it before the run opens."""
    async with nodes(tmp_path, "northforge") as (supplier,), nodes(tmp_path, "helix") as (here,):
        await furnish(supplier)
        bar = {"part": "BAR", "name": "Bar", "supply": "buy", "requirement": {"process": "turning", "material": "42CrMo4"}}
        await here.ok("PUT", "/api/v1/firm", {"name": "helix", "region": "DE-BW", "zone": "Europe/Berlin", "currency": "EUR"})
        await here.ok("PUT", "/api/v1/parts/SHAFT", {**PART, "gtin": "", "materials": [bar]})
        await here.ok("PUT", "/api/v1/work-centres/bench-1", CENTRE)
        wanted = {"customer": "meridian", "lines": [{"part_no": "SHAFT", "quantity": "20"}]}
        number = (await here.ok("POST", "/api/v1/desk/offers", wanted))["number"]

        async def line():
            return (await here.ok("GET", f"/api/v1/desk/offers/{number}"))["lines"][0]

        async def ready():
            return (await line())["state"] == "ready"

        assert "nobody known does Bar" in (await line())["reason"]
        await here.ok("POST", "/api/v1/directory/join", {"url": supplier.node.url})
        await settle(here, supplier)
        await here.ok("POST", f"/api/v1/desk/offers/{number}/work-out")
        await until(ready)
        found = await line()
        assert Decimal(found["cost"]["material"]["amount"]) > 0
        await here.ok("POST", f"/api/v1/desk/offers/{number}/send")
        await here.ok("POST", f"/api/v1/desk/offers/{number}/accept", {})

        async def run():
            return (await line())["run"]

        assert await until(run) == "SO-00001"
        await settle(here, supplier)
        assert [each["party_name"] for each in await supplier.documents("Order")] == ["helix"]

"""The first day of a shop: its order list, nobody has described anything yet, and a mail that asks for a price."""

import asyncio
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from plait.cli import app
from plait.manufacturing.desk.offers.earlier import earlier_price, known_customer, language_in
from tests.manufacturing.desk.papers.reading import squeezed, words
from tests.support.nodes import Running, nodes

HEAD = "From: {who}\nTo: desk@helix.example\nSubject: {subject}\nMessage-ID: <{id}@x.example>\nContent-Type: text/plain; charset=utf-8\n\n"
MAILS = {
    "de": (
        "Einkauf <einkauf@meridian.example>",
        "Anfrage",
        "Guten Tag,\n\nbitte um Angebot für 120 Stück Zahnräder, Zeichnung Z-100, Liefertermin {due}.",
    ),
    "en": ("Buyer <buyer@oakmill.example>", "RFQ", "Hello,\n\ncould you please quote 50 pcs of drive shaft W-200, needed by {due}?\n\nBest regards"),
    "zh": ("采购 <buyer@riverport.example>", "询价", "您好，\n\n请报价：齿轮 Z-100，200件，交期{due}。\n\n谢谢"),
}
SAID = {
    "de": ("Meridian", "Z-100", "120 Stk.", "18,40", "Angebot"),
    "en": ("Oakmill", "W-200", "50 pcs", "61.00", "Quotation"),
    "zh": ("Riverport", "Z-100", "200", "18.90", "报价单"),
}
RECOGNISED = {"de": "its number is named", "en": "part number", "zh": "part number"}


def order_list(today: date) -> bytes:
    """Return a shop's list of open orders as it keeps it."""
    rows = [("Meridian", "4500117", "10", "Z-100", "Zahnrad m2 z40", "120", 20, "18,40"), ("Oakmill", "B-1", "1", "W-200", "Antriebswelle", "40", 30, "61,00")]
    rows.append(("Riverport", "R-89", "1", "Z-100", "Zahnrad m2 z40", "30", 40, "18,90"))
    lines = ["Kunde;Bestell-Nr.;Pos.;Artikel-Nr.;Bezeichnung;Menge;Liefertermin;Preis/Stk €"]
    lines += [";".join([*row[:6], f"{today + timedelta(days=row[6]):%d.%m.%Y}", row[7]]) for row in rows]
    return "\n".join(lines).encode()


def cli(*arguments: str) -> None:
    """Run a verb that must succeed."""
    with pytest.raises(SystemExit) as ended:
        app(list(arguments))
    assert not ended.value.code


async def opened(here: Running) -> date:
    """Put the list in and have the times estimated; return today."""
    today = here.node.clock.now().date()
    item = await here.ok("POST", "/api/v1/desk/inbox?name=orders.csv", order_list(today))
    await here.ok("POST", f"/api/v1/desk/inbox/{item['id']}/apply", {})
    await here.ok("POST", "/api/v1/desk/estimates", {"parts": [], "apply": True})
    return today


async def asked(here: Running, language: str, due: str) -> dict[str, Any]:
    """Put a mail in, confirm what was read, and return the offer."""
    who, subject, text = MAILS[language]
    content = (HEAD.format(who=who, subject=subject, id=language) + text.format(due=due)).encode()
    item = await here.ok("POST", f"/api/v1/desk/inbox?name={language}.eml", content)
    seen = await here.ok("GET", f"/api/v1/desk/inbox/{item['id']}/preview")
    assert [table["mapping"]["kind"] for table in seen["tables"]] == ["request"]
    assert (await here.call("POST", f"/api/v1/desk/inbox/{item['id']}/apply", {})).json()["code"] == "needs-confirming"
    done = await here.ok("POST", f"/api/v1/desk/inbox/{item['id']}/apply", {"confirm": True})
    await here.node.store.activity.wait_idle()
    return await here.ok("GET", f"/api/v1/desk/offers/{done['changes'][0]['text']}")


async def test_a_mail_becomes_an_offer_in_three_languages(tmp_path: Path) -> None:
    """Tests that a free request becomes a priced, dated offer in its sender's language for a known customer and part, doubts said."""
    async with nodes(tmp_path, "helix") as (here,):
        today = await opened(here)
        due = today + timedelta(days=90)
        for language, shown in (("de", f"{due:%d.%m.%Y}"), ("en", f"{due:%Y-%m-%d}"), ("zh", f"{due.year}年{due.month}月{due.day}日")):
            offer = await asked(here, language, shown)
            (line,) = offer["lines"]
            assert (offer["asked"]["language"], line["state"], line["priced_by"]) == (language, "ready", "order")
            assert line["recognised"] == RECOGNISED[language]
            assert any("that number is named" in doubt for doubt in line["doubts"]) is (language == "de")
            assert any("the price is that of SO-" in doubt for doubt in line["doubts"])
            pdf = await here.call("GET", f"/api/v1/desk/offers/{offer['number']}/pdf")
            text = squeezed(words(pdf.content))
            for said in SAID[language]:
                assert squeezed(said) in text, (language, said)


async def test_an_offer_keeps_clear_of_open_orders(tmp_path: Path) -> None:
    """Tests that orders which came by a list are planned before something new is promised, without anybody asking for it."""
    async with nodes(tmp_path, "helix") as (here,):
        await opened(here)
        offer = await here.ok("POST", "/api/v1/desk/offers", {"customer": "embercoat", "lines": [{"quantity": "20", "part_no": "Z-100"}]})
        rows = await here.ok("GET", "/api/v1/schedule")
        assert {row["order"] for row in rows if row["state"] == "planned"} == {"SO-00001", "SO-00002", "SO-00003"}
        held = [row for row in rows if row["state"] == "held"]
        assert held
        for row in held:
            assert all(row["end"] <= other["start"] or other["end"] <= row["start"] for other in rows if other["state"] == "planned")
        assert offer["lines"][0]["state"] == "ready"


async def test_a_draft_is_settled_on_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that part, price, date and customer of a draft are said on the terminal, that it goes out, and that a lost one keeps its reason."""
    async with nodes(tmp_path, "helix") as (here,):
        today = await opened(here)
        data = ("--data", str(here.folder))
        await here.ok("POST", "/api/v1/desk/offers", {"customer": "x", "lines": [{"quantity": "5", "name": "a bracket"}]})
        day = (today + timedelta(days=60)).isoformat()
        for verb in (
            ("part", "R-00001", "1", "--new", "BR-1", "--name", "Bracket", "--like", "W-200"),
            ("change", "R-00001", "--price", "12.50", "--date", day, "--customer", "swiftline", "--address", "Quay 1; 20457 Hamburg", "--language", "en"),
            ("quote", "R-00001", "--send"),
            ("lost", "R-00001", "--reason", "price"),
            ("renew", "R-00001"),
            ("offers",),
        ):
            await asyncio.to_thread(cli, "desk", *verb, *data)
        shown = " ".join(capsys.readouterr().out.split())
        for said in ("5 x BR-1, ready: 12.50 EUR each", "EUR 62.50", "R-00001: lost, price", "draft", "swiftline"):
            assert said in shown, said


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("Buyer <buyer@meridian.example>", "Meridian GmbH"),
        ("a@sales.oakmill.co.uk", "Oakmill"),
        ("someone@gmail.com", ""),
        ("x@other.example", ""),
        ("no address", ""),
    ],
)
def test_whose_address_it_is(sender: str, expected: str) -> None:
    """Tests that only a firm's own host names a customer."""
    assert known_customer(sender, ["Meridian GmbH", "Oakmill", "gmail"]) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("", ""), ("120 Z-100", ""), ("bitte Angebot für 3 Stück", "de"), ("please quote for 3", "en"), ("请报价两百件", "zh")]
)
def test_language_of_a_request(text: str, expected: str) -> None:
    """Tests that a language is told only where it is plain."""
    assert language_in(text) == expected


def test_no_earlier_price() -> None:
    """Tests that nothing is made up for a part that was never ordered."""
    assert earlier_price([], "x", 5) is None

"""The request form of the firm's card, from the page to the inbox."""

import re

import pytest
from PIL import Image

from plait.kernel.settings import Desk
from plait.public.service import PublicService
from plait.public.spam import SpamGuard
from tests.pages.test_public import browse
from tests.support.nodes import nodes, settle
from tests.support.shop import furnish

PDF = b"%PDF-1.4 no page"
GOOD = {"item": "Shaft 42CrMo4", "quantity": "12", "email": "buying@meridian.example", "firm": "Meridian <b>", "due": "2099-12-24"}


class Watch:
    """A clock set by hand, for the form alone."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch(monkeypatch):
    """Let the form go by a clock that the test sets."""
    made = Watch()
    monkeypatch.setattr(PublicService, "guarding", staticmethod(lambda: SpamGuard(now=made)))
    return made


async def shown(node):
    """Open the card and return the ticket in its form."""
    page = await node.call("GET", "/", token="")
    return re.search(r'name="ticket" value="([^"]+)"', page.text)[1]


async def send(node, ticket, files=(), **changes):
    fields = GOOD | {"ticket": ticket} | changes
    parts = [("files", each) for each in files] or [("files", ("", b""))]
    return await node.http.post("/request", data=fields, files=parts)


async def test_a_request_reaches_the_inbox(tmp_path, watch):
    """Tests that what a stranger asks for lies in the inbox with its files before the answer, becomes an offer as PDF, and is there once."""
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        ticket = await shown(node)
        watch.now += 10
        answer = await send(node, ticket, [("4711_revB.pdf", PDF)])
        assert answer.status_code == 201
        number = re.search(r"<strong>(Q-[^<]+)</strong>", answer.text)[1]
        mail = await node.ok("GET", "/api/v1/desk/inbox")
        assert [item["name"] for item in mail if item["via"] == "card"] == [f"{number}.eml"]
        await settle(node)
        items = {item["name"]: item for item in await node.ok("GET", "/api/v1/desk/inbox")}
        assert items["request.csv"]["rows"] == 1
        assert items["4711_revB.pdf"]["size"] == len(PDF)
        done = await node.ok("POST", f"/api/v1/desk/inbox/{items['request.csv']['id']}/apply", {})
        await settle(node)
        offer = await node.ok("GET", f"/api/v1/desk/offers/{done['changes'][0]['text']}")
        assert (offer["asked"]["customer"], offer["asked"]["email"]) == ("Meridian <b>", "buying@meridian.example")
        assert (offer["lines"][0]["part_id"], offer["lines"][0]["state"]) == ("SHAFT", "ready")
        assert (await node.call("GET", f"/api/v1/desk/offers/{offer['number']}/pdf")).content.startswith(b"%PDF")
        again = await send(node, ticket)
        assert number in again.text
        assert len(await node.ok("GET", "/api/v1/desk/inbox")) == len(items)


async def test_what_is_wrong_is_said_at_its_place(tmp_path, watch):
    """Tests that a form with a mistake comes back with what was typed, escaped, and the mistake; nothing is kept."""
    async with nodes(tmp_path, "helix") as (node,):
        ticket = await shown(node)
        watch.now += 10
        wrong = await send(node, ticket, [("tool.exe", b"MZ")], quantity="many")
        assert wrong.status_code == 422
        assert 'value="Meridian &lt;b&gt;"' in wrong.text
        assert "a number above 0" in wrong.text
        assert "files of this kind are not taken" in wrong.text
        assert (await send(node, ticket, website="http://spam")).status_code == 422
        assert (await send(node, "none")).status_code == 409
        assert (await send(node, await shown(node))).status_code == 429
        assert await node.ok("GET", "/api/v1/desk/inbox") == []


async def test_limits(tmp_path, watch):
    """Tests that one address is stopped after six requests, that a large file is refused while it comes, and that JSON is no form."""
    async with nodes(tmp_path, "helix") as (node,):
        for turn in range(7):
            ticket = await shown(node)
            watch.now += 10
            answer = await send(node, ticket, item=f"Shaft {turn}")
            assert answer.status_code == (201 if turn < 6 else 429)
        assert (await send(node, await shown(node), [("d.pdf", b"x" * 26_000_000)])).status_code == 413
        assert (await node.call("POST", "/request", {"item": "x"}, token="")).status_code == 415


async def test_switched_off(tmp_path):
    """Tests that a firm that wants no form has none."""
    async with nodes(tmp_path, "helix", desks={"helix": Desk(request_form=False)}) as (node,):
        assert "<form" not in (await node.call("GET", "/", token="")).text
        assert (await send(node, "x")).status_code == 404


@pytest.mark.parametrize(("width", "height"), [(1440, 1500), (390, 2400)], ids=["wide", "phone"])
async def test_form_in_a_browser(tmp_path, width, height):
    """Tests that the form is shown whole at either width, without an error in the browser's log, and fits the width of a phone."""
    async with nodes(tmp_path, "helix") as (node,):
        base = f"http://127.0.0.1:{node.settings.http.port}"
        dom, log = await browse(tmp_path, "--dump-dom", f"--window-size={width},{height}", f"{base}/")
        assert dom.count("<input") + dom.count("<textarea") == 14
        assert "CONSOLE" not in log, log
        picture = tmp_path / "shot.png"
        await browse(tmp_path, f"--screenshot={picture}", f"--window-size={width},{height}", f"{base}/")
        with Image.open(picture) as image:
            assert image.width == width


WORDS = {"en": "Ask for a price and a date", "de": "Preis und Termin anfragen", "zh": "询问价格和交期"}


async def test_card_in_three_languages(tmp_path, watch):
    """Tests that the card speaks the browser's language or the chosen one, that a form with a mistake comes back in it, and so does the thanks."""
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        for language, words in WORDS.items():
            chosen = await node.http.get(f"/?lang={language}", headers={"Accept-Language": "fr,en"})
            asked = await node.http.get("/", headers={"Accept-Language": f"fr;q=1,{language}-XX;q=0.8,en;q=0.1"})
            for page in (chosen, asked):
                assert words in page.text
                assert f'<html lang="{language}">' in page.text
                assert page.headers["content-language"] == language
        ticket = await shown(node)
        watch.now += 10
        assert "eine Zahl über 0" in (await send(node, ticket, quantity="many", lang="de")).text
        assert "Ihre Anfrage ist da" in (await send(node, ticket, lang="de")).text
        assert "表单" in (await send(node, "none", lang="zh")).text
        assert "车削" in (await node.http.get("/item/01/09521002000016?lang=zh")).text
        assert "此处未知" in (await node.http.get("/item/01/09521002000023?lang=zh")).text
        assert "打不开" in (await node.http.get("/g/none?lang=zh")).text
        assert '<html lang="en">' in (await node.http.get("/?lang=%3Cscript%3E")).text

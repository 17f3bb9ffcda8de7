"""The pages by a link: locked down, escaped, the same for every code that opens nothing; and in a real browser."""

import io
import re
from urllib.parse import quote

import msgspec
import pytest
from PIL import Image

from plait.identity.jws import verify
from plait.kernel.clock import parse_iso
from plait.kernel.os import write_whole
from plait.labour.studio.codes import read_codes
from plait.public.guest.service import GuestPages
from plait.public.spam import Guesses
from tests.pages.test_public import browse
from tests.sharing.guest.node import code_of, link, offered, ordered, page, send
from tests.support.nodes import nodes, settle
from tests.support.shop import FIRM, PART, furnish

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e{{7*7}}'${{x}}<!--"
MARKUP = re.compile(r"<script|<img|<!--|javascript:", re.IGNORECASE)


class Watch:
    """A clock set by hand, for wrong codes alone."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_pages_are_private_small_and_without_script(tmp_path):
    """Tests that a page is stored, indexed and referred to nowhere, holds no script, and weighs less than 30 kB."""
    async with nodes(tmp_path, "helix") as (node,):
        path = code_of(await link(node, "offer", await offered(node)))
        answer = await page(node, path)
        heads = {name: answer.headers[name] for name in ("cache-control", "referrer-policy", "x-robots-tag", "x-frame-options")}
        assert heads == {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow", "x-frame-options": "DENY"}
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "<script" not in answer.text
        css = (await page(node, "/static/plait.css")).content
        assert len(answer.content) + len(css) < 30_000


async def test_nothing_hostile_becomes_markup(tmp_path):
    """Tests that names, lines, notes and what a guest types are text, on the page and in what our people are told."""
    async with nodes(tmp_path, "helix") as (node,):
        lines = [{"part_no": "SHAFT", "name": HOSTILE, "quantity": "20", "customer_part_no": HOSTILE}]
        number = await offered(node, customer=HOSTILE, lines=lines, request_no=HOSTILE)
        path = code_of(await link(node, "offer", number, name=HOSTILE))
        await send(node, path, "ask", text=HOSTILE)
        text = (await page(node, path)).text
        assert "{{7*7}}" in text
        assert "&lt;script&gt;" in text
        texts = [text, (await send(node, path, "ask", [(f"{HOSTILE}.exe", b"x")], text=HOSTILE)).text]
        need = {"lines": [{"name": HOSTILE, "quantity": "5", "note": HOSTILE}], "note": HOSTILE}
        asked = code_of(await link(node, "request", need=need, name=HOSTILE))
        texts.append((await page(node, asked)).text)
        priced = {"price-1": "1", "currency": "EUR", "day": "2099-02-20", "reference": HOSTILE, "text": HOSTILE, "person": HOSTILE}
        texts.append((await send(node, asked, "quote", **priced)).text)
        await settle(node)
        (option,) = await node.ok("GET", "/api/v1/trade/options?purpose=RQ-00001")
        order = await node.ok("POST", "/api/v1/trade/orders", {"quotation_id": option["quotation_id"], "note": HOSTILE})
        await settle(node)
        bought = code_of(await link(node, "purchase", order["number"], name=HOSTILE))
        texts += [(await page(node, each)).text for each in (asked, bought)]
        texts.append((await send(node, bought, "refuse", text=HOSTILE, person=HOSTILE)).text)
        order_id = await ordered(node, name=HOSTILE, order_no=HOSTILE, customer=HOSTILE)
        for kind in ("order", "delivery"):
            each = code_of(await link(node, kind, order_id, name=HOSTILE))
            texts += [(await page(node, each)).text, (await send(node, each, "problem" if kind == "order" else "damage", text=HOSTILE)).text]
        assert [found for each in texts if (found := MARKUP.findall(each))] == []


async def test_no_passport_or_card_runs_what_somebody_wrote(tmp_path):
    """Tests that names of firms, articles and capabilities, and what a visitor types or names in an address, are text on card, item and passport pages."""
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        await node.ok("PUT", "/api/v1/firm", {**FIRM, "name": HOSTILE.replace("\u202e", "")})
        await node.ok("PUT", "/api/v1/parts/SHAFT", PART | {"name": HOSTILE, "revision": "B"})
        capability = {"id": "shafts", "process": "turning", "materials": ["42CrMo4"], "note": HOSTILE, "certificates": [HOSTILE]}
        await node.ok("POST", "/api/v1/capabilities", capability)
        await settle(node)
        path = code_of(await link(node, "passport", "01/09521002000016", name=HOSTILE))
        texts = [(await page(node, each)).text for each in ("/", "/item/01/09521002000016", f"/item/01/{quote(HOSTILE)}", f"/?lang={quote(HOSTILE)}", path)]
        assert "&lt;img" in texts[0] + texts[1]
        fields = {"ticket": HOSTILE, "lang": HOSTILE, "item": HOSTILE, "firm": HOSTILE, "note": HOSTILE, "quantity": HOSTILE}
        texts.append((await node.http.post("/request", data=fields, files=[("files", (f"{HOSTILE}.exe", b"x"))])).text)
        assert [found for each in texts if (found := MARKUP.findall(each))] == []


async def test_every_page_is_small(tmp_path):
    """Tests that card, item, gone and each kind of guest page weigh less than 30 kB with their style, with much done by the link too."""
    async with nodes(tmp_path, "helix") as (node,):
        number = await offered(node, lines=[{"part_no": "SHAFT", "quantity": str(20 + at)} for at in range(5)])
        order = await ordered(node)
        need = {"lines": [{"name": "Bar 42CrMo4", "quantity": "5"}] * 5}
        made = [await link(node, "offer", number), await link(node, "order", order), await link(node, "delivery", order)]
        made += [await link(node, "request", need=need), await link(node, "passport", "01/09521002000016", language="zh")]
        for text in "abcdefgh":
            await send(node, code_of(made[0]), "ask", text=text * 40)
        style = sum([len((await page(node, f"/static/{name}")).content) for name in ("plait.css", "tokens.css")])
        sizes = {path: len((await page(node, path)).content) + style for path in ("/", "/?lang=zh", "/item/01/09521002000016", "/g/x", *map(code_of, made))}
        assert {path: size for path, size in sizes.items() if size >= 30_000} == {}


async def test_every_code_that_opens_nothing_looks_the_same(tmp_path, monkeypatch):
    """Tests that a wrong code, one taken back and one whose time is over get the same answer, on every path and by every method."""
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        id = await ordered(node)
        gone = await link(node, "order", id)
        await node.ok("DELETE", f"/api/v1/guest/links/{gone['link']['id']}")
        over = await link(node, "order", id, days=1)
        later = parse_iso(over["link"]["expires"])
        monkeypatch.setattr(node.node.clock, "now", lambda: later)
        answers = set()
        for path in (code_of(gone), code_of(over), "/g/AAAAAAAAAAAAAAAAAAAAAA", "/g/x"):
            for answer in (await page(node, path), await node.http.post(path, data={"act": "x"}, files=[("files", ("", b""))])):
                heads = {name: value for name, value in answer.headers.items() if name != "date"}
                answers.add((answer.status_code, answer.text, tuple(sorted(heads.items()))))
            for rest in ("/paper", "/history"):
                assert (await page(node, path + rest)).status_code == 404
        assert len(answers) == 1
        assert "This link opens nothing" in answers.pop()[1]
        assert "Dieser Link" in (await page(node, "/g/none", **{"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"})).text


async def test_guessing_is_stopped(tmp_path, monkeypatch):
    """Tests that an address that has tried twenty wrong codes is shown nothing for an hour, right codes neither, and then everything again."""
    watch = Watch()
    monkeypatch.setattr(GuestPages, "guarding", staticmethod(lambda: Guesses(now=watch)))
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        path = code_of(await link(node, "order", await ordered(node)))
        assert [(await page(node, f"/g/wrong-{turn}")).status_code for turn in range(20)] == [404] * 20
        stopped = await page(node, path)
        assert stopped.status_code == 429
        assert int(stopped.headers["retry-after"]) == 3600
        watch.now += 3601
        assert (await page(node, path)).status_code == 200


async def test_the_code_is_kept_nowhere(tmp_path):
    """Tests that the code stands in the maker's answer and in its QR code, 128 bits of it, and neither in the database nor in any other answer."""
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        made = await link(node, "order", await ordered(node))
        code = code_of(made).removeprefix("/g/")
        assert len(code) == 22
        assert made["url"] in made["text"]
        picture = tmp_path / "code.svg"
        write_whole(picture, made["qr"].encode())
        shot = tmp_path / "code.png"
        await browse(tmp_path, f"--screenshot={shot}", "--window-size=400,400", picture.as_uri())
        with Image.open(shot) as image:
            assert made["url"] in read_codes(image.convert("L")).values()
        listed = await node.ok("GET", "/api/v1/guest/links")
        facts = await node.ok("GET", "/api/v1/facts")
        assert code not in f"{listed}{facts}"
        await node.stop()
        assert not any(code.encode() in file.read_bytes() for file in node.folder.rglob("*") if file.is_file())


async def test_a_guest_takes_its_history_along(tmp_path):
    """Tests that what a guest did is signed by the firm, for one link on the page and for all links by the API."""
    async with nodes(tmp_path, "helix") as (node,):
        number = await offered(node)
        path = code_of(await link(node, "offer", number))
        await link(node, "order", await ordered(node))
        await send(node, path, "accept", reference="4711")
        key = node.node.identity.public_jwk()
        own = msgspec.json.decode(verify((await page(node, f"{path}/history")).text, key))
        assert [(act["act"], act["values"]) for act in own["links"][0]["acts"]] == [("accept", {"reference": "4711"})]
        told = await node.ok("GET", "/api/v1/guest/history?name=meridian%20gmbh")
        assert msgspec.json.decode(verify(told["jws"], key)) == told["history"]
        assert [each["link"]["kind"] for each in told["history"]["links"]] == ["offer", "order"]
        hashes = {fact.seq: fact.hash for fact in await node.facts()}
        assert all(hashes[seq] == hash for each in told["history"]["links"] for _, seq, hash in each["facts"])
        assert (await node.call("GET", "/api/v1/guest/history?name=nobody")).status_code == 404


WORDS = {"en": "Quotation R-00001", "de": "Angebot R-00001", "zh": "报价单 R-00001"}


@pytest.mark.parametrize(("width", "height"), [(1440, 1400), (390, 2600)], ids=["wide", "phone"])
async def test_pages_in_a_browser(tmp_path, width, height):
    """Tests that a page is shown in each language at either width, without an error in the browser's log or a request to the outside."""
    async with nodes(tmp_path, "helix") as (node,):
        number = await offered(node)
        for language, words in WORDS.items():
            made = await link(node, "offer", number, language=language)
            dom, log = await browse(tmp_path, "--dump-dom", f"--window-size={width},{height}", made["url"])
            assert words in dom
            assert f'lang="{language}"' in dom
            assert "CONSOLE" not in log, log
            assert [each for each in re.findall(r'(?:src|href)="(https?://[^"]+)"', dom) if not each.startswith(node.node.url)] == []
        shot = tmp_path / "shot.png"
        await browse(tmp_path, f"--screenshot={shot}", f"--window-size={width},{height}", made["url"])
        with Image.open(io.BytesIO(shot.read_bytes())) as image:
            assert image.width == width
            assert len(image.convert("RGB").getcolors(1 << 24)) > 50

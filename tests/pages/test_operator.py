"""The operator pages: hostile calls over HTTP, their size, and a telephone that loses its network in a real browser."""

import io
import re
import shutil
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from PIL import Image, ImageOps

from plait.kernel.clock import SYSTEM, iso
from plait.kernel.texts import Texts
from plait.labour.studio.codes import qr
from plait.public.operator.service import OperatorPages
from plait.public.operator.words import WORDS
from plait.public.spam import Guesses
from tests.support import require
from tests.support.nodes import nodes, settle
from tests.support.operator import PIN, Phone, at_work, badge_for, open_run
from tests.support.relay import relay

JOB = "SO-00001-1-10"
LANGUAGES = ("en", "de", "zh")
AWAY = "ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_(RESET|CLOSED)|ERR_EMPTY_RESPONSE"
HOSTILE = '"><img src=x onerror=alert(1)>{{7*7}}|a=b'


@asynccontextmanager
async def working(folder):
    """A node, and a telephone on which Ada has signed in."""
    async with nodes(folder, "northforge") as (node,):
        phone, person, badge = await at_work(node)
        assert (await phone.enter(badge)).status_code == 201
        yield node, phone, person, badge


def photo(kind="JPEG", size=(640, 480)):
    out = io.BytesIO()
    Image.new("RGB", size, "#336699").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_small_and_locked_down(tmp_path, language):
    """Tests that the page with its style and script stays under 30 kB, runs nothing but its own script, and is the same for everybody."""
    async with nodes(tmp_path, "northforge") as (node,):
        _, _, badge = await at_work(node)
        page = await node.http.get(f"/op?lang={language}")
        parts = [await node.http.get(path) for path in ("/static/op.css", "/static/op.js", "/static/icon.svg")]
        assert [part.status_code for part in (page, *parts)] == [200] * 4
        assert sum(len(part.content) for part in (page, *parts)) < 30_000
        assert f'<html lang="{language}">' in page.text
        assert re.findall(r"<script[^>]*>[^<]", page.text) == re.findall(r"<[^>]+ (?:style|on\w+)=", page.text) == []
        policy = page.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert (await node.http.get(f"/op/b/{badge}?lang={language}")).text == page.text == (await node.http.get(f"/op/m/bench-1?lang={language}")).text
        worker = await node.http.get("/op/sw.js")
        assert worker.headers["service-worker-allowed"] == "/op"


async def test_quick(tmp_path):
    """Tests that what a telephone asks for takes less than 100 ms of the processor's time, with many orders open."""
    async with working(tmp_path) as (node, phone, _, _):
        for number in range(2, 120):
            await open_run(node, f"SO-{number:05}", 200)
        await settle(node)
        await phone.call("GET", "state?station=bench-1")
        for path in ("state?station=bench-1", "", "state"):
            began = SYSTEM.cpu()
            answer = await phone.call("GET", path) if path else await node.http.get("/op")
            assert answer.status_code == 200
            assert SYSTEM.cpu() - began < 0.1
        assert len((await phone.call("GET", "state?station=bench-1")).json()["board"]["jobs"]) <= 51


def test_every_word_is_translated():
    """Tests that everything the script says is there in German and Chinese, and that no text would break the list."""
    same = {"OK", "Start", "Name"}
    for language in ("de", "zh"):
        say = Texts(language)
        assert [text for text in WORDS.values() if say(text) == text and text not in same] == []
        assert not any("|" in say(text) for text in WORDS.values())


async def test_refusals_speak_the_language(tmp_path):
    """Tests that what is not taken is said in the page's language, with what to do."""
    async with working(tmp_path) as (_, phone, _, _):
        for language, words in (("de", "nicht begonnen"), ("zh", "尚未开始"), ("en", "not been begun")):
            answer = await phone.call("POST", "acts", {"do": "count", "station": "bench-1", "job": JOB, "good": 1}, Accept_Language=language)
            assert answer.status_code == 409
            assert re.search(words, answer.json()["words"])


async def test_other_sites(tmp_path):
    """Tests that nothing is done for a request from another site, without our script's mark, or by a form."""
    async with working(tmp_path) as (node, phone, _, _):
        before = await node.node.store.head()
        body = {"do": "start", "station": "bench-1", "job": JOB}
        for headers in ({"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"X_Plait": ""}):
            assert (await phone.call("POST", "acts", body, **headers)).json()["code"] == "cross-site"
        assert (await phone.call("POST", "session", {"badge": "x", "pin": PIN}, X_Plait="")).status_code == 403
        bare = await node.http.post("/op/acts", json=body)
        assert bare.status_code == 403
        form = await node.http.post("/op/acts", data=body, headers={"X-Plait": "op", "Sec-Fetch-Site": "same-origin"})
        assert form.status_code == 415
        assert await node.node.store.head() == before


async def test_taps_are_taken_once_with_their_time(tmp_path):
    """Tests that a tap sent again is taken once, that it bears its time, and that one from tomorrow or of two days ago is refused in words."""
    async with working(tmp_path) as (node, phone, _, _):
        now = SYSTEM.now()
        await phone.act("start", key="a1", tapped=iso(now - timedelta(minutes=20)))
        for _ in range(3):
            answer = await phone.act("count", key="a2", good=2, tapped=iso(now - timedelta(minutes=10)))
            assert answer.json()["jobs"][0]["good"] == 2
        counted = await node.bodies("line.counted")
        assert [(each.good, 590 <= each.tap.late_s <= 660) for each in counted] == [(2, True)]
        assert (await phone.act("count", key="a2", good=1)).json()["code"] == "key-reused"
        for wrong in (now + timedelta(hours=3), now - timedelta(hours=49)):
            answer = await phone.act("count", good=1, tapped=iso(wrong))
            assert (answer.status_code, answer.json()["code"]) == (422, "tap-time")
        assert (await phone.call("POST", "acts", {"do": "help", "station": "bench-1"}, X_Sent_At="noon")).status_code == 422
        assert len(await node.bodies("line.counted")) == 1


async def test_another_person_on_the_telephone(tmp_path):
    """Tests that entries of one person are not taken in the name of another who has signed in on the same telephone, nor another's job counted."""
    async with working(tmp_path) as (node, phone, ada, _):
        await phone.act("start")
        _, badge = await badge_for(node, "Ben")
        await phone.enter(badge)
        body = {"do": "count", "station": "bench-1", "job": JOB, "good": 1}
        assert (await phone.call("POST", "acts", body, X_Person=ada)).status_code == 401
        assert (await phone.call("POST", "acts", body)).json()["code"] == "job-not-yours"
        assert await node.bodies("line.counted") == []


async def test_photos(tmp_path):
    """Tests that a photo comes back as it was, once, with its job, and that what is no picture or too large is refused and not kept."""
    async with working(tmp_path) as (node, phone, _, _):
        place = f"photos?station=bench-1&job={JOB}"
        content = photo()
        made = await phone.call("POST", place, content, Idempotency_Key="p1")
        assert (await phone.call("POST", place, content, Idempotency_Key="p1")).json() == made.json()
        kept = await node.call("GET", f"/api/v1/line/photos/{made.json()['id']}")
        assert (kept.content, kept.headers["content-type"], kept.headers["x-content-type-options"]) == (content, "image/jpeg", "nosniff")
        assert [note["job"] for note in await node.ok("GET", "/api/v1/line/notes?kind=photo")] == [JOB]
        for bad in (b"<html><script>alert(1)</script>", content[:300], photo("GIF"), b"\xff\xd8" + bytes(13_000_000)):
            answer = await phone.call("POST", place, bad)
            assert (answer.status_code, answer.json()["code"]) == (422, "photo")
        assert (await phone.call("POST", place, bytes(26_000_000))).status_code == 413
        assert (await phone.call("POST", "photos?station=bench-1&job=SO-9", content)).status_code == 404
        assert len(await node.bodies("line.photo_added")) == 1


async def test_badge_in_a_photo(tmp_path, monkeypatch):
    """Tests that the code in a photo of a badge is read, that a stranger's pictures are counted, and that a bomb is no picture."""
    monkeypatch.setattr(OperatorPages, "guarding", staticmethod(lambda: Guesses(per_hour=3)))
    async with nodes(tmp_path, "northforge") as (node,):
        phone = Phone(node, node.http)
        code = ImageOps.expand(qr("http://127.0.0.1:1/op/b/ABC", 8), 60, 255).rotate(7, expand=True, fillcolor=255)
        out = io.BytesIO()
        code.convert("RGB").save(out, "JPEG")
        assert (await phone.call("POST", "read", out.getvalue())).json() == {"texts": ["http://127.0.0.1:1/op/b/ABC"]}
        assert (await phone.call("POST", "read", b"\x89PNG\r\n\x1a\nnothing")).status_code == 422
        assert [(await phone.call("POST", "read", photo())).status_code for _ in range(4)] == [200, 200, 200, 429]


async def test_language_stays_with_the_person(tmp_path):
    """Tests that the language somebody chooses is theirs on every telephone, and that one we do not speak is refused."""
    async with working(tmp_path) as (_, phone, _, badge):
        assert (await phone.call("PUT", "language", {"language": "xx"})).status_code == 422
        assert (await phone.call("PUT", "language", {"language": "zh-CN"})).json()["language"] == "zh"
        assert (await phone.enter(badge)).json()["language"] == "zh"
        assert (await phone.call("GET", "state", Accept_Language="zh")).json()["stop_reasons"][0] == ["tool worn", "刀具磨损"]


# -- in a browser


@asynccontextmanager
async def browser(language="en", scheme="light"):
    """A telephone of 390 px; what its log says is collected."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    require("Chromium", found, "install it (Debian: apt-get install chromium)")
    from playwright.async_api import async_playwright

    async with async_playwright() as engine:
        chromium = await engine.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        context = await chromium.new_context(viewport={"width": 390, "height": 844}, locale=language, color_scheme=scheme, has_touch=True)
        page = await context.new_page()
        page.set_default_timeout(25_000)
        log = []
        page.on("console", lambda line: log.append(line.text) if line.type == "error" and not re.search(AWAY, line.text) else None)
        page.on("pageerror", lambda error: log.append(str(error)))
        try:
            yield context, page, log
        finally:
            await context.close()
            await chromium.close()


async def sign_in(page, base, badge, pin=PIN):
    """Open the badge's address and enter the PIN."""
    await page.goto(f"{base}/op/b/{badge}")
    await type_pin(page, pin)


async def type_pin(page, pin=PIN):
    for digit in pin:
        await page.click(f"#keys button[value='{digit}']")
    await page.click("#keys button[value=ok]")


async def says(page, selector, words):
    await page.locator(selector).filter(has_text=words).first.wait_for()


async def test_a_telephone_that_loses_its_network(tmp_path):
    """Tests the way from the badge's address by the PIN to a job that is begun, and that what is tapped without a network is sent once when it is back.

    Until then it is shown as waiting and survives a reload; when the session has ended it waits for the PIN.
    """
    async with nodes(tmp_path, "northforge") as (node,), relay(node.settings.http.port) as line, browser() as (context, page, log):
        _, _, badge = await at_work(node)
        base = f"http://127.0.0.1:{line.port}"
        await sign_in(page, base, badge)
        await page.click("#places button")
        await says(page, "#tile", "Ready to start")
        await page.click("#acts .go")
        await says(page, "#tile", "Running")
        await page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
        await page.reload()
        await says(page, "#tile", "Running")

        line.cut()
        await context.set_offline(True)
        await page.click("#acts button:has-text('+1 good')")
        await page.click("#acts button:has-text('+1 good')")
        await says(page, "#wait", "waiting to be sent (2)")
        await says(page, "#tile", "2 of 4 good")
        await page.reload()
        await says(page, "#wait", "waiting to be sent (2)")
        await says(page, "#tile", "2 of 4 good")
        assert await node.bodies("line.counted") == []
        line.mend()
        await context.set_offline(False)
        await page.wait_for_selector("#wait", state="hidden")
        assert [(each.good, each.all_good) for each in await node.bodies("line.counted")] == [(1, 1), (1, 2)]

        node.node.badges._live.clear()
        await page.click("#acts .halt")
        await page.click("#choices button:has-text('Tool worn')")
        await says(page, "#wait", "waiting to be sent (1)")
        await type_pin(page)
        await says(page, "#tile", "Tool worn")
        await page.wait_for_selector("#wait", state="hidden")
        assert [each.reason for each in await node.bodies("line.stopped")] == ["tool worn"]
        assert [line for line in log if "401" not in line] == []


async def test_what_is_refused_is_said(tmp_path):
    """Tests that an entry that was not taken is named with the reason until somebody has read it, and that the next ones are sent."""
    async with nodes(tmp_path, "northforge") as (node,), browser() as (context, page, _):
        phone, _, badge = await at_work(node)
        base = f"http://127.0.0.1:{node.settings.http.port}"
        await sign_in(page, base, badge)
        await page.click("#places button")
        await page.click("#acts .go")
        await says(page, "#tile", "Running")
        await context.set_offline(True)
        await page.click("#acts button:has-text('+1 good')")
        await page.click("#help")
        _, other = await badge_for(node, "Ben")
        await phone.enter(other)
        assert (await phone.act("start")).status_code == 200
        await context.set_offline(False)
        await says(page, "#refused", "Not taken: Count")
        await says(page, "#refused", "Somebody else works on this job. Take it over first.")
        await says(page, "#calls", "Help was called for")
        await page.click("#refused button")
        assert await page.locator("#refused .row").count() == 0
        assert len(await node.bodies("line.help_asked")) == 1


@pytest.mark.parametrize(
    ("language", "scheme", "words"), [("en", "dark", "Why does it stand?"), ("de", "light", "Warum steht sie?"), ("zh", "dark", "为什么停机？")], ids=LANGUAGES
)
async def test_looks(tmp_path, language, scheme, words):
    """Tests in each language that hostile names run no markup, that nothing is wider than the telephone, and that targets are 44 px at least."""
    async with nodes(tmp_path, "northforge") as (node,), browser(language, scheme) as (_, page, log):
        _, _, badge = await at_work(node)
        await open_run(node, "SO-00000", 8, part_name=HOSTILE, customer_name="x" * 60)
        await settle(node)
        await sign_in(page, f"http://127.0.0.1:{node.settings.http.port}", badge)
        await page.click("#places button")
        await page.locator("#next button", has_text=HOSTILE).first.click()
        await says(page, "#tile", HOSTILE)
        await page.click("#acts .go")
        await page.click("#acts .halt")
        await says(page, "#asked", words)
        wide = await page.evaluate("document.documentElement.scrollWidth")
        small = "b => b.filter(each => each.offsetParent && each.getBoundingClientRect().height < 44).map(each => each.outerHTML)"
        targets = await page.eval_on_selector_all("button, select, .button", small)
        assert (wide, targets, log) == (390, [], [])


async def test_nothing_serious_for_axe(tmp_path):
    """Tests that axe finds nothing serious on the page of the badge, of the PIN and of the work."""
    from axe_playwright_python.async_playwright import Axe

    async def found(page):
        result = await Axe().run(page)
        return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in result.response["violations"] if each["impact"] in {"serious", "critical"}]

    async with nodes(tmp_path, "northforge") as (node,), browser() as (_, page, _):
        _, _, badge = await at_work(node)
        base = f"http://127.0.0.1:{node.settings.http.port}"
        await page.goto(f"{base}/op")
        wrong = await found(page)
        await page.goto(f"{base}/op/b/{badge}")
        wrong += await found(page)
        await type_pin(page)
        await page.click("#places button")
        await page.click("#acts .go")
        await says(page, "#tile", "Running")
        wrong += await found(page)
        await page.click("#acts .halt")
        wrong += await found(page)
        assert wrong == []

"""The stage for a real browser: seven firms after the demo's story, one node without any data, one Chromium, and people signed in.

Time stands still on the story's nodes, so a page shows the same from run to run; what differs anyway bears the class ``volatile``,
and where it differs in length too its table ``volatile-lines``.
"""

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, async_playwright

from plait.cli.demo.firm import FirmClient
from plait.cli.demo.scene import Scene
from plait.cli.demo.steps import STEPS, Director
from plait.kernel.clock import SYSTEM
from plait.kernel.os import child_options, free_port, stop_child
from tests.browser.typefaces import pinned
from tests.support import require

__all__ = ["CORE", "EMPTY", "LANGUAGES", "PHONE", "WIDE", "Sheet", "Stage", "staged"]

CORE = "helix"
EMPTY = "(no data)"
WIDE, PHONE = 1440, 390
HEIGHTS = {WIDE: 1000, PHONE: 844}
LANGUAGES = ("en", "de", "zh")
LOCALES = {"en": "en-GB", "de": "de-DE", "zh": "zh-CN"}
PATIENCE_MS = 60_000
# A failed request is noted as one; the other is NiceGUI's note to itself.
TOLD_ELSEWHERE = ("Failed to load resource", "Event listeners changed after initial definition")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--font-render-hinting=none", "--force-color-profile=srgb", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip
STILL = (
    "*, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent !important; scrollbar-width: none !important }"
)
READY = """() => Boolean(
    document.querySelector('h1:not([data-left])') && !document.querySelector('.p-skeleton, [aria-busy=true]') && document.fonts.status === 'loaded')"""
LEAVE = """(path) => {
    for (const heading of document.querySelectorAll('.p-main h1')) heading.dataset.left = '1';
    const a = document.createElement('a');
    a.href = path;
    document.body.append(a);
    a.click();
    a.remove();
}"""
STYLE = "(text) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text); document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]; }"


def chromium() -> str:
    """Return the path of the system's Chromium; skip (fail) without one."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    require("Chromium", found, "install it (Debian: apt-get install chromium)")
    assert found is not None
    return found


class Sheet:
    """One page in the browser, and everything it did that it must not do."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.wrong: list[str] = []
        self.forgiven: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.wrong.append(f"page error: {error}"))
        page.on("request", self._asked)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(TOLD_ELSEWHERE):
            self.wrong.append(f"browser's log: {message.text}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != urlsplit(self.url).netloc:
            self.wrong.append(f"a request to the outside: {request.url}")

    def _failed(self, request: Request) -> None:
        # A navigation ends what the page left behind was still asking for.
        if request.failure != "net::ERR_ABORTED":
            self.wrong.append(f"failed: {request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not any(path in response.url for path in self.forgiven):
            self.wrong.append(f"{response.status}: {response.request.method} {response.url}")

    async def go(self, path: str) -> None:
        """Open a path of the node and wait until it can be used."""
        await self.page.goto(self.url + path, wait_until="domcontentloaded")
        await self.ready()

    async def turn(self, path: str) -> None:
        """Go to another screen of the same page, as a click on a link does, and wait until it can be used."""
        if urlsplit(self.page.url)._replace(scheme="", netloc="").geturl().rstrip("/") == path.rstrip("/"):
            return
        await self.page.evaluate(LEAVE, path)
        await self.ready()

    async def ready(self) -> None:
        """Wait until the page has a heading and nothing on it is still being loaded."""
        end = SYSTEM.monotonic() + PATIENCE_MS / 1000
        while not await self.page.evaluate(READY):
            if SYSTEM.monotonic() > end:
                shown = (await self.page.inner_text("body"))[:300]
                raise AssertionError("\n".join([f"{self.page.url} never became ready; it shows: {shown}", *dict.fromkeys(self.wrong)]))
            await SYSTEM.sleep(0.02)

    async def style(self, text: str) -> None:
        """Add a style sheet, which a page's content security policy has no say in."""
        await self.page.evaluate(STYLE, text)

    async def dress(self, *, dark: bool) -> None:
        """Change to dark or light, as the console's own button does, without loading the page again."""
        await self.page.emulate_media(color_scheme="dark" if dark else "light")
        await self.page.evaluate(
            "(theme) => { const r = document.documentElement; if (r.dataset.theme) r.dataset.theme = theme;"
            " document.body.classList.toggle('body--dark', theme === 'dark'); document.body.classList.toggle('body--light', theme !== 'dark') }",
            "dark" if dark else "light",
        )

    async def resize(self, width: int) -> None:
        """Make the window as wide as a desk's or a phone's."""
        await self.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})

    async def overflow(self) -> list[str]:
        """Return what makes the page scroll sideways, nothing when it does not."""
        found: list[str] = await self.page.evaluate(
            """() => {
                const width = document.documentElement.clientWidth;
                if (document.scrollingElement.scrollWidth <= width) return [];
                const out = (e) => e.getBoundingClientRect().right > width + 1 && e.getBoundingClientRect().width;
                const wide = [...document.body.querySelectorAll('*')].filter(out).slice(0, 5);
                return [`scrolls sideways, ${document.scrollingElement.scrollWidth} px`, ...wide.map((e) =>
                    `too wide: ${e.cloneNode().outerHTML.slice(0, 99)}`)];
            }"""
        )
        return found

    def clean(self) -> None:
        """Fail when the page did anything it must not do."""
        assert not self.wrong, "\n".join([self.page.url, *dict.fromkeys(self.wrong)])


class Stage:
    """What all browser tests share."""

    def __init__(self, scene: Scene, director: Director, browser: Browser, folder: Path) -> None:
        self.scene = scene
        self.director = director
        self.browser = browser
        self.folder = folder
        self.firms: dict[str, FirmClient] = dict(scene.firms)
        self._cookies: dict[str, dict[str, str]] = {}
        self._signing = asyncio.Lock()
        self._contexts: dict[tuple[Any, ...], BrowserContext] = {}
        self._walkers: dict[tuple[Any, ...], Sheet] = {}
        self._read: dict[Path, int] = {}

    def tripped(self) -> list[str]:
        """Return the errors that stand in the nodes' logs since this was asked before."""
        found = []
        for log in sorted(self.folder.rglob("*.log")):
            with log.open("rb") as file:
                file.seek(self._read.get(log, 0))
                text = file.read()
            self._read[log] = self._read.get(log, 0) + len(text)
            found += [f"{log.stem}'s log: {_cause(line)}" for line in text.decode("utf-8", "replace").splitlines() if '"level": "error"' in line]
        return found

    async def cookie(self, firm: str) -> dict[str, str]:
        """Return the session's cookie of an administrator of ``firm``, who is entered and signs in at the first call."""
        async with self._signing:
            if firm not in self._cookies:
                self._cookies[firm] = await sign_in(self.firms[firm])
            return self._cookies[firm]

    async def context(self, firm: str, language: str, *, dark: bool, signed_in: bool = True) -> BrowserContext:
        """Return the browser's profile of a person with their language and theme; it is kept, so that what is cached stays cached."""
        key = (firm, language, dark, signed_in)
        if key not in self._contexts:
            scheme: Literal["dark", "light"] = "dark" if dark else "light"
            made = await self.browser.new_context(locale=LOCALES[language], timezone_id="Europe/Berlin", color_scheme=scheme, reduced_motion="reduce")
            url = self.firms[firm].url
            chosen = {"plait_lang": language, "plait_theme": scheme} | (await self.cookie(firm) if signed_in else {})
            await made.add_cookies([{"name": name, "value": value, "url": url} for name, value in chosen.items()])
            self._contexts[key] = made
        return self._contexts[key]

    @asynccontextmanager
    async def open_page(
        self, firm: str, path: str, width: int = WIDE, language: str = "en", *, dark: bool = False, signed_in: bool = True
    ) -> AsyncIterator[Sheet]:
        """Give a page of ``firm`` opened in a window of that width; at the end it must have done nothing it must not do."""
        context = await self.context(firm, language, dark=dark, signed_in=signed_in)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        sheet = Sheet(page, self.firms[firm].url)
        try:
            await sheet.resize(width)
            await sheet.go(path)
            await sheet.style(STILL)
            yield sheet
        finally:
            await page.close()
        sheet.clean()

    @asynccontextmanager
    async def walk(self, firm: str, path: str, width: int, language: str, *, dark: bool = False) -> AsyncIterator[Sheet]:
        """Give a page that somebody keeps open all day and that has just come to ``path`` by a link; one at a time of a firm, language and theme."""
        key = (firm, language, dark)
        sheet = self._walkers.pop(key, None)
        if sheet is None:
            context = await self.context(firm, language, dark=dark)
            sheet = Sheet(await context.new_page(), self.firms[firm].url)
            sheet.page.set_default_timeout(PATIENCE_MS)
            await sheet.go("/console/help")
            await sheet.style(STILL)
        try:
            await sheet.resize(width)
            await sheet.turn(path)
            yield sheet
        except BaseException:
            await sheet.page.close()
            raise
        wrong = list(sheet.wrong)
        sheet.wrong.clear()
        self._walkers[key] = sheet
        assert not wrong, "\n".join([sheet.page.url, *dict.fromkeys(wrong)])

    async def aclose(self) -> None:
        """Close what the browser has open."""
        for context in self._contexts.values():
            await context.close()


async def sign_in(firm: FirmClient, name: str = "Workshop office", role: str = "admin", password: str = "") -> dict[str, str]:
    """Enter a person, let them set a password (any, when none is given) with their code, and return the cookie of their session."""
    person = await firm.post("/api/v1/people", {"name": name, "role": role})
    code = (await firm.post(f"/api/v1/people/{person['id']}/code", None))["code"]
    async with httpx.AsyncClient(base_url=firm.url, trust_env=False) as client:
        answer = await client.post("/api/v1/session/activate", json={"code": code, "password": password or secrets.token_urlsafe(18)})
        assert answer.status_code == 201, answer.text
        return dict(answer.cookies)


@asynccontextmanager
async def node_without_data(folder: Path) -> AsyncIterator[FirmClient]:
    """Run a node of its own that knows nothing but its keys."""
    port = free_port()
    arguments = ["-m", "plait", "up", "--data", str(folder), "--port", str(port)]
    env = os.environ | {"PLAIT_NETWORK__TRUSTED": "127.0.0.1/32"}
    with folder.with_suffix(".log").open("ab") as log:
        quiet: dict[str, Any] = {"stdin": asyncio.subprocess.DEVNULL, "stdout": log, "stderr": log, **child_options()}
        process = await asyncio.create_subprocess_exec(sys.executable, *arguments, env=env, **quiet)
    firm = FirmClient(EMPTY, f"http://127.0.0.1:{port}", folder)
    try:
        async with asyncio.timeout(60):
            while not await firm.is_ready():
                assert process.returncode is None
                await SYSTEM.sleep(0.05)
        yield firm
    finally:
        await firm.close()
        if process.returncode is None:
            stop_child(process)
        await process.wait()


def _cause(line: str) -> str:
    """Return what a line of a log says, and where in our own code it comes from."""
    said = json.loads(line)
    trace = str(said.pop("exception", "")).splitlines()
    ours = [each.strip() for each in trace if "/plait/" in each]
    return " | ".join([f"{said.get('screen', '')} {said['event']}".strip(), *ours[-1:], *trace[-1:]])


async def busy_desk(firm: FirmClient) -> None:
    """Give a firm's desk what the story leaves out: a list that nobody has looked at yet, two open orders of which one will be late, and an offer."""
    await firm.post("/api/v1/desk/example", None)
    part = next(part for part in await firm.get("/api/v1/parts") if part["supply"] == "make")
    line = {"part_id": part["id"], "name": part["name"]}
    for number, (customer, due) in enumerate((("Brightwater Pumps", "2026-03-09"), ("Alder Drives", "2026-04-10")), 1):
        await firm.post("/api/v1/desk/orders", line | {"customer": customer, "order_no": f"4711-{number}", "line_no": "10", "quantity": "60", "due": due})
    asked = {"part_no": part["id"], "name": part["name"], "quantity": "24"}
    await firm.post("/api/v1/desk/offers", {"customer": "Alder Drives", "request_no": "R-17", "lines": [asked]})


async def busy_line(scene: Scene, firm: FirmClient) -> None:
    """Let the firm's own machines make a part for stock, from blanks that have come in, and stop time while they run."""
    part = await firm.get("/api/v1/parts/HX-GS3")
    steps = [step | {"seq": 10 * number} for number, step in enumerate((step for step in part["routing"] if step["group"]), 1)]
    same = {name: part[name] for name in ("process", "material", "batch_size", "materials")}
    pinion = {"id": "HX-P2", "revision": "A", "name": "Pinion, module 2", "gtin": "09521002000115", "supply": "make", "routing": steps}
    await firm.call("PUT", "/api/v1/parts/HX-P2", same | pinion)
    await firm.post("/api/v1/stock", {"part_id": "BLANK", "quantity": 100, "lot": "H4802"})
    await firm.post("/api/v1/desk/work-orders", {"part_id": "HX-P2", "quantity": 100})
    await scene.settle()
    for _ in range(10):
        await scene.run(timedelta(minutes=30))


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    """Play the story to its end, keep the nodes running with time standing still, and open the browser."""
    path = chromium()
    async with contextlib.AsyncExitStack() as stack:
        scene = await stack.enter_async_context(Scene(folder / "story"))
        director = Director(scene)
        for _, _, act in STEPS:
            await act(director)
        await busy_line(scene, scene.firms[CORE])
        await busy_desk(scene.firms[CORE])
        await scene.settle()
        empty = await stack.enter_async_context(node_without_data(folder / "empty"))
        player = await stack.enter_async_context(async_playwright())
        browser = await player.chromium.launch(executable_path=path, args=list(FLAGS), env=pinned(folder))
        stack.push_async_callback(browser.close)
        stage = Stage(scene, director, browser, folder)
        stage.firms[EMPTY] = empty
        stack.push_async_callback(stage.aclose)
        yield stage

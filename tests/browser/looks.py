"""What is looked at on an open page: whether it fits, what axe says of it, what tripped, which words are not translated, and how it looks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

from plait.kernel.clock import SYSTEM
from plait.kernel.texts import Texts
from tests.browser.picture import TALLEST, small
from tests.browser.stage import PHONE, WIDE, Sheet, Stage

__all__ = ["errors_shown", "grave", "look", "look_abroad", "look_bare", "screenshot", "untranslated"]

# Of the rest (landmarks, headings, names) a phone in the dark shows the same as a desk in the light.
PHONE_RULES = ("color-contrast", "target-size", "scrollable-region-focusable", "label", "button-name", "link-name")
AXE = """async (options) => {
    const found = await axe.run({ resultTypes: ['violations'], iframes: false, preload: false, ...options });
    return found.violations.filter((each) => ['serious', 'critical'].includes(each.impact)).map((each) =>
        `axe ${each.id} (${each.impact}): ${each.help}: ${each.nodes.slice(0, 4).map((node) => node.target).join(', ')}`);
}"""
# A code on a page says the node's address, whose port is another in each run.
HIDE = (
    "html.held .volatile, html.held .p-qr, html.held .p-label-picture { visibility: hidden !important }"
    " html.held .volatile-lines td .volatile { display: block; height: 1lh; overflow: hidden; white-space: nowrap }"
)
HOLD = "(on) => document.documentElement.classList.toggle('held', on)"
TEXTS = """() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = new Set();
    while (walk.nextNode()) {
        const said = walk.currentNode.textContent.trim(), at = walk.currentNode.parentElement;
        if (said && !at.closest('script, style, i.material-icons, code, [lang]') && at.checkVisibility()) found.add(said);
    }
    return [...found];
}"""
HEIGHT = "() => document.scrollingElement.scrollHeight"
JOINED = "() => document.getElementById('popup')?.ariaHidden !== 'false'"


async def grave(sheet: Sheet, *rules: str) -> list[str]:
    """Return what axe finds serious or critical, a line a rule; only the named rules, if any are."""
    options: dict[str, Any] = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    if not await sheet.page.evaluate("Boolean(window.axe)"):
        await sheet.page.evaluate(AXE_SCRIPT)
    found: list[str] = await sheet.page.evaluate(AXE, options)
    return found


@cache
def _texts(language: str) -> Texts:
    return Texts(language)


async def untranslated(sheet: Sheet, language: str) -> list[str]:
    """Return the texts that stand there in English although the catalogue knows them in the page's language."""
    say = _texts(language)
    shown: list[str] = await sheet.page.evaluate(TEXTS)
    return [f"in English: {text}" for text in shown if " " in text and say(text) != text]


async def errors_shown(sheet: Sheet) -> list[str]:
    """Return the parts of the page that show an error instead of themselves."""
    moods: list[str] = await sheet.page.evaluate("() => [...document.querySelectorAll('.p-mood.is-bad')].map((e) => e.innerText.replaceAll('\\n', ' '))")
    return [f"shows an error: {said}" for said in moods]


async def screenshot(sheet: Sheet, *, whole: bool = True) -> bytes:
    """Return a picture (PNG) once the page stands still: of the page's first two screens without what changes from run to run, else of the window as it is.

    For the whole the window is made as high as the page, so that a phone's bar stands at its foot and not across it.
    """
    page = sheet.page
    size = page.viewport_size
    if whole and size is not None:
        await sheet.style(HIDE)
        await page.evaluate(HOLD, True)
        height = min(await page.evaluate(HEIGHT), TALLEST)
        await page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
    await page.mouse.move(0, 0)
    shown = await _still(sheet)
    if whole and size is not None:
        await page.set_viewport_size(size)
        await page.evaluate(HOLD, False)
    return shown


async def _still(sheet: Sheet) -> bytes:
    """Return two equal pictures' second one, or the last after five seconds; what says that the line is lost (on a very busy machine) is waited away."""
    begin = SYSTEM.monotonic()
    last = b""
    while True:
        shown, joined = await sheet.page.screenshot(caret="hide"), await sheet.page.evaluate(JOINED)
        if (shown == last and joined) or SYSTEM.monotonic() > begin + (5 if joined else 60):
            return shown
        last = shown
        await SYSTEM.sleep(0.05)


async def _picture(sheet: Sheet) -> bytes:
    shown = await screenshot(sheet)
    return await asyncio.to_thread(small, shown)


async def look(stage: Stage, firm: str, path: str, keep: dict[str, bytes], *, signed_in: bool = True) -> list[str]:
    """Open a page by its address in English, look at it wide in the light and narrow in the dark, and return what is wrong; its picture goes to ``keep``."""
    wrong: list[str] = []
    async with stage.open_page(firm, path, signed_in=signed_in) as sheet:
        wrong += _note("en wide", await errors_shown(sheet) + await sheet.overflow() + await grave(sheet))
        keep["wide"] = await _picture(sheet)
        await sheet.dress(dark=True)
        await sheet.resize(PHONE)
        wrong += _note("en phone, dark", await sheet.overflow() + await grave(sheet, *PHONE_RULES))
    return wrong


async def look_abroad(stage: Stage, firm: str, path: str, language: str, keep: dict[str, bytes] | None, *, signed_in: bool = True) -> list[str]:
    """Come to a page by a link in another language, narrow and then wide, in the dark, and return what is wrong; its picture goes to ``keep``."""
    wrong: list[str] = []
    async with _came(stage, firm, path, language, dark=True, signed_in=signed_in) as sheet:
        wrong += _note(f"{language} phone, dark", await sheet.overflow())
        if keep is not None:
            keep[f"phone-{language}"] = await _picture(sheet)
        await sheet.resize(WIDE)
        spoken = await sheet.page.evaluate("document.documentElement.lang")
        wrong += _note(f"{language} wide, dark", [] if spoken[:2] == language or not signed_in else [f"says it is in {spoken!r}"])
        wrong += _note(f"{language} wide, dark", await errors_shown(sheet) + await sheet.overflow() + await untranslated(sheet, language))
    return wrong


async def look_bare(stage: Stage, firm: str, path: str) -> list[str]:
    """Come to a page of a firm without data by a link, narrow and then wide, and return what is wrong."""
    async with _came(stage, firm, path, "en", dark=False) as sheet:
        wrong = _note("without data, phone", await sheet.overflow())
        await sheet.resize(WIDE)
        return wrong + _note("without data, wide", await errors_shown(sheet) + await sheet.overflow() + await grave(sheet))


@asynccontextmanager
async def _came(stage: Stage, firm: str, path: str, language: str, *, dark: bool, signed_in: bool = True) -> AsyncIterator[Sheet]:
    if not signed_in:
        async with stage.open_page(firm, path, PHONE, language, dark=dark, signed_in=False) as sheet:
            yield sheet
        return
    async with stage.walk(firm, path, PHONE, language, dark=dark) as sheet:
        yield sheet


def _note(view: str, found: list[str]) -> list[str]:
    return [f"{view}: {each}" for each in found]

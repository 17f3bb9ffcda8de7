"""What is looked at on an open page: whether it fits, what axe says of it, what tripped, which words are not translated, and how it looks."""

from functools import cache
from typing import Any

from axe_playwright_python.async_playwright import Axe

from plait.kernel.clock import SYSTEM
from plait.kernel.texts import Texts
from tests.browser.stage import PHONE, WIDE, Sheet, Stage

__all__ = ["errors_shown", "grave", "look", "screenshot", "untranslated"]

AXE = Axe()
GRAVE = {"serious", "critical"}
HIDE = ".volatile { visibility: hidden !important }"
TEXTS = """() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = new Set();
    while (walk.nextNode()) {
        const said = walk.currentNode.textContent.trim(), at = walk.currentNode.parentElement;
        if (said && !at.closest('script, style, i.material-icons, code, [lang]') && at.checkVisibility()) found.add(said);
    }
    return [...found];
}"""


async def grave(sheet: Sheet, *rules: str) -> list[str]:
    """Return what axe finds serious or critical, a line a rule; only the named rules, if any are."""
    options: dict[str, Any] = {"resultTypes": ["violations"]} | ({"runOnly": {"type": "rule", "values": list(rules)}} if rules else {})
    found = await AXE.run(sheet.page, options=options)
    return [
        f"axe {each['id']} ({each['impact']}): {each['help']}: {', '.join(str(node['target']) for node in each['nodes'][:4])}"
        for each in found.response["violations"]
        if each["impact"] in GRAVE
    ]


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
    """Return a picture (PNG) once the page stands still: of the ``whole`` page without what changes from run to run, else of the window as it is."""
    if whole:
        await sheet.style(HIDE)
    await sheet.page.mouse.move(0, 0)
    end = SYSTEM.monotonic() + 5
    last = b""
    while True:
        shown = await sheet.page.screenshot(full_page=whole, caret="hide")
        if shown == last or SYSTEM.monotonic() > end:
            return shown
        last = shown
        await SYSTEM.sleep(0.1)


async def look(stage: Stage, firm: str, path: str, language: str, *, pictures: dict[str, bytes] | None = None, signed_in: bool = True) -> list[str]:
    """Open a page, look at it wide and narrow, light and dark, and return what is wrong with it.

    Keep ``pictures``: wide and light in English, of the other languages a phone in the dark.
    """
    wrong: list[str] = []

    def note(view: str, found: list[str]) -> None:
        wrong.extend(f"{language} {view}: {each}" for each in found)

    async with stage.open_page(firm, path, WIDE, language, signed_in=signed_in) as sheet:
        if signed_in:
            spoken = await sheet.page.evaluate("document.documentElement.lang")
            note("wide", [] if spoken[:2] == language else [f"says it is in {spoken!r}"])
        note("wide", await errors_shown(sheet))
        note("wide", await sheet.overflow())
        if language == "en":
            note("wide", await grave(sheet))
            await sheet.dress(dark=True)
            note("wide, dark", await grave(sheet, "color-contrast"))
            await sheet.dress(dark=False)
            if pictures is not None:
                pictures["wide"] = await screenshot(sheet)
        else:
            note("wide", await untranslated(sheet, language))
        await sheet.resize(PHONE)
        note("phone", await sheet.overflow())
        if language == "en":
            note("phone", await grave(sheet, "color-contrast", "target-size", "scrollable-region-focusable", "label", "button-name", "link-name"))
        await sheet.dress(dark=True)
        note("phone, dark", await sheet.overflow())
        if pictures is not None and language != "en":
            pictures[f"phone-{language}"] = await screenshot(sheet)
    return wrong + stage.tripped()

"""Which pages there are: the console's own list, and the pages without a login. An address with ``{names}`` is filled in from the story."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from plait.console.screens import SCREENS
from tests.browser.stage import CORE, Stage

__all__ = ["ALL", "PLAIN", "PUBLIC", "address", "name_of"]

PUBLIC = ("/", "/login", "/op")
PATTERNS = tuple(screen.path for screen in SCREENS)
# What an address alone does not show: a thing that is looked for by the question mark.
ASKED = ("/console/trace?epc={epc}", "/console/labels?epc={epc}")
ALL = PUBLIC + tuple(f"/console{path}" for path in PATTERNS) + ASKED
PLAIN = tuple(path for path in ALL if "{" not in path)

Find = Callable[[Stage], Awaitable[str]]


def _first(path: str, *keys: str, skip: Callable[[dict[str, Any]], bool] = lambda row: False) -> Find:
    """Return how to find the first row of an answer and what it is called there."""

    async def find(stage: Stage) -> str:
        answer = await stage.firms[CORE].get(path)
        rows = answer.get("items", answer) if isinstance(answer, dict) else answer
        row = next(each for each in rows if not skip(each))
        for key in keys:
            row = row[key]
        return str(row)

    return find


def _always(name: str) -> Find:
    async def find(stage: Stage) -> str:
        del stage
        return name

    return find


async def _item(stage: Stage) -> str:
    """Return the identifier of a piece that helix has made and delivered."""
    body = await stage.firms["meridian"].fact("desk.goods_arrived", sender_name=CORE)
    assert body is not None
    item = body["items"][0]
    return f"https://id.gs1.org/01/{item['gtin']}/21/{item['serials'][0]}"


# What stands for the first name in an address, by the address's beginning; the longest beginning that fits counts.
EXAMPLES: dict[str, Find] = {
    "/orders/": _first("/api/v1/desk/orders?state=all", "run"),
    "/desk/": _first("/api/v1/desk/inbox", "id"),
    "/rfqs/": _first("/api/v1/trade/documents?type=RequestForQuotation", "id"),
    "/quotes/": _first("/api/v1/desk/offers", "number"),
    "/runs/": _first("/api/v1/line/runs", "order", "number"),
    "/documents/": _first("/api/v1/trade/documents?type=Quotation", "id"),
    "/parts/": _first("/api/v1/parts", "id"),
    "/machines/": _first("/api/v1/machines", "machine", "id"),
    "/passports/": _first("/api/v1/passports", "gtin"),
    "/partners/": _first("/api/v1/directory", "party_id"),
    "/sharing/": _first("/api/v1/sharing/agreements", "id"),
    "/trace?": _item,
    "/labels?": _item,
    "/help/": _always("see-which-orders-will-be-late"),
}


async def address(stage: Stage, path: str) -> str:
    """Return an address that exists in the story for a path of the list; fail saying where to name an example when none is known."""
    if "{" not in path:
        return path
    pattern = path.removeprefix("/console")
    fitting = [begin for begin in EXAMPLES if pattern.startswith(begin)]
    assert fitting, f"{path}: name an example of it in tests/browser/screens.py EXAMPLES"
    value = await EXAMPLES[max(fitting, key=len)](stage)
    return re.sub(r"\{[^}]+\}", quote(value, safe=""), path)


def name_of(path: str) -> str:
    """Return what the pictures of a path are called."""
    words = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")
    return words or "card"

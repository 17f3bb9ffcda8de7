"""A trade document of any type: what it says in words, what it belongs to, and the document as it was signed."""

from collections.abc import Sequence
from typing import Any

import msgspec

from plait.console.html import Markup, details, icon, join, link, pairs, table, tag, when
from plait.console.page import Page
from plait.console.screen import Screen
from plait.console.screens.lists import firm
from plait.console.screens.order_shown import DOCUMENTS, said_of
from plait.kernel.actor import Actor
from plait.manufacturing.trade.model import DespatchAdvice, Document, Order, RequestForQuotation
from plait.overview import paths

__all__ = ["SCREENS", "chain_shown"]

MOST = 100


async def _build(page: Page) -> None:
    t, id = page.t, page.path["document"]
    document: Document = await page.rooms.trade.document(await page.me.actor(), id)
    name = t(DOCUMENTS.get(type(document).__name__, type(document).__name__))
    page.head(f"{name} {document.number}", t("What does it say, and what does it belong to?"), over=link(t("Orders"), paths.orders(), cls="p-over"))

    async def fetch(actor: Actor) -> Sequence[Document]:
        return await page.rooms.trade.chain(actor, document.id)

    await page.block(fetch, lambda chain: chain_shown(page, document, chain), live=("trade.",))


def chain_shown(page: Page, document: Document, chain: Sequence[Document]) -> Markup:
    """Return what a document says, the order or request it belongs to, and those exchanged before and after it."""
    t, own = page.t, page.rooms.identity.firm().party_id
    order = next((doc for doc in chain if isinstance(doc, Order)), None)
    root = next((doc for doc in chain if isinstance(doc, RequestForQuotation)), None)
    other = (document.counterparty_name, document.counterparty) if document.party == own else (document.party_name, document.party)
    rows: list[tuple[str, Any]] = [
        (t("From"), t("us") if document.party == own else firm(*other)),
        (t("To"), firm(*other) if document.party == own else t("us")),
        (t("What it says"), said_of(t, document)),
        (t("When"), when(document.issued, t)),
        (t("Order"), link(order.number, paths.order(order.id)) if order is not None else ""),
        (t("Request"), link(root.number, paths.rfq(root.id)) if root is not None else ""),
        (t("Note"), document.note),
    ]
    files = f"/api/v1/trade/documents/{document.id}"
    save = tag("div", link(join(icon("code"), t("As JSON")), files, cls="p-quiet"), cls="p-row p-acts")
    raw = msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
    shown = tag("section", pairs(rows), _lines(page, document), save, details(t("Raw data"), tag("pre", raw, tabindex="0")), cls="p-card")
    return tag("div", shown, _chain(page, document, chain, own), cls="p-stack p-wide-stack")


def _lines(page: Page, document: Document) -> Markup | str:
    t = page.t
    if isinstance(document, DespatchAdvice):
        goods = [(line.name, t.quantity(line.quantity, line.unit), line.lot, line.gtin) for line in document.lines[:MOST]]
        return table((t("What"), t("Quantity"), t("Lot"), "GTIN"), goods, label=t("Lines"), numbers=(1,))
    lines: Sequence[Any] = getattr(document, "lines", ())
    if not lines:
        return ""
    rows = []
    for line in lines[:MOST]:
        price, date = t.money(line.price) if line.price else "–", when(line.promised or line.requested, t)
        rows.append((line.name, t.quantity(line.quantity, line.unit), price, date))
    return table((t("What"), t("Quantity"), t("Price"), t("Date")), rows, label=t("Lines"), numbers=(1, 2))


def _chain(page: Page, document: Document, chain: Sequence[Document], own: str) -> Markup:
    t = page.t
    rows = []
    for doc in chain[-MOST:]:
        here = doc.id == document.id
        number = tag("strong", doc.number) if here else link(doc.number, paths.document(doc.id), cls="p-nowrap")
        by = t("we") if doc.party == own else doc.party_name or doc.party
        kind = t(DOCUMENTS.get(type(doc).__name__, type(doc).__name__))
        rows.append((number, kind, by, said_of(t, doc), tag("span", when(doc.issued, t), cls="p-nowrap")))
    made = table((t("Number"), t("Document"), t("From"), t("What it says"), t("When")), rows, label=t("Before and after it"))
    return tag("section", tag("h2", t("Before and after it")), made, cls="p-card")


SCREENS = (Screen("/documents/{document}", "Document", _build, action="trade.read", howto="orders"),)

"""Network: who is joined with whom, and what goes between us now."""

from typing import Any

from plait.console.drawings.network import draw
from plait.console.html import Markup, chip, figure, link, since, table, tag
from plait.console.page import Page
from plait.console.screen import Screen
from plait.console.screens.sharing import data_said
from plait.kernel.texts import Texts
from plait.overview import paths
from plait.overview.network.model import Message, Network

__all__ = ["KINDS", "SCREENS", "kind_said", "network_shown"]

FEW = 6
LIVE = ("trade.", "sharing.", "epcis.", "directory.", "outbox.", "passport.")
KINDS = {
    "rfq": "request for quotation",
    "quotation": "quotation",
    "decline": "refusal to quote",
    "withdrawal": "request taken back",
    "order": "order",
    "order_response": "answer to an order",
    "cancellation": "order cancelled",
    "despatch": "despatch advice",
    "agreement_made": "contract made",
    "agreement_revoked": "contract revoked",
    "transfer_started": "transfer of data begun",
    "transfer_ended": "transfer of data ended",
}
"""What the kinds of messages are called on the pages."""


async def _build(page: Page) -> None:
    t = page.t
    page.head(t("Network"), t("Who is joined with whom, and what goes between us now?"))
    seen: set[str] = set()

    def show(network: Network) -> Markup:
        ids = [each.id for each in network.recent]
        fresh = [id for id in ids if id not in seen][:FEW] if seen else []
        seen.update(ids)
        return network_shown(page, network, fresh)

    await page.block(page.rooms.network.network, show, live=LIVE, every_s=15)


def network_shown(page: Page, network: Network, fresh: list[str]) -> Markup:
    """Return the picture, what goes by strand, and the last messages."""
    t = page.t
    others = [node for node in network.nodes if not node.own]
    if not others:
        words = t("No other firm yet. Meet a partner, and the network grows from there.")
        return tag("div", tag("div", tag("p", words), link(t("Meet a partner"), paths.partners(), cls="p-button")), cls="p-mood")
    day = sum(edge.day for edge in network.edges)
    answer = t("{firms} firms are known; {count} messages went between us in the last 24 hours.", firms=len(others), count=t.number(day))
    picture = tag(
        "div", draw(network, t, fresh), draw(network, t, fresh, upright=True), cls="p-scroll p-picture", tabindex="0", role="region", aria_label=t("Network")
    )
    note = tag("p", *[tag("span", tag("i", cls=f"p-swatch f-{name}"), t(word)) for name, word in _names()], cls="p-strands-note")
    top = tag("section", tag("p", answer, cls="p-answer"), picture, note, cls="p-card")
    figures = tag("div", [figure(t.number(sum(e.total for e in network.edges if e.strand == name)), t(word)) for name, word in _names()], cls="p-figures")
    return tag("div", top, figures, _recent(page, network.recent[:20]), cls="p-stack p-wide-stack")


def _names() -> tuple[tuple[str, str], ...]:
    return ("manufacturing", "orders and papers"), ("infrastructure", "contracts and data"), ("circulation", "goods")


def kind_said(t: Texts, kind: str) -> str:
    """Return what a message of this kind is called; one that is not known, by its own name."""
    return t(KINDS[kind]) if kind in KINDS else kind.replace("_", " ")


def _recent(page: Page, recent: list[Message]) -> Markup:
    t = page.t
    if not recent:
        return Markup("")
    columns = (t("Partner"), t("Direction"), t("About"), t("Kind"), t("When"))
    made = table(columns, [_row(page, each) for each in recent], label=t("Last messages"), keys=[each.id for each in recent])
    return tag("section", tag("h2", t("Last messages")), made, cls="p-card")


def _row(page: Page, each: Message) -> tuple[Any, ...]:
    t = page.t
    kind = kind_said(t, each.kind)
    text = data_said(t, each.text)
    about = link(text or kind, each.link) if each.link else text
    partner = link(each.name or each.party, paths.partner(each.party))
    return partner, chip("note", t("in") if each.direction == "in" else t("out")), about, tag("span", kind, cls="p-soft"), since(each.at, t)


SCREENS = (Screen("/network", "Network", _build, action="overview.read", group="network", icon="hub", key="w", howto="network"),)

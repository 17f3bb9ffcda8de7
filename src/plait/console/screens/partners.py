"""Partners: with whom are we joined, how do we reach them, and what do we share."""

import asyncio
from typing import Any

from plait.console.html import Markup, chip, details, figure, icon, join, link, pairs, since, table, tag
from plait.console.page import Block, Empty, Field, Page
from plait.console.screen import Screen
from plait.console.screens.network import kind_said
from plait.console.screens.sharing import data_said, sentence_of, state_shown
from plait.kernel import classification
from plait.kernel.actor import Actor
from plait.kernel.firm import Member
from plait.kernel.problems import NOT_FOUND, Problem
from plait.overview import paths
from plait.overview.network.model import Edge, Message, Network
from plait.sharing.deliveries import PartnerLine
from plait.sharing.negotiation.model import AgreementView

__all__ = ["SCREENS", "members_shown", "partner_shown"]

STRANDS = {"manufacturing": "orders and papers", "infrastructure": "contracts and data", "circulation": "goods"}


async def _build(page: Page) -> None:
    t = page.t
    page.head(t("Partners"), t("With whom are we joined, and do we reach them?"))
    directory, deliveries = page.rooms.sharing.directory, page.rooms.sharing.deliveries
    may = await page.me.may("directory.write")

    async def read(actor: Actor) -> list[tuple[Member, PartnerLine | None]]:
        lines = {line.party: line for line in await deliveries.partners(actor)} if await page.me.may("deliveries.read") else {}
        return [(member, lines.get(member.party_id)) for member in await directory.known(actor)]

    async def join_(_: str) -> None:
        fields = [Field("url", t("Address of the partner's node"), required=True, hint="https://plait.their-firm.example")]
        note = t("You introduce yourselves: the partner sees your name, place and what you can make. Documents then go straight from node to node.")
        words = {"yes": t("Introduce us"), "done": t("You know each other now."), "note": note}
        await page.form(t("Meet a partner"), fields, lambda actor, said: directory.join(actor, str(said["url"]).strip()), **words)
        await block.load()

    nothing = t("No partner yet. Enter the address of a customer's or supplier's node; firms without one take part by a link.")
    empty = Empty(nothing, t("Meet a partner"), act="join" if may else "")
    acts = {"join": join_} if may else {}
    block: Block = await page.block(read, lambda found: members_shown(page, found, may=may), empty=empty, live=("directory.", "outbox."), every_s=30, on=acts)


def members_shown(page: Page, found: list[tuple[Member, PartnerLine | None]], *, may: bool) -> Markup:
    """Return the firms known, and how each is reached."""
    t = page.t
    rows = []
    for member, line in found[:500]:
        waiting = t("{count} messages wait", count=line.waiting) if line is not None and line.waiting else ""
        name = link(member.name or member.party_id, paths.partner(member.party_id))
        rows.append((name, ", ".join(t(role) for role in member.roles), member.region, _line(page, line), waiting))
    away = sum(line is not None and line.line == "open" for _, line in found)
    answer = t("All {count} partners are reached.", count=len(found))
    if away:
        answer = t("{away} of {count} partners are not reached now.", away=away, count=len(found))
    add = tag("button", icon("add_link"), t("Meet a partner"), type="button", cls="p-button", data_act="join") if may else ""
    columns = (t("Firm"), t("Role"), t("Region"), t("Line"), t("Waiting"))
    return tag("section", tag("header", tag("p", answer, cls="p-answer"), add), table(columns, rows, label=t("Partners"), csv="CSV"), cls="p-card")


def _line(page: Page, line: PartnerLine | None) -> Markup:
    t = page.t
    if line is None or line.line == "closed":
        return chip("good", t("reached"))
    return join(chip("down" if line.line == "open" else "wait", t("not reached") if line.line == "open" else t("being tried")), " ", line.why)


async def _one(page: Page) -> None:
    t = page.t
    party = page.path["party"]
    directory, people = page.rooms.sharing.directory, page.rooms.sharing.people
    member = directory.member(party)
    if member is None:
        raise Problem(NOT_FOUND, t("No firm is known under this."))
    page.head(member.name or t("Partner"), t("What is between us?"), over=tag("p", link(t("Partners"), paths.partners()), cls="p-over"))

    async def read(actor: Actor) -> tuple[Member, str, list[AgreementView], Network | None]:
        mine = await people.held(actor) if await page.me.may("sharing.read") else []
        network = await page.rooms.network.network(actor) if await page.me.may("overview.read") else None
        trade = await asyncio.to_thread(classification.said, member.isic, t)
        return member, trade, [each for each in mine if party in {each.provider, each.consumer}], network

    async def ask(_: str) -> None:
        fields = [Field("dataset", t("Name of the data"), required=True, hint=t("for example: traceability"))]
        done = t("Asked. When both sides have signed it is in force; see under Sharing.")
        await page.form(t("Ask for data"), fields, lambda actor, said: people.negotiate(actor, party, str(said["dataset"]).strip()), yes=t("Ask"), done=done)
        await block.load()

    may = await page.me.may("sharing.write")
    acts: dict[str, Any] = {"ask": ask} if may else {}
    block: Block = await page.block(read, lambda found: partner_shown(page, *found, may=may), live=("sharing.", "directory.", "trade."), on=acts)


def partner_shown(page: Page, member: Member, trade: str, agreements: list[AgreementView], network: Network | None, *, may: bool) -> Markup:
    """Return who a firm is, what goes between us by strand, which contracts are in force, and the last messages."""
    t = page.t
    edges = [edge for edge in network.edges if member.party_id in {edge.source, edge.target}] if network is not None else []
    recent = [each for each in network.recent if each.party == member.party_id][:20] if network is not None else []
    rows = (
        (t("Address"), tag("code", member.url)),
        (t("Region"), member.region),
        (t("Class of business"), f"{member.isic} {trade}".strip()),
        (t("Roles"), ", ".join(t(role) for role in member.roles)),
        (t("Location number (GLN)"), member.gln),
    )
    who = tag("section", pairs(rows), details(t("Details"), pairs((("DID", tag("code", member.did)), (t("Id"), tag("code", member.party_id))))), cls="p-card")
    ask = tag("button", icon("add"), t("Ask for data"), type="button", cls="p-quiet", data_act="ask") if may else ""
    held = [_contract(page, each) for each in agreements]
    body = tag("ul", held, cls="p-list") if held else tag("p", t("None yet."), cls="p-soft")
    contracts = tag("section", tag("header", tag("h2", t("Contracts")), ask), body, cls="p-card")
    return tag("div", _edges(page, edges, member.party_id), tag("div", who, contracts, cls="p-cols"), _recent(page, recent), cls="p-stack")


def _contract(page: Page, each: AgreementView) -> Markup:
    words = tag("div", link(sentence_of(page.t, each), paths.contract(each.id)))
    return tag("li", icon("handshake"), words, state_shown(page.t, each.state))


def _edges(page: Page, edges: list[Edge], party: str) -> Markup:
    return tag("div", [_edge(page, edge, party) for edge in edges], cls="p-figures") if edges else Markup("")


def _edge(page: Page, edge: Edge, party: str) -> Markup:
    t = page.t
    direction = t("out") if edge.target == party else t("in")
    last = (" · ", since(edge.last, t)) if edge.last else ()
    note = join(t("{count} in the last 24 hours", count=edge.day), *last)
    return figure(t.number(edge.total), f"{t(STRANDS[edge.strand])} · {direction}", note=note)


def _recent(page: Page, recent: list[Message]) -> Markup:
    t = page.t
    if not recent:
        return Markup("")
    columns = (t("Direction"), t("About"), t("Kind"), t("When"))
    made = table(columns, [_message(page, each) for each in recent], label=t("Last messages"))
    return tag("section", tag("h2", t("Last messages")), made, cls="p-card")


def _message(page: Page, each: Message) -> tuple[Any, ...]:
    t = page.t
    kind = kind_said(t, each.kind)
    text = data_said(t, each.text)
    about = link(text or kind, each.link) if each.link else text
    return chip("note", t("in") if each.direction == "in" else t("out")), about, kind, since(each.at, t)


SCREENS = (
    Screen("/partners", "Partners", _build, action="directory.read", group="network", icon="handshake", key="b", howto="reach-partners"),
    Screen("/partners/{party}", "Partner", _one, action="directory.read", howto="reach-partners"),
)

"""Sharing: who sees what of ours, and what we see of theirs, in plain words; revoked with one act."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from plait.console.html import Markup, chip, details, icon, join, link, pairs, since, table, tag
from plait.console.page import Block, Empty, Field, Page
from plait.console.screen import Screen
from plait.kernel.actor import Actor
from plait.kernel.clock import parse_iso
from plait.kernel.texts import Texts
from plait.overview import paths
from plait.sharing.catalog.model import DatasetView, NewDataset
from plait.sharing.negotiation.model import AgreementView, ProcessView
from plait.sharing.policy.model import Policy
from plait.sharing.policy.rules import CLASSES
from plait.sharing.tables import StepView

__all__ = ["SCREENS", "agreement_shown", "data_said", "datasets_shown", "matrix_shown", "sentence_of", "state_shown", "terms_shown", "waiting_shown"]

IN_FORCE = frozenset({"active", "agreed"})
STATES = {"active": ("running", "in force"), "agreed": ("wait", "agreed"), "revoked": ("silent", "revoked"), "void": ("silent", "void")}
KINDS = {
    "traceability": "where goods come from and go to",
    "aggregates": "yearly figures, no single order",
    "trade": "orders and quotations",
    "capability": "what can be made",
    "twin": "machines' descriptions",
    "passport": "product passports",
    "events": "events of goods",
}

# Data that are called alike everywhere.
DATASETS = {"traceability": "traceability", "trace": "traceability", "aggregates": "yearly figures"}

# What each step of a negotiation says in words, by the state it leads to.
STEPS = {
    "REQUESTED": "Asked for it",
    "OFFERED": "Offered terms",
    "ACCEPTED": "Accepted the terms",
    "AGREED": "Agreed and signed",
    "VERIFIED": "Checked the agreement and signed",
    "FINALIZED": "Put it in force",
    "TERMINATED": "Ended the negotiation",
}


async def _build(page: Page) -> None:
    t = page.t
    page.head(t("Sharing"), t("Who sees what of ours, and what do we see of theirs?"))
    service = page.rooms.sharing.people
    may = await page.me.may("sharing.write")

    async def processes(actor: Actor) -> list[ProcessView]:
        return [each for each in await service.negotiations.processes(actor) if each.waiting]

    async def approve(id: str) -> None:
        await page.act(lambda actor: service.negotiations.approve(actor, id), t("Agreed."))
        await waiting.load()
        await held.load()

    async def decline(id: str) -> None:
        fields = [Field("reason", t("Why"))]
        await page.form(t("Decline these terms?"), fields, lambda actor, said: service.negotiations.decline(actor, id, str(said["reason"])), yes=t("Decline"))
        await waiting.load()

    async def revoke(id: str) -> None:
        view = next((each for each in held.data or () if each.id == id), None)
        if view is None:
            return
        other = view.consumer_name if view.role == "provider" else view.provider_name
        note = t(
            "{firm} sees nothing of {what} any more, from this moment on; what they have fetched before, they have.",
            firm=other,
            what=data_said(t, view.dataset),
        )
        fields = [Field("reason", t("Why (the partner reads it)"))]
        await page.form(t("Revoke the contract?"), fields, lambda actor, said: service.revoke(actor, id, str(said["reason"])), yes=t("Revoke"), note=note)
        await held.load()

    asks = {"approve": approve, "decline": decline} if may else {}
    waiting: Block = await page.block(processes, lambda found: waiting_shown(page, found), live=("sharing.",), on=asks, key="waiting")
    nothing = t("No contract with anybody yet. Partners ask for what you offer below; you ask on a partner's page.")
    empty = Empty(nothing, t("See the partners"), paths.partners())
    held: Block = await page.block(service.held, lambda found: matrix_shown(page, found), empty=empty, live=("sharing.",), on={"revoke": revoke} if may else {})
    await _datasets(page, may=may)


def waiting_shown(page: Page, found: list[ProcessView]) -> Markup:
    """Return what waits for a person's word; nothing when nothing does."""
    t = page.t
    if not found:
        return tag("p", t("No contract waits for your word."), cls="p-soft")
    rows = []
    for each in found:
        words = t("{firm} and you: {what}", firm=each.party_name or each.party, what=data_said(t, each.dataset))
        acts = join(
            tag("button", t("Agree"), type="button", cls="p-button", data_act="approve", data_arg=each.id),
            tag("button", t("Decline"), type="button", cls="p-quiet", data_act="decline", data_arg=each.id),
        )
        said = tag("div", tag("p", link(words, paths.contract(each.id))), tag("p", each.waiting, cls="p-soft"))
        rows.append(tag("li", icon("handshake"), said, tag("div", acts, cls="p-row")))
    return tag("section", tag("h2", t("Waits for your word")), tag("ul", rows, cls="p-list"), cls="p-card")


def matrix_shown(page: Page, found: list[AgreementView]) -> Markup:
    """Return contracts in both directions: a row each, in words; those that have ended are folded away."""
    t = page.t
    live = [each for each in found if each.state in IN_FORCE]
    out, in_ = [each for each in live if each.role == "provider"], [each for each in live if each.role != "provider"]
    firms = len({each.consumer for each in out})
    answer = t("{count} firms see something of ours.", count=firms) if firms != 1 else t("One firm sees something of ours.")
    parts: list[Any] = [tag("p", answer if out else t("Nobody sees anything of ours."), cls="p-answer")]
    if out:
        parts += [tag("h2", t("What others see of ours")), _agreements(page, out, t("What others see of ours"))]
    if in_:
        parts += [tag("h2", t("What we see of theirs")), _agreements(page, in_, t("What we see of theirs"))]
    ended = [each for each in found if each.state not in IN_FORCE]
    if ended:
        parts.append(details(t("{count} contracts have ended", count=len(ended)), _agreements(page, ended[:100], t("Ended"))))
    return tag("section", *parts, cls="p-card")


def _agreements(page: Page, found: list[AgreementView], label: str) -> Markup:
    t = page.t
    rows = []
    for each in found:
        party, name = (each.consumer, each.consumer_name) if each.role == "provider" else (each.provider, each.provider_name)
        stop = tag("button", t("Revoke"), type="button", cls="p-quiet", data_act="revoke", data_arg=each.id) if each.state in IN_FORCE else ""
        what = join(link(data_said(t, each.dataset), paths.contract(each.id)), tag("div", _kind(t, each), cls="p-soft p-small"))
        rows.append(
            (link(name or party, paths.partner(party)), what, join(state_shown(t, each.state), " ", each.reason), _time(page, each.ended or each.made), stop)
        )
    return table((t("Firm"), t("What"), t("State"), t("Since"), ""), rows, label=label, csv="CSV")


def sentence_of(t: Texts, each: AgreementView) -> str:
    """Return in a sentence who may see what of whom."""
    return t("{consumer} may see {what} of {provider}.", consumer=each.consumer_name, what=data_said(t, each.dataset), provider=each.provider_name)


def state_shown(t: Texts, state: str) -> Markup:
    """Return where a contract stands."""
    look, word = STATES.get(state, ("note", state))
    return chip(look, t(word))


def _kind(t: Texts, each: AgreementView) -> str:
    """Return what a contract opens; a consumer knows it only by the name of the data."""
    return t(KINDS.get(each.kind or each.dataset, each.kind))


def data_said(t: Texts, name: str) -> str:
    """Return what the data of a contract are called; a name of the provider's own stays as it is."""
    return t(DATASETS.get(name, name))


def terms_shown(page: Page, policy: Policy, unknown: Sequence[str] = ()) -> Markup:
    """Return the terms of data in words, firms by their names, each with how far it is enforced."""
    t = page.t
    said = [(t("Only for active members of an association you belong to."), CLASSES["Membership"])] if policy.membership else []
    if policy.partners:
        firms = [join(", " if at else "", _firm(page, did)) for at, did in enumerate(policy.partners)]
        said.append((join(t("Only for these firms:"), " ", firms), CLASSES["recipient"]))
    said += [(each, "declared") for each in unknown]
    return tag("ul", [tag("li", words, " ", chip("good" if known == "enforced" else "note", t(known))) for words, known in said])


def _firm(page: Page, did: str) -> Markup:
    """Return the firm with this DID by its name; the DID shows on hover."""
    own = page.rooms.identity.firm()
    if did == own.did or did in own.former:
        return tag("span", own.name or page.t("we"), title=did)
    member = page.rooms.sharing.directory.member(did)
    return link(member.name or did, paths.partner(member.party_id), title=did) if member is not None else tag("code", did)


def _time(page: Page, text: str) -> Markup:
    moment: datetime | None = parse_iso(text) if text else None
    return since(moment, page.t)


async def _datasets(page: Page, *, may: bool) -> None:
    t = page.t
    service = page.rooms.sharing.people

    async def offer(_: str) -> None:
        kinds = {kind: t(text) for kind, text in KINDS.items() if kind in {"traceability", "aggregates"}}
        fields = [
            Field("id", t("Name"), required=True),
            Field("kind", t("What it opens"), kind="choice", options=kinds, required=True),
            Field("title", t("In words")),
        ]
        note = t("Members of an association you belong to may ask for it. Each contract is signed by both sides and can be revoked.")
        await page.form(
            t("Offer data"),
            fields,
            lambda actor, said: service.offer(actor, NewDataset(str(said["id"]), str(said["kind"]), str(said["title"] or ""))),
            yes=t("Offer"),
            note=note,
        )
        await block.load()

    async def withdraw(id: str) -> None:
        sentence = t("No new contract on {what} can be made; those in force stay until you revoke them.", what=id)
        if await page.ask(t("No longer offer this?"), sentence, t("Withdraw")):
            await page.act(lambda actor: service.withdraw(actor, id), t("Withdrawn."))
            await block.load()

    acts = {"offer": offer, "withdraw": withdraw} if may else {}
    empty = Empty(t("You offer nothing yet, so nobody can ask for anything."), t("Offer data"), act="offer" if may else "")
    block: Block = await page.block(service.datasets, lambda found: datasets_shown(page, found, may=may), empty=empty, live=("sharing.",), on=acts)


def datasets_shown(page: Page, found: list[DatasetView], *, may: bool) -> Markup:
    """Return what partners may ask for, under which terms, and how far each term is enforced."""
    t = page.t
    rows = []
    for each in found:
        state = chip("running", t("offered")) if each.state == "offered" else chip("silent", t("withdrawn"))
        stop = tag("button", t("Withdraw"), type="button", cls="p-quiet", data_act="withdraw", data_arg=each.id) if may and each.state == "offered" else ""
        name = join(data_said(t, each.id), tag("p", each.title, cls="p-soft p-small") if each.title not in {"", each.id} else "")
        rows.append((name, t(KINDS.get(each.kind, each.kind)), terms_shown(page, each.policy), state, stop))
    add = tag("button", icon("add"), t("Offer data"), type="button", cls="p-quiet", data_act="offer") if may else ""
    columns = (t("Data"), t("What it opens"), t("Terms"), t("State"), "")
    return tag("section", tag("header", tag("h2", t("What partners may ask for")), add), table(columns, rows, label=t("Data on offer")), cls="p-card")


async def _contract(page: Page) -> None:
    t = page.t
    id = page.path["contract"]
    page.head(t("Contract"), t("What does it allow, to whom, since when?"), over=tag("p", link(t("Sharing"), paths.sharing()), cls="p-over"))
    service = page.rooms.sharing.people

    async def read(actor: Actor) -> tuple[AgreementView | None, ProcessView | None]:
        agreement = next((each for each in await service.held(actor) if each.id == id), None)
        found = await service.negotiations.processes(actor)
        process = next((each for each in found if id in {each.id, each.agreement}), None)
        return agreement, process if process is not None or agreement is not None else await service.negotiations.process(actor, id)

    await page.block(read, lambda found: agreement_shown(page, *found), live=("sharing.",))


def agreement_shown(page: Page, agreement: AgreementView | None, process: ProcessView | None) -> Markup:
    """Return a contract in words, and every message that led to it."""
    t = page.t
    parts: list[Any] = []
    if agreement is not None:
        sentence = t(
            "{consumer} may see {what} of {provider}.", consumer=agreement.consumer_name, what=data_said(t, agreement.dataset), provider=agreement.provider_name
        )
        rows = (
            (t("What"), _kind(t, agreement)),
            (t("Terms"), terms_shown(page, agreement.policy, agreement.unknown)),
            (t("Since"), _time(page, agreement.made)),
            (t("Ended"), _time(page, agreement.ended) if agreement.ended else ""),
            (t("Why"), agreement.reason),
            (t("Signed by"), ", ".join(_signer(page, agreement, side) for side in agreement.signed)),
        )
        parts.append(
            tag(
                "section",
                tag("p", sentence, " ", state_shown(t, agreement.state), cls="p-answer"),
                pairs(rows),
                details(t("Details"), tag("code", agreement.id)),
                cls="p-card",
            )
        )
    if process is not None:
        steps = [_step(page, step) for step in process.timeline]
        waits = tag("p", t("It waits for your word: {why}", why=process.waiting), cls="p-answer") if process.waiting else ""
        parts.append(tag("section", tag("h2", t("How it came about")), waits, tag("ol", steps, cls="p-list"), cls="p-card"))
    return tag("div", *parts, cls="p-stack")


def _signer(page: Page, agreement: AgreementView, side: str) -> str:
    return {"provider": agreement.provider_name, "consumer": agreement.consumer_name}.get(side) or page.t(side)


def _step(page: Page, step: StepView) -> Markup:
    t = page.t
    signs = {"in": ("south_west", t("from them")), "out": ("north_east", t("from us")), "own": ("person", t("decided here"))}
    sign, word = signs.get(step.direction, ("chevron_right", step.direction))
    why = tag("p", step.reason) if step.reason else ""
    below = tag("p", word, " · ", _time(page, step.at), cls="p-soft p-small")
    said = tag("strong", t(STEPS.get(step.state, step.state)), title=f"{step.message} → {step.state}")
    return tag("li", icon(sign), tag("div", tag("p", said), why, below))


SCREENS = (
    Screen("/sharing", "Sharing", _build, action="sharing.read", group="network", icon="policy", key="a", howto="share-under-contract"),
    Screen("/sharing/{contract}", "Contract", _contract, action="sharing.read", howto="share-under-contract"),
)

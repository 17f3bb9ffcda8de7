"""Node health: is everything well, and what is to be done if not."""

from typing import Any

from plait.console.html import Markup, chip, coded, details, icon, join, link, pairs, since, table, tag, when
from plait.console.page import Block, Field, Page
from plait.console.screen import Screen
from plait.identity.facts_routes import view
from plait.kernel.actor import Actor
from plait.kernel.facts import Fact
from plait.overview.findings import found as spoken
from plait.sharing.deliveries import Delivery, PartnerLine, Which
from plait.store import ChainReport
from plait.upkeep.backup.model import BackupView
from plait.upkeep.health.model import Check, Report
from plait.upkeep.plugins import PluginView

__all__ = ["SCREENS", "backups_shown", "checks_shown", "deliveries_shown", "facts_shown"]

TAIL = 25
SECTIONS = frozenset({"deliveries", "backups"})
"""Checks whose address on the page is the section about them."""
VERDICTS = {"ok": "good", "look": "warn", "bad": "bad"}
WORDS = {"ok": "in order", "look": "worth a look", "bad": "to be mended"}


async def _build(page: Page) -> None:
    t = page.t
    page.head(t("Node health"), t("Is everything well with this node, and what is to be done if not?"))
    health, deliveries = page.rooms.health, page.rooms.sharing.deliveries

    async def repairs(actor: Actor) -> Report:
        return await health.report(actor)

    if await page.me.may("admin.health"):
        await page.block(repairs, lambda report: checks_shown(page, report), every_s=30)
    if await page.me.may("deliveries.read"):
        await _deliveries(page, deliveries)
    if await page.me.may("admin.backup"):
        await _backups(page)
    if await page.me.may("facts.read"):
        await _facts(page)
    await page.block(page.rooms.plugins.list, lambda found: _plugins(page, found))


def checks_shown(page: Page, report: Report) -> Markup:
    """Return what the doctor says: what needs mending first, what is in order folded away."""
    t = page.t
    open_, fine = [check for check in report.checks if check.verdict != "ok"], [check for check in report.checks if check.verdict == "ok"]
    order = {"bad": 0, "look": 1}
    answer = t("Everything is in order.")
    if open_:
        answer = t("One thing needs a look.") if len(open_) == 1 else t("{count} things need a look.", count=len(open_))
    rows = [_check(page, check) for check in sorted(open_, key=lambda check: order[check.verdict])]
    folded = details(t("{count} checks are in order", count=len(fine)), tag("ul", [_check(page, check) for check in fine], cls="p-list"))
    return tag("section", tag("h2", t("Repairs")), tag("p", answer, cls="p-answer"), tag("ul", rows, cls="p-list") if rows else "", folded, cls="p-card")


def _check(page: Page, check: Check) -> Markup:
    t = page.t
    do = tag("p", coded(spoken(t, check.do))) if check.do else ""
    words = tag("div", tag("strong", coded(spoken(t, check.what))), do, tag("p", t(check.name), cls="p-soft p-small"))
    return tag("li", chip(VERDICTS[check.verdict], t(WORDS[check.verdict])), words, id=None if check.name in SECTIONS else check.name)


async def _deliveries(page: Page, service: Any) -> None:
    t = page.t

    async def read(actor: Actor) -> tuple[list[PartnerLine], list[Delivery]]:
        return await service.partners(actor), await service.deliveries(actor, Which(state="refused", limit=50))

    async def retry(id: str) -> None:
        await page.act(lambda actor: service.retry(actor, int(id)), t("It is tried again now."))
        await block.load()

    async def retry_all(party: str) -> None:
        await page.act(lambda actor: service.retry_all(actor, party), t("It is tried again now."))
        await block.load()

    async def give_up(id: str) -> None:
        reason = [Field("reason", t("Why"), kind="text")]
        note = t("The partner never gets this message; those behind it go on. This cannot be taken back.")
        await page.form(t("Give the message up?"), reason, lambda actor, said: service.give_up(actor, int(id), said["reason"]), yes=t("Give up"), note=note)
        await block.load()

    may = await page.me.may("deliveries.write")
    acts = {"retry": retry, "retry-all": retry_all, "give-up": give_up}
    block: Block = await page.block(read, lambda found: deliveries_shown(page, *found, may=may), live=("outbox.",), every_s=20, on=acts)


def deliveries_shown(page: Page, lines: list[PartnerLine], refused: list[Delivery], *, may: bool) -> Markup:
    """Return what waits for which partner and why, and what partners refused."""
    t = page.t
    states = {"closed": ("good", t("reached")), "open": ("down", t("not reached")), "trying": ("wait", t("being tried"))}
    rows = []
    for line in lines:
        state, word = states.get(line.line, ("note", t(line.line)))
        act = tag("button", icon("refresh"), t("Try now"), cls="p-quiet", type="button", data_act="retry-all", data_arg=line.party) if may else ""
        partner = link(line.name or line.party, f"/console/partners/{line.party}")
        rows.append((partner, chip(state, word), t.number(line.waiting), t.number(line.refused), line.why, since(line.next, t), act))
    columns = (t("Partner"), t("Line"), t("Waiting"), t("Refused"), t("Why"), t("Next try"), "")
    shown = (
        table(columns, rows, label=t("Deliveries to partners"), numbers=(2, 3), csv="CSV") if rows else tag("p", t("Everything sent to partners has arrived."))
    )
    body: list[Any] = [shown]
    if refused:
        body.append(tag("h3", t("Refused by the partner: decide what becomes of it")))
        body.append(tag("ul", [_letter(page, letter, may=may) for letter in refused], cls="p-list"))
    return tag("section", tag("h2", t("Deliveries")), *body, cls="p-card", id="deliveries")


def _letter(page: Page, letter: Delivery, *, may: bool) -> Markup:
    t = page.t
    acts = join(
        tag("button", t("Try again"), cls="p-quiet", type="button", data_act="retry", data_arg=letter.id),
        tag("button", t("Give up"), cls="p-quiet", type="button", data_act="give-up", data_arg=letter.id),
    )
    words = tag("div", tag("strong", letter.name or letter.party), tag("p", letter.error), tag("p", tag("code", letter.path), cls="p-small p-soft"))
    return tag("li", chip("bad", t("refused ({status})", status=letter.status)), words, tag("div", acts, cls="p-row") if may else "")


async def _backups(page: Page) -> None:
    t = page.t
    service = page.rooms.backups

    async def make(_: str) -> None:
        page.say(t("The backup is being made; it may take minutes."))
        done = await page.act(service.make)
        if done is not None:
            page.say(t("The backup lies in {place}.", place=done.target))
        await block.load()

    block: Block = await page.block(service.list, lambda found: backups_shown(page, found), live=("backup.",), on={"backup": make})


def backups_shown(page: Page, found: list[BackupView]) -> Markup:
    """Return when the last good backup was made, and the list of all."""
    t = page.t
    good = next((each for each in found if each.ok), None)
    nothing = t("There is no backup yet: a broken disk would take everything along.")
    answer = join(t("The last good backup was made"), " ", since(good.at, t), ".") if good else nothing
    act = tag("button", icon("backup"), t("Back up now"), cls="p-quiet", type="button", data_act="backup")
    rows = [_backup(page, each) for each in found[:20]]
    made = table((t("When"), t("State"), t("Where"), t("Size"), t("What")), rows, label=t("Backups"), numbers=(3,)) if rows else ""
    return tag("section", tag("header", tag("h2", t("Backups")), act), tag("p", answer, cls="p-answer"), made, cls="p-card", id="backups")


def _backup(page: Page, each: BackupView) -> tuple[Any, ...]:
    t = page.t
    state = chip("good", t("made")) if each.ok else chip("bad", t("failed"))
    return when(each.at, t), state, each.target, _size(t, each.bytes), each.reason or each.name


def _size(t: Any, size: int) -> str:
    return f"{t.number(round(size / 1e6, 1))} MB" if size else ""


async def _facts(page: Page) -> None:
    store = page.rooms.store

    async def tail(_: Actor) -> list[Fact]:
        return list(reversed(await store.facts(max(0, await store.head() - TAIL), TAIL)))

    async def verify(_: str) -> None:
        report: ChainReport | None = await page.act(lambda _: store.verify())
        if report is not None:
            good = page.t("The chain is whole: {count} facts, none changed, none missing.", count=page.t.number(report.facts))
            page.say(good if report.ok else f"{page.t('The chain breaks at fact {number}.', number=report.broken_at)} {report.reason}", bad=not report.ok)

    await page.block(tail, lambda facts: facts_shown(page, facts), live=("",), keys=lambda facts: [str(fact.seq) for fact in facts], on={"verify": verify})


def facts_shown(page: Page, facts: list[Fact]) -> Markup:
    """Return the newest facts, each with its body behind "details"."""
    t = page.t
    rows = [_fact(page, fact) for fact in facts]
    act = tag("button", icon("link"), t("Verify the chain"), cls="p-quiet", type="button", data_act="verify")
    columns = (t("Number"), t("When"), t("Kind"), t("Of what"), t("By whom"), "")
    made = table(columns, rows, label=t("Fact log"), keys=[str(fact.seq) for fact in facts])
    return tag("section", tag("header", tag("h2", t("Fact log")), act), made, cls="p-card volatile-lines")


def _fact(page: Page, fact: Fact) -> tuple[Any, ...]:
    number = tag("span", fact.seq, cls="volatile")
    person = _name(page, fact.stream.replace("/", ":", 1))
    what = tag("span", person, title=fact.stream, cls="volatile") if person else tag("code", fact.stream, cls="volatile")
    return number, when(fact.at, page.t), tag("span", fact.kind, cls="volatile"), what, _who(page, fact.actor), _body(page, fact)


def _name(page: Page, person: str) -> str:
    kind, _, id = person.partition(":")
    known = page.rooms.people.person(id) if kind == "person" else None
    return known.name if known is not None else ""


def _who(page: Page, actor: str) -> Markup:
    """Return who did it by name, a person's or a firm's; how the log names them shows on hover."""
    kind, _, rest = actor.partition(":")
    member = page.rooms.sharing.directory.member(rest) if kind == "partner" else None
    name = _name(page, actor) or (member.name if member is not None else "") or (page.t("this node ({part})", part=rest) if kind == "system" else "")
    return tag("span", name, title=actor, cls="volatile") if name else tag("code", actor, cls="volatile")


def _body(page: Page, fact: Fact) -> Markup:
    shown = view(fact)
    more = pairs(((page.t("Hash"), tag("code", shown.hash, cls="volatile")), ("Id", tag("code", shown.id, cls="volatile"))))
    return details(page.t("Details"), tag("pre", bytes(shown.body).decode("utf-8", "replace")[:4000], cls="volatile"), more)


def _plugins(page: Page, found: list[PluginView]) -> Markup:
    t = page.t
    rows = [_plugin(page, each) for each in found]
    columns = (t("Name"), t("Group"), t("What it does"), t("Tier"), t("From"), t("Trouble"))
    return tag("section", tag("h2", t("Plug-ins")), table(columns, rows, label=t("Plug-ins")), cls="p-card")


def _plugin(page: Page, each: PluginView) -> tuple[Any, ...]:
    source = page.t("built in") if each.built_in else each.source
    return each.name, each.group.removeprefix("plait."), each.summary, page.t(each.tier or "–"), source, each.trouble


SCREENS = (Screen("/health", "Node", _build, group="node", icon="monitor_heart", key="n", howto="watch-a-node"),)

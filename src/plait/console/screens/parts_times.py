"""What machines took for a part, beside what its routing says; corrections a person accepts, declines or takes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plait.console.html import Markup, chip, icon, since, table, tag
from plait.console.page import Block, Page
from plait.kernel.actor import Actor
from plait.kernel.texts import Texts
from plait.manufacturing.line.measured.model import Measured, Proposal

__all__ = ["times_block"]

MOST_DECIDED = 5


@dataclass(frozen=True)
class Found:
    """What was measured, and the proposals there were."""

    measured: Sequence[Measured]
    proposals: Sequence[Proposal]


async def times_block(page: Page, part_id: str) -> None:
    """Add the block of measured times to a part's page; it is not there before a machine has said something."""
    t, measured = page.t, page.rooms.measured

    async def read(actor: Actor) -> Found:
        return Found(await measured.measured(actor, part_id), await measured.proposals(actor, part=part_id))

    async def accept(id: str) -> None:
        await page.act(lambda actor: measured.accept(actor, id), t("The routing says now what the machines say; quotes and schedules use it."))
        await block.load()

    async def decline(id: str) -> None:
        await page.act(lambda actor: measured.decline(actor, id), t("The routing stays as it is."))
        await block.load()

    async def undo(id: str) -> None:
        await page.act(lambda actor: measured.undo(actor, id), t("The routing says again what it said before."))
        await block.load()

    may = await page.me.may("part.write")
    acts = {"accept-times": accept, "decline-times": decline, "undo-times": undo} if may else {}
    block: Block = await page.block(read, lambda found: times_shown(page, found, may=may), live=("routing.", "part."), key=f"times/{t.language}", on=acts)


def times_shown(page: Page, found: Found, *, may: bool) -> Markup:
    """Return what was measured, what should be corrected, and what became of earlier proposals."""
    t = page.t
    if not found.measured and not found.proposals:
        return Markup("")
    waiting = [row for row in found.proposals if row.state == "open"]
    parts: list[Any] = [_waiting(t, row, may=may) for row in waiting]
    if found.measured:
        parts.append(_measured(t, found.measured))
    decided = [row for row in found.proposals if row.state != "open"][:MOST_DECIDED]
    if decided:
        parts.append(tag("ul", [_decided(t, row, may=may) for row in decided], cls="p-list"))
    return tag("section", tag("h2", t("Measured at machines")), parts, cls="p-card p-stack")


def _said(t: Texts, row: Proposal) -> list[str]:
    if row.seq == 0:
        was, now = t.number(row.cycle_was * 100, 1), t.number(row.cycle_now * 100, 1)
        return [t("Scrap: {was} % is allowed for, machines say {now} % ({jobs} jobs).", was=was, now=now, jobs=row.jobs)]
    found = []
    if row.cycle_was != row.cycle_now:
        values = {"operation": row.name, "was": t.number(row.cycle_was), "now": t.number(row.cycle_now), "jobs": row.jobs}
        found.append(t("{operation}: the routing says {was} min a piece, machines say {now} min ({jobs} jobs).", **values))
    if row.setup_now is not None:
        values = {"operation": row.name, "was": t.number(row.setup_was or 0), "now": t.number(row.setup_now), "jobs": row.jobs}
        found.append(t("{operation}: the routing says {was} min for the set-up, machines say {now} min ({jobs} jobs).", **values))
    return found


def _waiting(t: Texts, row: Proposal, *, may: bool) -> Markup:
    buttons = (
        tag("button", icon("check"), t("Use it from now on"), type="button", cls="p-go", data_act="accept-times", data_arg=row.id),
        tag("button", t("Leave it"), type="button", cls="p-quiet", data_act="decline-times", data_arg=row.id),
    )
    return tag("div", [tag("p", each) for each in _said(t, row)], tag("div", buttons, cls="p-row") if may else "", cls="p-stack")


def _decided(t: Texts, row: Proposal, *, may: bool) -> Markup:
    words = {"accepted": ("good", "taken over"), "declined": ("note", "left as it was"), "undone": ("note", "taken back")}
    state, word = words[row.state]
    rule = t(" by rule") if row.by_rule else ""
    undo = tag("button", icon("undo"), t("Take back"), type="button", cls="p-quiet", data_act="undo-times", data_arg=row.id)
    body = tag("div", [tag("p", each) for each in _said(t, row)], tag("p", chip(state, t(word) + rule), " ", since(row.decided, t), cls="p-soft p-small"))
    return tag("li", body, undo if may and row.state == "accepted" else "")


def _measured(t: Texts, rows: Sequence[Measured]) -> Markup:
    shown = []
    for row in rows:
        spread = f"{t.number(row.cycle_low)} – {t.number(row.cycle_high)}"
        setup = "–" if row.setup_min is None else t("{count} min", count=t.number(row.setup_min))
        shown.append(
            (
                tag("div", tag("span", row.seq, cls="p-soft"), " ", row.name),
                t("{count} min", count=t.number(row.routing_cycle_min)),
                t("{count} min", count=t.number(row.cycle_min)),
                spread,
                t("{count} min", count=t.number(row.routing_setup_min)),
                setup,
                f"{t.number(row.scrap * 100, 1)} %",
                t.number(row.jobs),
            )
        )
    names = (t("Operation"), t("A piece: routing"), t("measured"), t("half of the jobs"), t("Set-up: routing"), t("measured"), t("Scrap"), t("Jobs"))
    return table(names, shown, label=t("Measured at machines"), numbers=(1, 2, 3, 4, 5, 6, 7), csv="CSV")

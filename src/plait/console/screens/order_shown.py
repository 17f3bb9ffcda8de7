"""What an order's page looks like below its braid: lateness and remedies, papers, documents, work, goods and suppliers."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from plait.console.html import Markup, chip, details, icon, join, link, pairs, table, tag, when
from plait.console.page import Page
from plait.console.screens.lists import firm, hint
from plait.console.screens.orders_shown import late_by
from plait.kernel.texts import Texts
from plait.manufacturing.desk.late.model import LineDetail, PlannedStep, Remedy, WhatIfAnswer
from plait.manufacturing.desk.late.spoken import spoken
from plait.manufacturing.line.model import Batch, Job
from plait.manufacturing.trade.model import DespatchAdvice, Document, OrderResponse, Quotation, RequestForQuotation
from plait.overview import paths
from plait.overview.braid.model import Braid, say
from plait.overview.orders.model import OrderRow, OrderView
from plait.overview.orders.rules import total_of
from plait.overview.reasons import reason_said

__all__ = ["DOCUMENTS", "braid_shown", "facts_shown", "late_shown", "papers_shown", "rest_shown", "said_of", "what_if_shown"]

DOCUMENTS = {
    "RequestForQuotation": "Request",
    "Quotation": "Quotation",
    "Decline": "No",
    "Withdrawal": "Taken back",
    "Order": "Order",
    "OrderResponse": "Answer",
    "OrderCancellation": "Cancellation",
    "DespatchAdvice": "Despatch advice",
}
CODES = {"accepted": "confirmed", "rejected": "refused", "changed": "date moved"}
PAPERS = {
    "confirmation": ("Order confirmation", "fact_check"),
    "delivery": ("Delivery note with labels", "local_shipping"),
    "card": ("Route cards", "qr_code"),
    "quotation": ("Quotation", "request_quote"),
}
JOBS = {
    "waiting": ("wait", "waiting"),
    "released": ("setup", "released"),
    "running": ("running", "running"),
    "ended": ("good", "ended"),
    "outside": ("note", "outside"),
}
SUPPLIES = {
    "ordered": ("wait", "ordered"),
    "active": ("good", "confirmed"),
    "refused": ("bad", "refused"),
    "unwanted": ("silent", "not wanted"),
    "ended": ("silent", "ended"),
}
MOST_ROWS = 60
LATEST = 8


def braid_shown(page: Page, braid: Braid, row: OrderRow, wide: Markup, tall: Markup) -> Markup:
    """Return the answer in words with the braid below it: wide at a desk, from top to bottom on a phone; and what the asker may not see of it."""
    t = page.t
    left_out = [tag("p", icon("visibility_off"), " ", say(each, t), cls="p-soft p-small") for each in braid.left_out]
    late = "bad" if braid.state == "open" else "warn"
    state = late if braid.late is not None else "good" if braid.state in ("open", "done") else "silent"
    words = say(braid.headline, t)
    if row.side == "sold" and row.state == "open" and row.verdict and row.reason:
        state, words = {"late": "bad", "on_time": "good"}.get(row.verdict, "warn"), spoken(t, row.reason)
        words = t("Nobody can say yet: {reason}", reason=words) if row.verdict == "unplanned" else words
    said = tag("p", icon({"bad": "error", "good": "check_circle", "warn": "warning"}.get(state, "do_not_disturb_on")), " ", words, cls=f"p-answer p-{state}")
    return tag("section", said, wide, tall, left_out, cls="p-card p-braid")


def facts_shown(page: Page, view: OrderView, may: frozenset[str]) -> Markup:
    """Return who, what, how much and until when, and what can be done with the order."""
    t, row = page.t, view.row
    name = link(row.name or row.part, paths.part(row.part)) if row.part else row.name
    line = view.line
    promised = when(row.promised, t) if row.promised else t("not promised")
    rows: list[tuple[str, Any]] = [
        (t("Customer") if row.side == "sold" else t("Supplier"), firm(row.other, row.party)),
        (t("Part"), name),
        (t("Quantity"), t.quantity(row.quantity, row.unit)),
        (t("Delivered"), t.quantity(line.delivered, row.unit) if line is not None and line.delivered else ""),
        (t("Wanted for"), t.day(row.due) if row.due else ""),
        (t("Promised for"), promised),
        (t("Value"), t.money(row.value) if row.value else ""),
        (t("Offer"), link(view.offer, paths.offer(view.offer)) if view.offer else ""),
        (t("Note"), line.note if line is not None else ""),
    ]
    return tag("section", tag("h2", t("The order")), pairs(rows), _buttons(page, view, may), cls="p-card")


def _buttons(page: Page, view: OrderView, may: frozenset[str]) -> Markup | str:
    t = page.t
    acts = set(view.acts)
    made = []
    if "desk.write" in may and "promise" in acts:
        made.append(_button(t("Promise a date"), "event_available", "promise", "p-go"))
    if "desk.write" in may and "deliver" in acts:
        made.append(_button(t("Deliver"), "local_shipping", "deliver"))
    if "desk.write" in may and "change" in acts:
        made.append(_button(t("Change"), "edit", "change"))
    if "what-if" in acts:
        made.append(_button(t("What if"), "alt_route", "what-if"))
    if "guest.write" in may and view.guest:
        made.append(_button(t("Send a link"), "qr_code_2", "link"))
    if "desk.write" in may and "reopen" in acts:
        made.append(_button(t("Open again"), "restart_alt", "reopen"))
    if "cancel" in acts and ("desk.write" in may if view.line else "trade.write" in may):
        made.append(_button(t("Cancel the order"), "cancel", "cancel"))
    return tag("div", made, cls="p-row p-acts") if made else ""


def _button(text: str, sign: str, act: str, cls: str = "p-quiet", arg: str = "") -> Markup:
    return tag("button", icon(sign), text, type="button", cls=cls, data_act=act, data_arg=arg or None)


def late_shown(page: Page, detail: LineDetail, may: frozenset[str]) -> Markup:
    """Return why an order will (not) be there and what would help, the cheapest that makes it on time first; then its operations."""
    t, line = page.t, detail.line
    state = {"late": "bad", "on_time": "good"}.get(line.verdict, "warn")
    slack = late_by(t, line.slack_days) if line.slack_days is not None else t("cannot be planned")
    head = tag("p", chip(state, slack), " ", spoken(t, line.reason))
    todo = tag("p", icon("build"), " ", spoken(t, line.todo)) if line.todo else ""
    notes = [hint(spoken(t, note)) for note in line.notes]
    return tag("section", tag("h2", t("Will it be there?")), head, todo, notes, _remedies(page, detail, may), _steps(page, detail.steps), cls="p-card")


def _remedies(page: Page, detail: LineDetail, may: frozenset[str]) -> Markup | str:
    t = page.t
    if not detail.remedies:
        return ""
    items = [_remedy(page, index, remedy, may) for index, remedy in enumerate(detail.remedies)]
    return join(tag("h3", t("What would help"), cls="p-h3"), tag("ul", items, cls="p-list"))


def _remedy(page: Page, index: int, remedy: Remedy, may: frozenset[str]) -> Markup:
    t = page.t
    mark = chip("good", t("on time")) if remedy.on_time else chip("warn", t("still late"))
    cost = (
        t.money(remedy.cost.rounded())
        if remedy.cost is not None and remedy.cost.amount
        else t("costs nothing")
        if remedy.cost is not None
        else t("cost not known")
    )
    hurts = [effect for effect in remedy.hurts if effect.late and not effect.was_late]
    moved = t("no other order moves")
    if remedy.hurts:
        moved = t("moves {count} other orders, {late} of them become late", count=len(remedy.hurts), late=len(hurts))
    said = tag("p", t("ready {day}", day=t.day(remedy.day)), " · ", cost, " · ", moved, cls="p-soft p-small")
    acts = []
    if remedy.kind == "new_date":
        acts += [_button(t("Promise this date"), "event_available", "promise-day", arg=remedy.day.isoformat())] if "desk.write" in may else []
    elif remedy.changes:
        acts.append(_button(t("Try"), "science", "try", arg=str(index)))
        if {"desk.write", "schedule.write"} <= may:
            acts.append(_button(t("Do it"), "done", "apply", "p-go" if index == 0 else "p-quiet", str(index)))
    return tag("li", tag("div", tag("p", tag("strong", spoken(t, remedy.text))), said), mark, tag("div", acts, cls="p-row") if acts else "")


def _steps(page: Page, steps: Sequence[PlannedStep]) -> Markup | str:
    t = page.t
    if not steps:
        return ""
    rows = []
    for step in steps[:MOST_ROWS]:
        place = join(icon("north_east", t("outside")), " ", step.supplier or t("a supplier")) if step.outside else page.machine(step.work_centre) or step.group
        waits = "; ".join(_wait(t, wait.kind, wait.order, wait.reason) for wait in step.waits[:3])
        rows.append((f"{step.seq} {step.name}", str(step.batch), place, t.number(step.pieces), when(step.start, t), when(step.end, t), waits or "–"))
    names = (t("Operation"), t("Batch"), t("Where"), t("Pieces"), t("Begins"), t("Ends"), t("Waits for"))
    return details(t("Operations as planned"), table(names, rows, label=t("Operations as planned"), numbers=(3,)))


def _wait(t: Texts, kind: str, order: str, reason: str) -> str:
    said = {
        "machine": t("order {order}", order=order),
        "own": t("its other batch"),
        "down": t("out of service"),
        "closed": t("closed"),
        "gap": t("a long enough gap"),
    }
    return f"{said.get(kind, kind)}{f' ({reason})' if reason else ''}"


def what_if_shown(page: Page, answer: WhatIfAnswer) -> Markup:
    """Return what a change would do to all open orders, in words and order by order."""
    t = page.t
    before, after = answer.late_before, answer.late_after
    if after == before and not answer.effects:
        said = t("No date would move.")
    elif after < before:
        said = t("Better: {before} late now, {after} then.", before=before, after=after)
    elif after > before:
        said = t("Worse: {before} late now, {after} then.", before=before, after=after)
    else:
        said = t("As many would be late as now ({count}), but dates move.", count=after)
    rows = []
    for effect in answer.effects[:MOST_ROWS]:
        verdict = chip("bad", t("late")) if effect.late else chip("good", t("on time")) if effect.now else chip("silent", t("not in the plan"))
        rows.append((link(effect.line, paths.order(effect.line)), t.day(effect.was) if effect.was else "–", t.day(effect.now) if effect.now else "–", verdict))
    made = table((t("Order"), t("Ready now"), t("Ready then"), t("Then")), rows, label=t("Orders whose date moves")) if rows else ""
    return tag("section", tag("h2", t("What if")), tag("p", said, cls="p-answer"), hint(t("Nothing was changed by this.")), made, cls="p-card")


def rest_shown(page: Page, view: OrderView, braid: Braid | None) -> Markup:
    """Return work, goods and suppliers, and the raw data behind details."""
    return tag("div", _work(page, view), _goods(page, braid), _suppliers(page, view), _raw(page, view), cls="p-stack p-wide-stack")


def papers_shown(page: Page, view: OrderView) -> Markup:
    """Return the papers that can be printed, and the documents exchanged."""
    return tag("div", _papers(page, view), _documents(page, view), cls="p-stack p-wide-stack")


def _papers(page: Page, view: OrderView) -> Markup | str:
    t = page.t
    if not view.papers:
        return ""
    items = []
    for paper in view.papers:
        name, sign = PAPERS[paper.kind]
        items.append(link(join(icon(sign), " ", t(name), " (PDF)"), paper.href, cls="p-quiet"))
    return tag("section", tag("h2", t("Papers")), tag("div", items, cls="p-row"), cls="p-card")


def _documents(page: Page, view: OrderView) -> Markup | str:
    t = page.t
    if not view.documents:
        return ""
    own = page.rooms.identity.firm().party_id
    rows = []
    for doc in view.documents[-MOST_ROWS:]:
        name = type(doc).__name__
        href = paths.rfq(doc.id) if isinstance(doc, RequestForQuotation | Quotation) else paths.document(doc.id)
        by = t("we") if doc.party == own else doc.party_name or doc.party
        rows.append(
            (link(doc.number, href, cls="p-nowrap"), t(DOCUMENTS.get(name, name)), by, said_of(t, doc), tag("span", when(doc.issued, t), cls="p-nowrap"))
        )
    made = table((t("Number"), t("Document"), t("From"), t("What it says"), t("When")), rows, label=t("Documents"))
    return tag("section", tag("h2", t("Documents")), made, cls="p-card")


def said_of(t: Texts, doc: Document) -> Markup | str:
    """Return what a document says, in a few words."""
    if isinstance(doc, OrderResponse):
        said = t(CODES.get(doc.code, doc.code))
        return join(said, f": {reason_said(t, doc.reason)}" if doc.reason else "", join(", ", when(doc.promised, t)) if doc.promised else "")
    if isinstance(doc, DespatchAdvice):
        return join(t("{quantity} pieces, here ", quantity=t.number(sum(line.quantity for line in doc.lines))), when(doc.eta, t))
    if isinstance(doc, Quotation):
        total = total_of(doc.lines)
        return join(t.money(total) if total else "–", t(", valid until "), when(doc.valid_until, t))
    reason = getattr(doc, "reason", "")
    if reason:
        return reason_said(t, str(reason))
    lines: Sequence[Any] = getattr(doc, "lines", ())
    return f"{t.quantity(lines[0].quantity, lines[0].unit)} {lines[0].name}" if lines else "–"


def _work(page: Page, view: OrderView) -> Markup | str:
    t = page.t
    if not view.jobs:
        return ""
    numbers = {batch.id: batch for batch in view.batches}
    by_step: dict[tuple[int, str], list[Job]] = {}
    for job in sorted(view.jobs, key=lambda job: (job.seq, job.id)):
        by_step.setdefault((job.seq, job.group), []).append(job)
    steps = [_step(page, seq, group or t("outside"), jobs) for (seq, group), jobs in by_step.items()]
    rows = [_job(page, job, numbers) for jobs in by_step.values() for job in jobs][:MOST_ROWS]
    more = hint(t("and {count} more", count=len(view.jobs) - MOST_ROWS)) if len(view.jobs) > MOST_ROWS else ""
    finished = sum(batch.good for batch in view.batches if batch.state == "finished")
    said = tag("p", t("{good} of {quantity} pieces are finished.", good=t.number(finished), quantity=t.number(sum(batch.quantity for batch in view.batches))))
    made = table((t("Operation"), t("State"), t("Batches"), t("Machine"), t("Good"), t("Scrap")), steps, label=t("Operations"), numbers=(2, 4, 5))
    every = table((t("Operation"), t("Batch"), t("Machine"), t("State"), t("Good"), t("Scrap")), rows, label=t("Jobs"), numbers=(4, 5))
    return tag("section", tag("h2", t("Jobs")), said, made, details(t("Every batch"), every, more), cls="p-card")


def _step(page: Page, seq: int, group: str, jobs: Sequence[Job]) -> tuple[Any, ...]:
    """Return one operation of all batches together."""
    t = page.t
    ended = sum(job.state == "ended" for job in jobs)
    states = {job.state for job in jobs}
    now = next((name for name in ("running", "outside", "released") if name in states), "ended" if ended == len(jobs) else "waiting")
    state, word = JOBS[now]
    machines = sorted({job.machine_id for job in jobs if job.machine_id})
    at = join(*[join(", " if index else "", link(page.machine(id), paths.machine(id))) for index, id in enumerate(machines)]) if machines else "–"
    good, scrap = t.number(sum(job.good for job in jobs)), t.number(sum(job.scrap for job in jobs))
    return (f"{seq} {group}", chip(state, t(word)), t("{done} of {all}", done=ended, all=len(jobs)), at, good, scrap)


def _job(page: Page, job: Job, numbers: Mapping[str, Batch]) -> tuple[Any, ...]:
    t = page.t
    state, word = JOBS.get(job.state, ("note", job.state))
    batch = numbers.get(job.batch)
    machine = link(page.machine(job.machine_id), paths.machine(job.machine_id)) if job.machine_id else job.station or job.group or t("outside")
    return (f"{job.seq} {job.group}".strip(), str(batch.number) if batch else "–", machine, chip(state, t(word)), t.number(job.good), t.number(job.scrap))


def _goods(page: Page, braid: Braid | None) -> Markup | str:
    t = page.t
    knots = [knot for knot in braid.knots if knot.strand == "circulation"] if braid is not None else []
    if not knots:
        return ""
    latest = sorted(knots, key=lambda knot: knot.at, reverse=True)
    rows = [(link(say(knot.title, t), knot.link) if knot.link else say(knot.title, t), knot.firm, when(knot.at, t)) for knot in latest]
    names = (t("What happened"), t("Where"), t("When"))
    older = rows[LATEST:MOST_ROWS]
    more = details(t("{count} earlier", count=len(rows) - LATEST), table(names, older, label=t("Goods, earlier"))) if older else ""
    return tag("section", tag("h2", t("Goods")), table(names, rows[:LATEST], label=t("Goods")), more, cls="p-card")


def _suppliers(page: Page, view: OrderView) -> Markup | str:
    t = page.t
    if not view.supplies:
        return ""
    rows = []
    for supply in view.supplies[:MOST_ROWS]:
        state, word = SUPPLIES.get(supply.state, ("note", supply.state))
        rows.append((link(_role(t, supply.role), paths.order(supply.order_id)), firm(supply.supplier_name, supply.supplier), chip(state, t(word))))
    return tag("section", tag("h2", t("What suppliers do for it")), table((t("For what"), t("Supplier"), t("State")), rows, label=t("Suppliers")), cls="p-card")


def _role(t: Texts, role: str) -> str:
    kind, _, what = role.partition(":")
    said = {"material": t("Material {name}", name=what), "service": t("Operation {seq}, outside", seq=what), "freight": t("Freight")}
    return said.get(kind, role)


def _raw(page: Page, view: OrderView) -> Markup:
    shown = msgspec.structs.replace(view, documents=view.documents[-20:], jobs=view.jobs[:50])
    text = msgspec.json.format(msgspec.json.encode(shown), indent=2).decode()
    return details(page.t("Raw data"), tag("pre", text, tabindex="0"))

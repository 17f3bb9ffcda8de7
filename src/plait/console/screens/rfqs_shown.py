"""What requests look like: the list, one with its proposal or who was first, and the answers side by side."""

from collections.abc import Sequence
from typing import Any

import msgspec

from plait.console.html import Markup, chip, details, icon, join, link, pairs, since, table, tag, when
from plait.console.page import Page
from plait.console.screens.lists import firm, hint
from plait.console.screens.rfqs_words import why_not_said
from plait.kernel.texts import Texts
from plait.manufacturing.desk.model import Proposal
from plait.manufacturing.part.model import CostBreakdown
from plait.manufacturing.vocabulary import name_of
from plait.overview import paths
from plait.overview.orders.model import Answer, Answered, RequestRow, RequestsPage, RequestView

__all__ = ["answer_shown", "answered_said", "answers_shown", "cost_shown", "requests_shown", "rest_shown", "waiting_said"]

STATES = {
    "open": ("wait", "open"),
    "waiting": ("wait", "waits for suppliers"),
    "ready": ("bad", "to be answered"),
    "quoted": ("good", "quoted"),
    "declined": ("silent", "declined"),
    "withdrawn": ("silent", "taken back"),
    "ordered": ("good", "ordered"),
    "expired": ("silent", "expired"),
    "asked": ("wait", "asked"),
    "held": ("good", "held for us"),
    "confirmed": ("good", "ordered"),
    "released": ("silent", "let go"),
}


# What a requirement asks for besides its process, and what says nothing.
ASKED = {
    "material": "material {value}",
    "module_mm": "module {value} mm",
    "quality": "quality {value} (ISO 1328)",
    "hardness_hrc": "hardness {value} HRC",
    "x_mm": "length {value} mm",
    "y_mm": "width {value} mm",
    "z_mm": "height {value} mm",
    "certificates": "certificates {value}",
    "region": "region {value}",
}
UNSAID = (None, "", (), "any")


def _chip(t: Texts, name: str) -> Markup:
    state, word = STATES.get(name, ("note", name))
    return chip(state, t(word))


def requests_shown(page: Page, found: RequestsPage) -> Markup:
    """Return the rows of a page of requests."""
    t = page.t
    rows = []
    for row in found.rows:
        number = join(link(row.number, paths.rfq(row.id), cls="p-nowrap"), tag("p", t("from us") if row.side == "sent" else t("to us"), cls="p-soft p-small"))
        what = join(row.name, tag("p", t.quantity(row.quantity, row.unit), cls="p-soft p-small"))
        offered: Any = "–"
        if row.price is not None:
            offered = join(t.money(row.price), tag("p", when(row.promised, t, day=True), cls="p-soft p-small") if row.promised else "")
        until = since(row.respond_by, t) if row.state in ("open", "waiting", "ready") else "–"
        rows.append((number, firm(row.other, row.party), what, _chip(t, row.state), offered, until, when(row.issued, t)))
    names = (t("Request"), t("With whom"), t("What"), t("State"), t("Price and date"), t("Answer due"), t("Asked"))
    return tag("section", table(names, rows, label=t("Requests"), keys=[row.id for row in found.rows]), cls="p-card")


def waiting_said(page: Page, found: RequestsPage) -> Markup:
    """Return in words which requests wait for our answer."""
    t = page.t
    ours = [row for row in found.rows if row.side == "received" and row.state in ("open", "ready")]
    later = [row for row in found.rows if row.side == "received" and row.state == "waiting"]
    if not ours:
        said = t("No request waits for your answer.")
    else:
        said = t("One request waits for your answer.") if len(ours) == 1 else t("{count} requests wait for your answer.", count=len(ours))
    first = tag("p", _waiting(page, min(ours, key=lambda row: row.respond_by)), cls="p-soft") if ours else ""
    more = tag("p", t("{count} more wait for suppliers.", count=len(later)), cls="p-soft") if later else ""
    return tag("section", tag("p", said, cls="p-answer"), first, more, cls="p-card")


def _waiting(page: Page, row: RequestRow) -> Markup:
    t = page.t
    return join(
        t("First: "), link(row.number, paths.rfq(row.id), cls="p-inline"), " – ", row.other, ", ", row.name, ", ", t("due"), " ", since(row.respond_by, t)
    )


def answered_said(t: Texts, answered: Answered) -> str:
    """Return who answered a request, when, and with what, in words."""
    who = f"{answered.by} ({answered.firm})" if answered.by else answered.firm
    values = {"who": who, "when": t.moment(answered.at), "number": answered.number}
    if answered.kind == "quotation":
        return t("{who} answered on {when} with quotation {number}.", **values)
    if answered.kind == "decline":
        return t("{who} declined on {when}: {reason}", **values, reason=answered.reason or "–")
    return t("{who} took the request back on {when}: {reason}", **values, reason=answered.reason or "–")


def answer_shown(page: Page, view: RequestView, proposal: Proposal | None, *, may: bool) -> Markup:
    """Return what is asked, and the answer: the one that was given and by whom, else the one that can be sent now."""
    t, row, request = page.t, view.row, view.request
    facts = pairs(
        [
            (t("From") if row.side == "received" else t("Asked"), firm(row.other, row.party)),
            (t("What"), row.name),
            (t("Quantity"), t.quantity(row.quantity, row.unit)),
            (t("Requirement"), _requirement(t, request.lines[0].requirement) if request.lines else ""),
            (t("Wanted for"), when(request.lines[0].requested, t, day=True) if request.lines and request.lines[0].requested else ""),
            (t("Answer due"), when(row.respond_by, t)),
            (t("State"), _chip(t, row.state)),
            (t("Note"), request.note),
        ]
    )
    asked = tag("section", tag("h2", t("What is asked")), facts, cls="p-card")
    return tag("div", asked, _answer(page, view, proposal, may=may), cls="p-cols")


def _requirement(t: Texts, requirement: Any) -> Markup:
    if requirement is None:
        return Markup("–")
    words = [t(text, value=_value(t, name, getattr(requirement, name))) for name, text in ASKED.items() if getattr(requirement, name) not in UNSAID]
    return join(t(name_of(requirement.process)) or "–", tag("p", " · ".join(words), cls="p-soft p-small") if words else "")


def _value(t: Texts, name: str, value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return t(name_of(value)) if name == "material" else value if isinstance(value, str) else t.number(value)


def _answer(page: Page, view: RequestView, proposal: Proposal | None, *, may: bool) -> Markup:
    t, row = page.t, view.row
    title = tag("h2", t("Our answer") if row.side == "received" else t("The answer"))
    if view.answered is not None:
        said = [tag("p", icon("task_alt"), " ", answered_said(t, view.answered), cls="p-answer", data_answered=True)]
        if row.price is not None:
            dated = join(", ", when(row.promised, t)) if row.promised else ""
            said.append(tag("p", t("{price} a piece", price=t.money(row.price)), dated))
        order = next((doc for doc in view.documents if type(doc).__name__ == "Order"), None)
        if order is not None:
            said.append(
                tag("p", link(t("Order {number}", number=order.number), paths.order(view.inquiry.run if view.inquiry and view.inquiry.run else order.id)))
            )
        return tag("section", title, said, cls="p-card")
    if row.side == "sent":
        take = _button(t("Take the request back"), "undo", "withdraw") if may and row.state == "open" else ""
        return tag("section", title, tag("p", t("No answer yet."), cls="p-answer"), take, cls="p-card")
    return tag("section", title, _proposed(page, proposal, may=may), cls="p-card")


def _proposed(page: Page, proposal: Proposal | None, *, may: bool) -> Markup:
    t = page.t
    no = _button(t("Decline"), "block", "decline") if may else ""
    if proposal is None:
        return join(tag("p", t("Not answered yet."), cls="p-answer"))
    if proposal.cost is None or proposal.promised is None:
        said = t("Suppliers have not answered yet.") if proposal.waits else t("It cannot be quoted.")
        why = [tag("li", tag("div", text)) for text in (*proposal.waits, *proposal.reasons)]
        return join(tag("p", said, cls="p-answer"), tag("ul", why, cls="p-list"), tag("div", no, cls="p-row p-acts"))
    price = t("{price} a piece", price=t.money(proposal.cost.per_piece.rounded()))
    total = t.money(proposal.cost.per_piece.times(proposal.quantity).rounded())
    until = join(t("The slot is held until "), when(proposal.until, t), ".") if proposal.until else ""
    send = _button(t("Send"), "send", "quote", "p-go") if may else ""
    answer = tag("p", price, ", ", when(proposal.promised, t), cls="p-answer")
    part = link(proposal.part_id, paths.part(proposal.part_id), cls="p-inline")
    words = tag("p", t("{total} together, as part ", total=total), part, ". ", until, cls="p-soft")
    return join(answer, words, cost_shown(t, proposal.cost), tag("div", send, no, cls="p-row p-acts"))


def cost_shown(t: Texts, cost: CostBreakdown) -> Markup:
    """Return how a price comes about, behind details."""
    rows = [(t(label), t.money(getattr(cost, name).rounded())) for name, label in COSTS.items()]
    return details(t("How the price comes about"), table((t("What for"), t("Amount")), rows, label=t("How the price comes about"), numbers=(1,)))


COSTS = {
    "setup": "Set-up",
    "machine": "Machine time",
    "material": "Material",
    "services": "Work outside",
    "markup": "Markup",
    "total": "Together",
    "per_piece": "A piece",
}


def answers_shown(page: Page, answers: Sequence[Answer], *, may: bool) -> Markup:
    """Return the answers to the same question side by side, the cheapest and the earliest marked, with a button to order."""
    t = page.t
    rows = []
    for each in sorted(answers, key=lambda each: (each.state != "open", each.total.amount if each.total else 0)):
        marks = [chip("good", t("cheapest")) if each.cheapest else "", " ", chip("good", t("earliest")) if each.earliest else ""]
        act: Any = ""
        if each.order:
            act = link(t("Ordered"), paths.order(each.order))
        elif may and each.state == "open" and each.quotation:
            act = _button(t("Order"), "shopping_cart", "order", "p-go" if each.cheapest else "p-quiet", each.quotation)
        state = _chip(t, "quoted" if each.state == "open" and each.quotation else each.state)
        why = tag("p", each.reason, cls="p-soft p-small") if each.reason else ""
        total = join(t.money(each.total) if each.total else "–", tag("p", marks, cls="p-row") if each.cheapest or each.earliest else "")
        rows.append((firm(each.firm, each.party), join(state, why), total, when(each.promised, t), when(each.until, t), act))
    names = (t("Firm"), t("Answer"), t("Price"), t("Date"), t("Holds until"), "")
    made = table(names, rows, label=t("Answers side by side"))
    return tag("section", tag("h2", t("Answers side by side")), made, cls="p-card")


def rest_shown(page: Page, view: RequestView, *, may: bool) -> Markup:
    """Return what suppliers are asked for it, who else can make it, and the raw data behind details."""
    return tag("div", _options(page, view), _others(page, view, may=may), _raw(page, view), cls="p-stack p-wide-stack")


def _options(page: Page, view: RequestView) -> Markup | str:
    t = page.t
    if not view.options:
        return ""
    rows = []
    for option in view.options:
        asked = link(option.need.name, paths.rfq(option.rfq_id)) if option.rfq_id else option.need.name
        why = tag("p", option.reason, cls="p-soft p-small") if option.reason else ""
        price = t.money(option.price) if option.price else "–"
        rows.append(
            (asked, firm(option.supplier_name, option.supplier), join(_chip(t, option.state), why), price, when(option.promised, t), when(option.expires, t))
        )
    names = (t("What for"), t("Supplier"), t("State"), t("Price"), t("Date"), t("Holds until"))
    return tag("section", tag("h2", t("What suppliers are asked for it")), table(names, rows, label=t("What suppliers are asked for it")), cls="p-card")


def _others(page: Page, view: RequestView, *, may: bool) -> Markup | str:
    t = page.t
    if not view.others:
        return ""
    rows = []
    for found in view.others:
        fits = chip("good", t("can make it")) if found.fits else chip("silent", t("does not fit"))
        why = tag("p", "; ".join(why_not_said(t, why) for why in found.why_not[:4]), cls="p-soft p-small") if found.why_not else ""
        ask = _button(t("Ask too"), "add", "ask", arg=found.party) if may and found.fits and view.row.side == "sent" else ""
        rate = t("{rate} an hour", rate=t.money(found.rate)) if found.rate else "–"
        rows.append((firm(found.name, found.party), join(fits, why), rate, ask))
    made = table((t("Firm"), t("Fits?"), t("Rate"), ""), rows, label=t("Who else can make it"))
    return tag("section", tag("h2", t("Who else can make it")), hint(t("From what firms publish of themselves.")), made, cls="p-card")


def _raw(page: Page, view: RequestView) -> Markup:
    text = msgspec.json.format(msgspec.json.encode(view), indent=2).decode()
    return details(page.t("Raw data"), tag("pre", text, tabindex="0"))


def _button(text: str, sign: str, act: str, cls: str = "p-quiet", arg: str = "") -> Markup:
    return tag("button", icon(sign), text, type="button", cls=cls, data_act=act, data_arg=arg or None)

"""What quotations to customers without a node look like: the list, one with its lines, where its price comes from, and its ways out of the house."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from plait.console.html import Markup, chip, details, icon, join, link, pairs, since, table, tag, when
from plait.console.page import Page
from plait.console.screens.desk_said import said
from plait.console.screens.lists import hint
from plait.console.screens.rfqs_shown import cost_shown
from plait.kernel.money import Money
from plait.kernel.texts import Texts
from plait.manufacturing.desk.offers.model import Offer, OfferLine
from plait.overview import paths

__all__ = ["LOST", "lines_shown", "offer_shown", "offers_said", "offers_shown", "total_of"]

STATES = {"draft": ("wait", "draft"), "sent": ("running", "sent"), "won": ("good", "won"), "lost": ("silent", "lost")}
LINES = {
    "new": ("bad", "which part is it?"),
    "known": ("wait", "being worked out"),
    "suppliers": ("wait", "waits for suppliers"),
    "ready": ("good", "ready"),
    "stuck": ("bad", "stuck"),
    "sent": ("running", "sent"),
    "accepted": ("good", "accepted"),
    "refused": ("bad", "refused"),
    "lost": ("silent", "lost"),
}
LOST = {"price": "Price", "date": "Date", "technical": "Technical", "no-answer": "No answer", "other": "Another reason"}
PRICED = {"cost": "from cost", "list": "from the price list", "person": "set by a person", "order": "as ordered before"}


def total_of(offer: Offer) -> Money | None:
    """Return what all priced lines are worth together; None without any, or when they are of several currencies."""
    amounts = [line.price.times(line.quantity) for line in offer.lines if line.price is not None]
    if not amounts or len({each.currency for each in amounts}) > 1:
        return None
    return sum(amounts[1:], amounts[0]).rounded()


def _chip(t: Texts, states: dict[str, tuple[str, str]], name: str) -> Markup:
    state, word = states.get(name, ("note", name))
    return chip(state, t(word))


def offers_said(page: Page, drafts: int, sent: Sequence[Offer]) -> Markup:
    """Return in words which quotations need somebody."""
    t = page.t
    replied = [offer for offer in sent if offer.proposal is not None]
    if drafts:
        said = t("One quotation is to be sent.") if drafts == 1 else t("{count} quotations are to be sent.", count=t.number(drafts))
    else:
        said = t("No quotation waits to be sent.")
    out = tag("p", t("{count} are out.", count=t.number(len(sent))), cls="p-soft") if sent else ""
    answers = [join(" ", link(offer.number, paths.offer(offer.number), cls="p-inline")) for offer in replied[:5]]
    more = tag("p", icon("mark_email_read"), " ", t("Answered, to be confirmed by you:"), answers) if replied else ""
    return tag("section", tag("p", said, cls="p-answer"), more, out, cls="p-card")


def offers_shown(page: Page, found: Sequence[Offer]) -> Markup:
    """Return the rows of quotations, the newest first."""
    t = page.t
    rows = []
    for offer in found:
        first = offer.lines[0]
        what = join(
            first.part_name or first.asked.name or first.asked.part_no, t(" and {count} more", count=len(offer.lines) - 1) if len(offer.lines) > 1 else ""
        )
        total = total_of(offer)
        until = since(offer.until, t) if offer.state == "sent" and offer.until else "–"
        answer = chip("warn", t("answered")) if offer.proposal is not None and offer.state == "sent" else ""
        state = join(_chip(t, STATES, offer.state), " ", answer)
        quantity = tag("p", t.quantity(first.quantity, first.asked.unit), cls="p-soft p-small")
        rows.append(
            (
                link(offer.shown, paths.offer(offer.number), cls="p-nowrap"),
                offer.asked.customer,
                join(what, quantity),
                state,
                t.money(total) if total else "–",
                until,
                when(offer.created, t),
            )
        )
    names = (t("Quotation"), t("Customer"), t("What"), t("State"), t("Value"), t("Valid until"), t("Asked"))
    return tag("section", table(names, rows, label=t("Quotations"), numbers=(4,), keys=[offer.number for offer in found]), cls="p-card")


def offer_shown(page: Page, offer: Offer, may: frozenset[str]) -> Markup:
    """Return where a quotation stands, in words, and what can be done with it."""
    t, asked = page.t, offer.asked
    total = total_of(offer)
    rows: list[tuple[str, Any]] = [
        (t("Customer"), asked.customer),
        (t("Their number"), asked.request_no),
        (t("E-mail"), asked.email),
        (t("Value"), t.money(total) if total else ""),
        (t("Valid until"), when(offer.until, t) if offer.until else ""),
        (t("Answer due"), t.day(asked.respond_by) if asked.respond_by else ""),
        (t("Note"), asked.note),
        (t("Lost because"), f"{t(LOST.get(offer.lost_reason, offer.lost_reason))} {offer.lost_text}" if offer.lost_reason else ""),
    ]
    return tag("section", tag("p", _said(t, offer), cls="p-answer"), _proposal(page, offer, may), pairs(rows), _acts(page, offer, may), cls="p-card")


def _said(t: Texts, offer: Offer) -> Markup | str:
    stuck = [line for line in offer.lines if line.state in ("new", "stuck")]
    waits = [line for line in offer.lines if line.state in ("known", "suppliers")]
    if offer.state == "draft" and stuck:
        first = stuck[0]
        why = t("nobody has said which part it is") if first.state == "new" else said(t, first.reason)
        return t("It cannot be sent yet: line {index}, {why}", index=first.index, why=why)
    if offer.state == "draft":
        return t("It waits for suppliers.") if waits else t("It is ready to be sent.")
    if offer.state == "sent":
        return join(t("It is out; the customer has until "), when(offer.until, t), ".") if offer.until else t("It is out.")
    return t("The customer has accepted.") if offer.state == "won" else t("It was lost.")


def _proposal(page: Page, offer: Offer, may: frozenset[str]) -> Markup | str:
    t, said = page.t, offer.proposal
    if said is None or offer.state != "sent":
        return ""
    verdict = {"yes": t("An e-mail says yes"), "no": t("An e-mail says no")}.get(said.verdict, t("An e-mail came, it is not clear what it says"))
    known = "" if said.known_sender else tag("p", icon("warning"), " ", t("It does not come from the address the offer went to."), cls="p-warn")
    quoted = tag("p", "“", said.sentence, "” – ", said.sender, ", ", when(said.at, t))
    acts = []
    if "desk.write" in may:
        acts = [_button(t("Accepted"), "check_circle", "accept", "p-go"), _button(t("Lost"), "cancel", "lose")]
    return tag("div", icon("mark_email_read"), tag("div", tag("strong", verdict), quoted, known, tag("div", acts, cls="p-row")), cls="p-mood")


def _acts(page: Page, offer: Offer, may: frozenset[str]) -> Markup:
    t, write = page.t, "desk.write" in may
    number = quote(offer.number, safe="")
    priced = all(line.price is not None and line.promised is not None for line in offer.lines)
    ready = offer.state == "draft" and all(line.state == "ready" for line in offer.lines)
    acts: list[Any] = []
    if write and ready:
        acts.append(_button(t("Send"), "send", "send", "p-go"))
    if write and offer.state in ("sent", "won") and any(line.state == "sent" for line in offer.lines):
        acts += [_button(t("Accepted"), "check_circle", "accept", "p-go"), _button(t("Lost"), "cancel", "lose")]
    if priced:
        acts.append(link(join(icon("picture_as_pdf"), t("Quotation (PDF)")), f"/api/v1/desk/offers/{number}/pdf", cls="p-quiet"))
    if priced and offer.state == "sent":
        if "guest.write" in may:
            acts.append(_button(t("Send a link"), "qr_code_2", "link"))
        acts.append(_button(t("Text for a chat"), "chat", "text"))
        acts.append(link(join(icon("mail"), t("E-mail with PDF")), f"/api/v1/desk/offers/{number}/mail", cls="p-quiet"))
    if offer.state == "won" and all(line.kept for line in offer.lines if line.state == "accepted"):
        acts.append(link(join(icon("fact_check"), t("Order confirmation (PDF)")), f"/api/v1/desk/offers/{number}/confirmation", cls="p-quiet"))
    if write and offer.state == "draft":
        acts += [_button(t("Change"), "edit", "change"), _button(t("Work out again"), "refresh", "work-out")]
    if write and offer.state in ("sent", "lost"):
        acts.append(_button(t("Take back and work out anew") if offer.state == "sent" else t("Work out anew"), "restart_alt", "renew"))
    if write and offer.state == "draft":
        acts.append(_button(t("Give up"), "cancel", "lose"))
    return tag("div", acts, cls="p-row p-acts")


def lines_shown(page: Page, offer: Offer, may: frozenset[str]) -> Markup:
    """Return the lines: what was asked, part, price with where it comes from, date, until when the slot is held, and doubts."""
    cards = [_line(page, offer, line, may) for line in offer.lines]
    raw = msgspec.json.format(msgspec.json.encode(offer), indent=2).decode()
    return tag("div", cards, details(page.t("Raw data"), tag("pre", raw, tabindex="0")), cls="p-stack p-wide-stack")


def _line(page: Page, offer: Offer, line: OfferLine, may: frozenset[str]) -> Markup:
    t, asked = page.t, line.asked
    part = link(f"{line.part_id} {line.part_name}".strip(), paths.part(line.part_id)) if line.part_id else ""
    found = tag("p", t("recognised by {what}", what=t(line.recognised)), cls="p-soft p-small") if line.recognised and line.part_id else ""
    price: Any = ""
    if line.price is not None:
        price = join(t("{price} a piece", price=t.money(line.price)), tag("p", t(PRICED.get(line.priced_by, line.priced_by)), cls="p-soft p-small"))
    margin = t("{share} % above cost", share=t.number((line.markup * 100).quantize(1), 0)) if line.markup is not None else ""
    breaks = "; ".join(t("{price} from {count}", price=t.money(each.price), count=t.number(each.quantity)) for each in line.breaks)
    rows: list[tuple[str, Any]] = [
        (t("Asked for"), " · ".join(each for each in (asked.name, asked.part_no, asked.customer_part_no, asked.drawing_no, asked.material) if each)),
        (t("Quantity"), t.quantity(line.quantity, asked.unit)),
        (t("Part"), join(part, found) if part else ""),
        (t("Price"), price),
        (t("Markup"), margin),
        (t("Other quantities"), breaks),
        (t("Wanted for"), t.day(asked.due) if asked.due else ""),
        (t("Date offered"), when(line.promised, t) if line.promised else ""),
        (t("Earliest by the plan"), when(line.earliest, t) if line.earliest else ""),
        (t("Slot held until"), since(line.hold_until, t) if line.hold_until and line.state in ("ready", "sent") else ""),
        (t("Order"), link(line.run, paths.order(line.run)) if line.run else link(t("see the order"), paths.order(line.order_id)) if line.order_id else ""),
        (t("Promised for"), when(line.kept, t) if line.kept else ""),
        (t("Note"), asked.note),
    ]
    head = tag("header", tag("h2", t("Line {index}", index=line.index)), _chip(t, LINES, line.state))
    why = tag("p", icon("error"), " ", said(t, line.reason), cls="p-bad") if line.reason and line.state in ("stuck", "refused") else ""
    doubts = [tag("p", icon("help"), " ", said(t, doubt), cls="p-warn p-small") for doubt in line.doubts]
    learned = hint(line.suggestion.hint) if line.suggestion is not None and offer.state == "draft" else ""
    cost = cost_shown(t, line.cost) if line.cost is not None else ""
    acts = []
    if "desk.write" in may and offer.state == "draft":
        if line.state in ("new", "stuck") or not line.part_id:
            acts.append(_button(t("Say which part it is"), "category", "part", "p-go", str(line.index)))
        acts.append(_button(t("Price and date"), "edit", "line", arg=str(line.index)))
    return tag("section", head, why, doubts, pairs(rows), learned, cost, tag("div", acts, cls="p-row p-acts") if acts else "", cls="p-card")


def _button(text: str, sign: str, act: str, cls: str = "p-quiet", arg: str = "") -> Markup:
    return tag("button", icon(sign), text, type="button", cls=cls, data_act=act, data_arg=arg or None)

"""An offer as the customer gets it: what stands on the paper, as text for a chat, as UBL, as an e-mail ready to be sent (pure)."""

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import msgspec

from plait.kernel.firm import Firm
from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.kernel.texts import Texts
from plait.manufacturing.desk.offers.model import Offer, OfferLine
from plait.manufacturing.desk.offers.rules import NOT_READY
from plait.manufacturing.desk.papers.commercial import Item, Terms, Wanted, confirmation, quotation, total
from plait.manufacturing.desk.papers.model import Letter
from plait.manufacturing.trade.model import Line, Quotation, Ref
from plait.manufacturing.trade.ubl_write import write_ubl

__all__ = ["confirmation_letter", "draft_mail", "quotation_letter", "quotation_text", "quotation_ubl"]

PDF, XML = ("application", "pdf"), ("application", "xml")
ADDRESS = re.compile(r"[\w.+%&'*/=?^{|}~!#$-]+@\w[\w-]*(?:\.\w[\w-]*)+")


def _texts(offer: Offer, terms: Terms) -> Texts:
    return Texts(offer.asked.language or terms.letterhead.language, terms.firm.zone)


def _wanted(offer: Offer, terms: Terms, issued: datetime, reference: str, text: str, *, draft: bool) -> Wanted:
    asked = offer.asked
    contact = asked.contact if asked.contact != asked.email else ""
    language = asked.language or terms.letterhead.language
    return Wanted(offer.shown, asked.customer, issued, language, asked.address, contact, reference, None, text, draft)


def _item(line: OfferLine, promised: datetime | None) -> Item:
    asked = line.asked
    return Item(
        position=str(line.index),
        name=asked.name or line.part_name or asked.part_no or asked.customer_part_no or asked.drawing_no,
        quantity=line.quantity,
        unit=asked.unit,
        part_no=line.part_id,
        customer_part_no=asked.customer_part_no,
        drawing_no=asked.drawing_no,
        revision=asked.revision,
        material=asked.material,
        price=line.price,
        promised=promised,
        breaks=_cheaper(line),
        text=line.text,
        ours=line.run,
    )


def _cheaper(line: OfferLine) -> tuple[tuple[Decimal, Money], ...]:
    """Return the quantities at which a piece costs less than before; none beside a price that a person has set."""
    found: list[tuple[Decimal, Money]] = []
    last = line.price
    for each in line.breaks[1:] if line.priced_by != "person" else ():
        if last is not None and each.price.currency == last.currency and each.price.amount < last.amount:
            found.append((Decimal(each.quantity), each.price))
            last = each.price
    return tuple(found)


def _offered(offer: Offer) -> Sequence[OfferLine]:
    """Return the lines that have a price and a date; raise ``offer-not-ready`` when there are none."""
    lines = [line for line in offer.lines if line.price is not None and line.promised is not None]
    if not lines:
        raise Problem(NOT_READY, f"no line of {offer.number} has a price and a date yet")
    return lines


def quotation_letter(offer: Offer, terms: Terms, now: datetime) -> tuple[Letter, datetime]:
    """Return a quotation and its date; a draft says so across the page. Raise ``offer-not-ready``."""
    issued = offer.sent or now
    wanted = _wanted(offer, terms, issued, offer.asked.request_no, offer.text, draft=offer.state == "draft")
    lines = _offered(offer)
    wanted = msgspec.structs.replace(wanted, held=all(line.hold_id for line in lines))
    return quotation(wanted, [_item(line, line.promised) for line in lines], offer.until or now, terms), issued


def confirmation_letter(offer: Offer, terms: Terms) -> tuple[Letter, datetime]:
    """Return the confirmation of what was accepted and is planned, and its date; raise ``offer-not-ready`` until it is."""
    lines = [line for line in offer.lines if line.state == "accepted"]
    waiting = [line for line in lines if not line.run]
    if not lines or waiting:
        why = f"line {waiting[0].index} is not planned yet" if waiting else "nothing of it has been accepted"
        raise Problem(NOT_READY, f"{offer.number}: {why}")
    issued = max(line.confirmed or offer.created for line in lines)
    wanted = _wanted(offer, terms, issued, offer.reference, "", draft=False)
    items = [msgspec.structs.replace(_item(line, line.kept or line.promised), breaks=()) for line in lines]
    return confirmation(wanted, items, terms), issued


def quotation_text(offer: Offer, terms: Terms, link: str = "") -> str:
    """Return a quotation as plain text for a chat or an e-mail, with the address at which it is answered (``link``), if there is one."""
    say = _texts(offer, terms)
    name = terms.letterhead.name or terms.firm.name
    rows = [say("Quotation {number} from {firm}", number=offer.shown, firm=name), ""]
    lines = _offered(offer)
    for line in lines:
        item = _item(line, line.promised)
        assert item.price is not None
        assert item.promised is not None
        numbers = ", ".join(dict.fromkeys(filter(None, (item.customer_part_no, item.part_no, " ".join(filter(None, (item.drawing_no, item.revision)))))))
        rows.append(f"{item.position}. {item.name}{f' ({numbers})' if numbers else ''}")
        amount = say.money(item.price.times(item.quantity).rounded())
        asked = {"quantity": say.quantity(item.quantity, item.unit), "price": say.money(item.price), "amount": amount}
        rows.append("   " + say("{quantity} at {price} each: {amount}", **asked))
        rows.append("   " + say("Ready on {day}", day=say.day(item.promised)))
        rows += [f"   {part}" for part in item.text.splitlines() if part.strip()]
    summed = total([(line.price, line.quantity) for line in lines])
    if summed is not None and len(lines) > 1:
        rows += ["", f"{say('Total, net')}: {say.money(summed)}"]
    if offer.until is not None:
        kept = all(line.hold_id for line in lines)
        sentence = "Valid until {until}; until then we hold the machine time." if kept else "Valid until {until}."
        rows += ["", say(sentence, until=say.moment(offer.until))]
    said = terms.letterhead.terms.get(say.language, "") or say("Prices are net, without tax.")  # type: ignore[call-overload]
    rows += [offer.text, str(said)]
    if link:
        rows += ["", say("Accept, reject or ask here:"), link]
    return "\n".join(rows).rstrip() + "\n"


def quotation_ubl(offer: Offer, firm: Firm) -> bytes:
    """Return all lines of an offer as one UBL Quotation under the offer's number."""
    lines = _offered(offer)
    asked = offer.asked
    document = Quotation(
        id=lines[0].quotation_id or offer.number,
        number=offer.shown,
        party=firm.party_id,
        party_name=firm.name,
        counterparty="",
        counterparty_name=asked.customer,
        issued=offer.sent or offer.created,
        refs=(Ref("RequestForQuotation", "", asked.request_no or offer.number, ""),),
        note=offer.text,
        lines=tuple(_ubl_line(line) for line in lines),
        valid_until=offer.until or offer.created,
    )
    return write_ubl(document, {firm.party_id: firm, "": Firm("", asked.customer, "", "")})


def _ubl_line(line: OfferLine) -> Line:
    asked = line.asked
    name = asked.name or line.part_name
    return Line(str(line.index), name, line.quantity, asked.unit, price=line.price, promised=line.promised, lead_minutes=line.lead_minutes)


def _one_line(text: str) -> str:
    """Return text fit for the head of an e-mail: in one line, without control characters."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())


def draft_mail(offer: Offer, terms: Terms, pdf: bytes, at: datetime, link: str = "") -> bytes:
    """Return an e-mail (RFC 5322) with the quotation as text (``link`` as there), PDF and UBL, which a mail program opens as a draft to be sent."""
    say = _texts(offer, terms)
    sheet, firm, asked = terms.letterhead, terms.firm, offer.asked
    name = sheet.name or firm.name
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = _one_line(say("Quotation {number} from {firm}", number=offer.shown, firm=name))
    for head, text in (("From", sheet.email), ("To", asked.email)):
        if found := ADDRESS.findall(text):
            mail[head] = ", ".join(found)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{offer.shown}@{firm.party_id}.plait.invalid>"
    if asked.message_id:
        mail["In-Reply-To"] = mail["References"] = _one_line(asked.message_id)
    mail["X-Unsent"] = "1"
    sentence = say("To accept, please answer this e-mail with a clear yes; leave the number {number} in the subject.", number=offer.shown)
    body = (say("Thank you for your request. We offer:"), quotation_text(offer, terms, link), sentence, f"{say('Kind regards')}\n{sheet.contact or name}")
    mail.set_content("\n\n".join(part.strip() for part in body) + "\n")
    mail.add_attachment(pdf, maintype=PDF[0], subtype=PDF[1], filename=f"{offer.shown}.pdf")
    mail.add_attachment(quotation_ubl(offer, firm), maintype=XML[0], subtype=XML[1], filename=f"{offer.shown}.xml")
    return mail.as_bytes()

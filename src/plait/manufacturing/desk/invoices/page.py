"""An invoice as people read it: a page (PDF/A-3) on the firm's letterhead (pure but for the setting)."""

from datetime import UTC, datetime, time
from decimal import Decimal

import msgspec

from plait.kernel.money import Money
from plait.kernel.texts import Texts
from plait.manufacturing.desk.invoices.model import Invoice, InvoiceLine, InvoiceParty
from plait.manufacturing.desk.invoices.rules import percent, totals
from plait.manufacturing.desk.papers.commercial import Item, Terms, Wanted, confirmation
from plait.manufacturing.desk.papers.model import Letter
from plait.manufacturing.desk.papers.typeset import typeset

__all__ = ["letter", "page"]


def letter(invoice: Invoice, terms: Terms, language: str) -> Letter:
    """Return the invoice as a letter: a confirmation's table without dates, with taxes and what is to be paid."""
    say = Texts(language or terms.letterhead.language, terms.firm.zone)
    wanted = Wanted(
        number=invoice.number,
        customer=invoice.buyer.name,
        issued=_noon(invoice, say),
        language=say.language,
        address=_address(invoice.buyer),
        contact=invoice.buyer.contact,
        reference=invoice.order_no,
    )
    made = confirmation(wanted, [_item(invoice, say, index, line) for index, line in enumerate(invoice.lines, 1)], terms)
    title = say("Credit note") if totals(invoice).net < 0 else say("Invoice")
    closing = tuple(filter(None, (invoice.note, invoice.exemption, invoice.terms, _account(invoice, say))))
    return msgspec.structs.replace(
        made,
        title=title,
        info=(*made.info, *_info(invoice, say)),
        intro=(),
        columns=made.columns[:-1],
        rows=tuple(row[:-1] for row in made.rows),
        totals=_totals(invoice, say),
        notes=(),
        closing=closing,
    )


def page(invoice: Invoice, terms: Terms, language: str = "") -> bytes:
    """Return the invoice as a PDF/A-3 that may carry its XML; raise ``paper-failed``."""
    at = datetime.combine(invoice.issued, time(), UTC)
    pictures = {f"logo.{terms.logo.kind}": terms.logo.content} if terms.logo else {}
    return typeset("letter", letter(invoice, terms, language), at, pictures, archive=True)


def _noon(invoice: Invoice, say: Texts) -> datetime:
    return datetime.combine(invoice.issued, time(12), say.zone)


def _address(party: InvoiceParty) -> tuple[str, ...]:
    place = " ".join(filter(None, (party.postcode, party.city)))
    return tuple(filter(None, (party.street, place, party.country)))


def _item(invoice: Invoice, say: Texts, position: int, line: InvoiceLine) -> Item:
    per = "" if line.price_per == 1 else f"{say.money(Money(line.price, invoice.currency))} / {say.number(line.price_per)}"
    return Item(
        position=line.order_line or str(position),
        name=line.name,
        quantity=line.quantity,
        unit=line.unit,
        part_no=line.part_no,
        customer_part_no=line.customer_part_no,
        price=Money(line.price / line.price_per, invoice.currency),
        text=per,
    )


def _info(invoice: Invoice, say: Texts) -> list[tuple[str, str]]:
    rows = [
        (say("Your VAT number"), invoice.buyer.vat_id),
        (say("Your reference"), invoice.buyer_reference),
        (say("Delivery note"), invoice.despatch_no),
        (say("Delivered on"), say.day(invoice.delivered) if invoice.delivered else ""),
        (say("Payable by"), say.day(invoice.due) if invoice.due else ""),
    ]
    return [(label, text) for label, text in rows if text]


def _totals(invoice: Invoice, say: Texts) -> tuple[tuple[str, str], ...]:
    def money(amount: Decimal) -> str:
        return say.money(Money(amount, invoice.currency))

    sums = totals(invoice)
    taxes = tuple((say("Tax {rate} % on {basis}", rate=percent(share.rate), basis=money(share.basis)), money(share.amount)) for share in sums.shares)
    return ((say("Total, net"), money(sums.net)), *taxes, (say("To be paid"), money(sums.gross)))


def _account(invoice: Invoice, say: Texts) -> str:
    if not invoice.iban:
        return ""
    parts = (f"IBAN {invoice.iban}", f"BIC {invoice.bic}" if invoice.bic else "")
    return say("Please pay to {account}, naming {number}.", account=", ".join(filter(None, parts)), number=invoice.number)

"""What an invoice must say and what it sums to (pure; EN 16931-1:2017, rules BR and BR-CO; XRechnung 3.0, rules BR-DE)."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from plait.kernel.money import Money
from plait.kernel.problems import Problem, register
from plait.kernel.units import known
from plait.manufacturing.desk.invoices.model import Form, Invoice, InvoiceLine, Share, TaxCategory, Totals

__all__ = ["INCOMPLETE", "check", "totals"]

INCOMPLETE = register("invoice-incomplete", 422, "The invoice does not say all that it must", "Add what is named, then hand it over again.")

UNTAXED: frozenset[TaxCategory] = frozenset({"Z", "E", "AE", "K", "G", "O"})
MOST = Decimal(1_000_000_000)
LEAST = Decimal("0.001")
REASONED: frozenset[TaxCategory] = frozenset({"E", "AE", "K", "G", "O"})


def totals(invoice: Invoice) -> Totals:
    """Return the sums: each line rounded half up, tax on the sum of each category and rate (BR-CO-10, 13 to 17)."""

    def rounded(amount: Decimal) -> Decimal:
        return Money(amount, invoice.currency).rounded().amount

    lines = tuple(rounded(line.quantity * line.price / line.price_per) for line in invoice.lines)
    bases: dict[tuple[TaxCategory, Decimal], Decimal] = {}
    for line, amount in zip(invoice.lines, lines, strict=True):
        key = (line.tax, line.rate)
        bases[key] = bases.get(key, Decimal(0)) + amount
    shares = tuple(Share(tax, rate, basis, rounded(basis * rate / 100)) for (tax, rate), basis in bases.items())
    net, tax = sum(lines, Decimal(0)), sum((share.amount for share in shares), Decimal(0))
    return Totals(lines, net, tax, net + tax, shares)


def check(invoice: Invoice, form: Form) -> None:
    """Raise ``invoice-incomplete`` naming everything that is missing for ``form``."""
    missing = [*_parties(invoice), *_lines(invoice)]
    if form in ("xrechnung", "zugferd") and invoice.seller.country == "DE":
        missing += _german(invoice, form)
    if missing:
        raise Problem(INCOMPLETE, "; ".join(missing), missing=missing)


def _parties(invoice: Invoice) -> Iterator[str]:
    if not invoice.number.strip():
        yield "number: the books give the number of an invoice"
    for role, party in (("seller", invoice.seller), ("buyer", invoice.buyer)):
        if not party.name.strip():
            yield f"{role}.name"
    if not invoice.seller.vat_id and not invoice.seller.tax_number:
        yield "seller.vat_id or seller.tax_number"
    if invoice.due is None and not invoice.terms:
        yield "due or terms: until when it is to be paid"
    if invoice.due is not None and invoice.due < invoice.issued:
        yield "due: lies before the day of the invoice"
    if {line.tax for line in invoice.lines} & {"AE", "K"} and not invoice.buyer.vat_id:
        yield "buyer.vat_id: needed where the buyer owes the tax"
    if {line.tax for line in invoice.lines} & {"AE", "K", "G", "E"} and not invoice.seller.vat_id:
        yield "seller.vat_id: needed where no tax is charged"
    if any(line.tax == "K" for line in invoice.lines) and invoice.delivered is None:
        yield "delivered: the day is needed for a supply within the European Union"


def _numbers(line: InvoiceLine) -> Iterator[str]:
    for field, value, least, most in (
        ("quantity", line.quantity, -MOST, MOST),
        ("price", line.price, -MOST, MOST),
        ("price_per", line.price_per, LEAST, MOST),
        ("rate", line.rate, Decimal(0), Decimal(100)),
    ):
        if not value.is_finite() or not least <= value <= most:
            yield f"{field}: {value} is not from {least} to {most}"


def _line(line: InvoiceLine) -> Iterator[str]:
    if not line.name.strip():
        yield "name"
    if line.price < 0:
        yield "price: below zero; give a credit as a negative quantity"
    if not known(line.unit):
        yield f"unit: {line.unit!r} is no unit known here (UN/ECE Rec 20)"
    if line.tax == "S" and line.rate == 0:
        yield "rate: the standard rate is above 0"
    if line.tax in UNTAXED and line.rate != 0:
        yield f"rate: must be 0 with the category {line.tax}"


def _lines(invoice: Invoice) -> Iterator[str]:
    for index, line in enumerate(invoice.lines):
        yield from (f"lines[{index}].{words}" for words in (list(_numbers(line)) or _line(line)))
    if any(line.tax in REASONED for line in invoice.lines) and not invoice.exemption:
        yield "exemption: say why no tax is charged"
    kinds = {line.tax for line in invoice.lines}
    if "O" in kinds and len(kinds) > 1:
        yield "lines: what lies outside of the tax stands on an invoice of its own (BR-O-11)"


def _german(invoice: Invoice, form: Form) -> Iterator[str]:
    seller = invoice.seller
    named = (("street", seller.street), ("postcode", seller.postcode), ("city", seller.city))
    yield from (f"seller.{field}" for field, value in named if not value)
    buyer = (("postcode", invoice.buyer.postcode), ("city", invoice.buyer.city))
    yield from (f"buyer.{field}" for field, value in buyer if not value)
    if form == "xrechnung":
        contact = (("contact", seller.contact), ("phone", seller.phone), ("email", seller.email))
        yield from (f"seller.{field}" for field, value in contact if not value)
        if not invoice.buyer_reference:
            yield "buyer_reference: the Leitweg-ID of a public buyer, else any reference the buyer knows"
        if not invoice.iban:
            yield "iban: where it is to be paid to"
        if not invoice.buyer.email:
            yield "buyer.email: the buyer's electronic address"


def percent(rate: Decimal) -> str:
    """Return a rate as people and XML write it, without needless zeros."""
    text = f"{rate.quantize(Decimal('0.01'), ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

"""An invoice after EN 16931-1 (its BT numbers in brackets), and the fact that one was handed over."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

import msgspec

from plait.kernel.facts import fact
from plait.kernel.money import Money

__all__ = ["Billed", "Form", "HandedOver", "Handover", "Invoice", "InvoiceLine", "InvoiceParty", "Seller", "Share", "TaxCategory", "Totals"]

Form: TypeAlias = Literal["ubl", "xrechnung", "cii", "zugferd", "table"]

TaxCategory: TypeAlias = Literal["S", "Z", "E", "AE", "K", "G", "O"]
"""UNCL 5305: standard rate, zero rate, exempt, reverse charge, within the European Union, export, outside of the tax."""

Country = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$")]
Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")]
Text = Annotated[str, msgspec.Meta(max_length=500)]


class InvoiceParty(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seller (BG-4) or buyer (BG-7). ``vat_id`` [BT-31, BT-48], ``tax_number`` [BT-32], ``gln`` [BT-29, BT-46], ``email`` also as electronic address."""

    name: Text
    street: Text = ""
    postcode: Text = ""
    city: Text = ""
    country: Country = "DE"
    vat_id: Text = ""
    tax_number: Text = ""
    gln: Text = ""
    contact: Text = ""
    phone: Text = ""
    email: Text = ""


class InvoiceLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line (BG-25): ``price`` without tax of ``price_per`` units [BT-146, BT-149]; ``order_line`` is the buyer's [BT-132]."""

    name: Text
    quantity: Decimal
    price: Decimal
    unit: Text = "C62"
    price_per: Decimal = Decimal(1)
    part_no: Text = ""
    customer_part_no: Text = ""
    order_line: Text = ""
    tax: TaxCategory = "S"
    rate: Decimal = Decimal(19)


class Invoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An invoice. ``number`` comes from the books, not from here; ``buyer_reference`` [BT-10] is what a public buyer calls Leitweg-ID.

    ``exemption`` says why no tax is charged [BT-120], needed with the categories E, AE, K, G and O.
    """

    number: Text
    issued: date
    seller: InvoiceParty
    buyer: InvoiceParty
    lines: Annotated[tuple[InvoiceLine, ...], msgspec.Meta(min_length=1, max_length=5000)]
    currency: Currency = "EUR"
    due: date | None = None
    delivered: date | None = None
    order_no: Text = ""
    despatch_no: Text = ""
    buyer_reference: Text = ""
    iban: Text = ""
    bic: Text = ""
    terms: Text = ""
    note: Text = ""
    exemption: Text = ""


class Seller(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the firm says of itself on every invoice: who it is, where it is paid to, on what terms."""

    party: InvoiceParty
    iban: Text = ""
    bic: Text = ""
    terms: Text = ""


class Billed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the order book that is invoiced: its number and (None: all that was delivered, else all that is ordered) how much of it."""

    id: Text
    quantity: Decimal | None = None


class Handover(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An invoice to be made of lines of the order book: what the books and the buyer add to what is known here.

    ``language`` of the page: en, de or zh; empty: the letterhead's.
    """

    number: Text
    issued: date
    buyer: InvoiceParty
    orders: Annotated[tuple[Billed, ...], msgspec.Meta(min_length=1, max_length=5000)]
    due: date | None = None
    delivered: date | None = None
    despatch_no: Text = ""
    buyer_reference: Text = ""
    tax: TaxCategory = "S"
    rate: Decimal = Decimal(19)
    terms: Text = ""
    note: Text = ""
    exemption: Text = ""
    language: Literal["", "en", "de", "zh"] = ""


class Share(msgspec.Struct, frozen=True):
    """The lines of one tax category and rate (BG-23): what they sum to, and the tax on it."""

    tax: TaxCategory
    rate: Decimal
    basis: Decimal
    amount: Decimal


class Totals(msgspec.Struct, frozen=True):
    """Sums of an invoice (BG-22), rounded to minor units: each line, all lines, tax, what is to be paid; ``shares`` by tax."""

    lines: tuple[Decimal, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal
    shares: tuple[Share, ...]


@fact("invoice.handed_over", key="number", quantity="gross")
class HandedOver(msgspec.Struct, frozen=True):
    """An invoice was handed over in ``form`` to whoever keeps the books; the file has ``sha256``."""

    number: str
    buyer: str
    gross: Money
    form: str
    orders: tuple[str, ...]
    sha256: str

"""An invoice as XML: UBL 2.1 and UN/CEFACT CII D22B, both after EN 16931, and XRechnung 3.0; and ZUGFeRD (Factur-X), which is CII within a PDF/A-3."""

from datetime import date
from decimal import Decimal
from typing import Any

from plait.kernel.problems import Problem
from plait.manufacturing.desk.invoices.model import Invoice, InvoiceParty
from plait.manufacturing.desk.invoices.rules import INCOMPLETE, percent, totals

__all__ = ["cii", "ubl", "xrechnung", "zugferd"]

EN16931 = "urn:cen.eu:en16931:2017"
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
INVOICE, CREDIT_NOTE = "380", "381"
EMAIL_SCHEME, GLN_SCHEME = "EM", "0088"
SEPA_TRANSFER, TRANSFER = "58", "30"


def ubl(invoice: Invoice) -> bytes:
    """Return the invoice as UBL 2.1 (EN 16931)."""
    return _made("generate_ubl_xml", invoice, "ubl")


def cii(invoice: Invoice) -> bytes:
    """Return the invoice as CII (EN 16931), as ZUGFeRD carries it."""
    return _made("generate_cii_xml", invoice, "cii")


def xrechnung(invoice: Invoice) -> bytes:
    """Return the invoice as UBL that names the German core invoice usage specification 3.0."""
    return ubl(invoice).replace(f">{EN16931}<".encode(), f">{XRECHNUNG}<".encode(), 1)


def zugferd(invoice: Invoice, page: bytes) -> bytes:
    """Return ``page`` (a PDF/A-3) with the CII of the invoice in it (ZUGFeRD 2, profile EN 16931)."""
    import facturx

    made: bytes = facturx.generate_from_binary(  # type: ignore[no-untyped-call]
        page, cii(invoice), flavor="factur-x", level="en16931", check_xsd=False, lang=None, afrelationship="alternative"
    )
    return made


def _made(writer: str, invoice: Invoice, syntax: str) -> bytes:
    import facturx

    try:
        made: bytes = getattr(facturx, writer)(_fields(invoice, syntax), level="en16931", check_xsd=False, check_schematron=None)
    except ValueError as error:
        raise Problem(INCOMPLETE, str(error)) from error
    return _without_nil(made)


def _without_nil(content: bytes) -> bytes:
    """Return the XML without ``xsi:nil``, which the writer puts on an empty element and the schemas do not allow."""
    from lxml import etree, objectify

    if b":nil=" not in content:
        return content
    root = etree.fromstring(content)
    objectify.deannotate(root, pytype=False, xsi=False, xsi_nil=True)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _text(amount: Decimal) -> str:
    return f"{amount:f}"


def _filled(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in ("", None, [], {})}


def _party(party: InvoiceParty) -> dict[str, Any]:
    return _filled(
        name=party.name,
        addr_l1=party.street,
        postcode=party.postcode,
        city=party.city,
        country_code=party.country,
        vat_identifier=party.vat_id,
        tax_identifier=party.tax_number,
        identifiers={GLN_SCHEME: party.gln} if party.gln else {},
        einvoicing_addr=party.email,
        einvoicing_addr_schemeid=EMAIL_SCHEME if party.email else "",
        contacts=[_filled(name=party.contact, phone=party.phone, email=party.email)] if party.contact else [],
    )


def _fields(invoice: Invoice, syntax: str) -> dict[str, Any]:
    """Return the invoice by the business terms of EN 16931; a negative sum makes it a credit note with its signs turned."""
    sums = totals(invoice)
    sign = -1 if sums.net < 0 else 1
    named: dict[str, Any] = {
        "BT-1": invoice.number,
        "BT-2": invoice.issued,
        "BT-3": CREDIT_NOTE if sign < 0 else INVOICE,
        "BT-5": invoice.currency,
        "BT-10": invoice.buyer_reference,
        "BT-13": invoice.order_no,
        "BT-16": invoice.despatch_no,
        "BT-20": invoice.terms,
        "BT-23": BILLING,
        "BG-1": [{"BT-22": invoice.note}] if invoice.note else [],
        "BG-4": _party(invoice.seller),
        "BG-7": _party(invoice.buyer),
        "BT-106": _text(sign * sums.net),
        "BT-109": _text(sign * sums.net),
        "BT-110": _text(sign * sums.tax),
        "BT-112": _text(sign * sums.gross),
        "BT-115": _text(sign * sums.gross),
        "BG-23": [_tax(invoice, share.tax, share.rate, sign * share.basis, sign * share.amount) for share in sums.shares],
        "BG-25": [_line(invoice, number, sign, amount) for number, amount in enumerate(sums.lines)],
    }
    named |= _payment(invoice)
    days: dict[str, date | None] = {"BT-9": invoice.due if sign > 0 else None, "BT-72": invoice.delivered}
    if any(line.tax == "K" for line in invoice.lines):
        named["BG-13"] = _filled(name=invoice.buyer.name, country_code=invoice.buyer.country, city=invoice.buyer.city, postcode=invoice.buyer.postcode)
    del syntax
    return {key: value for key, value in (named | days).items() if value not in ("", None, [])}


def _payment(invoice: Invoice) -> dict[str, Any]:
    if not invoice.iban:
        return {}
    way = SEPA_TRANSFER if invoice.currency == "EUR" else TRANSFER
    return {"BT-81": way, "BT-84": invoice.iban.replace(" ", ""), "BT-85": invoice.seller.name, "BT-86": invoice.bic}


def _tax(invoice: Invoice, category: str, rate: Decimal, basis: Decimal, amount: Decimal) -> dict[str, Any]:
    exemption = invoice.exemption if category not in ("S", "Z") else ""
    shown = {"BT-116": _text(basis), "BT-117": _text(amount), "BT-118": category, "BT-119": percent(rate), "BT-120": exemption}
    if category == "O":
        del shown["BT-119"]
    return {key: value for key, value in shown.items() if value != ""}


def _line(invoice: Invoice, number: int, sign: int, amount: Decimal) -> dict[str, Any]:
    line = invoice.lines[number]
    shown: dict[str, Any] = {
        "BT-126": str(number + 1),
        "BT-129": _text(sign * line.quantity),
        "BT-130": line.unit,
        "BT-131": _text(sign * amount),
        "BT-132": line.order_line,
        "BT-146": _text(line.price),
        "BT-149": "" if line.price_per == 1 else _text(line.price_per),
        "BT-151": line.tax,
        "BT-152": "" if line.tax == "O" else percent(line.rate),
        "BT-153": line.name,
        "BT-155": line.part_no,
        "BT-156": line.customer_part_no,
    }
    return {key: value for key, value in shown.items() if value != ""}

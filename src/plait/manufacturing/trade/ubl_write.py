"""Our documents to UBL 2.4 XML, in the subset that 2.1 readers accept too."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from plait.kernel.firm import Firm
from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.requirement import Requirement
from plait.manufacturing.trade.model import DespatchAdvice, DespatchLine, Document, Line, Order, OrderResponse, Quotation, RequestForQuotation
from plait.manufacturing.trade.ubl_common import CAC, CBC, ROOT, UBL_TYPE

__all__ = ["write_ubl"]

CODES = {"accepted": "AP", "rejected": "RE", "changed": "CA"}


class _Writer:
    """Adds elements in the order of the schema's sequence."""

    def __init__(self, parent: Any) -> None:
        self.parent = parent

    def cbc(self, name: str, value: object, **attributes: str) -> None:
        from lxml import etree

        if value not in (None, ""):
            etree.SubElement(self.parent, f"{{{CBC}}}{name}", attributes).text = str(value)

    def cac(self, *names: str) -> "_Writer":
        from lxml import etree

        element = self.parent
        for name in names:
            element = etree.SubElement(element, f"{{{CAC}}}{name}")
        return _Writer(element)


def write_ubl(document: Document, firms: dict[str, Firm]) -> bytes:
    """Return ``document`` as UBL XML; ``firms`` gives the parties by party_id. Raise ``ubl-type`` for a type UBL has no word for."""
    from lxml import etree

    name = type(document).__name__
    if not isinstance(document, RequestForQuotation | Quotation | Order | OrderResponse | DespatchAdvice):
        raise Problem(UBL_TYPE, f"a {name} has no UBL form here")
    names: Any = {None: f"{ROOT}{name}-2", "cac": CAC, "cbc": CBC}
    root = etree.Element(f"{{{ROOT}{name}-2}}{name}", nsmap=names)
    out = _Writer(root)
    out.cbc("UBLVersionID", "2.1")
    out.cbc("ID", document.number)
    out.cbc("UUID", document.id)
    out.cbc("IssueDate", f"{document.issued:%Y-%m-%d}")
    out.cbc("IssueTime", f"{document.issued:%H:%M:%S}Z")
    _WRITERS[type(document)](out, document, firms)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _party(out: _Writer, role: str, firm: Firm | None) -> None:
    party = out.cac(role, "Party")
    if firm is not None and firm.gln:
        party.cac("PartyIdentification").cbc("ID", firm.gln, schemeID="0088")
    party.cac("PartyName").cbc("Name", firm.name if firm is not None and firm.name else "unknown")


def _period(out: _Writer, name: str, when: datetime | None, *around: str) -> None:
    if when is not None:
        period = out.cac(*around, name)
        period.cbc("EndDate", f"{when:%Y-%m-%d}")
        period.cbc("EndTime", f"{when:%H:%M:%S}Z")


def _rfq(out: _Writer, document: RequestForQuotation, firms: dict[str, Firm]) -> None:
    out.cbc("SubmissionDueDate", f"{document.respond_by:%Y-%m-%d}")
    out.cbc("Note", document.note)
    _party(out, "SellerSupplierParty", firms.get(document.counterparty))
    _party(out, "BuyerCustomerParty", firms.get(document.party))
    for line in document.lines:
        holder = out.cac("RequestForQuotationLine")
        holder.cbc("ID", line.id)
        _item_line(holder.cac("LineItem"), line)


def _quotation(out: _Writer, document: Quotation, firms: dict[str, Firm]) -> None:
    out.cbc("Note", document.note)
    _period(out, "ValidityPeriod", document.valid_until)
    out.cac("RequestForQuotationDocumentReference").cbc("ID", document.refs[0].number)
    _party(out, "SellerSupplierParty", firms.get(document.party))
    _party(out, "BuyerCustomerParty", firms.get(document.counterparty))
    _total(out, "QuotedMonetaryTotal", document.lines, mandatory=True)
    for line in document.lines:
        holder = out.cac("QuotationLine")
        holder.cbc("ID", line.id)
        _item_line(holder.cac("LineItem"), line)
        holder.cac("RequestLineReference").cbc("LineID", line.id)


def _order(out: _Writer, document: Order, firms: dict[str, Firm]) -> None:
    out.cbc("Note", document.note)
    out.cac("QuotationDocumentReference").cbc("ID", document.refs[0].number)
    _party(out, "BuyerCustomerParty", firms.get(document.party))
    _party(out, "SellerSupplierParty", firms.get(document.counterparty))
    _total(out, "AnticipatedMonetaryTotal", document.lines)
    for line in document.lines:
        holder = out.cac("OrderLine")
        _item_line(holder.cac("LineItem"), line)
        holder.cac("QuotationLineReference").cbc("LineID", line.id)


def _response(out: _Writer, document: OrderResponse, firms: dict[str, Firm]) -> None:
    out.cbc("OrderResponseCode", CODES[document.code])
    out.cbc("Note", document.reason or document.note)
    out.cac("OrderReference").cbc("ID", document.refs[0].number)
    _party(out, "SellerSupplierParty", firms.get(document.party))
    _party(out, "BuyerCustomerParty", firms.get(document.counterparty))
    _period(out, "PromisedDeliveryPeriod", document.promised, "Delivery")


def _despatch(out: _Writer, document: DespatchAdvice, firms: dict[str, Firm]) -> None:
    out.cbc("Note", document.note)
    out.cac("OrderReference").cbc("ID", document.refs[0].number)
    _party(out, "DespatchSupplierParty", firms.get(document.party))
    _party(out, "DeliveryCustomerParty", firms.get(document.counterparty))
    shipment = out.cac("Shipment")
    shipment.cbc("ID", document.sscc or document.number)
    _period(shipment, "EstimatedDeliveryPeriod", document.eta, "Delivery")
    if document.sscc:
        shipment.cac("TransportHandlingUnit").cbc("ID", document.sscc)
    for index, line in enumerate(document.lines, 1):
        _despatch_line(out.cac("DespatchLine"), line, index)


def _despatch_line(out: _Writer, line: DespatchLine, index: int) -> None:
    out.cbc("ID", index)
    out.cbc("DeliveredQuantity", line.quantity, unitCode=line.unit)
    out.cac("OrderLineReference").cbc("LineID", "1")
    item = out.cac("Item")
    item.cbc("Name", line.name or line.gtin)
    if line.gtin:
        item.cac("StandardItemIdentification").cbc("ID", line.gtin, schemeID="0160")
    for serial in line.serials:
        item.cac("ItemInstance").cbc("SerialID", serial)
    if line.lot and not line.serials:
        item.cac("ItemInstance", "LotIdentification").cbc("LotNumberID", line.lot)


def _total(out: _Writer, name: str, lines: Iterable[Line], *, mandatory: bool = False) -> None:
    """Write the sum of the priced lines; a quotation without any price says 0 in no currency (ISO 4217 XXX)."""
    priced = [line.price.times(line.quantity) for line in lines if line.price]
    if len({money.currency for money in priced}) > 1:
        raise Problem(UBL_TYPE, "lines in several currencies have no total in UBL")
    total = Money(sum((money.amount for money in priced), Decimal(0)), priced[0].currency if priced else "XXX")
    if priced or mandatory:
        _money(out.cac(name), "PayableAmount", total.rounded())


def _money(out: _Writer, name: str, money: Money) -> None:
    out.cbc(name, money.amount, currencyID=money.currency)


def _item_line(out: _Writer, line: Line) -> None:
    out.cbc("ID", line.id)
    out.cbc("Quantity", line.quantity, unitCode=line.unit)
    if line.requested or line.promised:
        delivery = out.cac("Delivery")
        _period(delivery, "RequestedDeliveryPeriod", line.requested)
        _period(delivery, "PromisedDeliveryPeriod", line.promised)
    if line.price:
        _money(out.cac("Price"), "PriceAmount", line.price)
    item = out.cac("Item")
    item.cbc("Name", line.name)
    if line.gtin:
        item.cac("StandardItemIdentification").cbc("ID", line.gtin, schemeID="0160")
    if line.requirement is not None:
        _requirement(item, line.requirement)


def _requirement(item: _Writer, wanted: Requirement) -> None:
    said = (
        ("Process", wanted.process),
        ("Material", wanted.material if wanted.material != "any" else ""),
        ("ModuleMM", wanted.module_mm),
        ("QualityGrade", wanted.quality),
        ("HardnessHRC", wanted.hardness_hrc),
        ("Region", wanted.region),
    )
    for name, value in said:
        if value not in (None, ""):
            entry = item.cac("AdditionalItemProperty")
            entry.cbc("Name", name)
            entry.cbc("Value", value)
    for name in wanted.certificates:
        certificate = item.cac("Certificate")
        certificate.cbc("ID", name)
        certificate.cbc("CertificateTypeCode", "quality")
        certificate.cbc("CertificateType", "quality management")
        certificate.cac("IssuerParty", "PartyName").cbc("Name", "as certified")
    for axis, value in (("X", wanted.x_mm), ("Y", wanted.y_mm), ("Z", wanted.z_mm)):
        if value is not None:
            size = item.cac("Dimension")
            size.cbc("AttributeID", axis)
            size.cbc("Measure", value, unitCode="MMT")


_WRITERS: dict[type, Any] = {RequestForQuotation: _rfq, Quotation: _quotation, Order: _order, OrderResponse: _response, DespatchAdvice: _despatch}

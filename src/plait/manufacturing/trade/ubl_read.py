"""UBL 2.1 to 2.4 XML to our own Structs."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.requirement import Requirement
from plait.manufacturing.trade.model import Line
from plait.manufacturing.trade.ubl_common import NAMES, ROOT, UBL_BAD, UBL_TYPE, day, number, parse, text

__all__ = ["UblDocument", "UblParty", "party", "read_ubl"]

TYPES = ("RequestForQuotation", "Quotation", "Order", "OrderResponse", "OrderResponseSimple", "OrderCancellation", "DespatchAdvice", "ReceiptAdvice")
LINES = {"RequestForQuotation": "RequestForQuotationLine", "Quotation": "QuotationLine", "Order": "OrderLine", "OrderResponse": "OrderLine"}
PARTIES = ("SellerSupplierParty", "BuyerCustomerParty", "DespatchSupplierParty", "DeliveryCustomerParty", "OriginatorCustomerParty")


class UblParty(msgspec.Struct, frozen=True):
    """A party as the file names it; ``gln`` when it gives one (scheme 0088 or GLN)."""

    name: str = ""
    gln: str = ""


class UblDocument(msgspec.Struct, frozen=True):
    """What a UBL file says, as far as we speak it."""

    type: str
    number: str
    issued: datetime
    seller: UblParty
    buyer: UblParty
    lines: tuple[Line, ...]
    valid_until: datetime | None = None
    refs: tuple[str, ...] = ()
    code: str = ""
    note: str = ""


def read_ubl(content: bytes) -> UblDocument:
    """Read a UBL document; raise ``ubl-unreadable`` or ``ubl-type`` saying what and where."""
    root = parse(content)
    namespace, _, name = root.tag[1:].partition("}") if root.tag.startswith("{") else ("", "", root.tag)
    if not namespace.startswith(ROOT) or name not in TYPES:
        raise Problem(UBL_TYPE, f"the root element is {root.tag}")
    issued = day(text(root, "cbc:IssueDate"), "IssueDate", text(root, "cbc:IssueTime"))
    if issued is None:
        raise Problem(UBL_BAD, "IssueDate is missing")
    until = text(root, "cbc:SubmissionDueDate") or text(root, "cac:ValidityPeriod/cbc:EndDate")
    return UblDocument(
        type=name,
        number=text(root, "cbc:ID") or text(root, "cbc:UUID"),
        issued=issued,
        seller=party(root, "SellerSupplierParty", "DespatchSupplierParty"),
        buyer=party(root, "BuyerCustomerParty", "OriginatorCustomerParty", "DeliveryCustomerParty"),
        lines=tuple(_lines(root, name)),
        valid_until=day(until, "valid until"),
        refs=tuple(filter(None, (text(root, path) for path in _REFS))),
        code=text(root, "cbc:OrderResponseCode") or text(root, "cbc:AcceptedIndicator"),
        note=text(root, "cbc:Note"),
    )


_REFS = (
    "cac:RequestForQuotationDocumentReference/cbc:ID",
    "cac:QuotationDocumentReference/cbc:ID",
    "cac:OrderReference/cbc:ID",
)


def party(root: Any, *roles: str) -> UblParty:
    """Return the first of the ``roles`` (``BuyerCustomerParty``) that the document names."""
    for role in roles:
        found = root.find(f"cac:{role}/cac:Party", NAMES)
        if found is not None:
            ids = [*found.findall("cac:PartyIdentification/cbc:ID", NAMES), *found.findall("cbc:EndpointID", NAMES)]
            gln = next(((each.text or "").strip() for each in ids if each.get("schemeID") in ("0088", "GLN") or each.get("schemeAgencyID") == "9"), "")
            name = text(found, "cac:PartyName/cbc:Name") or text(found, "cac:PartyLegalEntity/cbc:RegistrationName")
            return UblParty(name, gln)
    return UblParty()


def _lines(root: Any, name: str) -> list[Line]:
    if name in LINES:
        return [_line(each, index) for index, each in enumerate(root.findall(f"cac:{LINES[name]}/cac:LineItem", NAMES), 1)]
    despatch = root.findall("cac:DespatchLine", NAMES)
    return [_despatch(each, index) for index, each in enumerate(despatch, 1)]


def _quantity(element: Any, path: str, where: str) -> tuple[Decimal, str]:
    found = element.find(path, NAMES)
    if found is None:
        return Decimal(1), "C62"
    return number((found.text or "").strip(), where), found.get("unitCode") or "C62"


def _line(item: Any, index: int) -> Line:
    where = f"line {index}"
    amount, unit = _quantity(item, "cbc:Quantity", f"{where}: Quantity")
    price = item.find("cac:Price/cbc:PriceAmount", NAMES)
    money = Money(number((price.text or "").strip(), f"{where}: PriceAmount"), price.get("currencyID") or "") if price is not None else None
    delivery = "cac:Delivery/cac:{}DeliveryPeriod/cbc:EndDate"
    return Line(
        id=text(item, "cbc:ID") or str(index),
        name=text(item, "cac:Item/cbc:Name") or text(item, "cac:Item/cbc:Description"),
        quantity=amount,
        unit=unit,
        gtin=text(item, "cac:Item/cac:StandardItemIdentification/cbc:ID"),
        requirement=_requirement(item.find("cac:Item", NAMES), where),
        requested=day(text(item, delivery.format("Requested")), f"{where}: requested"),
        price=money,
        promised=day(text(item, delivery.format("Promised")), f"{where}: promised"),
    )


def _despatch(line: Any, index: int) -> Line:
    amount, unit = _quantity(line, "cbc:DeliveredQuantity", f"line {index}: DeliveredQuantity")
    return Line(text(line, "cbc:ID") or str(index), text(line, "cac:Item/cbc:Name"), amount, unit, text(line, "cac:Item/cac:StandardItemIdentification/cbc:ID"))


def _requirement(item: Any, where: str) -> Requirement | None:
    if item is None:
        return None
    said = {text(each, "cbc:Name"): text(each, "cbc:Value") or text(each, "cbc:ValueQuantity") for each in item.findall("cac:AdditionalItemProperty", NAMES)}
    if not said.get("Process"):
        return None

    def real(name: str) -> float | None:
        return float(number(said[name], f"{where}: {name}")) if said.get(name) else None

    grade = real("QualityGrade")
    sizes = {text(each, "cbc:AttributeID"): text(each, "cbc:Measure") for each in item.findall("cac:Dimension", NAMES)}
    x, y, z = (float(number(sizes[axis], f"{where}: {axis}")) if sizes.get(axis) else None for axis in ("X", "Y", "Z"))
    return Requirement(
        process=said["Process"],
        material=said.get("Material") or "any",
        module_mm=real("ModuleMM"),
        quality=int(grade) if grade is not None else None,
        hardness_hrc=real("HardnessHRC"),
        x_mm=x,
        y_mm=y,
        z_mm=z,
        certificates=tuple(filter(None, (text(each, "cbc:ID") for each in item.findall("cac:Certificate", NAMES)))),
        region=said.get("Region", ""),
    )

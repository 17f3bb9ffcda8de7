"""UBL to records, each value with the XPath of the element it came from."""

import base64
import binascii
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from plait.kernel.problems import Problem
from plait.kernel.units import known
from plait.manufacturing.desk.reading.formats.ubl.paths import Paths
from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.model import Attachment, Content, DocumentKind, Issue, Limits, Place, Record, Value
from plait.manufacturing.desk.reading.refusals import check_size
from plait.manufacturing.trade.ubl_common import NAMES, ROOT, UBL_TYPE, day, number, parse, text
from plait.manufacturing.trade.ubl_read import party

__all__ = ["read"]

LINES = {
    "Order": "cac:OrderLine",
    "OrderChange": "cac:OrderLine",
    "OrderCancellation": "",
    "RequestForQuotation": "cac:RequestForQuotationLine",
}
BUYERS = ("BuyerCustomerParty", "OriginatorCustomerParty", "DeliveryCustomerParty")
EACH = frozenset({"EA", "NAR", "NIU", "PCE", "XPP"})
DUE = ("cac:RequestedDeliveryPeriod/cbc:EndDate", "cbc:RequestedDeliveryDate", "cbc:LatestDeliveryDate", "cac:RequestedDeliveryPeriod/cbc:StartDate")
STATES = {"4": "Cancelled", "cancelled": "Cancelled"}


class _Row(msgspec.Struct):
    paths: Paths
    values: dict[str, Value] = {}
    places: dict[str, Place] = {}
    issues: list[Issue] = []

    def put(self, field: str, element: Any, value: Value | None = None) -> None:
        """Keep what ``element`` says (its text, or ``value``) as ``field``, unless that is there or the element says nothing."""
        said = value if value is not None else _said(element)
        if element is None or field in self.values or said in ("", None):
            return
        self.values[field] = said
        self.places[field] = Place(path=self.paths.of(element))

    def number(self, field: str, element: Any) -> None:
        """Keep a number; one that cannot be read refuses the row."""
        self._typed(field, element, "number-unreadable", "a number")

    def date(self, field: str, element: Any) -> None:
        """Keep a date; one that cannot be read refuses the row."""
        self._typed(field, element, "date-unreadable", "a date (2026-03-14)")

    def _typed(self, field: str, element: Any, code: str, what: str) -> None:
        said = _said(element)
        if not said or field in self.values:
            return
        value: Decimal | date | None
        try:
            if code == "number-unreadable":
                value = number(said, field)
            else:
                when = day(said, field)
                value = date.fromisoformat(said[:10]) if when is not None else None
        except Problem:
            fix = f"Ask the sender for {what}, or enter it by hand."
            self.issues.append(Issue("refused", code, f"{said!r} is not {what}", fix, Place(path=self.paths.of(element)), field, said))
            return
        self.put(field, element, value)


def _said(element: Any) -> str:
    return (element.text or "").strip() if element is not None else ""


def _first(element: Any, *paths: str) -> Any:
    for path in paths:
        found = element.find(path, NAMES)
        if found is not None and _said(found):
            return found
    return None


def read(content: bytes, limits: Limits) -> Content:
    """Read a document; raise ``ubl-unreadable`` or ``ubl-type`` saying what and where."""
    check_size(content, limits)
    root = _document(parse(content, limits.bytes))
    name = root.tag.rpartition("}")[2]
    kind: DocumentKind = "request" if name == "RequestForQuotation" else "orders"
    made = Content("ubl", kind=kind)
    common = _common(root, name, Paths())
    made.header = {field: str(value) for field, value in common.values.items()} | _beside(root, name)
    made.places = dict(common.places)
    made.issues = list(common.issues)
    if name == "OrderCancellation":
        made.issues.append(_cancelled(root, common))
    common_due = next((found for each in root.findall("cac:Delivery", NAMES) if (found := _first(each, *DUE)) is not None), None)
    for index, line in enumerate(root.findall(LINES[name], NAMES) if LINES[name] else (), 1):
        if len(made.records) >= limits.rows:
            place = Place(path=common.paths.of(line))
            made.issues.append(Issue("warning", "rows-limit", f"only the first {limits.rows} lines were read", "Split the document.", place))
            break
        made.records.extend(_records(line, index, common, kind, common_due))
    made.attachments = _attachments(root, limits, made.issues, common.paths)
    return made


def _document(root: Any) -> Any:
    """Return the UBL document, also out of the envelope that the Peppol network puts around it."""
    if root.tag.rpartition("}")[2] == "StandardBusinessDocument":
        root = next((each for each in root if str(each.tag).startswith(f"{{{ROOT}")), root)
    namespace, _, name = root.tag[1:].partition("}") if root.tag.startswith("{") else ("", "", root.tag)
    if not namespace.startswith(ROOT) or name not in LINES:
        raise Problem(UBL_TYPE, f"the root element is {root.tag}; the order desk reads {', '.join(LINES)}")
    return root


def _common(root: Any, name: str, paths: Paths) -> _Row:
    row = _Row(paths)
    number_of = root.find("cbc:ID", NAMES)
    if name in ("OrderChange", "OrderCancellation"):
        number_of = _first(root, "cac:OrderReference/cbc:ID", "cbc:ID")
    row.put("request_no" if name == "RequestForQuotation" else "order_no", number_of)
    for role in BUYERS:
        buyer = root.find(f"cac:{role}", NAMES)
        if buyer is None:
            continue
        row.put("customer", _first(buyer, "cac:Party/cac:PartyName/cbc:Name", "cac:Party/cac:PartyLegalEntity/cbc:RegistrationName"))
        row.put("contact", _contact(buyer))
        row.put("customer_no", buyer.find("cbc:SupplierAssignedAccountID", NAMES))
    row.date(
        "respond_by" if name == "RequestForQuotation" else "ordered",
        root.find("cbc:SubmissionDueDate" if name == "RequestForQuotation" else "cbc:IssueDate", NAMES),
    )
    row.put("currency", _first(root, "cbc:DocumentCurrencyCode", "cbc:PricingCurrencyCode", "cbc:RequestedInvoiceCurrencyCode"))
    return row


def _contact(buyer: Any) -> Any:
    paths = [f"{where}/cbc:{what}" for what in ("ElectronicMail", "Name", "Telephone") for where in ("cac:BuyerContact", "cac:Party/cac:Contact")]
    return _first(buyer, *paths)


def _beside(root: Any, name: str) -> dict[str, str]:
    """Return what is no field of a row: type, GLN of the buyer, notes, the quotation that is ordered."""
    buyer = party(root, *BUYERS)
    said = {
        "document": name,
        "customer_gln": buyer.gln,
        "note": text(root, "cbc:Note") or text(root, "cbc:CancellationNote"),
        "quotation_no": text(root, "cac:QuotationDocumentReference/cbc:ID"),
    }
    return {field: value for field, value in said.items() if value}


def _cancelled(root: Any, common: _Row) -> Issue:
    why = text(root, "cbc:CancellationNote") or "no reason is given"
    order = common.values.get("order_no", "?")
    fix = "Close its lines in the order book when you agree."
    return Issue(
        "warning", "order-cancelled", f"the customer cancels order {order}: {why}", fix, common.places.get("order_no", Place()), "order_no", str(order)
    )


def _records(line: Any, index: int, common: _Row, kind: DocumentKind, common_due: Any) -> Iterator[Record]:
    item = line.find("cac:LineItem", NAMES)
    if item is None:
        return
    parts = [each for each in item.findall("cac:Delivery", NAMES) if each.find("cbc:Quantity", NAMES) is not None]
    whole = len(parts) < 2
    for turn, delivery in enumerate([None] if whole else parts, 1):
        row = _line(item, line, kind, common_due, common.paths)
        if delivery is not None:
            _share(row, delivery, turn)
        _complete(row, common, kind, line)
        yield Record(index, row.values, row.places, tuple(row.issues))


def _share(row: _Row, delivery: Any, turn: int) -> None:
    """Make the row one of several deliveries of its line."""
    for field in ("quantity", "unit", "due", "amount"):
        row.values.pop(field, None)
        row.places.pop(field, None)
    _quantity(row, delivery.find("cbc:Quantity", NAMES))
    row.date("due", _first(delivery, *DUE))
    place = Place(path=row.paths.of(delivery))
    row.values["line_no"] = f"{row.values.get('line_no', '')}/{turn}".strip("/")
    row.issues.append(Issue("note", "line-split", "the line names several deliveries; each became a row", "Nothing to do.", place, "line_no"))


def _line(item: Any, line: Any, kind: DocumentKind, common_due: Any, paths: Paths) -> _Row:
    row = _Row(paths)
    # in a request the line's own number counts, LineItem/ID is often the item's; in an order only LineItem has one
    row.put("line_no", _first(line, "cbc:ID", "cac:LineItem/cbc:ID") if kind == "request" else item.find("cbc:ID", NAMES))
    _quantity(row, item.find("cbc:Quantity", NAMES))
    row.date("due", _due(item, line, common_due))
    _article(row, item.find("cac:Item", NAMES), kind)
    drawing = next((each for each in [*line.findall("cac:DocumentReference", NAMES), *item.findall("cac:DocumentReference", NAMES)] if _is_drawing(each)), None)
    if drawing is not None:
        row.put("drawing_no", drawing.find("cbc:ID", NAMES))
        row.put("revision", drawing.find("cbc:VersionID", NAMES))
    row.put("note", _first(line, "cbc:Note", "cac:LineItem/cbc:Note"))
    if kind == "orders":
        _money(row, item)
        state = item.find("cbc:LineStatusCode", NAMES)
        row.put("state", state, STATES.get(_said(state).lower(), _said(state)))
    return row


def _quantity(row: _Row, element: Any) -> None:
    row.number("quantity", element)
    code = element.get("unitCode", "") if element is not None else ""
    if not code:
        return
    unit = "C62" if code in EACH else code
    row.put("unit", element, unit)
    row.places["unit"] = Place(path=row.paths.of(element) + "/@unitCode")
    if not known(unit):
        fix = "Say how many pieces, kg or m one of it is."
        row.issues.append(Issue("warning", "unit-unknown", f"the unit {code} is not known here", fix, row.places["unit"], "unit", code))


def _due(item: Any, line: Any, common_due: Any) -> Any:
    own = [each for parent in (item, line) for each in parent.findall("cac:Delivery", NAMES)]
    for delivery in own:
        found = _first(delivery, *DUE)
        if found is not None:
            return found
    return common_due


def _is_drawing(reference: Any) -> bool:
    said = f"{text(reference, 'cbc:DocumentType')} {text(reference, 'cbc:DocumentTypeCode')}".lower()
    return any(word in said for word in ("drawing", "zeichnung", "图"))


def _article(row: _Row, article: Any, kind: DocumentKind) -> None:
    if article is None:
        return
    row.put("part_no", _first(article, "cac:SellersItemIdentification/cbc:ID"))
    row.put("customer_part_no", _first(article, "cac:BuyersItemIdentification/cbc:ID"))
    row.put("name", _first(article, "cbc:Name", "cbc:Description"))
    for reference in article.findall("cac:ItemSpecificationDocumentReference", NAMES):
        row.put("drawing_no", reference.find("cbc:ID", NAMES))
        row.put("revision", reference.find("cbc:VersionID", NAMES))
    for each in article.findall("cac:AdditionalItemProperty", NAMES):
        title, value = text(each, "cbc:Name").casefold(), each.find("cbc:Value", NAMES)
        if title in PROPERTIES:
            row.put(PROPERTIES[title], value)


PROPERTIES = {
    "material": "material",
    "werkstoff": "material",
    "材料": "material",
    "材质": "material",
    "revision": "revision",
    "drawing": "drawing_no",
    "drawing number": "drawing_no",
    "zeichnung": "drawing_no",
    "zeichnungsnummer": "drawing_no",
    "图号": "drawing_no",
}


def _money(row: _Row, item: Any) -> None:
    price = item.find("cac:Price/cbc:PriceAmount", NAMES)
    row.number("price", price)
    row.number("price_per", item.find("cac:Price/cbc:BaseQuantity", NAMES))
    amount = item.find("cbc:LineExtensionAmount", NAMES)
    row.number("amount", amount)
    for element in (price, amount):
        if element is not None and element.get("currencyID"):
            row.put("currency", element, element.get("currencyID"))
            row.places["currency"] = Place(path=row.paths.of(element) + "/@currencyID")
            return


def _complete(row: _Row, common: _Row, kind: DocumentKind, line: Any) -> None:
    """Add what is said once for the whole document; refuse the row when something needed is not said at all."""
    fields = KINDS[kind]
    for field, value in common.values.items():
        if field in fields and field not in row.values and not (field == "currency" and kind == "orders" and "price" not in row.values):
            row.values[field] = value
            row.places[field] = common.places[field]
    refused = {issue.field for issue in row.issues if issue.level == "refused"}
    either = {field.either for name, field in fields.items() if field.either and name in row.values}
    wanting = [field for field in fields.values() if field.needed and field.name not in row.values and field.name not in refused and field.either not in either]
    place, fix = Place(path=row.paths.of(line)), "Ask the sender, or enter it by hand."
    row.issues.extend(Issue("refused", "missing", f"{each.meaning}: not said", fix, place, each.name) for each in wanting)


def _attachments(root: Any, limits: Limits, issues: list[Issue], paths: Paths) -> list[Attachment]:
    found: list[Attachment] = []
    room = limits.unpacked
    for element in root.iterfind(".//cbc:EmbeddedDocumentBinaryObject", NAMES):
        place = Place(path=paths.of(element))
        try:
            content = base64.b64decode(_said(element), validate=False)
        except (binascii.Error, ValueError):
            issues.append(Issue("warning", "attachment-unreadable", "the embedded file is not base64", "Ask the sender for the file.", place))
            continue
        room -= len(content)
        if room < 0 or len(found) >= limits.attachments:
            issues.append(Issue("warning", "attachments-limit", f"more than {limits.attachments} embedded files", "Ask for them separately.", place))
            break
        name = element.get("filename") or f"attachment-{len(found) + 1}"
        found.append(Attachment(name[:200], element.get("mimeCode") or "application/octet-stream", content))
    return found

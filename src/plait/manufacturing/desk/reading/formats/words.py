"""The words by which titles of columns, labels beside values and kinds of documents are known, in English, German and Chinese."""

import re

from plait.manufacturing.desk.reading.layout import known
from plait.manufacturing.desk.reading.model import DocumentKind

__all__ = ["LABELS", "document_kind", "is_count", "is_position", "is_title", "label"]

_NO = r"(?:\s*-?\s*(?:(?:no|nr|num|number|nummer)\b\.?|#))"

_TITLE = re.compile(
    r"^(?:pos(?:ition|\.)?|line(?: no\.?| item| ?#)?|item(?: no\.?| number| code| ?#)?|zeile|lfd\.? ?nr\.?|nr\.?|no\.?|#|s/?n|序号|项次|行号|项目"
    r"|(?:your |our |ihre |unsere |customer |kunden-?|supplier )?"
    r"(?:part|article|material|artikel|teile?|sach|produkt|product|ident)[\s-]*(?:no|nr|number|nummer|code|id|#)?\.?"
    r"|sku|物料(?:号|编码|编号|代码)?|料号|零件号|产品(?:编号|代码|型号)|编码|货号|件号"
    r"|drawing.*|dwg\.?.*|zeichnung.*|zeichn.*|图号|图纸号?|rev\.?|revision|index|版本"
    r"|(?:item |part |product )?(?:description|name|designation)(?: of goods)?|bezeichnung|benennung|artikelbezeichnung|beschreibung|leistung|ware"
    r"|品名|名称|产品名称|零件名称|物料名称|描述|规格(?:型号)?|型号"
    r"|material|werkstoff|grade|材料|材质|finish|oberfläche"
    r"|qty\.?.*|quantity.*|menge.*|anzahl.*|stück(?:zahl)?|order(?:ed)? (?:qty|quantity)|bestellmenge|数量.*|订单数量|订购数量"
    r"|unit|uom|u/m|einheit|me|mengeneinheit|eh|单位"
    r"|(?:unit |net )?price.*|(?:einzel|stück|netto)?-?preis.*|e-?preis|ep|pe|preiseinheit|per|rate|单价.*|价格|含税单价|未税单价"
    r"|amount.*|total.*|line total|net value|(?:gesamt|positions|zeilen)?-?(?:betrag|preis|wert).*|gesamt|summe|gp|金额.*|总价|合计金额|小计"
    r"|(?:delivery|due|required|requested|need(?:ed)?|ship(?:ping)?|promis\w*)(?: by)?(?: date)?.*|date|eta|termin"
    r"|liefer(?:termin|datum|woche|tag).*|wunschtermin|lt|kw"
    r"|交期|交货(?:日期|期|时间)?|需求日期|要求交期|日期|到货日期|currency|währung|币种|remarks?|notes?|comment|bemerkung|hinweis|备注|说明)$",
    re.IGNORECASE,
)
_SAYS = re.compile(r"[:：]\s*\S|\d{3}")
_POSITION = re.compile(r"^(?:pos|line|item$|item no|zeile|lfd|nr\.?$|no\.?$|#|s/?n|序号|项次|行号)", re.IGNORECASE)
_COUNT = re.compile(r"qty|quantity|menge|anzahl|stück|数量", re.IGNORECASE)

_DIGIT = r"(?=\s+\S*\d)"
_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "order_no",
        (
            rf"(?:ihre |unsere |our |your )?(?:bestellung|bestell|auftrags?|purchase order|order|p\.?o\.?){_NO}",
            rf"(?:bestellung|purchase order){_DIGIT}",
            r"(?:采购)?(?:订单|合同)(?:编号|号码?)|采购单号",
        ),
    ),
    ("request_no", (rf"(?:anfrage|request(?: for quotation)?|rfq|inquiry|enquiry){_NO}", rf"(?:anfrage|rfq){_DIGIT}", r"询价(?:单)?(?:编号|号)")),
    (
        "respond_by",
        (
            r"angebots?abgabe(?: bis)?|abgabetermin|angebot (?:erbeten )?bis",
            r"(?:please )?(?:reply|respond|quote) by|quotation due|closing date|报价截止(?:日期|时间)?",
        ),
    ),
    ("ordered", (r"bestelldatum|auftragsdatum|order date|date of order|po date|(?:订单|下单|签订|采购)日期", r"datum|belegdatum|date|issue date|日期")),
    (
        "due",
        (
            r"liefertermin|lieferdatum|wunschtermin|(?:requested )?delivery date|deliver by|due date|ship date|ship by|liefern bis|lieferung bis",
            r"required (?:by|date)|交货(?:日期|期)|交期|要求交期",
        ),
    ),
    ("customer_no", (r"(?:ihre )?kunden-?(?:nr|nummer)\.?|(?:your )?customer (?:no|number)\.?|客户编号",)),
    ("customer", (r"kunde|besteller|auftraggeber|käufer|customer|buyer|ordered by|sold to|bill to", r"客户(?:名称)?|需方|采购方|买方|甲方|订货单位")),
    ("contact", (r"ansprechpartner(?:in)?|sachbearbeiter(?:in)?|einkäufer(?:in)?|bearbeiter(?:in)?", r"contact(?: person)?|purchaser|联系人|采购员")),
    ("currency", (r"währung|currency|币种|货币",)),
    ("supplier", (r"lieferant|supplier|vendor|seller|供方|供应商|卖方|乙方",)),
)
LABELS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (field, re.compile(rf"^(?:{'|'.join(words)})\s*(?P<colon>[:：#]|\s-\s|$|(?=\s))\s*", re.IGNORECASE)) for field, words in _WORDS
)
"""What is said once for a whole document: a field and the pattern of its label; what follows the match is the value."""

_KINDS: tuple[tuple[DocumentKind, re.Pattern[str]], ...] = (
    (
        "request",
        re.compile(
            r"^(?:preis|angebots)?anfrage\b|^request for (?:quotation|quote|proposal)|^rfq\b|^(?:询价单?|报价请求)|^in?enquiry\b|^inquiry\b", re.IGNORECASE
        ),
    ),
    ("orders", re.compile(r"^bestellung\b|^purchase order\b|^order\b|^(?:采购)?订单|^采购单|^采购合同|^订购单|^rahmenbestellung|^abruf", re.IGNORECASE)),
)


def is_title(text: str) -> bool:
    """Tell whether a run of text is a column's title."""
    plain = text.strip().rstrip(":：")
    return bool(_TITLE.match(plain)) or (not _SAYS.search(plain) and known(plain))


def is_position(text: str) -> bool:
    """Tell whether a title is that of the position."""
    return bool(_POSITION.match(text.strip()))


def is_count(text: str) -> bool:
    """Tell whether a title is that of the quantity."""
    return bool(_COUNT.search(text))


def label(text: str) -> tuple[str, str, bool] | None:
    """Return the field whose label ``text`` begins with, what follows, and whether a colon stands between; None when it is no label."""
    for field, pattern in LABELS:
        found = pattern.match(text)
        if found:
            return field, text[found.end() :].strip(), found.group("colon").strip() != ""
    return None


def document_kind(text: str) -> DocumentKind | None:
    """Return what a title line says the document is."""
    return next((kind for kind, pattern in _KINDS if pattern.match(text.strip())), None)

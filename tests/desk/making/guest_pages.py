"""Pages and documents as systems print them: dates below lines, sums carried over, letterheads beside addresses, old workbooks, UBL of many hands."""

import struct

from tests.desk.making.answers import case, table
from tests.desk.making.documents import PARTY, UBL
from tests.desk.making.writing import compound, typst_pdf

TOLERATED = {"suggestion": True, "tolerated": ["customer", "contact", "ordered", "note", "own_no", "customer_no"]}

case(
    "guest-page-dates-below-lines.pdf",
    typst_pdf("""
#grid(columns: (1fr, 1fr), [*Meridian Pumpen GmbH* \\ Industriestr. 12 \\ 70565 Stuttgart],
align(right)[*Bestellung* \\ Bestellnummer/Datum \\ 4500012345 / 26.02.2026 \\ Ansprechpartner Fr. Klein])
#v(1cm)
Bitte liefern Sie an: Werk 2, Tor 3 \\
Währung EUR
#table(columns: (1.4cm, 3cm, 1fr, 2.4cm, 2.2cm, 2.4cm), stroke: none, align: (left, left, left, right, right, right),
[Pos.], [Material], [Bezeichnung], [Bestellmenge], [Preis/Einh.], [Nettowert],
[00010], [100-4711], [Welle 40 h6], [50 ST], [12,50], [625,00],
[], [], [Liefertermin: 10.04.2026], [], [], [],
[00020], [100-4712], [Nabe], [1.000 ST], [0,85], [850,00],
[], [], [Liefertermin: 17.04.2026], [], [], [],
[], [], [Gesamtnettowert ohne MwSt EUR], [], [], [1.475,00])
"""),
    table(
        "orders",
        """
line_no | part_no | name | quantity | unit | price | amount | due
00010 | 100-4711 | Welle 40 h6 | 50 | C62 | 12.5 | 625 | 2026-04-10
00020 | 100-4712 | Nabe | 1000 | C62 | 0.85 | 850 | 2026-04-17
""",
        order_no="4500012345",
        currency="EUR",
    )
    | TOLERATED,
)

_FIRST = "\n".join(f"[{n}], [BR-{n:03}], [Bracket {n}], [{n * 1000:,}], [{n}.25], [{n * n * 1000 + n * 250:,}.00]," for n in range(1, 9))
_SECOND = "\n".join(f"[{n}], [BR-{n:03}], [Bracket {n}], [{n * 10}], [{n}.25], [{n * n * 10 + n * 2.5:,.2f}]," for n in range(9, 13))
_HEAD = "[Item], [Part No.], [Description], [Qty], [Unit Price], [Amount],"
case(
    "guest-page-carried-over.pdf",
    typst_pdf(f"""
#set page(height: 15cm)
= Purchase Order
PO No: 88-1204 #h(1fr) PO Date: 27 Feb 2026 \\ Delivery date: 15 April 2026 #h(1fr) Currency: USD
#table(columns: (auto, auto, 1fr, auto, auto, auto), stroke: none, {_HEAD}
{_FIRST}
[], [], [Carried forward], [], [], [213,000.00])
#pagebreak()
#table(columns: (auto, auto, 1fr, auto, auto, auto), stroke: none, {_HEAD}
[], [], [Brought forward], [], [], [213,000.00],
{_SECOND}
[], [], [Total], [], [], [217,565.00])
Terms: net 30 days. Page 2 of 2
"""),
    table(
        "orders",
        "line_no | part_no | name | quantity | price | amount\n"
        + "\n".join(f"{n} | BR-{n:03} | Bracket {n} | {n * 1000} | {n}.25 | {n * n * 1000 + n * 250}" for n in range(1, 9))
        + "\n"
        + "\n".join(f"{n} | BR-{n:03} | Bracket {n} | {n * 10} | {n}.25 | {n * n * 10 + n * 2.5:.2f}" for n in range(9, 13)),
        order_no="88-1204",
        due="2026-04-15",
        currency="USD",
    )
    | TOLERATED,
)

case(
    "guest-page-zh.pdf",
    typst_pdf("""
#set text(font: ("Libertinus Serif", "Noto Sans CJK SC", "Noto Serif CJK SC", "WenQuanYi Zen Hei"))
= PURCHASE ORDER
Supplier: Huber CNC #h(1fr) P.O. No.: HK-2603-7 \\
Buyer: Riverport Trading (HK) Ltd #h(1fr) Date: 2026/02/28
#table(columns: 6, [Item], [Part No], [Description], [Q'ty (PCS)], [U/Price (USD)], [ETD],
[1], [RP-10], [Shaft], [2,000], [1.15], [2026/04/15],
[2], [RP-11], [Cover], [500], [0.80], [2026/04/30])
TOTAL: USD 2,700.00 \\ SAY US DOLLARS TWO THOUSAND SEVEN HUNDRED ONLY. \\ Payment: T/T 30 days
"""),
    table(
        "orders",
        "line_no | part_no | name | quantity | unit | price | due\n1 | RP-10 | Shaft | 2000 | C62 | 1.15 | 2026-04-15\n"
        "2 | RP-11 | Cover | 500 | C62 | 0.8 | 2026-04-30",
        order_no="HK-2603-7",
        currency="USD",
    )
    | TOLERATED,
)

case(
    "guest-page-letter-in-words.pdf",
    typst_pdf("""
*Oakmühle AG* #h(1fr) Bern, 2. März 2026

*Bestellung OM-260302*

Sehr geehrter Herr Huber

Gestützt auf Ihre Offerte bestellen wir 12 Stk Spindel OM-55 zum Preis von CHF 185.00 pro Stk. Liefertermin: 24.04.2026.

Freundliche Grüsse
"""),
    table("orders", "order_no | part_no | name | quantity | unit | price | currency | due\nOM-260302 | OM-55 | Spindel | 12 | C62 | 185 | CHF | 2026-04-24")
    | TOLERATED,
)


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _old_book(name: str, rows: list[list[str | float | None]]) -> bytes:
    """Return an .xls workbook of one sheet as Excel 5 wrote it: a bare stream of records."""
    cells = b""
    for row, line in enumerate(rows):
        for column, cell in enumerate(line):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(cell, str):
                data = cell.encode("cp1252")
                cells += _record(0x204, place + struct.pack("<H", len(data)) + data)
            elif cell is not None:
                cells += _record(0x203, place + struct.pack("<d", cell))
    start = _record(0x809, struct.pack("<HHHH", 0x500, 5, 0, 0)) + _record(0x42, struct.pack("<H", 1252))
    title = name.encode("cp1252")
    size = len(start) + 4 + 7 + len(title) + 4
    globals_ = start + _record(0x85, struct.pack("<IHB", size, 0, len(title)) + title) + _record(0x0A)
    return globals_ + _record(0x809, struct.pack("<HHHH", 0x500, 0x10, 0, 0)) + cells + _record(0x0A)


case(
    "guest-old-book.xls",
    compound(
        {
            "Book": _old_book(
                "Aufträge",
                [
                    ["Auftrag", "Teilenummer", "Bezeichnung", "Menge", "Liefertermin"],
                    ["A-1", "00471", "Büchse", 12, "10.04.2026"],
                    ["A-2", "00472", "Öse", 1.5, "17.04.2026"],
                ],
            )
        }
    ),
    table("orders", "order_no | part_no | name | quantity | due\nA-1 | 00471 | Büchse | 12 | 2026-04-10\nA-2 | 00472 | Öse | 1.5 | 2026-04-17"),
)

_LINE = (
    "<cac:OrderLine><cac:LineItem><cbc:ID>{no}</cbc:ID><cbc:Quantity unitCode='{unit}'>{quantity}</cbc:Quantity>"
    "<cbc:LineExtensionAmount currencyID='EUR'>{amount}</cbc:LineExtensionAmount>{delivery}"
    "<cac:Price><cbc:PriceAmount currencyID='EUR'>{price}</cbc:PriceAmount><cbc:BaseQuantity unitCode='{unit}'>{base}</cbc:BaseQuantity></cac:Price>"
    "<cac:Item><cbc:Name>{name}</cbc:Name><cac:SellersItemIdentification><cbc:ID>{part}</cbc:ID></cac:SellersItemIdentification></cac:Item>"
    "</cac:LineItem></cac:OrderLine>"
)
case(
    "guest-ubl-price-for-hundred.xml",
    UBL.format(
        root="Order",
        version="2.1",
        head="<cbc:ID>BIS-9</cbc:ID><cbc:IssueDate>2026-02-26</cbc:IssueDate><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
        + PARTY.format(role="BuyerCustomerParty", name="Helix Antriebe AG")
        + "<cac:Delivery><cac:RequestedDeliveryPeriod><cbc:EndDate>2026-04-17</cbc:EndDate></cac:RequestedDeliveryPeriod></cac:Delivery>",
        lines=_LINE.format(no=1, unit="H87", quantity=500, amount="225.00", price="45.00", base=100, name="Scheibe", part="S-1", delivery="")
        + _LINE.format(no=2, unit="KGM", quantity="12.5", amount="26.25", price="2.10", base=1, name="Draht", part="S-2", delivery=""),
    ),
    table(
        "orders",
        """
line_no | part_no | name | quantity | unit | price | price_per | amount
1 | S-1 | Scheibe | 500 | C62 | 45 | 100 | 225
2 | S-2 | Draht | 12.5 | KGM | 2.1 | 1 | 26.25
""",
        order_no="BIS-9",
        customer="Helix Antriebe AG",
        ordered="2026-02-26",
        currency="EUR",
        due="2026-04-17",
    ),
)

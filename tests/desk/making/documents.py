"""Mails, pages and UBL documents with orders and requests."""

from tests.desk.making.answers import CASES, case, table
from tests.desk.making.writing import N, d, glyph_pdf, mail, typst_pdf, workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

case(
    "mail-workbook-attached.eml",
    mail(
        "From: Purchasing <purchasing@northforge.example>\nTo: orders@shop.example\nSubject: Order PO-4411\n"
        "Date: Mon, 02 Mar 2026 08:12:00 +0100\nMessage-ID: <a1@northforge.example>",
        ("Content-Type: text/plain; charset=utf-8", b"Hello,\n\nplease find our order attached.\n\nBest regards\nPurchasing\n"),
        (
            f'Content-Type: {XLSX}; name="PO-4411.xlsx"\nContent-Disposition: attachment; filename="PO-4411.xlsx"',
            workbook(
                {
                    "name": "PO",
                    "rows": [
                        ["PO No.", "Line", "Part No.", "Description", "Qty", "Due date", "Unit price", "Currency"],
                        ["PO-4411", 1, "NF-70", "Lever", 30, N(d("2026-03-27"), "yyyy-mm-dd"), 8.4, "EUR"],
                        ["PO-4411", 2, "NF-71", "Fork", 15, N(d("2026-04-03"), "yyyy-mm-dd"), 19, "EUR"],
                    ],
                }
            ),
        ),
    ),
    table(
        "orders",
        """
order_no | line_no | part_no | name | quantity | due | price | currency
PO-4411 | 1 | NF-70 | Lever | 30 | 2026-03-27 | 8.4 | EUR
PO-4411 | 2 | NF-71 | Fork | 15 | 2026-04-03 | 19 | EUR
""",
    )
    | {"tolerated": ["customer", "contact", "ordered"]},
    sender="purchasing@northforge.example",
)

case(
    "mail-html-table.eml",
    mail(
        "From: =?utf-8?q?Einkauf_Oakm=C3=BChle?= <einkauf@oakmill.example>\nTo: vertrieb@shop.example\nSubject: =?utf-8?b?QmVzdGVsbHVuZyA0NTAwOTkx?=\n"
        "Date: Mon, 02 Mar 2026 09:00:00 +0100",
        (
            "Content-Type: text/html; charset=utf-8",
            "<html><body><p>Guten Tag,</p><p>wir bestellen:</p><table border=1><tr><th>Bestell-Nr.</th><th>Pos.</th><th>Artikel-Nr.</th><th>Bezeichnung</th>"
            "<th>Menge</th><th>Liefertermin</th><th>Preis&nbsp;€</th></tr>"
            "<tr><td>4500991</td><td>10</td><td>OM-1</td><td>Träger</td><td>1.200&nbsp;Stk</td><td>20.03.2026</td><td>2,40</td></tr>"
            "<tr><td>4500991</td><td>20</td><td>OM-2</td><td>Lasche &lt;links&gt;</td><td>40 Stk</td><td>27.03.2026</td><td>11,00</td></tr></table>"
            "<p>Mit freundlichen Grüßen</p></body></html>\n".encode(),
        ),
    ),
    table(
        "orders",
        """
order_no | line_no | part_no | name | quantity | unit | due | price | currency
4500991 | 10 | OM-1 | Träger | 1200 | C62 | 2026-03-20 | 2.40 | EUR
4500991 | 20 | OM-2 | Lasche <links> | 40 | C62 | 2026-03-27 | 11 | EUR
""",
    )
    | {"tolerated": ["customer", "contact", "ordered"]},
    sender="einkauf@oakmill.example",
)

case(
    "mail-csv-quoted-printable.eml",
    mail(
        "From: orders@helix.example\nTo: desk@shop.example\nSubject: daily order file\nDate: Mon, 02 Mar 2026 06:00:00 +0000",
        ("Content-Type: text/plain; charset=us-ascii", b"Automatic message. Do not reply.\n"),
        (
            'Content-Type: text/csv; charset=iso-8859-1; name="orders.csv"\nContent-Disposition: attachment; filename="orders.csv"',
            b"Auftrag;Artikelnummer;Bezeichnung;Menge;Liefertermin\nHX-1;A=DC-1;B=FCgel;5;18.03.2026\nHX-2;A-2;Kegelrad spiralverz=\nahnt;6;19.03.2026\n",
        ),
        encoding="quoted-printable",
    ),
    table("orders", "order_no | part_no | name | quantity | due\nHX-1 | AÜ-1 | Bügel | 5 | 2026-03-18\nHX-2 | A-2 | Kegelrad spiralverzahnt | 6 | 2026-03-19")
    | {"tolerated": ["customer", "contact", "ordered"]},
    sender="orders@helix.example",
)

GBK_TABLE = "订单号,物料编码,名称,数量,单位,交货日期\r\nNB-0301,HG-1,轴套,50,件,2026-03-22\r\nNB-0301,HG-2,垫圈,500,件,2026-03-22\r\n"
case(
    "mail-gbk-attachment.eml",
    mail(
        "From: =?gb2312?B?ssm5urK/?= <caigou@riverport.example>\nTo: desk@shop.example\nSubject: =?gb2312?B?tqm1pQ==?=\nDate: Mon, 02 Mar 2026 17:30:00 +0800",
        ("Content-Type: text/plain; charset=gb2312", "您好，\n订单见附件，请确认交期。\n谢谢！\n".encode("gb2312")),
        (
            'Content-Type: text/csv; name="=?gb2312?B?tqm1pS5jc3Y=?="\nContent-Disposition: attachment; filename="=?gb2312?B?tqm1pS5jc3Y=?="',
            GBK_TABLE.encode("gbk"),
        ),
    ),
    table(
        "orders",
        "order_no | part_no | name | quantity | unit | due\nNB-0301 | HG-1 | 轴套 | 50 | C62 | 2026-03-22\nNB-0301 | HG-2 | 垫圈 | 500 | C62 | 2026-03-22",
    )
    | {"tolerated": ["customer", "contact", "ordered"]},
    sender="caigou@riverport.example",
)

case(
    "mail-text-table.eml",
    mail(
        "From: buyer@swiftline.example\nTo: desk@shop.example\nSubject: PO 7781\nDate: Mon, 02 Mar 2026 10:00:00 +0100",
        (
            "Content-Type: text/plain; charset=utf-8",
            (
                b"Hi,\n\nplease enter our order:\n\n"
                b"PO No.\tItem\tPart No.\tDescription\tQty\tDelivery date\n"
                b"7781\t1\tSL-8\tIdler roller\t16\t2026-03-25\n7781\t2\tSL-9\tDrive roller\t4\t2026-03-25\n\n"
                b"Thanks\nSwiftline purchasing\n"
            ),
        ),
        encoding="8bit",
    ),
    table(
        "orders",
        "order_no | line_no | part_no | name | quantity | due\n7781 | 1 | SL-8 | Idler roller | 16 | 2026-03-25\n"
        "7781 | 2 | SL-9 | Drive roller | 4 | 2026-03-25",
    )
    | {"tolerated": ["customer", "contact", "ordered"]},
    sender="buyer@swiftline.example",
)

case(
    "mail-reply-chain.eml",
    mail(
        "From: buyer@swiftline.example\nTo: desk@shop.example\nSubject: RE: RE: PO 7781\nIn-Reply-To: <x2@shop.example>\n"
        "References: <x1@swiftline.example> <x2@shop.example>\nDate: Tue, 03 Mar 2026 10:00:00 +0100",
        (
            "Content-Type: text/plain; charset=utf-8",
            (
                b"Hi,\n\nplease take this corrected order instead:\n\n"
                b"PO No.\tItem\tPart No.\tQty\tDelivery date\n7781\t1\tSL-8\t20\t2026-04-01\n7781\t2\tSL-9\t4\t2026-04-01\n\nRegards\n\n"
                b"On Mon, 2 Mar 2026 at 15:01, desk@shop.example wrote:\n> Could you move to April?\n>\n> > please enter our order:\n> >\n"
                b"> > PO No.\tItem\tPart No.\tQty\tDelivery date\n> > 7781\t1\tSL-8\t16\t2026-03-25\n> > 7781\t2\tSL-9\t4\t2026-03-25\n"
            ),
        ),
        encoding="8bit",
    ),
    table("orders", "order_no | line_no | part_no | quantity | due\n7781 | 1 | SL-8 | 20 | 2026-04-01\n7781 | 2 | SL-9 | 4 | 2026-04-01")
    | {"tolerated": ["customer", "contact", "ordered"]},
    sender="buyer@swiftline.example",
)

case(
    "page-order-en.pdf",
    typst_pdf("""
= Purchase Order
#grid(columns: (1fr, 1fr), [Northforge Ltd \\ 12 Mill Road], [PO Number: PO-2026-0441 \\ Order date: 2026-02-27 \\ Currency: EUR])
#v(1cm)
#table(columns: (auto, auto, 1fr, auto, auto, auto), [Line], [Part No.], [Description], [Qty], [Unit price], [Due date],
[1], [NF-2001], [Bearing block], [20], [84.50], [2026-03-25],
[2], [NF-2002], [Shaft 30 mm], [40], [31.20], [2026-03-25],
[3], [NF-2003], [Key 8x7x40], [200], [0.65], [2026-04-10])
Please confirm price and delivery date.
"""),
    table(
        "orders",
        """
line_no | part_no | name | quantity | price | due
1 | NF-2001 | Bearing block | 20 | 84.50 | 2026-03-25
2 | NF-2002 | Shaft 30 mm | 40 | 31.20 | 2026-03-25
3 | NF-2003 | Key 8x7x40 | 200 | 0.65 | 2026-04-10
""",
        order_no="PO-2026-0441",
        ordered="2026-02-27",
        currency="EUR",
    )
    | {"suggestion": True, "tolerated": ["customer", "contact"]},
)

case(
    "page-order-de.pdf",
    typst_pdf("""
*Helix Antriebe GmbH* #h(1fr) Datum: 27.02.2026
#v(5mm)
= Bestellung
Bestellnummer: 4500123456
#v(5mm)
#table(columns: (auto, auto, 1fr, auto, auto, auto), stroke: none, [Pos.], [Artikel-Nr.], [Bezeichnung], [Menge], [Preis EUR], [Liefertermin],
[10], [HX-4711], [Ritzelwelle], [1.200 Stk], [12,50], [20.03.2026],
[20], [HX-4712], [Hohlrad], [60 Stk], [145,00], [17.04.2026])
Mit freundlichen Grüßen
"""),
    table(
        "orders",
        """
line_no | part_no | name | quantity | unit | price | due
10 | HX-4711 | Ritzelwelle | 1200 | C62 | 12.50 | 2026-03-20
20 | HX-4712 | Hohlrad | 60 | C62 | 145 | 2026-04-17
""",
        order_no="4500123456",
        ordered="2026-02-27",
        currency="EUR",
    )
    | {"suggestion": True, "tolerated": ["customer", "contact"]},
)

ZH = [("序号", 50), ("图号", 90), ("名称", 200), ("数量", 300), ("单位", 350), ("交货日期", 400)]
ZH_ROWS = [("1", "RP-77-1", "船用铜套", "120", "件", "2026-03-20"), ("2", "RP-77-2", "密封环", "240", "件", "2026-04-02")]
case(
    "page-order-zh.pdf",
    glyph_pdf(
        [
            (250, 780, 18, "采购订单"),
            (50, 740, 10, "订单编号：CG-0302-9"),
            (350, 740, 10, "订单日期：2026-03-01"),
            *[(x, 700, 10, word) for word, x in ZH],
            *[(x, 680 - 20 * line, 10, word) for line, row in enumerate(ZH_ROWS) for word, (_, x) in zip(row, ZH, strict=True)],
            (50, 600, 10, "备注：请附材质证明。"),
        ]
    ),
    table(
        "orders",
        "line_no | drawing_no | name | quantity | unit | due\n1 | RP-77-1 | 船用铜套 | 120 | C62 | 2026-03-20\n2 | RP-77-2 | 密封环 | 240 | C62 | 2026-04-02",
        order_no="CG-0302-9",
        ordered="2026-03-01",
    )
    | {"suggestion": True, "tolerated": ["customer", "contact"]},
)

case(
    "page-drawing-title-block.pdf",
    typst_pdf("""
#set page(paper: "a4", flipped: true, margin: 1cm)
#circle(radius: 3cm)
#place(bottom + right, table(columns: (4cm, 5cm), [Drawing No.], [DWG-88-014], [Part No.], [NF-8814], [Title], [Gear cover],
[Material], [EN AW-5083], [Rev.], [C], [Scale], [1:2]))
"""),
    table("parts", "drawing_no | part_no | name | material | revision\nDWG-88-014 | NF-8814 | Gear cover | EN AW-5083 | C")
    | {"suggestion": True, "tolerated": ["unit"]},
)

UBL = """<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:UBLVersionID>{version}</cbc:UBLVersionID>{head}
{lines}
</{root}>
"""
PARTY = "<cac:{role}><cac:Party><cac:PartyName><cbc:Name>{name}</cbc:Name></cac:PartyName></cac:Party></cac:{role}>"


def _order_line(number: str, part: str, name: str, quantity: str, unit: str, price: str, base: str, due: str) -> str:
    per = f'<cbc:BaseQuantity unitCode="{unit}">{base}</cbc:BaseQuantity>' if base else ""
    return (
        f'<cac:OrderLine><cac:LineItem><cbc:ID>{number}</cbc:ID><cbc:Quantity unitCode="{unit}">{quantity}</cbc:Quantity>'
        f"<cac:Delivery><cac:RequestedDeliveryPeriod><cbc:EndDate>{due}</cbc:EndDate></cac:RequestedDeliveryPeriod></cac:Delivery>"
        f'<cac:Price><cbc:PriceAmount currencyID="EUR">{price}</cbc:PriceAmount>{per}</cac:Price>'
        f"<cac:Item><cbc:Name>{name}</cbc:Name><cac:SellersItemIdentification><cbc:ID>{part}</cbc:ID></cac:SellersItemIdentification></cac:Item>"
        "</cac:LineItem></cac:OrderLine>"
    )


UBL_ORDER = """
line_no | part_no | name | quantity | unit | price | due
1 | NF-900 | Housing | 12 | C62 | 215.40 | 2026-03-30
2 | NF-901 | Washer | 4000 | C62 | 3.20 | 2026-04-06
"""
for label, version in (("2.1", "2.1"), ("2.4", "2.4")):
    case(
        f"ubl-order-{label}.xml",
        UBL.format(
            root="Order",
            version=version,
            head="<cbc:ID>PO-31</cbc:ID><cbc:IssueDate>2026-02-26</cbc:IssueDate><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
            + PARTY.format(role="BuyerCustomerParty", name="Northforge Ltd")
            + PARTY.format(role="SellerSupplierParty", name="Shop GmbH"),
            lines=_order_line("1", "NF-900", "Housing", "12", "C62", "215.40", "", "2026-03-30")
            + _order_line("2", "NF-901", "Washer", "4000", "C62", "3.20", "100" if label == "2.4" else "1", "2026-04-06"),
        ),
        table("orders", UBL_ORDER, order_no="PO-31", ordered="2026-02-26", customer="Northforge Ltd", currency="EUR")
        | {"tolerated": ["price_per", "amount", "contact"]},
    )
CASES["ubl-order-2.4.xml"][1].pop("tolerated")
CASES["ubl-order-2.4.xml"][1]["rows"][1]["price_per"] = "100"

case(
    "ubl-request-2.1.xml",
    UBL.format(
        root="RequestForQuotation",
        version="2.1",
        head="<cbc:ID>RFQ-5</cbc:ID><cbc:IssueDate>2026-03-01</cbc:IssueDate><cbc:SubmissionDueDate>2026-03-08</cbc:SubmissionDueDate>"
        + PARTY.format(role="OriginatorCustomerParty", name="Helix Antriebe GmbH"),
        lines="".join(
            f"<cac:RequestForQuotationLine><cbc:ID>{number}</cbc:ID><cac:LineItem>"
            f'<cbc:ID>{number}</cbc:ID><cbc:Quantity unitCode="{unit}">{quantity}</cbc:Quantity>'
            f"<cac:Delivery><cbc:LatestDeliveryDate>{due}</cbc:LatestDeliveryDate></cac:Delivery>"
            f"<cac:Item><cbc:Name>{name}</cbc:Name><cac:BuyersItemIdentification><cbc:ID>{part}</cbc:ID></cac:BuyersItemIdentification></cac:Item>"
            "</cac:LineItem></cac:RequestForQuotationLine>"
            for number, quantity, unit, due, name, part in (
                ("1", "10", "C62", "2026-04-20", "Pinion", "HX-55"),
                ("2", "3.5", "MTR", "2026-04-20", "Rack", "HX-56"),
            )
        ),
    ),
    table(
        "request",
        """
line_no | customer_part_no | name | quantity | unit | due
1 | HX-55 | Pinion | 10 | C62 | 2026-04-20
2 | HX-56 | Rack | 3.5 | MTR | 2026-04-20
""",
        request_no="RFQ-5",
        respond_by="2026-03-08",
        customer="Helix Antriebe GmbH",
    ),
)

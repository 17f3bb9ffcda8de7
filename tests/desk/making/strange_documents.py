"""Pages and documents that lead a hasty reader astray."""

from tests.desk.making.answers import case, problem, table
from tests.desk.making.documents import PARTY, UBL
from tests.desk.making.writing import N, d, mail, typst_pdf, workbook, zipped

_LINES = "\n".join(f"[{n * 10}], [LG-{1000 + n}], [Distance plate no. {n}], [{n * 3}], [{n}.50], [2026-04-{n:02}]," for n in range(1, 31))
case(
    "page-order-two-pages.pdf",
    typst_pdf(f"""
#set page(height: 14cm, footer: context [Page #counter(page).display() of 3 #h(1fr) Northforge Ltd, 12 Mill Road, VAT GB 999 9999 73])
= Purchase Order PO-5150
Order date: 2026-03-01
#table(columns: (auto, auto, 1fr, auto, auto, auto), table.header([Line], [Part No.], [Description], [Qty], [Price EUR], [Due date]),
{_LINES}
)
Total: 1 395.00 EUR
"""),
    table(
        "orders",
        "line_no | part_no | name | quantity | price | due\n"
        + "\n".join(f"{n * 10} | LG-{1000 + n} | Distance plate no. {n} | {n * 3} | {n}.50 | 2026-04-{n:02}" for n in range(1, 31)),
        order_no="PO-5150",
        ordered="2026-03-01",
        currency="EUR",
    )
    | {"suggestion": True, "tolerated": ["customer", "contact"]},
)

case(
    "page-order-long-descriptions.pdf",
    typst_pdf("""
#text(size: 14pt)[Bestellung Nr. 26-0815] #h(1fr) Datum 02.03.2026
#table(columns: (1cm, 2.4cm, 5cm, 2cm, 2.4cm, 2cm), stroke: none, align: (left, left, left, right, right, right),
[*Pos.*], [*Artikel-Nr.*], [*Bezeichnung*], [*Menge*], [*Liefertermin*], [*Preis EUR*],
[1], [OM-100], [Grundplatte gefräst, beidseitig geschliffen, Bohrbild nach Zeichnung], [4], [23.03.2026], [1.180,00],
[2], [OM-101], [Zentrierring], [16], [23.03.2026], [24,90],
[3], [OM-102], [Abstandshalter verzinkt, nach Muster], [1.000], [06.04.2026], [0,85])
"""),
    table(
        "orders",
        """
line_no | part_no | quantity | due | price
1 | OM-100 | 4 | 2026-03-23 | 1180
2 | OM-101 | 16 | 2026-03-23 | 24.90
3 | OM-102 | 1000 | 2026-04-06 | 0.85
""",
        order_no="26-0815",
        ordered="2026-03-02",
        currency="EUR",
    )
    | {"suggestion": True, "tolerated": ["customer", "contact", "name"]},
)

HEAD = "<cbc:ID>PO-77</cbc:ID><cbc:IssueDate>2026-02-26</cbc:IssueDate><cbc:DocumentCurrencyCode>USD</cbc:DocumentCurrencyCode>"
case(
    "ubl-order-other-prefixes.xml",
    UBL.format(
        root="Order",
        version="2.3",
        head=HEAD + PARTY.format(role="BuyerCustomerParty", name="Oakmill &amp; Sons"),
        lines="<cac:OrderLine><cbc:Note>urgent</cbc:Note><cac:LineItem><cbc:ID>A</cbc:ID><cbc:Quantity unitCode='KGM'>12.50</cbc:Quantity>"
        "<cac:Delivery><cac:RequestedDeliveryPeriod><cbc:StartDate>2026-03-01</cbc:StartDate><cbc:EndDate>2026-03-31</cbc:EndDate>"
        "</cac:RequestedDeliveryPeriod></cac:Delivery><cac:Item><cbc:Description>Round bar</cbc:Description><cbc:Name>Bar</cbc:Name>"
        "<cac:BuyersItemIdentification><cbc:ID>B-1</cbc:ID></cac:BuyersItemIdentification>"
        "<cac:SellersItemIdentification><cbc:ID>S-1</cbc:ID></cac:SellersItemIdentification></cac:Item></cac:LineItem></cac:OrderLine>"
        "<cac:OrderLine><cac:LineItem><cbc:ID>B</cbc:ID><cbc:Quantity unitCode='EA'>3</cbc:Quantity>"
        "<cac:Item><cbc:Name>Cap</cbc:Name><cac:SellersItemIdentification><cbc:ID>S-2</cbc:ID></cac:SellersItemIdentification></cac:Item>"
        "</cac:LineItem></cac:OrderLine>",
    )
    .replace("cbc:", "b:")
    .replace("xmlns:cbc", "xmlns:b")
    .replace("cac:", "agg:")
    .replace("xmlns:cac", "xmlns:agg"),
    table(
        "orders",
        """
line_no | part_no | customer_part_no | name | quantity | unit | due
A | S-1 | B-1 | Bar | 12.50 | KGM | 2026-03-31
B | S-2 | - | Cap | 3 | C62 | !
""",
        order_no="PO-77",
        customer="Oakmill & Sons",
        ordered="2026-02-26",
        currency="USD",
    )
    | {"tolerated": ["note"]},
)

problem(
    "ubl-invoice.xml",
    UBL.format(root="Invoice", version="2.1", head=HEAD, lines="<cac:InvoiceLine><cbc:ID>1</cbc:ID></cac:InvoiceLine>").encode(),
    "ubl-type",
)
problem("ubl-order-cancellation.xml", UBL.format(root="OrderCancellation", version="2.1", head=HEAD, lines="").encode(), "order-cancelled")
problem(
    "edifact.txt",
    b"UNA:+.? 'UNB+UNOC:3+NORTH+SHOP+260302:0800+1'UNH+1+ORDERS:D:96A:UN'BGM+220+4711+9'LIN+1++P-1:SA'QTY+21:10'UNT+5+1'UNZ+1+1'",
    "file-unknown",
    "no-table",
)
problem("list.json", b'[{"order_no": "A1", "part_no": "P-1", "quantity": 5, "due": "2026-03-20"}]', "file-unknown", "no-table")
problem("parcel.zip", zipped({"order.csv": b"Order No,Part No,Qty,Due Date\nA1,P-1,5,2026-03-20\n"}), "file-unknown", "no-table")
case(
    "without-titles.csv",
    "A1;P-1;5;20.03.2026\nA2;P-2;6;23.03.2026\n",
    table("orders", "order_no | part_no | quantity | due\nA1? | P-1? | 5? | 2026-03-20?\nA2? | P-2? | 6? | 2026-03-23?"),
)
problem(
    "mail-without-order.eml",
    mail(
        "From: buyer@swiftline.example\nTo: desk@shop.example\nSubject: PO 7781\nDate: Mon, 02 Mar 2026 10:00:00 +0100",
        ("Content-Type: text/plain; charset=utf-8", b"Hi,\n\nwhere are the 16 rollers that were due on 2026-02-25?\n\nThanks\n"),
    ),
    "no-table",
    "file-empty",
)

case(
    "strange-form.xlsx",
    workbook(
        {
            "name": "Bestellung",
            "rows": [
                ["Bestellung"],
                ["Bestellnummer", "4711-26"],
                ["Kunde", "Helix Antriebe GmbH"],
                ["Teilenummer", "HX-99"],
                ["Bezeichnung", "Kupplungsnabe"],
                ["Menge", 35],
                ["Liefertermin", N(d("2026-03-31"), "dd.mm.yyyy")],
                ["Preis EUR", 48.5],
            ],
        }
    ),
    table(
        "orders",
        "order_no | customer | part_no | name | quantity | due | price | currency\n"
        "4711-26 | Helix Antriebe GmbH | HX-99 | Kupplungsnabe | 35 | 2026-03-31 | 48.5 | EUR",
    ),
)

case(
    "strange-weeks-across.xlsx",
    workbook(
        {
            "name": "Lieferabruf",
            "rows": [
                ["Bestellnummer", "Teilenummer", "Bezeichnung", "KW 12/2026", "KW 13/2026", "KW 14/2026"],
                ["L-100", "T-1", "Ring", 100, 0, 150],
                ["L-101", "T-2", "Buchse", None, 400, None],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | part_no | name | quantity | due
L-100 | T-1 | Ring | 100 | 2026-03-16..2026-03-22?
L-100 | T-1 | Ring | 150 | 2026-03-30..2026-04-05?
L-101 | T-2 | Buchse | 400 | 2026-03-23..2026-03-29?
""",
    ),
)

case(
    "strange-prices-across.xlsx",
    workbook(
        {
            "name": "Prices",
            "rows": [
                ["Part No", "Description", "Currency", "1 pc", "10 pcs", "100 pcs"],
                ["P-1", "Pin", "EUR", 5, 4, 3.2],
                ["P-2", "Plate", "EUR", 9.9, 8.8, 7.7],
            ],
        }
    ),
    table(
        "prices",
        """
part_no | name | currency | from_quantity | price
P-1 | Pin | EUR | 1 | 5
P-1 | Pin | EUR | 10 | 4
P-1 | Pin | EUR | 100 | 3.2
P-2 | Plate | EUR | 1 | 9.9
P-2 | Plate | EUR | 10 | 8.8
P-2 | Plate | EUR | 100 | 7.7
""",
    ),
)


def _words(name: str, subject: str, body: str, answer: dict[str, object]) -> None:
    head = f"From: buyer@swiftline.example\nTo: desk@shop.example\nSubject: {subject}\nDate: Mon, 02 Mar 2026 10:00:00 +0100"
    case(name, mail(head, ("Content-Type: text/plain; charset=utf-8", body.encode()), encoding="8bit"), answer | {"suggestion": True})


_words(
    "mail-words-de.eml",
    "Bestellung",
    "Guten Tag,\n\nwir bestellen 50 Stk Art. P-100 zum 20.03.2026 zu 12,50 EUR/Stk. Unsere Bestellnr. 4711.\n\nMit freundlichen Grüßen\nEinkauf\n",
    table("orders", "order_no | part_no | quantity | unit | due | price | currency\n4711 | P-100 | 50 | C62 | 2026-03-20 | 12.50 | EUR"),
)
_words(
    "mail-words-en-list.eml",
    "New order",
    "Hello,\n\nplease supply:\n- 20 pcs P-100 Shaft\n- 10 pcs P-200 Hub\ndelivery by 27 March 2026\n\nPO 8899\n\nThanks\n",
    table(
        "orders", "order_no | part_no | name | quantity | unit | due\n8899 | P-100 | Shaft | 20 | C62 | 2026-03-27\n8899 | P-200 | Hub | 10 | C62 | 2026-03-27"
    ),
)
_words(
    "mail-words-zh-list.eml",
    "=?utf-8?b?6K6i5Y2V?=",
    "您好，请按以下下单：\n订单号：A-100\n1、图号 HX-1 轴 50件 交期3月20日\n2、图号 HX-2 法兰 20件 交期4月1日\n谢谢\n",
    table(
        "orders",
        "order_no | drawing_no | name | quantity | unit | due\nA-100 | HX-1 | 轴 | 50 | C62 | 2026-03-20?\nA-100 | HX-2 | 法兰 | 20 | C62 | 2026-04-01?",
    ),
)
_words(
    "mail-words-two-quantities.eml",
    "RFQ 55",
    "Please quote 100 pcs and 500 pcs of part P-9, rev B, needed in week 15.\n",
    table(
        "request",
        "request_no | part_no | revision | quantity | unit | due\n"
        "55 | P-9 | B | 100 | C62 | 2026-04-06..2026-04-12?\n55 | P-9 | B | 500 | C62 | 2026-04-06..2026-04-12?",
    ),
)

_words(
    "mail-words-aligned-table.eml",
    "Bestellung 4711",
    "Guten Tag,\n\nunsere Bestellung:\n\n"
    "Pos  Artikel   Bezeichnung    Menge  Termin      Bemerkung\n"
    "1    P-1       Welle          5      20.03.2026\n"
    "2    P-2       Nabe           6      27.03.2026  eilt\n\nDanke\n",
    table(
        "orders",
        "order_no | line_no | part_no | name | quantity | due | note\n"
        "4711 | 1 | P-1 | Welle | 5 | 2026-03-20 | -\n4711 | 2 | P-2 | Nabe | 6 | 2026-03-27 | eilt",
    ),
)
case(
    "mail-html-struck-out.eml",
    mail(
        "From: buyer@swiftline.example\nTo: desk@shop.example\nSubject: order\nDate: Mon, 02 Mar 2026 10:00:00 +0100",
        (
            "Content-Type: text/html; charset=utf-8",
            b"<html><body><p>Corrected:</p><table><tr><th>Order No</th><th>Part No</th><th>Qty</th><th>Due</th></tr>"
            b"<tr><td>A1</td><td>P-1</td><td><s>5</s> 8</td><td><span style='text-decoration:line-through'>2026-03-20</span> 2026-03-27</td></tr>"
            b"<tr><td><del>A2</del></td><td><del>P-2</del></td><td><del>5</del></td><td><del>2026-03-20</del></td></tr></table></body></html>\n",
        ),
    ),
    table("orders", "order_no | part_no | quantity | due\nA1 | P-1 | 8 | 2026-03-27"),
)

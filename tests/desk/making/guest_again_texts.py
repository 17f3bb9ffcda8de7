"""Texts, mails and pages by the second wave of strangers."""

from typing import Any

from tests.desk.making.answers import case, problem, table
from tests.desk.making.guest_mails import HEAD, SIGNED
from tests.desk.making.guest_pages import TOLERATED
from tests.desk.making.writing import mail, typst_pdf

case(
    "guest-weeks-uk.csv",
    "PO,Part,Qty,Delivery,Unit Price\n1,A-1,10,w/c 13/04/2026,£1.10\n2,A-2,10,w/e 17/04/2026,£1.20\n3,A-3,10,end of week 17,£1.30\n"
    "4,A-4,10,next Friday,£1.40\n"
    "5,A-5,10,COB 24/04/2026,£1.50\n6,A-6,10,30/04/2026,£1.60\n7,A-7,10,31/04/2026,£1.70\n",
    table(
        "orders",
        """
order_no | part_no | quantity | due | price
1 | A-1 | 10 | ? | 1.1
2 | A-2 | 10 | ? | 1.2
3 | A-3 | 10 | ? | 1.3
4 | A-4 | 10 | ? | 1.4
5 | A-5 | 10 | 2026-04-24 | 1.5
6 | A-6 | 10 | 2026-04-30 | 1.6
7 | A-7 | 10 | ! | 1.7
""",
        currency="GBP",
    ),
)

case(
    "guest-comma-decimals-comma-marks.csv",
    "Bestellung,Artikel,Menge,Preis,Termin\n1,P-1,10,12,50,10.04.2026\n2,P-2,20,3,75,17.04.2026\n3,P-3,30,4,00,24.04.2026\n",
    table("orders", "order_no | part_no | quantity | price | due\n1 | P-1 | 10 | ? | ?\n2 | P-2 | 20 | ? | ?\n3 | P-3 | 30 | ? | ?")
    | {"tolerated": ["currency"]},
)

case(
    "guest-report-head.csv",
    "Auftragsrückstand;;;;;;\nErstellt am;02.03.2026;von;MHUBER;;;\nFilter;Status = offen;;;;;\n;;;;;;\nAuftrag;Pos;Kunde;Artikel;Menge offen;Liefertermin;\n"
    "A-100;1;Meridian;W-1;1.250;10.04.2026;\nA-100;2;Meridian;W-2;80;10.04.2026;\nA-101;1;Helix;W-3;12,5;17.04.2026;\n;;;;1.342,5;;\n"
    "Anzahl Datensätze: 3;;;;;;\n",
    table(
        "orders",
        """
order_no | line_no | customer | part_no | quantity | due
A-100 | 1 | Meridian | W-1 | 1250? | 2026-04-10
A-100 | 2 | Meridian | W-2 | 80? | 2026-04-10
A-101 | 1 | Helix | W-3 | 12.5? | 2026-04-17
""",
    )
    | {"tolerated": ["open_quantity"]},
)

case(
    "guest-ordered-and-call-off.csv",
    "Rahmenbestellung;Artikel;Rahmenmenge;Abrufmenge;Abruftermin\nRB-1;P-1;10000;500;10.04.2026\nRB-1;P-1;10000;500;11.05.2026\n",
    table("orders", "order_no | part_no | quantity | due\nRB-1 | P-1 | 500 | 2026-04-10\nRB-1 | P-1 | 500 | 2026-05-11"),
)

case(
    "guest-quantity-and-pieces.csv",
    "PO;Part;Packs;Pcs per pack;Total pcs;Due\n1;P-1;10;50;500;2026-04-10\n2;P-2;3;100;300;2026-04-10\n",
    table("orders", "order_no | part_no | quantity | due\n1 | P-1 | 500 | 2026-04-10\n2 | P-2 | 300 | 2026-04-10"),
)

case(
    "guest-delivered-mixed.csv",
    "Auftrag;Artikel;Bestellt;Geliefert;Rest;Termin\nL-1;P-1;100;40;60;10.04.2026\nL-2;P-2;50;60;0;10.04.2026\nL-3;P-3;30;10;30;17.04.2026\n",
    table(
        "orders",
        "order_no | part_no | quantity | delivered | open_quantity | due\nL-1 | P-1 | 100 | 40 | 60 | 2026-04-10\nL-2 | P-2 | 50 | 60 | 0? | 2026-04-10\n"
        "L-3 | P-3 | 30 | 10 | 30? | 2026-04-17",
    ),
)

case(
    "guest-bill-levels.csv",
    "Level;Item;Description;Qty;UoM\n0;A-100;Gearbox;1;EA\n.1;A-110;Housing;1;EA\n..2;A-111;Casting;1;EA\n..2;A-112;Screw;12;EA\n.1;A-120;Shaft;1;EA\n",
    {"kind": "materials", "issues": ["kind-doubtful"], "rows": []},
)

case(
    "guest-bill-parents.csv",
    "Parent Item,Component Item,Component Description,Qty Per,UoM,Scrap %\nG-1,H-1,Housing,1,EA,0\nG-1,S-8,Screw M8,12,EA,2\nG-2,H-1,Housing,1,EA,0\n"
    "G-2,OIL,Oil,0.75,L,0\n",
    table(
        "materials",
        """
part_no | component | component_name | quantity | unit
G-1 | H-1 | Housing | 1 | C62
G-1 | S-8 | Screw M8 | 12 | C62
G-2 | H-1 | Housing | 1 | C62
G-2 | OIL | Oil | 0.75 | LTR
""",
    ),
)

case(
    "guest-routing-zh.csv",
    "产品编码,工序号,工序名称,工作中心,准备工时(分),单件工时(秒),是否外协\nZ-1,10,下料,锯床,10,45,否\nZ-1,20,车削,数控车,30,150,否\nZ-1,30,热处理,,,,是\n".encode(
        "gb18030"
    ),
    table(
        "routings",
        """
part_no | op_no | op_name | group | setup_min | cycle_min
Z-1 | 10 | 下料 | 锯床 | 10 | 0.75
Z-1 | 20 | 车削 | 数控车 | 30 | 2.5
Z-1 | 30 | 热处理 | ! | - | -
""",
    ),
)

problem(
    "guest-open-trans.xml",
    b'<?xml version="1.0"?><ORDER xmlns="http://www.opentrans.org/XMLSchema/2.1" version="2.1"><ORDER_HEADER/></ORDER>',
    "file-unknown",
    "no-table",
    "ubl-type",
)


def _mail(name: str, subject: str, body: str, *answers: dict[str, Any], html: bool = False, sender: str = "einkauf@meridian.example") -> None:
    kind = "html" if html else "plain"
    case(
        name,
        mail(HEAD.format(sender=sender, subject=subject), (f"Content-Type: text/{kind}; charset=utf-8", body.encode())),
        *(answer | SIGNED for answer in answers),
    )


_mail(
    "guest-mail-html-old-below.eml",
    "AW: PO 7001",
    "<html><body><p>Please find our new order PO 7002:</p><table border=1><tr><td><b>Part</b></td><td><b>Qty</b></td><td><b>Due</b></td></tr>"
    "<tr><td>P-1</td><td>15</td><td>17 April 2026</td></tr><tr><td>P-2</td><td>25</td><td>24 April 2026</td></tr></table>"
    "<div style='border:none;border-top:solid #E1E1E1 1.0pt'><p><b>From:</b> Huber<br><b>Sent:</b> Monday, 23 February 2026 09:12<br><b>To:</b> Jo<br>"
    "<b>Subject:</b> PO 7001</p></div><table border=1><tr><td>Part</td><td>Qty</td><td>Due</td></tr>"
    "<tr><td>P-9</td><td>900</td><td>2 March 2026</td></tr></table></body></html>",
    table("orders", "order_no | part_no | quantity | due\n7002 | P-1 | 15 | 2026-04-17\n7002 | P-2 | 25 | 2026-04-24"),
    html=True,
)

_mail(
    "guest-mail-boxed-table.eml",
    "Bestellung 26-700",
    "Hallo,\n\n+-----+--------+-------+------------+\n| Pos | Teil   | Menge | Termin     |\n+-----+--------+-------+------------+\n"
    "|   1 | W-100  |    50 | 10.04.2026 |\n"
    "|   2 | W-200  |   125 | 17.04.2026 |\n+-----+--------+-------+------------+\n\nDanke\n",
    table("orders", "order_no | line_no | part_no | quantity | due\n26-700 | 1 | W-100 | 50 | 2026-04-10\n26-700 | 2 | W-200 | 125 | 2026-04-17"),
)

_mail(
    "guest-mail-two-orders.eml",
    "Bestellungen",
    "Guten Tag,\n\nBestellung 8801:\n50 Stk Welle W-100 zum 10.04.2026\n\nBestellung 8802:\n20 Stk Nabe N-7 zum 17.04.2026\n\nGruß\nKlein\n",
    table(
        "orders",
        "order_no | part_no | name | quantity | unit | due\n8801 | W-100? | Welle | 50 | C62 | 2026-04-10\n8802 | N-7? | Nabe | 20 | C62 | 2026-04-17",
    )
    | {"suggestion": True},
)

_mail(
    "guest-mail-fewer.eml",
    "PO 4711",
    "Hi,\n\nwe only need 30 pcs of P-100 instead of 50. Delivery date stays 17 April 2026.\n\nJo\n",
    table("orders", "order_no | part_no | quantity | due | *\n4711 | P-100 | 30 | 2026-04-17 | ?") | {"suggestion": True},
)

_mail(
    "guest-mail-answer-to-offer.eml",
    "Re: Your quotation Q-26-031",
    "Dear Mr Huber,\n\n"
    "thank you for your quotation. We accept and order 120 pcs HX-7 at EUR 14.20 each, delivery 30 April 2026. PO 5530 follows by post.\n\n"
    "Best regards\nJo Marsh\n",
    table("orders", "order_no | part_no | quantity | unit | price | currency | due\n5530 | HX-7 | 120 | C62 | 14.2 | EUR | 2026-04-30") | {"suggestion": True},
)

_mail(
    "guest-mail-zh-words.eml",
    "=?utf-8?b?6K+i5Lu3?=",
    "您好：\n\n请报价：支架 图号TH-01，材质6061，数量100件和500件，要求4月30日前交货。请于3月10日前回复。\n\n谢谢\n李敏\n电话 13900000000\n",
    table(
        "request",
        "drawing_no | name | material | quantity | unit | due | respond_by\nTH-01 | 支架 | 6061 | 100 | C62 | 2026-04-30? | 2026-03-10?\n"
        "TH-01 | 支架 | 6061 | 500 | C62 | 2026-04-30? | 2026-03-10?",
    )
    | {"suggestion": True},
)

case(
    "guest-page-once-for-all.pdf",
    typst_pdf("""
#text(size: 16pt)[Bestellung 2026/0417] \\
Helix Antriebe AG, Winterthur \\
Datum: 27.02.2026 #h(2cm) Liefertermin: KW 17/2026 #h(2cm) Währung: CHF
#v(5mm)
#table(columns: (1.2cm, 2.5cm, 1fr, 1.6cm, 1.2cm, 2cm, 2.2cm), stroke: none, align: (left, left, left, right, left, right, right),
[Pos], [Artikel-Nr.], [Bezeichnung], [Menge], [ME], [Preis], [Betrag],
[1], [HX-10], [Kupplungsnabe, phosphatiert nach Werksnorm 4711], [1'200], [Stk], [4.15], [4'980.00],
[2], [HX-11], [Ring], [40], [Stk], [12.50], [500.00],
[], [], [Rabatt 5 %], [], [], [], [-274.00],
[], [], [Total CHF], [], [], [], [5'206.00])
Bitte Bestellnummer auf allen Papieren angeben.
"""),
    table(
        "orders",
        """
line_no | part_no | name | quantity | unit | price | amount | due
1 | HX-10 | Kupplungsnabe, phosphatiert nach Werksnorm 4711 | 1200 | C62 | 4.15 | 4980 | 2026-04-20..2026-04-26?
2 | HX-11 | Ring | 40 | C62 | 12.5 | 500 | 2026-04-20..2026-04-26?
""",
        order_no="2026/0417",
        currency="CHF",
    )
    | TOLERATED,
)

case(
    "guest-page-discounts.pdf",
    typst_pdf("""
= PURCHASE ORDER
PO Number: US-8812 #h(1cm) PO Date: 02/27/2026 #h(1cm) Ship Date: 04/17/2026 \\
Vendor: Huber CNC #h(1cm) Ship To: Acme Pumps Inc, 12 Main St, Springfield
#table(columns: 7, [Line], [Part Number], [Rev], [Description], [Qty], [Unit Price], [Extended],
[1], [AP-100], [C], [Impeller], [1,000], [\\$4.25], [\\$4,250.00],
[2], [AP-101], [B], [Wear ring], [250], [\\$1.10], [\\$275.00])
Subtotal: \\$4,525.00 \\ Tax: \\$0.00 \\ Total: \\$4,525.00
"""),
    table(
        "orders",
        """
line_no | part_no | revision | name | quantity | price | amount
1 | AP-100 | C | Impeller | 1000 | 4.25 | 4250
2 | AP-101 | B | Wear ring | 250 | 1.1 | 275
""",
        order_no="US-8812",
        due="2026-04-17",
        currency="USD",
    )
    | TOLERATED,
)

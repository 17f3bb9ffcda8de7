"""Files of the third wave of strangers, written after the reader had been mended for the first two."""

from typing import Any

from tests.desk.making.answers import case, problem, table
from tests.desk.making.guest_mails import HEAD, SIGNED
from tests.desk.making.guest_pages import TOLERATED
from tests.desk.making.writing import N, d, mail, typst_pdf, workbook


def _sheet(name: str, rows: list[list[Any]], *answers: dict[str, Any], sheet: str = "Sheet1", **more: Any) -> None:
    case(name, workbook({"name": sheet, "rows": rows, **more}), *answers)


def _mail(name: str, subject: str, body: str, *answers: dict[str, Any], html: bool = False) -> None:
    head = HEAD.format(sender="jo@swiftline.example", subject=subject)
    case(name, mail(head, (f"Content-Type: text/{'html' if html else 'plain'}; charset=utf-8", body.encode())), *(answer | SIGNED for answer in answers))


_sheet(
    "guest-third-alv.xlsx",
    [
        [
            "Einkaufsbeleg",
            "Position",
            "Material",
            "Kurztext",
            "Bestellmenge",
            "Bestellmengeneinheit",
            "Noch zu liefern (Menge)",
            "Nettopreis",
            "Preiseinheit",
            "Währung",
            "Lieferdatum",
        ],
        ["4500077001", 10, "RM-100", "Welle", 300, "ST", 120, 45, 100, "EUR", d("2026-04-10")],
        ["4500077001", 20, "RM-101", "Nabe", 12.5, "KG", 12.5, 3.2, 1, "EUR", d("2026-04-17")],
        [None, None, None, None, 312.5, None, 132.5, None, None, "EUR", None],
    ],
    table(
        "orders",
        """
order_no | line_no | customer_part_no | name | quantity | unit | open_quantity | price | price_per | currency | due
4500077001 | 10 | RM-100 | Welle | 300 | C62 | 120 | 45 | 100 | EUR | 2026-04-10
4500077001 | 20 | RM-101 | Nabe | 12.5 | KGM | 12.5 | 3.2 | 1 | EUR | 2026-04-17
""",
    ),
)

_sheet(
    "guest-third-colour-legend.xlsx",
    [
        ["Open PO report", None, None, None, None, None, "Legend"],
        ["Supplier:", "Huber CNC", None, None, None, None, "red = late"],
        ["PO #", "Ln", "P/N", "Desc", "Open Qty", "Need Date", "Comments"],
        ["P-100", 1, "A-1", "Shaft", 12, d("2026-02-27"), "LATE - expedite!!"],
        ["P-100", 2, "A-2", "Hub", 6, d("2026-04-24"), "ok to ship early"],
        ["P-101", 1, "A-1", "Shaft", 20, d("2026-05-08"), "pushed out from 4/10"],
    ],
    table(
        "orders",
        """
order_no | line_no | part_no | name | quantity | due | note
P-100 | 1 | A-1 | Shaft | 12? | 2026-02-27 | LATE - expedite!!
P-100 | 2 | A-2 | Hub | 6? | 2026-04-24 | ok to ship early
P-101 | 1 | A-1 | Shaft | 20? | 2026-05-08? | pushed out from 4/10
""",
    )
    | {"tolerated": ["open_quantity", "customer"]},
)

_sheet(
    "guest-third-months-across.xlsx",
    [
        ["Part No", "Description", "Apr 2026", "May 2026", "Jun 2026", "Total"],
        ["F-1", "Flange", 100, 120, 80, 300],
        ["F-2", "Ring", None, 50, 50, 100],
    ],
    table(
        "request",
        "part_no | name | quantity | due\nF-1 | Flange | 100 | 2026-04-30?\nF-1 | Flange | 120 | 2026-05-31?\nF-1 | Flange | 80 | 2026-06-30?\n"
        "F-2 | Ring | 50 | 2026-05-31?\nF-2 | Ring | 50 | 2026-06-30?",
    )
    | {"issues": ["kind-doubtful"]},
    sheet="Forecast",
)

_sheet(
    "guest-third-numbers-in-words.xlsx",
    [
        ["Bestellung", "Artikel", "Menge", "Preis", "Termin"],
        ["Z-1", "A", "zehn", "12,--", d("2026-04-10")],
        ["Z-2", "B", "10,0", "12.-", d("2026-04-10")],
        ["Z-3", "C", "1 000", "1.250,--", d("2026-04-10")],
        ["Z-4", "D", "500,-", "EUR 3,50", d("2026-04-10")],
        ["Z-5", "E", "1O0", "3,5O", d("2026-04-10")],
        ["Z-6", "F", "50/50", "4,00", d("2026-04-10")],
    ],
    table(
        "orders",
        """
order_no | part_no | quantity | price | due
Z-1 | A | ! | 12 | 2026-04-10
Z-2 | B | 10 | 12 | 2026-04-10
Z-3 | C | 1000 | 1250 | 2026-04-10
Z-4 | D | 500 | 3.5 | 2026-04-10
Z-5 | E | ? | ? | 2026-04-10
Z-6 | F | ? | 4 | 2026-04-10
""",
        currency="EUR",
    )
    | {"tolerated": ["currency"]},
)

_sheet(
    "guest-third-us-typed-days.xlsx",
    [
        ["PO", "Line", "Part", "Rev", "Qty", "UM", "Unit Cost", "Ext Cost", "Dock Date"],
        ["88120", "001", "7700-1", "-", 50, "EA", N(4.25, "$#,##0.00"), 212.5, N(d("2026-04-06"), "m/d/yyyy")],
        ["88120", "002", "7700-2", "NC", 10, "EA", N(11, "$#,##0.00"), 110, N(d("2026-04-13"), "m/d/yyyy")],
        ["88121", "001", "7701-1", "B", 5, "FT", N(2, "$#,##0.00"), 10, "4/20/26"],
    ],
    table(
        "orders",
        """
order_no | line_no | part_no | revision | quantity | unit | price | amount | due
88120 | 001 | 7700-1 | - | 50 | C62 | 4.25 | 212.5 | 2026-04-06
88120 | 002 | 7700-2 | NC | 10 | C62 | 11 | 110 | 2026-04-13
88121 | 001 | 7701-1 | B | 5 | FOT | 2 | 10 | 2026-04-20
""",
        currency="USD",
    ),
)

case(
    "guest-third-customer-drawing-columns.csv",
    "Kd.-Bestellnr.;Kd.-Pos.;Kd.-Teilenr.;Zeichnung;Zg.-Index;Bezeichnung;Werkstoff;Stk.;Wunsch-Termin;Liefer-Termin\n"
    "PO-1;10;K-700;Z-4711;B;Flansch;1.4301;25;10.04.2026;17.04.2026\nPO-1;20;K-701;Z-4712;;Deckel;S235JR;1.000;10.04.2026;\n",
    table(
        "orders",
        """
order_no | line_no | customer_part_no | drawing_no | revision | name | material | quantity | due | promised
PO-1 | 10 | K-700 | Z-4711 | B | Flansch | 1.4301 | 25 | 2026-04-10 | 2026-04-17
PO-1 | 20 | K-701 | Z-4712 | - | Deckel | S235JR | 1000 | 2026-04-10 | -
""",
    ),
)

problem("guest-third-words-and-values.txt", b"order=4711\npart=P-1\nqty=10\ndue=2026-04-10\n", "no-table", "file-unknown")

case(
    "guest-third-tabs-in-text.txt",
    "Bestellnr\tArtikel\tBezeichnung\tMenge\tPreis\tLiefertermin\n0001\t0815\tWelle\t1.000\t1,25\t10.04.26\n"
    '0002\t0816\tNabe "groß"\t50\t12,50\t17.04.26\n\n\tSumme\t\t1.050\t\t\n',
    table(
        "orders",
        "order_no | part_no | name | quantity | price | due\n0001 | 0815 | Welle | 1000 | 1.25 | 2026-04-10\n"
        '0002 | 0816 | Nabe "groß" | 50 | 12.5 | 2026-04-17',
    )
    | {"tolerated": ["currency"]},
)

case(
    "guest-third-japanese-supplier.csv",
    "注文番号,品番,品名,数量,単価,納期\nJP-1,AX-1,シャフト,100,1200,2026/04/10\nJP-2,AX-2,カバー,50,800,2026/04/17\n",
    table(
        "orders",
        "order_no | part_no | name | quantity | price | due\nJP-1 | AX-1 | シャフト | 100 | 1200 | 2026-04-10\nJP-2 | AX-2 | カバー | 50 | 800 | 2026-04-17",
    )
    | {"tolerated": ["currency"]},
)

case(
    "guest-third-kingdee-taxed.csv",
    "单据编号,日期,客户,物料编码,物料名称,规格型号,销售单位,销售数量,含税单价,税率%,税额,价税合计,要货日期,关闭状态\n"
    "XSDD001,2026/3/1,宁波河港,01.02.001,泵轴,φ40,Pcs,200,11.30,13,260,2260,2026/4/15,未关闭\n"
    "XSDD002,2026/3/1,苏州子午,01.02.002,端盖,,Pcs,50,22.60,13,130,1130,2026/4/20,已关闭\n",
    table(
        "orders",
        """
order_no | ordered | customer | part_no | name | unit | quantity | due | state
XSDD001 | 2026-03-01 | 宁波河港 | 01.02.001 | 泵轴 | C62 | 200 | 2026-04-15 | 未关闭
XSDD002 | 2026-03-01 | 苏州子午 | 01.02.002 | 端盖 | C62 | 50 | 2026-04-20 | 已关闭
""",
    )
    | {"doubtful": ["price", "amount"], "tolerated": ["currency"]},
)

case(
    "guest-third-price-list-customers.csv",
    "Kunde;Artikel;Bezeichnung;ab Menge;Preis;Whg;PE;gültig ab;gültig bis\nMeridian;W-1;Welle;1;12,50;EUR;1;01.01.2026;31.12.2026\n"
    "Meridian;W-1;Welle;100;10,90;EUR;1;01.01.2026;31.12.2026\n"
    "Helix;S-1;Scheibe;1.000;4,50;EUR;100;01.03.2026;31.12.9999\n",
    table(
        "prices",
        """
customer | part_no | name | from_quantity | price | currency | price_per | valid_from | valid_until
Meridian | W-1 | Welle | 1 | 12.5 | EUR | 1 | 2026-01-01 | 2026-12-31
Meridian | W-1 | Welle | 100 | 10.9 | EUR | 1 | 2026-01-01 | 2026-12-31
Helix | S-1 | Scheibe | 1000 | 4.5 | EUR | 100 | 2026-03-01 | 9999-12-31
""",
    ),
)

case(
    "guest-third-routing-seconds.csv",
    "Part,Rev,Op,Work Centre,Description,Setup (hrs),Run (sec/pc),Outside Vendor,Days\nQ-1,A,10,SAW-1,Saw,0.25,40,,\nQ-1,A,20,LATHE,Turn,1.5,210,,\n"
    "Q-1,A,30,,Anodise,,,Embercoat,5\n",
    table(
        "routings",
        """
part_no | revision | op_no | group | op_name | setup_min | cycle_min | supplier | lead_days
Q-1 | A | 10 | SAW-1 | Saw | 15 | 0.666667 | - | -
Q-1 | A | 20 | LATHE | Turn | 90 | 3.5 | - | -
Q-1 | A | 30 | - | Anodise | - | - | Embercoat | 5
""",
    ),
)

case(
    "guest-third-stock-as-of.csv",
    "Inventory valuation as of 02/28/2026\n\nItem,Item Description,Site,Bin,Qty On Hand,Committed,Available,UOM,Unit Cost,Ext Cost\n"
    '1001,Bar 40,MAIN,A1,"1,200",200,"1,000",FT,2.10,"2,520.00"\n'
    '1002,Plate,MAIN,B4,35,0,35,EA,14.00,490.00\n,,,,,,,,Total,"3,010.00"\n',
    table("stock", "part_no | name | place | quantity | unit\n1001 | Bar 40 | A1 | 1200 | FOT\n1002 | Plate | B4 | 35 | C62")
    | {"tolerated": ["counted", "place"]},
)

_mail(
    "guest-third-mail-urgent.eml",
    "URGENT: PO 9912 rev 2",
    "Tom,\n\nrevised PO below, please replace the earlier version.\n\nLine | Part | Qty | Required\n1 | A-100 | 40 | 17/04/2026\n"
    "2 | A-200 | 15 | 24/04/2026\n\nJo\n",
    table("orders", "order_no | line_no | part_no | quantity | due | *\n9912 | 1 | A-100 | 40 | 2026-04-17 | ?\n9912 | 2 | A-200 | 15 | 2026-04-24 | ?"),
)

_mail(
    "guest-third-mail-pasted.eml",
    "Order for April",
    "<html><body><p>Hi Tom,</p><p>PO 6610 please:</p><table><tr><td>Part no</td><td>A-1</td></tr><tr><td>Qty</td><td>60</td></tr>"
    "<tr><td>Delivery</td><td>24 April 2026</td></tr>"
    "<tr><td>Price</td><td>£3.10 each</td></tr></table><p>Jo</p></body></html>",
    table("orders", "order_no | part_no | quantity | due | price | currency\n6610 | A-1 | 60 | 2026-04-24 | 3.1 | GBP"),
    html=True,
)

_mail(
    "guest-third-mail-confirm.eml",
    "=?utf-8?q?Auftragsbest=C3=A4tigung_AB-2210?=",
    "Guten Tag,\n\nvielen Dank für Ihre Bestellung. Wir liefern Ihnen wie folgt:\n\nPos  Artikel  Menge  Liefertermin\n"
    "1    Fräser   10     20.03.2026\n2    Bohrer   25     20.03.2026\n\nIhr Werkzeughändler\n",
    table("orders", "line_no | part_no | quantity | due | *\n1 | Fräser | 10 | 2026-03-20 | ?\n2 | Bohrer | 25 | 2026-03-20 | ?")
    | {"tolerated": ["order_no", "name", "part_no"]},
)

case(
    "guest-third-page-blanket.pdf",
    typst_pdf("""
= Lieferabruf
Rahmenbestellung: RB-4400 #h(1cm) Abrufnummer: 17 #h(1cm) Datum: 02.03.2026 \\
Material: *KL-100* Kugellagerring, Index C
#table(columns: (4cm, 3cm, 3cm), stroke: none, [Liefertermin], [Abrufmenge], [Fortschrittszahl],
[10.04.2026], [1.000], [12.000], [24.04.2026], [1.500], [13.500], [KW 19/2026], [2.000], [15.500])
"""),
    table(
        "orders",
        "order_no | part_no | quantity | due\n! | ! | 1000? | 2026-04-10\n! | ! | 1500? | 2026-04-24\n! | ! | 2000? | 2026-05-04..2026-05-10?",
    )
    | TOLERATED,
)

case(
    "guest-third-page-wrapped.pdf",
    typst_pdf("""
#align(right)[*Swiftline Ltd* \\ Unit 4, Leeds]
*PURCHASE ORDER* No. 30077 #h(1fr) 2 March 2026 \\
To: Huber CNC
#table(columns: (1cm, 2.2cm, 5cm, 1.4cm, 1.8cm, 2cm, 2.4cm), align: (left, left, left, right, right, right, left),
[\\#], [Our Ref], [Description], [Qty], [Price £], [Total £], [Deliver by],
[1], [SL-01], [Spindle, ground all over, to drawing SL-01-D issue 3, with certificate of conformity], [1,250], [2.40], [3,000.00], [17 Apr 2026],
[2], [SL-02], [Cap], [300], [0.95], [285.00], [24 Apr 2026])
#align(right)[Net £3,285.00 \\ VAT 20% £657.00 \\ Total £3,942.00]
"""),
    table(
        "orders",
        """
line_no | quantity | price | amount | due
1 | 1250 | 2.4 | 3000 | 2026-04-17
2 | 300 | 0.95 | 285 | 2026-04-24
""",
        order_no="30077",
        currency="GBP",
    )
    | {"suggestion": True, "tolerated": ["customer", "contact", "ordered", "name", "part_no", "customer_part_no"]},
)

_sheet(
    "guest-third-years-in-order-numbers.xlsx",
    [
        ["Bestelldatum 27.02.2026", "Liefertermin 10.04.2026"],
        ["Bestellung", "Artikel", "Menge"],
        ["2026/01", "P-1", 5],
        ["2026/02", "P-1", 6],
    ],
    table("orders", "order_no | part_no | quantity | due\n2026/01 | P-1 | 5 | 2026-04-10\n2026/02 | P-1 | 6 | 2026-04-10") | {"tolerated": ["ordered"]},
)

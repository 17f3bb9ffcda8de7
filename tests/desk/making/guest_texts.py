"""Text files in many codings and marks, and what other systems export."""

from tests.desk.making.answers import case, problem, table
from tests.desk.making.writing import d, ods, workbook, zipped

case(
    "guest-pipe-gbk.csv",
    "客户订单号|行号|零件号|零件名称|数量|单位|单价|交期\n苏B2603|1|SZ-01|泵轴|1,200|件|35.6|2026-4-15\n苏B2603|2|SZ-02|叶轮|80|件|210|2026-4-20\n".encode(
        "gbk"
    ),
    table(
        "orders",
        """
line_no | part_no | name | quantity | unit | price | due
1 | SZ-01 | 泵轴 | 1200 | C62 | 35.6 | 2026-04-15
2 | SZ-02 | 叶轮 | 80 | C62 | 210 | 2026-04-20
""",
        order_no="苏B2603",
    )
    | {"tolerated": ["currency"]},
)

case(
    "guest-big5.csv",
    "訂單號碼,項次,料號,品名規格,數量,單位,單價(USD),交貨日期\nTP-0301,1,AX-100,不鏽鋼軸,500,PCS,2.35,2026/04/15\nTP-0301,2,AX-200,鋁蓋,250,PCS,1.1,2026/04/22\n".encode(
        "big5"
    ),
    table(
        "orders",
        """
line_no | part_no | name | quantity | unit | price | due
1 | AX-100 | 不鏽鋼軸 | 500 | C62 | 2.35 | 2026-04-15
2 | AX-200 | 鋁蓋 | 250 | C62 | 1.1 | 2026-04-22
""",
        order_no="TP-0301",
        currency="USD",
    ),
)

case(
    "guest-taiwan-years.csv",
    "訂單編號,料號,訂購數量,預交日\nTW-1,C-1,100,115/04/15\nTW-2,C-2,50,115/04/22\n",
    table("orders", "order_no | part_no | quantity | due\nTW-1 | C-1 | 100 | ?\nTW-2 | C-2 | 50 | ?"),
)

case(
    "guest-tabs-utf16.txt",
    "Sales Order\tItem\tMaterial\tDescription\tOrder Quantity\tSales Unit\tDelivery Date\r\n12001\t10\tM-77\tØ40 Shaft\t25\tPC\t04/15/2026\r\n"
    "12001\t20\tM-78\tHub\t1,500\tPC\t04/30/2026\r\n".encode("utf-16"),
    table(
        "orders",
        """
order_no | line_no | part_no | name | quantity | unit | due
12001 | 10 | M-77 | Ø40 Shaft | 25 | C62 | 2026-04-15
12001 | 20 | M-78 | Hub | 1500 | C62 | 2026-04-30
""",
    ),
)

case(
    "guest-sep-line.csv",
    '\ufeffsep=;\r\n"Bestellnummer";"Artikelnummer";"Bezeichnung";"Menge";"Liefertermin"\r\n"0815";"007";"Welle; lang\r\n'
    'nach Zeichnung";"1.250";"10.04.2026"\r\n'
    '"0816";"008";"Buchse ""neu""";"40";"17.04.2026"\r\n',
    table(
        "orders",
        "order_no | part_no | name | quantity | due\n0815 | 007 | Welle; lang\\nnach Zeichnung | 1250 | 2026-04-10\n"
        '0816 | 008 | Buchse "neu" | 40 | 2026-04-17',
    ),
)

case(
    "guest-french-hand.csv",
    "Order No;Part No;Description;Quantity;Unit Price (EUR);Delivery Date\nCF-12;V-1;Vis épaulée;1 500;1 234,50;15 avril 2026\n"
    "CF-12;V-2;Écrou;250;0,85;22/04/2026\nCF-13;V-3;Bague;12;3,00;4 mai 2026\n".encode("cp1252"),
    table(
        "orders",
        """
order_no | part_no | name | quantity | price | due
CF-12 | V-1 | Vis épaulée | 1500 | 1234.5 | 2026-04-15
CF-12 | V-2 | Écrou | 250 | 0.85 | 2026-04-22
CF-13 | V-3 | Bague | 12 | 3 | 2026-05-04
""",
        currency="EUR",
    ),
)

case(
    "guest-italian-hand.csv",
    "Order No.;Item;Code;Description;Q.ty;Price;Delivery\nOA/88;1;TR-10;Albero;10;€ 12,50;10/04/26\nOA/88;2;TR-11;Flangia;1.200;€ 3,00;30/04/26\n",
    table(
        "orders",
        "order_no | line_no | part_no | name | quantity | price | due\nOA/88 | 1 | TR-10 | Albero | 10 | 12.5 | 2026-04-10\n"
        "OA/88 | 2 | TR-11 | Flangia | 1200 | 3 | 2026-04-30",
        currency="EUR",
    ),
)

case(
    "guest-alv-list.txt",
    (
        "02.03.2026                                   Dynamische Listenausgabe                                  1\n"
        "-----------------------------------------------------------------------------------------------\n"
        "| Einkaufsbel.|Pos |Material      |Kurztext            |Bestellmenge|BME|Nettopreis|Währg|Lieferdat. |\n"
        "-----------------------------------------------------------------------------------------------\n"
        "| 4500011111  |10  |000000000100  |Welle 40 h6         |     1.000  |ST |    12,50 |EUR  |10.04.2026 |\n"
        "| 4500011111  |20  |000000000101  |Scheibe             |       250  |ST |     0,85 |EUR  |17.04.2026 |\n"
        "| 4500011122  |10  |ROH-7         |Rundstahl           |    12,500  |KG |     2,10 |EUR  |17.04.2026 |\n"
        "-----------------------------------------------------------------------------------------------\n"
        "| *           |    |              |                    | 1.262,500  |   |          |     |           |\n"
    ).encode("cp1252"),
    table(
        "orders",
        """
order_no | line_no | part_no | name | quantity | unit | price | currency | due
4500011111 | 10 | 000000000100 | Welle 40 h6 | 1000 | C62 | 12.5 | EUR | 2026-04-10
4500011111 | 20 | 000000000101 | Scheibe | 250 | C62 | 0.85 | EUR | 2026-04-17
4500011122 | 10 | ROH-7 | Rundstahl | 12.5 | KGM | 2.1 | EUR | 2026-04-17
""",
    ),
)

case(
    "guest-odoo-brackets.xlsx",
    workbook(
        {
            "name": "Sales Order Line",
            "rows": [
                [
                    "Order Reference",
                    "Product",
                    "Description",
                    "Quantity",
                    "Delivered Quantity",
                    "Unit of Measure",
                    "Unit Price",
                    "Order Reference/Delivery Date",
                ],
                ["S00041", "[FURN-0096] Customizable Desk", "[FURN-0096] Customizable Desk", 5, 0, "Units", 750, "2026-04-10 08:00:00"],
                ["S00042", "[W-100] Shaft", "[W-100] Shaft\nhardened", 20, 4, "Units", 12.5, "2026-04-17 08:00:00"],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | part_no | quantity | delivered | unit | price | due
S00041 | FURN-0096 | 5 | 0 | C62 | 750 | 2026-04-10
S00042 | W-100 | 20 | 4 | C62 | 12.5 | 2026-04-17
""",
    )
    | {"tolerated": ["name", "currency"]},
)

case(
    "guest-dynamics.csv",
    "Sales order,Line number,Customer account,Customer name,Item number,Product name,Sales quantity,Deliver remainder,Unit,"
    "Unit price,Net amount,Currency,Requested ship date,Confirmed ship date,Line status\n"
    "000768,1.00,US-001,Contoso Retail,D0001,Mid-range speaker,10.00,4.00,ea,500.00,5000.00,USD,4/17/2026,4/20/2026,Open order\n"
    "000769,1.00,US-002,Northwind,D0003,Cabinet,3.00,3.00,ea,250.00,750.00,USD,5/1/2026,,Open order\n",
    table(
        "orders",
        """
order_no | line_no | customer_no | customer | part_no | name | quantity | open_quantity | unit | price | amount | currency | due | promised | state
000768 | 1.00 | US-001 | Contoso Retail | D0001 | Mid-range speaker | 10 | 4 | C62 | 500 | 5000 | USD | 2026-04-17 | 2026-04-20 | Open order
000769 | 1.00 | US-002 | Northwind | D0003 | Cabinet | 3 | 3 | C62 | 250 | 750 | USD | 2026-05-01 | - | Open order
""",
    )
    | {"tolerated": ["line_no", "open_quantity"]},
)

case(
    "guest-cloud-erp.csv",
    "Internal ID,Document Number,Date,Name,PO/Check Number,Line ID,Item,Memo,Quantity,Quantity Fulfilled/Received,Item Rate,Amount,Ship Date,Status\n"
    "8812,SO4410,2/27/2026,Acme Pumps Inc,P-5521,1,IMP-100,Impeller,40,10,12.50,500.00,4/15/2026,Partially Fulfilled\n"
    "8813,SO4411,2/27/2026,Bolt Works,7781,1,SHF-20,Shaft,5,0,80.00,400.00,4/22/2026,Pending Fulfillment\n",
    table(
        "orders",
        """
customer | order_no | part_no | quantity | delivered | price | amount | due | state
Acme Pumps Inc | P-5521 | IMP-100 | 40 | 10 | 12.5 | 500 | 2026-04-15 | Partially Fulfilled
Bolt Works | 7781 | SHF-20 | 5 | 0 | 80 | 400 | 2026-04-22 | Pending Fulfillment
""",
    )
    | {"tolerated": ["ordered", "own_no", "note", "name", "line_no", "currency"]},
)

case(
    "guest-erpnext.csv",
    "ID,Customer,Customer's Purchase Order,Date,Item Code (Items),Item Name (Items),Quantity (Items),UOM (Items),Rate (Items),"
    "Amount (Items),Delivery Date (Items)\n"
    "SAL-ORD-2026-00012,Helix Ltd,PO-4410,2026-02-27,SH-10,Shaft,40,Nos,12.5,500,2026-04-15\n,,,,SH-11,Hub,10,Nos,20,200,2026-04-22\n",
    table(
        "orders",
        """
part_no | name | quantity | unit | price | amount | due
SH-10 | Shaft | 40 | C62 | 12.5 | 500 | 2026-04-15
SH-11 | Hub | 10 | C62 | 20 | 200 | 2026-04-22
""",
        customer="Helix Ltd",
        order_no="PO-4410",
        own_no="SAL-ORD-2026-00012",
        ordered="2026-02-27",
    )
    | {"tolerated": ["own_no", "ordered", "currency"]},
)

case(
    "guest-erp-de-abbreviated.csv",
    "BelegNr;BelegDat;KdNr;KdName;Pos;ArtNr;Bez1;Bez2;Menge;gel.Menge;ME;EPreis;GPreis;LiefTermin\n"
    "AU2600123;27.02.2026;10044;Stahlbau Kern;1;4711;Winkel;verzinkt;120;20;Stk;3,45;414,00;10.04.2026\n"
    "AU2600124;27.02.2026;10051;Lanz & Söhne;1;0815;Lasche;;1.000;0;Stk;0,42;420,00;24.04.2026\n".replace("\n", "\r\n"),
    table(
        "orders",
        """
order_no | ordered | customer_no | customer | line_no | part_no | name | quantity | delivered | unit | price | amount | due
AU2600123 | 2026-02-27 | 10044 | Stahlbau Kern | 1 | 4711 | Winkel | 120 | 20 | C62 | 3.45 | 414 | 2026-04-10
AU2600124 | 2026-02-27 | 10051 | Lanz & Söhne | 1 | 0815 | Lasche | 1000 | 0 | C62 | 0.42 | 420 | 2026-04-24
""",
    )
    | {"tolerated": ["currency"]},
)

case(
    "guest-u8-order.csv",
    "单据编号,单据日期,客户编码,客户简称,存货编码,存货名称,规格型号,主计量,数量,累计发货数量,含税单价,价税合计,预发货日期,行关闭人\n"
    "XS2603001,2026-03-01,K001,宁波河港,0101001,泵轴,40x300,件,1200,200,11.3,13560,2026-04-15,\n"
    "XS2603002,2026-03-01,K002,苏州子午,0101002,端盖,,件,50,0,45.2,2260,2026-04-20,\n".encode("gb18030"),
    table(
        "orders",
        """
order_no | ordered | customer_no | customer | part_no | name | unit | quantity | delivered | due
XS2603001 | 2026-03-01 | K001 | 宁波河港 | 0101001 | 泵轴 | C62 | 1200 | 200 | 2026-04-15
XS2603002 | 2026-03-01 | K002 | 苏州子午 | 0101002 | 端盖 | C62 | 50 | 0 | 2026-04-20
""",
    )
    | {"doubtful": ["price", "amount"], "tolerated": ["currency", "note"]},
)

case(
    "guest-pandas-export.csv",
    ",order_id,sku,qty,due_date\n0,1001,AB-1,5.0,2026-04-10 00:00:00\n1,1002,AB-2,12.0,2026-04-17 00:00:00\n2,1003,AB-3,,NaT\n",
    table("orders", "order_no | part_no | quantity | due\n1001 | AB-1 | 5 | 2026-04-10\n1002 | AB-2 | 12 | 2026-04-17\n1003 | AB-3 | ! | ?"),
)

case(
    "guest-calc.ods",
    ods(
        "Bestellungen",
        [
            ["Bestellungen März"],
            ["Best.-Nr.", "Artikel", "Menge", "Preis €", "Termin"],
            ["F-1", "0012", 40, 12.5, d("2026-04-10")],
            ["F-2", "0013", 2.5, 3, d("2026-04-17")],
            [None, "Summe", 42.5, None, None],
        ],
    ),
    table("orders", "order_no | part_no | quantity | price | due\nF-1 | 0012 | 40 | 12.5 | 2026-04-10\nF-2 | 0013 | 2.5 | 3 | 2026-04-17", currency="EUR"),
)

CONTENT_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
problem("guest-letter.docx", zipped({"[Content_Types].xml": CONTENT_TYPES, "word/document.xml": b"<w:document/>"}), "file-unknown", "no-table")
problem("guest-table.numbers", zipped({"Index/Document.iwa": b"\0\1", "Metadata/Properties.plist": b"bplist00"}), "file-unknown", "no-table")
problem("guest-letter.rtf", b"{\\rtf1\\ansi Bestellung 4711\\par 10 Stk Welle\\par}", "file-unknown", "no-table")

case(
    "guest-columns-set-with-blanks.txt",
    "Order     Part        Description          Qty   Due\n"
    "--------  ----------  -------------------  ----  ----------\n"
    "X-1       P 100 A     Shaft, long            50  2026-04-10\n"
    "X-2       P 101       Hub                     5  2026-04-17\n",
    table("orders", "order_no | part_no | name | quantity | due\nX-1 | P 100 A | Shaft, long | 50 | 2026-04-10\nX-2 | P 101 | Hub | 5 | 2026-04-17"),
)

"""Order lists as workbooks: layouts, titles, units, totals."""

from tests.desk.making.answers import case, table
from tests.desk.making.writing import F, N, d, ods, workbook

case(
    "orders-de-plain.xlsx",
    workbook(
        {
            "name": "Aufträge",
            "rows": [
                ["Auftragsnr.", "Pos.", "Kunde", "Artikelnr.", "Bezeichnung", "Menge", "ME", "Liefertermin", "Preis", "Währung"],
                ["A-26-0101", 10, "Helix Antriebe GmbH", "H-2001", "Antriebswelle D40", 120, "Stk", d("2026-03-16"), N(38.4, "#,##0.00"), "EUR"],
                ["A-26-0101", 20, "Helix Antriebe GmbH", "H-2002", "Flansch DN50", 60, "Stk", d("2026-03-20"), N(21.75, "#,##0.00"), "EUR"],
                ["A-26-0107", 10, "Oakmill AG", "OM-77-B", "Lagerbock links", 8, "Stk", d("2026-04-02"), N(145, "#,##0.00"), "EUR"],
                ["A-26-0112", 10, "Riverport Marine", "RP-9", "Buchse Rg7", 1500, "Stk", d("2026-03-27"), N(2.165, "#,##0.000"), "EUR"],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | line_no | customer | part_no | name | quantity | unit | due | price | currency
A-26-0101 | 10 | Helix Antriebe GmbH | H-2001 | Antriebswelle D40 | 120 | C62 | 2026-03-16 | 38.40 | EUR
A-26-0101 | 20 | Helix Antriebe GmbH | H-2002 | Flansch DN50 | 60 | C62 | 2026-03-20 | 21.75 | EUR
A-26-0107 | 10 | Oakmill AG | OM-77-B | Lagerbock links | 8 | C62 | 2026-04-02 | 145 | EUR
A-26-0112 | 10 | Riverport Marine | RP-9 | Buchse Rg7 | 1500 | C62 | 2026-03-27 | 2.165 | EUR
""",
    ),
)

case(
    "orders-en-plain.xlsx",
    workbook(
        {
            "name": "Open orders",
            "rows": [
                ["PO Number", "Line", "Customer", "Part Number", "Description", "Rev", "Qty", "UoM", "Due Date", "Unit Price", "Currency"],
                ["PO-88120", 1, "Northforge Ltd", "NF-1180-03", "Bracket, machined", "C", 40, "EA", N(d("2026-03-18"), "yyyy-mm-dd"), 17.9, "GBP"],
                ["PO-88120", 2, "Northforge Ltd", "NF-1181-01", "Cover plate", "A", 40, "EA", N(d("2026-03-18"), "yyyy-mm-dd"), 6.25, "GBP"],
                ["PO-88131", 1, "Swiftline Inc.", "SL-40-22", "Roller 22 mm", "B", 2500, "EA", N(d("2026-05-05"), "yyyy-mm-dd"), 0.84, "USD"],
                ["PO-88140", 1, "Meridian Pumps", "MP-IMP-7", "Impeller", "F", 12, "EA", N(d("2026-04-30"), "yyyy-mm-dd"), 212, "EUR"],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | line_no | customer | part_no | name | revision | quantity | unit | due | price | currency
PO-88120 | 1 | Northforge Ltd | NF-1180-03 | Bracket, machined | C | 40 | C62 | 2026-03-18 | 17.9 | GBP
PO-88120 | 2 | Northforge Ltd | NF-1181-01 | Cover plate | A | 40 | C62 | 2026-03-18 | 6.25 | GBP
PO-88131 | 1 | Swiftline Inc. | SL-40-22 | Roller 22 mm | B | 2500 | C62 | 2026-05-05 | 0.84 | USD
PO-88140 | 1 | Meridian Pumps | MP-IMP-7 | Impeller | F | 12 | C62 | 2026-04-30 | 212 | EUR
""",
    ),
)

case(
    "orders-zh-plain.xlsx",
    workbook(
        {
            "name": "订单明细",
            "rows": [
                ["订单号", "行号", "客户名称", "图号", "产品名称", "材质", "数量", "单位", "交货日期", "含税单价", "币种", "备注"],
                ["XS2602-018", 1, "宁波河港机电", "HG-03-112", "传动轴", "45#钢", 200, "件", N(d("2026-03-20"), "yyyy/m/d"), 86.5, "人民币", "调质"],
                ["XS2602-018", 2, "宁波河港机电", "HG-03-115", "法兰盘", "304不锈钢", 100, "件", N(d("2026-03-25"), "yyyy/m/d"), 132, "人民币", None],
                ["XS2602-021", 1, "苏州子午泵业", "ZW-A7", "叶轮", "ZL104", 30, "套", N(d("2026-04-10"), "yyyy/m/d"), 415, "人民币", "首件检验"],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | line_no | customer | drawing_no | name | material | quantity | unit | due | note
XS2602-018 | 1 | 宁波河港机电 | HG-03-112 | 传动轴 | 45#钢 | 200 | C62 | 2026-03-20 | 调质
XS2602-018 | 2 | 宁波河港机电 | HG-03-115 | 法兰盘 | 304不锈钢 | 100 | C62 | 2026-03-25 | -
XS2602-021 | 1 | 苏州子午泵业 | ZW-A7 | 叶轮 | ZL104 | 30 | SET | 2026-04-10 | 首件检验
""",
        currency="CNY",
    )
    | {"doubtful": ["price"]},
)

case(
    "orders-de-title-rows.xlsx",
    workbook(
        {
            "name": "Liste",
            "merged": ["A1:G1", "A2:G2"],
            "rows": [
                ["EMBERCOAT OBERFLÄCHEN GMBH"],
                ["Auftragsbestand"],
                ["Stand: 02.03.2026", None, None, None, None, None, "Seite 1"],
                [],
                [],
                ["Bestell-Nr.", "Kunde", "Teile-Nr.", "Benennung", "Stückzahl", "Termin", "Wert in EUR"],
                ["4500771", "Northforge", "T-100", "Gehäuse", 50, d("2026-03-19"), 1250],
                ["4500772", "Northforge", "T-101", "Deckel", 50, d("2026-03-19"), 400],
                ["4500780", "Helix", "T-220", "Ring", 1000, d("2026-03-26"), 900],
                [None, None, None, "Summe", 1100, None, 2550],
                [],
                ["Alle Termine ab Werk. Mengen ohne Gewähr."],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | customer | part_no | name | quantity | due | amount | currency
4500771 | Northforge | T-100 | Gehäuse | 50 | 2026-03-19 | 1250 | EUR
4500772 | Northforge | T-101 | Deckel | 50 | 2026-03-19 | 400 | EUR
4500780 | Helix | T-220 | Ring | 1000 | 2026-03-26 | 900 | EUR
""",
    ),
)

case(
    "orders-en-said-above.xlsx",
    workbook(
        {
            "name": "PO",
            "rows": [
                ["OAKMILL LTD"],
                ["PURCHASE ORDER"],
                ["PO Number:", "PO-77812"],
                ["Customer:", "Oakmill Ltd"],
                ["Order Date:", N(d("2026-02-27"), "d mmm yyyy")],
                ["Currency:", "GBP"],
                [],
                ["Item", "Part No.", "Description", "Quantity", "Unit Price", "Line Total", "Required By"],
                [1, "OM-2210", "Spindle housing", 4, 380, 1520, N(d("2026-03-30"), "d mmm yyyy")],
                [2, "OM-2211", "End cap", 8, 42.5, 340, N(d("2026-03-30"), "d mmm yyyy")],
                [3, "OM-2290", "Shim 0.2", 100, 1.1, 110, N(d("2026-04-15"), "d mmm yyyy")],
                [None, None, None, None, "Total", 1970],
            ],
        }
    ),
    table(
        "orders",
        """
line_no | part_no | name | quantity | price | amount | due
1 | OM-2210 | Spindle housing | 4 | 380 | 1520 | 2026-03-30
2 | OM-2211 | End cap | 8 | 42.5 | 340 | 2026-03-30
3 | OM-2290 | Shim 0.2 | 100 | 1.1 | 110 | 2026-04-15
""",
        order_no="PO-77812",
        customer="Oakmill Ltd",
        ordered="2026-02-27",
        currency="GBP",
    ),
)

case(
    "orders-zh-said-above.xlsx",
    workbook(
        {
            "name": "采购订单",
            "merged": ["A1:G1"],
            "rows": [
                ["采 购 订 单"],
                ["订单编号：CG20260228-01", None, None, None, "下单日期：2026年2月28日"],
                ["客户：嘉兴橡木机械有限公司", None, None, None, "联系人：采购部"],
                ["序号", "物料编码", "品名规格", "数量", "单位", "单价(元)", "交货期"],
                [1, "10203-05", "轴承座 φ60", 24, "个", 158, "2026年3月18日"],
                [2, "10203-06", "压盖 M8", 48, "个", 22.5, "2026年3月18日"],
                [3, "20001-11", "焊接支架", 6, "套", 640, "2026年4月1日"],
                ["合计", None, None, 78],
                ["备注：请按图纸要求加工，随货附检验报告。"],
            ],
        }
    ),
    table(
        "orders",
        """
line_no | part_no | name | quantity | unit | price | due
1 | 10203-05 | 轴承座 φ60 | 24 | C62 | 158 | 2026-03-18
2 | 10203-06 | 压盖 M8 | 48 | C62 | 22.5 | 2026-03-18
3 | 20001-11 | 焊接支架 | 6 | SET | 640 | 2026-04-01
""",
        order_no="CG20260228-01",
        ordered="2026-02-28",
        customer="嘉兴橡木机械有限公司",
        contact="采购部",
        currency="CNY",
    ),
)

case(
    "orders-merged-down.xlsx",
    workbook(
        {
            "name": "Orders",
            "merged": ["A2:A4", "B2:B4", "A5:A6", "B5:B6", "F2:F4"],
            "rows": [
                ["Order No.", "Customer", "Pos", "Item No.", "Qty", "Delivery date"],
                ["26-3001", "Helix", 1, "HX-1", 10, d("2026-03-23")],
                [None, None, 2, "HX-2", 20],
                [None, None, 3, "HX-3", 30],
                ["26-3002", "Riverport", 1, "RP-1", 5, d("2026-04-07")],
                [None, None, 2, "RP-2", 6, d("2026-04-08")],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | customer | line_no | part_no | quantity | due
26-3001 | Helix | 1 | HX-1 | 10 | 2026-03-23
26-3001 | Helix | 2 | HX-2 | 20 | 2026-03-23
26-3001 | Helix | 3 | HX-3 | 30 | 2026-03-23
26-3002 | Riverport | 1 | RP-1 | 5 | 2026-04-07
26-3002 | Riverport | 2 | RP-2 | 6 | 2026-04-08
""",
    ),
)

case(
    "orders-two-row-titles.xlsx",
    workbook(
        {
            "name": "Bestand",
            "merged": ["A1:A2", "B1:B2", "C1:C2", "D1:F1", "G1:H1"],
            "rows": [
                ["Auftrag", "Kunde", "Artikel-Nr.", "Menge", None, None, "Termin"],
                [None, None, None, "bestellt", "geliefert", "offen", "Wunsch", "bestätigt"],
                ["A1001", "Meridian", "MP-1", 100, 40, 60, d("2026-03-20"), d("2026-03-24")],
                ["A1002", "Meridian", "MP-2", 250, 0, 250, d("2026-03-27"), d("2026-03-27")],
                ["A1003", "Swiftline", "SL-7", 80, 80, 0, d("2026-03-09"), d("2026-03-09")],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | customer | part_no | quantity | delivered | open_quantity | due | promised
A1001 | Meridian | MP-1 | 100 | 40 | 60 | 2026-03-20 | 2026-03-24
A1002 | Meridian | MP-2 | 250 | 0 | 250 | 2026-03-27 | 2026-03-27
A1003 | Swiftline | SL-7 | 80 | 80 | 0 | 2026-03-09 | 2026-03-09
""",
    ),
)

case(
    "orders-units-in-titles.xlsx",
    workbook(
        {
            "name": "Tabelle1",
            "rows": [
                ["Bestellnummer", "Position", "Materialnummer", "Bestellmenge [Stk]", "Nettopreis in EUR/100 Stk", "Positionswert (EUR)", "Lieferdatum"],
                ["450008812", "00010", "000000000010004711", 400, 125, 500, d("2026-03-31")],
                ["450008812", "00020", "000000000010004712", 1200, 87.5, 1050, d("2026-03-31")],
                ["450008899", "00010", "000000000010005000", 20, 3100, 620, d("2026-04-14")],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | line_no | part_no | quantity | unit | price | price_per | currency | amount | due
450008812 | 00010 | 000000000010004711 | 400 | C62 | 125 | 100 | EUR | 500 | 2026-03-31
450008812 | 00020 | 000000000010004712 | 1200 | C62 | 87.5 | 100 | EUR | 1050 | 2026-03-31
450008899 | 00010 | 000000000010005000 | 20 | C62 | 3100 | 100 | EUR | 620 | 2026-04-14
""",
    ),
)

case(
    "orders-units-in-cells.xlsx",
    workbook(
        {
            "name": "Bestellung",
            "rows": [
                ["Bestell-Nr.", "Artikel", "Bezeichnung", "Menge", "Liefertermin"],
                ["B-551", "R-10", "Rohr 40x2", "12,5 m", d("2026-03-17")],
                ["B-551", "B-20", "Blech 2 mm", "85 kg", d("2026-03-17")],
                ["B-552", "S-30", "Schraube M8", "1.200 Stk", d("2026-03-24")],
                ["B-552", "D-40", "Dichtsatz", "4 Satz", d("2026-03-24")],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | part_no | name | quantity | unit | due
B-551 | R-10 | Rohr 40x2 | 12.5 | MTR | 2026-03-17
B-551 | B-20 | Blech 2 mm | 85 | KGM | 2026-03-17
B-552 | S-30 | Schraube M8 | 1200 | C62 | 2026-03-24
B-552 | D-40 | Dichtsatz | 4 | SET | 2026-03-24
""",
    ),
)

case(
    "orders-two-languages.xlsx",
    workbook(
        {
            "name": "Sheet1",
            "rows": [
                [
                    "订单号\nOrder No.",
                    "项次\nItem",
                    "零件号\nPart No.",
                    "名称\nDescription",
                    "数量\nQty",
                    "单位\nUnit",
                    "交期\nDelivery Date",
                    "单价\nUnit Price (USD)",
                ],
                ["EX26-041", 1, "1100-2", "Shaft sleeve 轴套", 300, "PCS", N(d("2026-03-28"), "yyyy-mm-dd"), 4.2],
                ["EX26-041", 2, "1100-3", "Gear 齿轮", 150, "PCS", N(d("2026-03-28"), "yyyy-mm-dd"), 11.35],
                ["EX26-044", 1, "2300-9", "Clamp 夹具", 24, "SET", N(d("2026-04-18"), "yyyy-mm-dd"), 56],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | line_no | part_no | name | quantity | unit | due | price | currency
EX26-041 | 1 | 1100-2 | Shaft sleeve 轴套 | 300 | C62 | 2026-03-28 | 4.2 | USD
EX26-041 | 2 | 1100-3 | Gear 齿轮 | 150 | C62 | 2026-03-28 | 11.35 | USD
EX26-044 | 1 | 2300-9 | Clamp 夹具 | 24 | SET | 2026-04-18 | 56 | USD
""",
    ),
)

case(
    "orders-subtotals.xlsx",
    workbook(
        {
            "name": "nach Kunde",
            "rows": [
                ["Kunde", "Auftrag", "Pos", "Teilenummer", "Menge", "Betrag €", "Termin"],
                ["Helix", "H-1", 1, "A1", 10, N(1000, '#,##0.00 "€"'), d("2026-03-12")],
                ["Helix", "H-1", 2, "A2", 20, N(500, '#,##0.00 "€"'), d("2026-03-12")],
                ["Helix Ergebnis", None, None, None, 30, N(1500, '#,##0.00 "€"')],
                ["Oakmill", "O-7", 1, "B1", 5, N(250, '#,##0.00 "€"'), d("2026-03-13")],
                ["Zwischensumme Oakmill", None, None, None, 5, N(250, '#,##0.00 "€"')],
                ["Swiftline", "S-3", 1, "C1", 7, N(70, '#,##0.00 "€"'), d("2026-03-16")],
                ["Swiftline", "S-3", 2, "C2", 8, N(80, '#,##0.00 "€"'), d("2026-03-17")],
                ["Swiftline Ergebnis", None, None, None, 15, N(150, '#,##0.00 "€"')],
                ["Gesamtergebnis", None, None, None, 50, N(1900, '#,##0.00 "€"')],
            ],
        }
    ),
    table(
        "orders",
        """
customer | order_no | line_no | part_no | quantity | amount | currency | due
Helix | H-1 | 1 | A1 | 10 | 1000 | EUR | 2026-03-12
Helix | H-1 | 2 | A2 | 20 | 500 | EUR | 2026-03-12
Oakmill | O-7 | 1 | B1 | 5 | 250 | EUR | 2026-03-13
Swiftline | S-3 | 1 | C1 | 7 | 70 | EUR | 2026-03-16
Swiftline | S-3 | 2 | C2 | 8 | 80 | EUR | 2026-03-17
""",
    ),
)

case(
    "orders-two-tables.xlsx",
    workbook(
        {
            "name": "Overview",
            "rows": [
                ["Open customer orders"],
                ["Order", "Part No", "Qty", "Due date"],
                ["S1001", "P-1", 40, d("2026-03-19")],
                ["S1002", "P-2", 60, d("2026-03-26")],
                ["S1003", "P-1", 10, d("2026-04-09")],
                [],
                [],
                ["Stock on hand"],
                ["Part No", "Description", "On hand", "Location"],
                ["P-1", "Pin", 12, "A-03"],
                ["P-2", "Plate", 0, "B-11"],
            ],
        }
    ),
    table("orders", "order_no | part_no | quantity | due\nS1001 | P-1 | 40 | 2026-03-19\nS1002 | P-2 | 60 | 2026-03-26\nS1003 | P-1 | 10 | 2026-04-09"),
    table("stock", "part_no | name | quantity | place\nP-1 | Pin | 12 | A-03\nP-2 | Plate | 0 | B-11"),
)

case(
    "orders-several-sheets.xlsx",
    workbook(
        {"name": "Deckblatt", "rows": [["Auftragsübersicht 2026"], ["Erstellt von: Vertrieb"], ["Blätter: Helix, Oakmill"]]},
        {
            "name": "Helix",
            "rows": [
                ["Bestellung", "Pos.", "Zeichnungsnr.", "Index", "Menge", "Liefertermin"],
                ["7001", 1, "Z-11-04", "b", 15, d("2026-03-24")],
                ["7001", 2, "Z-11-05", "a", 15, d("2026-03-24")],
            ],
        },
        {
            "name": "Oakmill",
            "rows": [
                ["Bestellung", "Pos.", "Zeichnungsnr.", "Index", "Menge", "Liefertermin"],
                ["OM-90", 10, "D-8", "-", 2, d("2026-05-12")],
            ],
        },
        {"name": "Leer", "rows": []},
    ),
    table(
        "orders",
        "order_no | line_no | drawing_no | revision | quantity | due\n7001 | 1 | Z-11-04 | b | 15 | 2026-03-24\n7001 | 2 | Z-11-05 | a | 15 | 2026-03-24",
    ),
    table("orders", "order_no | line_no | drawing_no | quantity | due\nOM-90 | 10 | D-8 | 2 | 2026-05-12"),
)

case(
    "orders-blank-columns-rows.xlsx",
    workbook(
        {
            "name": "Data",
            "left": 2,
            "top": 3,
            "rows": [
                ["Order #", None, "Part #", None, None, "Quantity", "Ship date"],
                [],
                ["901-A", None, "X1", None, None, 3, d("2026-03-11")],
                ["901-B", None, "X2", None, None, 4, d("2026-03-12")],
                [],
                ["902-A", None, "X3", None, None, 5, d("2026-03-13")],
                [],
                [],
                ["903-A", None, "X4", None, None, 6, d("2026-03-16")],
            ],
        }
    ),
    table(
        "orders",
        "order_no | part_no | quantity | due\n901-A | X1 | 3 | 2026-03-11\n901-B | X2 | 4 | 2026-03-12\n"
        "902-A | X3 | 5 | 2026-03-13\n903-A | X4 | 6 | 2026-03-16",
    ),
)

case(
    "orders-hidden-columns.xlsx",
    workbook(
        {
            "name": "Orders",
            "hidden": ["C:D"],
            "rows": [
                ["Order No", "Part No", "Margin %", "Calc", "Quantity", "Due", "Price", "Curr."],
                ["Q-1", "P-11", 0.31, 17, 10, d("2026-03-20"), 55, "EUR"],
                ["Q-2", "P-12", 0.28, 19, 12, d("2026-03-23"), 61.2, "EUR"],
            ],
        }
    ),
    table(
        "orders", "order_no | part_no | quantity | due | price | currency\nQ-1 | P-11 | 10 | 2026-03-20 | 55 | EUR\nQ-2 | P-12 | 12 | 2026-03-23 | 61.2 | EUR"
    ),
)

case(
    "orders-group-headings.xlsx",
    workbook(
        {
            "name": "Offene Aufträge",
            "rows": [
                ["Auftragsnummer", "Artikelnummer", "Bezeichnung", "Menge", "Liefertermin"],
                ["Kunde: Helix Antriebe GmbH"],
                ["H-501", "W-40", "Welle", 25, d("2026-03-18")],
                ["H-502", "W-41", "Welle lang", 10, d("2026-03-25")],
                ["Kunde: Riverport Marine"],
                ["R-88", "B-7", "Buchse", 400, d("2026-03-30")],
            ],
        }
    ),
    table(
        "orders",
        """
customer | order_no | part_no | name | quantity | due
Helix Antriebe GmbH | H-501 | W-40 | Welle | 25 | 2026-03-18
Helix Antriebe GmbH | H-502 | W-41 | Welle lang | 10 | 2026-03-25
Riverport Marine | R-88 | B-7 | Buchse | 400 | 2026-03-30
""",
    ),
)

case(
    "orders-numbers-as-text.xlsx",
    workbook(
        {
            "name": "Export",
            "rows": [
                ["Purchase order", "Item", "Material", "Order quantity", "Net price", "Currency", "Delivery date"],
                [4500012345, "10", 100234, "120", "12.50", "EUR", "2026-03-14"],
                [4500012345, "20", 100235, " 60 ", "8.00", "EUR", "2026-03-14"],
                [4500012399, "10", 200001, "1,500", "0.35", "EUR", "2026-04-01"],
                [4500012399, "20", 200002, "2,750.5", "1.10", "EUR", "2026-04-01"],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | line_no | part_no | quantity | price | currency | due
4500012345 | 10 | 100234 | 120 | 12.50 | EUR | 2026-03-14
4500012345 | 20 | 100235 | 60 | 8 | EUR | 2026-03-14
4500012399 | 10 | 200001 | 1500 | 0.35 | EUR | 2026-04-01
4500012399 | 20 | 200002 | 2750.5 | 1.10 | EUR | 2026-04-01
""",
    ),
)

case(
    "orders-formulas.xlsx",
    workbook(
        {
            "name": "Orders",
            "rows": [
                ["Order", "Part", "Ordered qty", "Delivered qty", "Open qty", "Price EUR", "Amount EUR", "Order date", "Due date"],
                ["F-1", "PX-1", 100, 30, F("=C2-D2", 70), 2.5, F("=C2*F2", 250), d("2026-02-16"), F("=H2+30", 46099, "dd.mm.yyyy")],
                ["F-2", "PX-2", 40, 0, F("=C3-D3", 40), 19.9, F("=C3*F3", 796), d("2026-02-23"), F("=H3+30", 46106, "dd.mm.yyyy")],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | part_no | quantity | delivered | open_quantity | price | amount | ordered | due | currency
F-1 | PX-1 | 100 | 30 | 70 | 2.5 | 250 | 2026-02-16 | 2026-03-18 | EUR
F-2 | PX-2 | 40 | 0 | 40 | 19.9 | 796 | 2026-02-23 | 2026-03-25 | EUR
""",
    ),
)

case(
    "orders-error-cells.xlsx",
    workbook(
        {
            "name": "Orders",
            "rows": [
                ["Order No.", "Part No.", "Qty", "Due Date", "Unit Price", "Currency"],
                ["E-1", "P1", 10, d("2026-03-20"), F("=1/0", "#DIV/0!"), "EUR"],
                ["E-2", "P2", 20, F("=NA()", "#N/A"), 4.5, "EUR"],
                ["E-3", F("=NA()", "#N/A"), 30, d("2026-03-24"), 7, "EUR"],
                ["E-4", "P4", 40, d("2026-03-25"), 8, "EUR"],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | part_no | quantity | due | price | currency
E-1 | P1 | 10 | 2026-03-20 | ? | EUR
E-2 | P2 | 20 | ! | 4.5 | EUR
E-3 | ! | 30 | 2026-03-24 | 7 | EUR
E-4 | P4 | 40 | 2026-03-25 | 8 | EUR
""",
    ),
)

case(
    "orders-notes-below.xlsx",
    workbook(
        {
            "name": "Call-offs",
            "rows": [
                ["Call-off no.", "Article", "Call-off qty", "Wanted on"],
                ["C-1", "AA-10", 100, d("2026-03-16")],
                ["C-2", "AA-10", 100, d("2026-03-23")],
                ["C-3", "AA-10", 150, d("2026-03-30")],
                ["Notes:"],
                ["1) Packaging in returnable boxes of 50."],
                ["2) Please confirm by 05.03.2026, 12:00."],
                ["Kind regards"],
            ],
        }
    ),
    table("orders", "order_no | part_no | quantity | due\nC-1 | AA-10 | 100 | 2026-03-16\nC-2 | AA-10 | 100 | 2026-03-23\nC-3 | AA-10 | 150 | 2026-03-30"),
)

case(
    "orders-price-per.xlsx",
    workbook(
        {
            "name": "Bestellpositionen",
            "rows": [
                ["Bestellung", "Pos", "Artikel", "Menge", "Preis", "PE", "Währung", "Liefertermin"],
                ["P-1", 10, "S-M6", 5000, 4.2, 100, "EUR", d("2026-03-19")],
                ["P-1", 20, "S-M8", 3000, 61, 1000, "EUR", d("2026-03-19")],
                ["P-2", 10, "G-77", 4, 311.5, 1, "CHF", d("2026-04-22")],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | line_no | part_no | quantity | price | price_per | currency | due
P-1 | 10 | S-M6 | 5000 | 4.2 | 100 | EUR | 2026-03-19
P-1 | 20 | S-M8 | 3000 | 61 | 1000 | EUR | 2026-03-19
P-2 | 10 | G-77 | 4 | 311.5 | 1 | CHF | 2026-04-22
""",
    ),
)

case(
    "orders-currency-in-cells.xlsx",
    workbook(
        {
            "name": "Orders",
            "rows": [
                ["Order no.", "Part no.", "Quantity", "Unit price", "Due date"],
                ["K-1", "P-1", 10, "€ 12.50", d("2026-03-20")],
                ["K-2", "P-2", 10, "USD 14.20", d("2026-03-20")],
                ["K-3", "P-3", 10, "9.80 CHF", d("2026-03-20")],
                ["K-4", "P-4", 10, N(33.3, "[$£-809]#,##0.00"), d("2026-03-20")],
                ["K-5", "P-5", 10, "£1,250.00", d("2026-03-20")],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | part_no | quantity | price | currency | due
K-1 | P-1 | 10 | 12.50 | EUR | 2026-03-20
K-2 | P-2 | 10 | 14.20 | USD | 2026-03-20
K-3 | P-3 | 10 | 9.80 | CHF | 2026-03-20
K-4 | P-4 | 10 | 33.3 | GBP | 2026-03-20
K-5 | P-5 | 10 | 1250 | GBP | 2026-03-20
""",
    ),
)

case(
    "orders-same-line-twice.xlsx",
    workbook(
        {
            "name": "Aufträge",
            "rows": [
                ["Auftrag", "Pos", "Artikelnr", "Menge", "Liefertermin"],
                ["D-1", 10, "A", 5, d("2026-03-20")],
                ["D-1", 20, "B", 6, d("2026-03-20")],
                ["D-1", 10, "A", 7, d("2026-03-27")],
                ["D-2", 10, "A", 5, d("2026-03-20")],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | line_no | part_no | quantity | due | *
D-1 | 10 | A | 5 | 2026-03-20 | -
D-1 | 20 | B | 6 | 2026-03-20 | -
D-1 | 10 | A | 7 | 2026-03-27 | ?
D-2 | 10 | A | 5 | 2026-03-20 | -
""",
    ),
)

case(
    "orders-due-before-ordered.xlsx",
    workbook(
        {
            "name": "Orders",
            "rows": [
                ["Order No", "Part No", "Qty", "Order Date", "Due Date"],
                ["T-1", "P1", 5, d("2026-02-20"), d("2026-03-20")],
                ["T-2", "P2", 5, d("2026-02-20"), d("2026-02-10")],
                ["T-3", "P3", 5, d("2026-02-20"), d("2062-03-20")],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | part_no | quantity | ordered | due
T-1 | P1 | 5 | 2026-02-20 | 2026-03-20
T-2 | P2 | 5 | 2026-02-20 | 2026-02-10?
T-3 | P3 | 5 | 2026-02-20 | 2062-03-20?
""",
    ),
)

case(
    "orders-states.xlsx",
    workbook(
        {
            "name": "Orders",
            "rows": [
                ["Sales order", "Pos", "Product", "Qty ordered", "Qty delivered", "Requested date", "Status"],
                ["S-10", 1, "PR-1", 10, 10, d("2026-02-13"), "Closed"],
                ["S-11", 1, "PR-2", 10, 4, d("2026-03-13"), "Partially delivered"],
                ["S-12", 1, "PR-3", 10, 0, d("2026-03-23"), "Open"],
                ["S-13", 1, "PR-4", 10, 0, d("2026-03-23"), "Cancelled"],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | line_no | part_no | quantity | delivered | due | state
S-10 | 1 | PR-1 | 10 | 10 | 2026-02-13 | Closed
S-11 | 1 | PR-2 | 10 | 4 | 2026-03-13 | Partially delivered
S-12 | 1 | PR-3 | 10 | 0 | 2026-03-23 | Open
S-13 | 1 | PR-4 | 10 | 0 | 2026-03-23 | Cancelled
""",
    ),
)

case(
    "orders-de.ods",
    ods(
        "Aufträge",
        [
            ["Auftragsnummer", "Kunde", "Artikelnummer", "Menge", "Einheit", "Liefertermin", "Einzelpreis", "Währung"],
            ["2026-881", "Swiftline", "SW-1", 30, "St.", d("2026-03-18"), 14.95, "EUR"],
            ["2026-882", "Oakmill", "OM-4", 2.5, "kg", d("2026-04-21"), 8.2, "EUR"],
            ["2026-883", "Oakmill", "OM-5", 12, "Paar", d("2026-04-21"), 31, "EUR"],
        ],
    ),
    table(
        "orders",
        """
order_no | customer | part_no | quantity | unit | due | price | currency
2026-881 | Swiftline | SW-1 | 30 | C62 | 2026-03-18 | 14.95 | EUR
2026-882 | Oakmill | OM-4 | 2.5 | KGM | 2026-04-21 | 8.2 | EUR
2026-883 | Oakmill | OM-5 | 12 | PR | 2026-04-21 | 31 | EUR
""",
    ),
)

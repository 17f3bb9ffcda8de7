"""Requests, prices, stock, parts, routings, bills of material and calendars."""

from datetime import time

from tests.desk.making.answers import case, table
from tests.desk.making.writing import N, d, workbook

case(
    "request-en.xlsx",
    workbook(
        {
            "name": "RFQ",
            "rows": [
                ["Request for Quotation"],
                ["RFQ No.: RFQ-2026-118", None, None, "Quote by: 2026-03-09"],
                [],
                ["Line", "Part Number", "Rev.", "Description", "Material", "Qty", "Required delivery date", "Target price (EUR)"],
                [1, "NF-3300", "02", "Manifold", "EN AW-6082", 25, N(d("2026-04-17"), "yyyy-mm-dd"), 180],
                [2, "NF-3301", "01", "Adapter", "1.4301", 50, N(d("2026-04-17"), "yyyy-mm-dd"), 42],
                [3, "NF-3302", "01", "Plug", "CuZn39Pb3", 500, N(d("2026-05-22"), "yyyy-mm-dd"), 1.6],
            ],
        }
    ),
    table(
        "request",
        """
line_no | part_no | revision | name | material | quantity | due | target_price
1 | NF-3300 | 02 | Manifold | EN AW-6082 | 25 | 2026-04-17 | 180
2 | NF-3301 | 01 | Adapter | 1.4301 | 50 | 2026-04-17 | 42
3 | NF-3302 | 01 | Plug | CuZn39Pb3 | 500 | 2026-05-22 | 1.6
""",
        request_no="RFQ-2026-118",
        respond_by="2026-03-09",
        currency="EUR",
    ),
)

case(
    "request-zh.xlsx",
    workbook(
        {
            "name": "询价单",
            "rows": [
                ["询价单"],
                ["询价单号：XJ-260301", None, None, "报价截止日期：2026-03-06"],
                ["序号", "图号", "版本", "名称", "材料", "需求数量", "单位", "需求日期", "目标价(元)"],
                [1, "HX-90-01", "A", "支架", "Q235B", 300, "件", "2026-04-10", 38],
                [2, "HX-90-02", "B", "底座", "HT250", 100, "件", "2026-04-20", 260],
            ],
        }
    ),
    table(
        "request",
        """
line_no | drawing_no | revision | name | material | quantity | unit | due | target_price
1 | HX-90-01 | A | 支架 | Q235B | 300 | C62 | 2026-04-10 | 38
2 | HX-90-02 | B | 底座 | HT250 | 100 | C62 | 2026-04-20 | 260
""",
        request_no="XJ-260301",
        respond_by="2026-03-06",
        currency="CNY",
    ),
)

case(
    "request-de.csv",
    "Anfrage-Nr.;Pos.;Artikel-Nr.;Bezeichnung;Werkstoff;Menge;ME;Wunschtermin\n"
    "ANF-77;1;E-1;Einsatz;1.2379;4;Stk;30.04.2026\nANF-77;2;E-2;Stempel;1.2379;8;Stk;30.04.2026\n",
    table(
        "request",
        """
request_no | line_no | part_no | name | material | quantity | unit | due
ANF-77 | 1 | E-1 | Einsatz | 1.2379 | 4 | C62 | 2026-04-30
ANF-77 | 2 | E-2 | Stempel | 1.2379 | 8 | C62 | 2026-04-30
""",
    ),
)

case(
    "prices-de-steps.xlsx",
    workbook(
        {
            "name": "Preisliste",
            "rows": [
                ["Preisliste 2026"],
                ["gültig ab 01.04.2026"],
                [],
                ["Artikelnummer", "Bezeichnung", "ab Menge", "Preis EUR", "Preiseinheit", "gültig ab", "gültig bis"],
                ["S-100", "Stift 8x40", 1, 0.95, 1, d("2026-04-01"), d("2026-12-31")],
                ["S-100", "Stift 8x40", 100, 78, 100, d("2026-04-01"), d("2026-12-31")],
                ["S-100", "Stift 8x40", 1000, 690, 1000, d("2026-04-01"), d("2026-12-31")],
                ["S-200", "Bolzen 12", 1, 2.4, 1, d("2026-04-01"), d("2026-12-31")],
            ],
        }
    ),
    table(
        "prices",
        """
part_no | name | from_quantity | price | price_per | currency | valid_from | valid_until
S-100 | Stift 8x40 | 1 | 0.95 | 1 | EUR | 2026-04-01 | 2026-12-31
S-100 | Stift 8x40 | 100 | 78 | 100 | EUR | 2026-04-01 | 2026-12-31
S-100 | Stift 8x40 | 1000 | 690 | 1000 | EUR | 2026-04-01 | 2026-12-31
S-200 | Bolzen 12 | 1 | 2.4 | 1 | EUR | 2026-04-01 | 2026-12-31
""",
    ),
)

case(
    "prices-en.csv",
    "Part No,Description,Unit,Unit Price,Currency,Min Qty,Valid From,Supplier\n"
    "MP-1,Seal kit,EA,14.50,USD,1,2026-01-01,Meridian\nMP-2,O-ring 40x3,EA,0.32,USD,100,2026-01-01,Meridian\nMP-3,Oil,L,6.10,USD,20,2026-01-01,Meridian\n",
    table(
        "prices",
        """
part_no | name | unit | price | currency | from_quantity | valid_from | supplier
MP-1 | Seal kit | C62 | 14.50 | USD | 1 | 2026-01-01 | Meridian
MP-2 | O-ring 40x3 | C62 | 0.32 | USD | 100 | 2026-01-01 | Meridian
MP-3 | Oil | LTR | 6.10 | USD | 20 | 2026-01-01 | Meridian
""",
    ),
)

case(
    "prices-zh.xlsx",
    workbook(
        {
            "name": "价格表",
            "rows": [
                ["产品报价单"],
                ["物料编码", "物料名称", "单位", "不含税单价", "币种", "生效日期", "失效日期"],
                ["P01", "衬套", "件", 12.6, "CNY", "2026-03-01", "2026-08-31"],
                ["P02", "压板", "件", 30, "CNY", "2026-03-01", "2026-08-31"],
            ],
        }
    ),
    table(
        "prices",
        """
part_no | name | unit | price | currency | valid_from | valid_until
P01 | 衬套 | C62 | 12.6 | CNY | 2026-03-01 | 2026-08-31
P02 | 压板 | C62 | 30 | CNY | 2026-03-01 | 2026-08-31
""",
    ),
)

case(
    "stock-de.csv",
    (
        "Materialnummer;Materialkurztext;Lagerort;Charge;Bestand;ME;Inventurdatum\r\n"
        "10-1;Rundstahl 42CrMo4 Ø60;L1-02;C4711;1.250,5;kg;28.02.2026\r\n10-2;Blech S235 3mm;L1-05;C4712;86;St;28.02.2026\r\n"
        "20-9;Kugellager 6204;L3-11;;240;St;28.02.2026\r\n"
    ).encode("cp1252"),
    table(
        "stock",
        """
part_no | name | place | lot | quantity | unit | counted
10-1 | Rundstahl 42CrMo4 Ø60 | L1-02 | C4711 | 1250.5 | KGM | 2026-02-28
10-2 | Blech S235 3mm | L1-05 | C4712 | 86 | C62 | 2026-02-28
20-9 | Kugellager 6204 | L3-11 | - | 240 | C62 | 2026-02-28
""",
    ),
)

case(
    "stock-zh.xlsx",
    workbook(
        {
            "name": "库存",
            "rows": [
                ["库存台账", None, None, None, "盘点日期：2026-02-28"],
                ["物料编码", "物料名称", "仓库", "批号", "库存数量", "单位"],
                ["M-1001", "45#圆钢φ50", "原料仓", "20260115A", 860.5, "kg"],
                ["M-1002", "铝板6061 t5", "原料仓", "20260120B", 42, "张"],
                ["F-2001", "法兰盘", "成品仓", "260201", 118, "件"],
            ],
        }
    ),
    table(
        "stock",
        """
part_no | name | place | lot | quantity | unit
M-1001 | 45#圆钢φ50 | 原料仓 | 20260115A | 860.5 | KGM
M-1002 | 铝板6061 t5 | 原料仓 | 20260120B | 42 | -
F-2001 | 法兰盘 | 成品仓 | 260201 | 118 | C62
""",
        counted="2026-02-28",
    )
    | {"tolerated": ["unit"]},
)

case(
    "parts-en.xlsx",
    workbook(
        {
            "name": "Item master",
            "rows": [
                [
                    "Item Number",
                    "Item Description",
                    "Revision",
                    "Drawing No.",
                    "Material",
                    "UoM",
                    "Product Group",
                    "Lot Size",
                    "Weight (kg)",
                    "Lead Time (days)",
                    "Make/Buy",
                ],
                ["P-1000", "Shaft D30", "B", "DWG-1000", "C45E", "EA", "Shafts", 50, 0.85, 10, "Make"],
                ["P-1001", "Housing", "A", "DWG-1001", "EN-GJL-250", "EA", "Castings", 20, 12.4, 25, "Make"],
                ["P-2000", "Bearing 6204", None, None, None, "EA", "Bought parts", 100, 0.107, 5, "Buy"],
            ],
        }
    ),
    table(
        "parts",
        """
part_no | name | revision | drawing_no | material | unit | family | batch_size | weight_kg | lead_days | supply
P-1000 | Shaft D30 | B | DWG-1000 | C45E | C62 | Shafts | 50 | 0.85 | 10 | Make
P-1001 | Housing | A | DWG-1001 | EN-GJL-250 | C62 | Castings | 20 | 12.4 | 25 | Make
P-2000 | Bearing 6204 | - | - | - | C62 | Bought parts | 100 | 0.107 | 5 | Buy
""",
    ),
)

case(
    "routings-de.xlsx",
    workbook(
        {
            "name": "Arbeitspläne",
            "rows": [
                ["Teilenummer", "AG", "Arbeitsgang", "Kostenstelle", "Rüstzeit (min)", "Stückzeit (min)", "Lieferant", "Lieferzeit (Tage)"],
                ["W-40", 10, "Sägen", "SAEGE", 10, 1.5],
                ["W-40", 20, "Drehen", "DREH-CNC", 45, 6.2],
                ["W-40", 30, "Härten", None, None, None, "Embercoat", 5],
                ["W-40", 40, "Schleifen", "RUND", 30, 4],
            ],
        }
    ),
    table(
        "routings",
        """
part_no | op_no | op_name | group | setup_min | cycle_min | supplier | lead_days
W-40 | 10 | Sägen | SAEGE | 10 | 1.5 | - | -
W-40 | 20 | Drehen | DREH-CNC | 45 | 6.2 | - | -
W-40 | 30 | Härten | - | - | - | Embercoat | 5
W-40 | 40 | Schleifen | RUND | 30 | 4 | - | -
""",
    ),
)

case(
    "routings-zh-seconds.xlsx",
    workbook(
        {
            "name": "工艺路线",
            "rows": [
                ["物料编码", "工序号", "工序名称", "工作中心", "准备时间(小时)", "单件工时(秒)"],
                ["ZJ-01", 10, "车削", "CK6150", 0.5, 90],
                ["ZJ-01", 20, "铣键槽", "XK714", 0.75, 45],
                ["ZJ-01", 30, "磨外圆", "M1432", 1, 120],
            ],
        }
    ),
    table(
        "routings",
        """
part_no | op_no | op_name | group | setup_min | cycle_min
ZJ-01 | 10 | 车削 | CK6150 | 30 | 1.5
ZJ-01 | 20 | 铣键槽 | XK714 | 45 | 0.75
ZJ-01 | 30 | 磨外圆 | M1432 | 60 | 2
""",
    ),
)

case(
    "routings-en.csv",
    "Part Number,Op No,Operation,Work Center,Setup Time (hrs),Pieces per Hour,Alternative\n"
    "NF-1,10,Laser cut,LASER,0.25,120,\nNF-1,20,Bend,BRAKE,0.5,60,\nNF-1,10,Waterjet,WJET,0.5,40,B\n",
    table(
        "routings",
        """
part_no | op_no | op_name | group | setup_min | per_hour | alternative
NF-1 | 10 | Laser cut | LASER | 15 | 120 | -
NF-1 | 20 | Bend | BRAKE | 30 | 60 | -
NF-1 | 10 | Waterjet | WJET | 30 | 40 | B
""",
    ),
)

case(
    "materials-en.xlsx",
    workbook(
        {
            "name": "BOM",
            "rows": [
                ["Parent Item", "Component", "Component Description", "Qty per", "UoM", "Source", "Supplier", "Lead time days"],
                ["P-1000", "RM-C45-35", "Round bar C45 D35", 0.42, "m", "Stock"],
                ["P-1001", "CST-1001", "Casting raw", 1, "EA", "Buy", "Northforge", 20],
                ["P-1001", "SCR-M8x20", "Screw M8x20", 6, "EA", "Stock"],
            ],
        }
    ),
    table(
        "materials",
        """
part_no | component | component_name | quantity | unit | supply | supplier | lead_days
P-1000 | RM-C45-35 | Round bar C45 D35 | 0.42 | MTR | Stock | - | -
P-1001 | CST-1001 | Casting raw | 1 | C62 | Buy | Northforge | 20
P-1001 | SCR-M8x20 | Screw M8x20 | 6 | C62 | Stock | - | -
""",
    ),
)

case(
    "materials-de.csv",
    "Baugruppe;Komponente;Komponentenbezeichnung;Menge je Stück;ME\nBG-1;K-10;Gehäuse;1;Stk\nBG-1;K-11;Schraube M6;8;Stk\nBG-1;K-12;Fett;0,015;kg\n",
    table(
        "materials",
        """
part_no | component | component_name | quantity | unit
BG-1 | K-10 | Gehäuse | 1 | C62
BG-1 | K-11 | Schraube M6 | 8 | C62
BG-1 | K-12 | Fett | 0.015 | KGM
""",
    ),
)

case(
    "calendar-shifts-de.xlsx",
    workbook(
        {
            "name": "Schichten",
            "rows": [
                ["Schichtplan"],
                ["Wochentag", "Beginn", "Ende", "Maschinengruppe", "Bemerkung"],
                ["Mo-Do", N(time(6, 0), "hh:mm"), N(time(14, 30), "hh:mm"), "DREH", "Früh"],
                ["Mo-Do", N(time(14, 30), "hh:mm"), N(time(23, 0), "hh:mm"), "DREH", "Spät"],
                ["Fr", "06:00", "12:00", "DREH", "Früh"],
            ],
        }
    ),
    table(
        "calendar",
        """
weekday | start | end | group | note
Mo-Do | 06:00 | 14:30 | DREH | Früh
Mo-Do | 14:30 | 23:00 | DREH | Spät
Fr | 06:00 | 12:00 | DREH | Früh
""",
    ),
)

case(
    "calendar-holidays-en.csv",
    "Date,Holiday,Closed\n2026-04-03,Good Friday,yes\n2026-04-06,Easter Monday,yes\n2026-12-24,Christmas Eve,no\n",
    table(
        "calendar",
        "date | note | closed\n2026-04-03 | Good Friday | true\n2026-04-06 | Easter Monday | true\n2026-12-24 | Christmas Eve | false",
    ),
)

case(
    "calendar-holidays-zh.xlsx",
    workbook(
        {
            "name": "放假安排",
            "rows": [
                ["开始日期", "结束日期", "节假日", "是否放假"],
                ["2026年5月1日", "2026年5月5日", "劳动节", "是"],
                ["2026年10月1日", "2026年10月7日", "国庆节", "是"],
            ],
        }
    ),
    table("calendar", "date | until | note | closed\n2026-05-01 | 2026-05-05 | 劳动节 | true\n2026-10-01 | 2026-10-07 | 国庆节 | true"),
)

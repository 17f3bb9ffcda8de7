"""Exports as ERP systems write them."""

from tests.desk.making.answers import case, table
from tests.desk.making.writing import N, d, workbook

case(
    "erp-odoo-technical.csv",
    '"order_id/name","order_id/partner_id/name","product_id/default_code","name","product_uom_qty","qty_delivered","product_uom/name",'
    '"price_unit","currency_id/name","order_id/commitment_date","order_id/date_order","state"\n'
    '"S00041","Northforge Ltd","NF-100","[NF-100] Bracket","120.0","20.0","Units","12.5","EUR","2026-03-18 07:00:00","2026-02-12 09:21:44","sale"\n'
    '"S00041","Northforge Ltd","NF-101","[NF-101] Plate","60.0","0.0","Units","4.2","EUR","2026-03-18 07:00:00","2026-02-12 09:21:44","sale"\n'
    '"S00044","Oakmill","OM-7","[OM-7] Profile","36.5","0.0","m","8.0","EUR","2026-04-08 07:00:00","2026-02-20 14:02:10","sale"\n',
    table(
        "orders",
        """
order_no | customer | part_no | name | quantity | delivered | unit | price | currency | due | ordered | state
S00041 | Northforge Ltd | NF-100 | [NF-100] Bracket | 120 | 20 | C62 | 12.5 | EUR | 2026-03-18 | 2026-02-12 | sale
S00041 | Northforge Ltd | NF-101 | [NF-101] Plate | 60 | 0 | C62 | 4.2 | EUR | 2026-03-18 | 2026-02-12 | sale
S00044 | Oakmill | OM-7 | [OM-7] Profile | 36.5 | 0 | MTR | 8 | EUR | 2026-04-08 | 2026-02-20 | sale
""",
    ),
)

case(
    "erp-odoo-labels.xlsx",
    workbook(
        {
            "name": "Sheet1",
            "rows": [
                [
                    "Order Reference",
                    "Customer",
                    "Delivery Date",
                    "Order Lines/Product/Internal Reference",
                    "Order Lines/Description",
                    "Order Lines/Quantity",
                    "Order Lines/Unit of Measure",
                    "Order Lines/Unit Price",
                    "Currency",
                ],
                ["S00051", "Helix", N(d("2026-03-24"), "yyyy-mm-dd hh:mm:ss"), "HX-11", "Shaft", 10, "Units", 99, "EUR"],
                [None, None, None, "HX-12", "Hub", 20, "Units", 45.5, None],
                [None, None, None, "HX-13", "Key", 40, "Units", 1.25, None],
                ["S00052", "Riverport", N(d("2026-04-15"), "yyyy-mm-dd hh:mm:ss"), "RP-2", "Bush", 8, "kg", 15, "EUR"],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | customer | due | part_no | name | quantity | unit | price | currency
S00051 | Helix | 2026-03-24 | HX-11 | Shaft | 10 | C62 | 99 | EUR
S00051 | Helix | 2026-03-24 | HX-12 | Hub | 20 | C62 | 45.5 | EUR
S00051 | Helix | 2026-03-24 | HX-13 | Key | 40 | C62 | 1.25 | EUR
S00052 | Riverport | 2026-04-15 | RP-2 | Bush | 8 | KGM | 15 | EUR
""",
    ),
)

case(
    "erp-sap-list.xls",
    (
        "02.03.2026\t\t\tDynamische Listausgabe\t\t\t\t\t\t\t1\r\n\r\n"
        "\tVerk.beleg\tPos\tAuftraggeber\tMaterial\tBezeichnung\tAuftragsmenge\tME\tWunschliefdat\tNettopreis\tpro\tWähr.\tNettowert\r\n\r\n"
        "\t0000123401\t10\tMeridian Pumpen\t4711-001\tLaufrad\t1.200,000\tST\t14.03.2026\t85,00\t100\tEUR\t1.020,00\r\n"
        "\t0000123401\t20\tMeridian Pumpen\t4711-002\tSpiralgehäuse\t12,000\tST\t27.03.2026\t410,50\t1\tEUR\t4.926,00\r\n"
        "\t0000123407\t10\tSwiftline\t4799-010\tRolle\t5,000-\tST\t17.03.2026\t9,90\t1\tEUR\t49,50-\r\n"
        "\t0000123410\t10\tOakmill\t4800-001\tDichtschnur\t35,500\tM\t21.04.2026\t2,10\t1\tEUR\t74,55\r\n"
    ).encode("cp1252"),
    table(
        "orders",
        """
order_no | line_no | customer | part_no | name | quantity | unit | due | price | price_per | currency | amount
0000123401 | 10 | Meridian Pumpen | 4711-001 | Laufrad | 1200 | C62 | 2026-03-14 | 85 | 100 | EUR | 1020
0000123401 | 20 | Meridian Pumpen | 4711-002 | Spiralgehäuse | 12 | C62 | 2026-03-27 | 410.50 | 1 | EUR | 4926
0000123407 | 10 | Swiftline | 4799-010 | Rolle | -5? | C62 | 2026-03-17 | 9.90 | 1 | EUR | -49.50
0000123410 | 10 | Oakmill | 4800-001 | Dichtschnur | 35.5 | MTR | 2026-04-21 | 2.10 | 1 | EUR | 74.55
""",
    ),
)

case(
    "erp-sap-technical.csv",
    "VBELN;POSNR;KUNNR;NAME1;MATNR;ARKTX;KWMENG;VRKME;VDATU;NETPR;KPEIN;WAERK;BSTNK\n"
    "0000004712;000010;0000100200;Northforge Ltd;NF-880;Yoke;40.000;ST;20260318;12.50;1;EUR;PO-9981\n"
    "0000004712;000020;0000100200;Northforge Ltd;NF-881;Pin;400.000;ST;20260318;0.85;1;EUR;PO-9981\n"
    "0000004720;000010;0000100310;Helix;HX-90;Sleeve;25.000;ST;20260415;31.00;1;EUR;H-26-7\n",
    table(
        "orders",
        """
own_no | line_no | customer_no | customer | part_no | name | quantity | unit | due | price | price_per | currency | order_no
0000004712 | 000010 | 0000100200 | Northforge Ltd | NF-880 | Yoke | 40 | C62 | 2026-03-18 | 12.50 | 1 | EUR | PO-9981
0000004712 | 000020 | 0000100200 | Northforge Ltd | NF-881 | Pin | 400 | C62 | 2026-03-18 | 0.85 | 1 | EUR | PO-9981
0000004720 | 000010 | 0000100310 | Helix | HX-90 | Sleeve | 25 | C62 | 2026-04-15 | 31 | 1 | EUR | H-26-7
""",
    ),
)

case(
    "erp-kingdee.xlsx",
    workbook(
        {
            "name": "销售订单序时簿",
            "merged": ["A1:L1"],
            "rows": [
                ["销售订单列表"],
                ["单据编号", "日期", "客户", "物料编码", "物料名称", "规格型号", "销售单位", "销售数量", "单价", "金额", "要货日期", "单据状态"],
                [
                    "XSDD000123",
                    N(d("2026-02-24"), "yyyy-mm-dd"),
                    "苏州旋翼",
                    "01.02.003",
                    "主轴",
                    "Φ80×420",
                    "Pcs",
                    12,
                    880,
                    10560,
                    N(d("2026-03-23"), "yyyy-mm-dd"),
                    "已审核",
                ],
                [
                    "XSDD000123",
                    N(d("2026-02-24"), "yyyy-mm-dd"),
                    "苏州旋翼",
                    "01.02.004",
                    "副轴",
                    "Φ60×300",
                    "Pcs",
                    24,
                    460,
                    11040,
                    N(d("2026-03-23"), "yyyy-mm-dd"),
                    "已审核",
                ],
                [
                    "XSDD000130",
                    N(d("2026-02-27"), "yyyy-mm-dd"),
                    "宁波河港",
                    "01.05.011",
                    "铜套",
                    "Φ30",
                    "Pcs",
                    600,
                    7.8,
                    4680,
                    N(d("2026-04-07"), "yyyy-mm-dd"),
                    "已审核",
                ],
                ["合计", None, None, None, None, None, None, 636, None, 26280],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | ordered | customer | part_no | name | unit | quantity | price | amount | due | state
XSDD000123 | 2026-02-24 | 苏州旋翼 | 01.02.003 | 主轴 | C62 | 12 | 880 | 10560 | 2026-03-23 | 已审核
XSDD000123 | 2026-02-24 | 苏州旋翼 | 01.02.004 | 副轴 | C62 | 24 | 460 | 11040 | 2026-03-23 | 已审核
XSDD000130 | 2026-02-27 | 宁波河港 | 01.05.011 | 铜套 | C62 | 600 | 7.8 | 4680 | 2026-04-07 | 已审核
""",
    )
    | {"tolerated": ["note", "currency"]},
)

case(
    "erp-yonyou.csv",
    (
        "订单号,行号,单据日期,客户简称,存货编码,存货名称,规格型号,主计量,数量,无税单价,无税金额,预发货日期,累计发货数量\r\n"
        '0000000087,1,2026-02-26,嘉兴橡木,0301001,轴承盖,100×20,个,"1,200.00",15.20,"18,240.00",2026-03-30,200.00\r\n'
        '0000000087,2,2026-02-26,嘉兴橡木,0301002,端盖,100×12,个,600.00,11.00,"6,600.00",2026-03-30,0.00\r\n'
        '0000000091,1,2026-03-01,无锡北锻,0402010,锻件毛坯,φ120,千克,"2,500.50",6.35,"15,878.18",2026-04-20,0.00\r\n'
    ).encode("gb18030"),
    table(
        "orders",
        """
order_no | line_no | ordered | customer | part_no | name | unit | quantity | price | amount | due | delivered
0000000087 | 1 | 2026-02-26 | 嘉兴橡木 | 0301001 | 轴承盖 | C62 | 1200 | 15.20 | 18240 | 2026-03-30 | 200
0000000087 | 2 | 2026-02-26 | 嘉兴橡木 | 0301002 | 端盖 | C62 | 600 | 11 | 6600 | 2026-03-30 | 0
0000000091 | 1 | 2026-03-01 | 无锡北锻 | 0402010 | 锻件毛坯 | KGM | 2500.50 | 6.35 | 15878.18 | 2026-04-20 | 0
""",
    )
    | {"tolerated": ["note", "currency"]},
)

case(
    "erp-datev-items.csv",
    (
        "Artikelnummer;Artikelbezeichnung;Mengeneinheit;Artikelgruppe;Verkaufspreis netto;Währung;EAN;Gewicht (kg)\r\n"
        "10010;Lagerbock groß;Stk;Guss;145,00;EUR;4006381333931;3,250\r\n"
        "10011;Welle Ø 40;Stk;Drehteile;38,40;EUR;;1,120\r\n"
        "00990;Lohnarbeit Fräsen;Std;Dienstleistung;72,50;EUR;;\r\n"
    ).encode("cp1252"),
    table(
        "parts",
        """
part_no | name | unit | family | price | currency | gtin | weight_kg
10010 | Lagerbock groß | C62 | Guss | 145 | EUR | 4006381333931 | 3.25
10011 | Welle Ø 40 | C62 | Drehteile | 38.40 | EUR | - | 1.12
00990 | Lohnarbeit Fräsen | HUR | Dienstleistung | 72.50 | EUR | - | -
""",
    ),
)

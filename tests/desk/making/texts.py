"""Order lists as text files: separators, encodings, decimal marks, line habits."""

from tests.desk.making.answers import case, table

case(
    "text-short-titles-typos.csv",
    "Auftr.Nr;Pos;Art.Nr.;Bez.;Mng;ME;Liefertrmin;E-Preis;Whrg\r\n"
    "55-01;1;K-7;Kolben;12;ST;23.03.2026;41,20;EUR\r\n"
    "55-01;2;K-8;Kolbenring;36;ST;23.03.2026;3,05;EUR\r\n"
    "55-02;1;Z-1;Zylinder;2;ST;08.04.2026;1.310,00;EUR\r\n",
    table(
        "orders",
        """
order_no | line_no | part_no | name | quantity | unit | due | price | currency
55-01 | 1 | K-7 | Kolben | 12 | C62 | 2026-03-23 | 41.20 | EUR
55-01 | 2 | K-8 | Kolbenring | 36 | C62 | 2026-03-23 | 3.05 | EUR
55-02 | 1 | Z-1 | Zylinder | 2 | C62 | 2026-04-08 | 1310 | EUR
""",
    ),
)

case(
    "text-cp1252-decimal-comma.csv",
    (
        "Bestellnummer;Lieferant-Artikel;Bezeichnung;Menge;Stückpreis €;Liefertermin;Anmerkung\r\n"
        "26/0301;GH-1;Gehäuse groß;1.200;12,50;16.03.2026;Oberfläche geölt\r\n"
        "26/0302;GH-2;Gehäuse klein;2.400;9,75;17.03.2026;\r\n"
        "26/0303;FÜ-3;Führung – links;10;1.250,00;01.04.2026;Maß prüfen\r\n"
    ).encode("cp1252"),
    table(
        "orders",
        """
order_no | part_no | name | quantity | price | currency | due | note
26/0301 | GH-1 | Gehäuse groß | 1200 | 12.50 | EUR | 2026-03-16 | Oberfläche geölt
26/0302 | GH-2 | Gehäuse klein | 2400 | 9.75 | EUR | 2026-03-17 | -
26/0303 | FÜ-3 | Führung – links | 10 | 1250 | EUR | 2026-04-01 | Maß prüfen
""",
    ),
)

case(
    "text-swiss.csv",
    "Auftrag;Artikel-Nr.;Bezeichnung;Menge;Preis CHF;Betrag CHF;Liefertermin\n"
    "CH-1;77.100;Spannzange;1'500;2.35;3'525.00;20.03.2026\n"
    "CH-2;77.200;Spindel;2;1'850.50;3'701.00;27.03.2026\n"
    "CH-3;77.300;Nabe;10;17.00;170.00;08.05.2026\n",
    table(
        "orders",
        """
order_no | part_no | name | quantity | price | amount | currency | due
CH-1 | 77.100 | Spannzange | 1500 | 2.35 | 3525 | CHF | 2026-03-20
CH-2 | 77.200 | Spindel | 2 | 1850.50 | 3701 | CHF | 2026-03-27
CH-3 | 77.300 | Nabe | 10 | 17 | 170 | CHF | 2026-05-08
""",
    ),
)

case(
    "text-repeated-titles.csv",
    "Order;Item;Part number;Quantity;Due date\n"
    "R-1;1;AB-1;5;2026-03-16\nR-1;2;AB-2;6;2026-03-16\nPage 1;;;;\n"
    "Order;Item;Part number;Quantity;Due date\n"
    "R-2;1;AB-3;7;2026-03-17\nR-3;1;AB-4;8;2026-03-18\nPage 2;;;;\n",
    table(
        "orders",
        """
order_no | line_no | part_no | quantity | due
R-1 | 1 | AB-1 | 5 | 2026-03-16
R-1 | 2 | AB-2 | 6 | 2026-03-16
R-2 | 1 | AB-3 | 7 | 2026-03-17
R-3 | 1 | AB-4 | 8 | 2026-03-18
""",
    ),
)

case(
    "text-leading-zeros.csv",
    "Order No,Line,Part No,Quantity,Due Date\n000451,001,0012300,10,2026-03-20\n000452,001,0012301,20,2026-03-21\n1E5,010,3-4,30,2026-03-22\n",
    table(
        "orders",
        """
order_no | line_no | part_no | quantity | due
000451 | 001 | 0012300 | 10 | 2026-03-20
000452 | 001 | 0012301 | 20 | 2026-03-21
1E5 | 010 | 3-4 | 30 | 2026-03-22
""",
    ),
)

case(
    "text-ditto.csv",
    "Bestellung;Kunde;Artikelnummer;Menge;Liefertermin\n"
    "B1;Northforge;N-1;5;18.03.2026\n"
    '"""";"""";N-2;6;""""\n'
    "dto.;dto.;N-3;7;25.03.2026\n"
    "B2;Helix;H-1;8;26.03.2026\n"
    "〃;〃;H-2;9;〃\n",
    table(
        "orders",
        """
order_no | customer | part_no | quantity | due
B1 | Northforge | N-1 | 5 | 2026-03-18
B1 | Northforge | N-2 | 6 | 2026-03-18
B1 | Northforge | N-3 | 7 | 2026-03-25
B2 | Helix | H-1 | 8 | 2026-03-26
B2 | Helix | H-2 | 9 | 2026-03-26
""",
    ),
)

case(
    "text-negative-and-zero.csv",
    "Order No;Part No;Quantity;Due Date;Price;Currency\n"
    "N1;A;10;2026-03-20;5.00;EUR\nN2;B;-5;2026-03-20;5.00;EUR\nN3;C;0;2026-03-20;5.00;EUR\nN4;D;(7);2026-03-20;5.00;EUR\nN5;E;;2026-03-20;5.00;EUR\n",
    table(
        "orders",
        """
order_no | part_no | quantity | due | price | currency
N1 | A | 10 | 2026-03-20 | 5 | EUR
N2 | B | ? | 2026-03-20 | 5 | EUR
N3 | C | ? | 2026-03-20 | 5 | EUR
N4 | D | ? | 2026-03-20 | 5 | EUR
N5 | E | ! | 2026-03-20 | 5 | EUR
""",
    ),
)

case(
    "text-utf16.txt",
    ("Order number\tArticle\tDescription\tQty\tDelivery date\r\nTT-1\tÄ-1\tBüchse – 40 µm\t11\t2026-03-19\r\nTT-2\tB-2\t衬套\t12\t2026-03-20\r\n").encode(
        "utf-16"
    ),
    table("orders", "order_no | part_no | name | quantity | due\nTT-1 | Ä-1 | Büchse – 40 µm | 11 | 2026-03-19\nTT-2 | B-2 | 衬套 | 12 | 2026-03-20"),
)

case(
    "text-gb18030.csv",
    (
        "订单号,客户,物料编码,物料名称,规格型号,数量,计量单位,要求交货日期,单价,金额\r\n"
        "SO0312,无锡北锻精工,WL-1001,法兰轴,Φ60×200,80,件,2026-3-18,95.00,7600.00\r\n"
        "SO0312,无锡北锻精工,WL-1002,挡圈,Φ60,160,件,2026-3-18,3.50,560.00\r\n"
        "SO0315,常州旋翼机械,WL-2001,齿轮轴,m2 z21,45,根,2026-4-9,210.00,9450.00\r\n"
    ).encode("gb18030"),
    table(
        "orders",
        """
order_no | customer | part_no | name | quantity | unit | due | price | amount
SO0312 | 无锡北锻精工 | WL-1001 | 法兰轴 | 80 | C62 | 2026-03-18 | 95 | 7600
SO0312 | 无锡北锻精工 | WL-1002 | 挡圈 | 160 | C62 | 2026-03-18 | 3.5 | 560
SO0315 | 常州旋翼机械 | WL-2001 | 齿轮轴 | 45 | C62 | 2026-04-09 | 210 | 9450
""",
    )
    | {"tolerated": ["currency", "note"]},
)

case(
    "text-utf8-bom.csv",
    b"\xef\xbb\xbf" + "Auftrag;Artikelnummer;Bezeichnung;Menge;Liefertermin\r\nBOM-1;U-1;Übergabe;3;19.03.2026\r\nBOM-2;U-2;Öse;4;20.03.2026\r\n".encode(),
    table("orders", "order_no | part_no | name | quantity | due\nBOM-1 | U-1 | Übergabe | 3 | 2026-03-19\nBOM-2 | U-2 | Öse | 4 | 2026-03-20"),
)

case(
    "text-pipe.txt",
    "# export of open lines\nORDER_NO|POS|MATNR|QTY|UOM|REQ_DATE|PRICE|CURR\n"
    "88001|10|M-100|250|PCE|20260331|1.95|EUR\n88001|20|M-101|75|MTR|20260331|14.20|EUR\n",
    table(
        "orders",
        """
order_no | line_no | part_no | quantity | unit | due | price | currency
88001 | 10 | M-100 | 250 | C62 | 2026-03-31 | 1.95 | EUR
88001 | 20 | M-101 | 75 | MTR | 2026-03-31 | 14.20 | EUR
""",
    ),
)

case(
    "text-sep-line-and-line-breaks.csv",
    'sep=;\r\nBestellnr;Artikelnr;Bezeichnung;Menge;Liefertermin\r\nS-1;P-1;"Halter, verzinkt\n'
    'links; mit ""Nase""";5;18.03.2026\r\nS-2;P-2;"Halter\nrechts";5;18.03.2026\r\n',
    table(
        "orders",
        """
order_no | part_no | name | quantity | due
S-1 | P-1 | Halter, verzinkt\\nlinks; mit "Nase" | 5 | 2026-03-18
S-2 | P-2 | Halter\\nrechts | 5 | 2026-03-18
""",
    ),
)

case(
    "text-thousands-or-decimals.csv",
    "Order No,Part No,Quantity,Due Date\nQ1,A,1.500,2026-03-20\nQ2,B,2.250,2026-03-20\nQ3,C,40,2026-03-20\n",
    table("orders", "order_no | part_no | quantity | due\nQ1 | A | ? | 2026-03-20\nQ2 | B | ? | 2026-03-20\nQ3 | C | 40 | 2026-03-20"),
)

case(
    "text-two-units-in-a-column.csv",
    "Auftrag;Artikelnummer;Menge;Liefertermin\nV1;A;40 Stk;20.03.2026\nV2;B;3 Pkg;20.03.2026\nV3;C;2,5 t;20.03.2026\nV4;D;1 gross;20.03.2026\n",
    table(
        "orders",
        """
order_no | part_no | quantity | unit | due
V1 | A | 40 | C62 | 2026-03-20
V2 | B | ? | - | 2026-03-20
V3 | C | 2.5 | TNE | 2026-03-20
V4 | D | ? | - | 2026-03-20
""",
    ),
)

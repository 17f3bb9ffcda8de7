"""Values as people write them: weeks, words for days, thousands, units, prices for a hundred, signs of money, numbers that lost their form."""

from tests.desk.making.answers import case, table
from tests.desk.making.writing import d, workbook

case(
    "guest-weeks.xlsx",
    workbook(
        {
            "name": "Abrufe",
            "rows": [
                ["Bestellung", "Teil", "Menge", "Liefertermin"],
                ["W-1", "T-1", 10, "KW 14"],
                ["W-2", "T-2", 10, "KW15/26"],
                ["W-3", "T-3", 10, "CW16/2026"],
                ["W-4", "T-4", 10, "2026-W17"],
                ["W-5", "T-5", 10, "18. KW"],
                ["W-6", "T-6", 10, "Fr KW 19"],
                ["W-7", "T-7", 10, "KW 02/2027"],
                ["W-8", "T-8", 10, "KW 60"],
                ["W-9", "T-9", 10, "wk 20"],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | part_no | quantity | due
W-1 | T-1 | 10 | 2026-03-30..2026-04-05?
W-2 | T-2 | 10 | 2026-04-06..2026-04-12?
W-3 | T-3 | 10 | 2026-04-13..2026-04-19?
W-4 | T-4 | 10 | 2026-04-20..2026-04-26?
W-5 | T-5 | 10 | 2026-04-27..2026-05-03?
W-6 | T-6 | 10 | 2026-05-08?
W-7 | T-7 | 10 | 2027-01-11..2027-01-17?
W-8 | T-8 | 10 | ?
W-9 | T-9 | 10 | 2026-05-11..2026-05-17?
""",
    ),
)

case(
    "guest-days-zh.xlsx",
    workbook(
        {
            "name": "采购订单",
            "rows": [
                ["采购单号", "料号", "品名", "数量", "交货日期"],
                ["PO260301", "6204-01", "轴套", 100, "2026年4月3日"],
                ["PO260301", "6204-02", "端盖", 200, "2026.4.10"],
                ["PO260301", "6204-03", "垫片", 300, "20260417"],
                ["PO260301", "6204-04", "螺母", 400, "4月24日"],
                ["PO260301", "6204-05", "销", 500, "26/5/8"],
                ["PO260301", "6204-06", "键", 600, "5月底"],
                ["PO260301", "6204-07", "环", 700, "尽快"],
                ["PO260301", "6204-08", "罩", 800, "二〇二六年五月十五日"],
            ],
        }
    ),
    table(
        "orders",
        """
part_no | name | quantity | due
6204-01 | 轴套 | 100 | 2026-04-03
6204-02 | 端盖 | 200 | 2026-04-10
6204-03 | 垫片 | 300 | 2026-04-17
6204-04 | 螺母 | 400 | 2026-04-24?
6204-05 | 销 | 500 | 2026-05-08
6204-06 | 键 | 600 | ?
6204-07 | 环 | 700 | ?
6204-08 | 罩 | 800 | ?
""",
        order_no="PO260301",
    ),
)

case(
    "guest-days-either-way-pounds.csv",
    "PO Number,Part Number,Qty,Unit Price,Required\n1201,AX-1,10,£4.50,04/05/26\n1202,AX-2,12,£3.00,05/06/26\n1203,AX-3,20,£1.10,12/05/26\n",
    table(
        "orders",
        """
order_no | part_no | quantity | price | due
1201 | AX-1 | 10 | 4.50 | 2026-05-04?
1202 | AX-2 | 12 | 3 | 2026-06-05?
1203 | AX-3 | 20 | 1.10 | 2026-05-12?
""",
        currency="GBP",
    ),
)

case(
    "guest-days-as-numbers.csv",
    "Order;Part;Qty;Due date\n501;Q-1;5;46115\n502;Q-2;6;46118\n503;Q-3;7;46122.0\n",
    table("orders", "order_no | part_no | quantity | due\n501 | Q-1 | 5 | 2026-04-03?\n502 | Q-2 | 6 | 2026-04-06?\n503 | Q-3 | 7 | 2026-04-10?"),
)

_WHEN = ["asap", "ab sofort", "EOM", "Ende April", "end of May 2026", "n. Absprache", "ex stock", "mid June", "24.04.2026 fix", "spätestens 08.05.26"]
case(
    "guest-days-in-words.csv",
    "Order;Part;Qty;Due\n" + "".join(f"T-{n};P-{n};5;{when}\n" for n, when in enumerate(_WHEN)) + "T-10;P-10;5;Fr. 27.03.2026\nT-11;P-11;5;27-MAR-2026\n",
    table(
        "orders",
        "order_no | part_no | quantity | due\n"
        + "".join(f"T-{n} | P-{n} | 5 | {'?' if n < 8 else '2026-04-24' if n == 8 else '2026-05-08'}\n" for n in range(10))
        + "T-10 | P-10 | 5 | 2026-03-27\nT-11 | P-11 | 5 | 2026-03-27",
    ),
)

case(
    "guest-thousands-de.csv",
    "Bestellnr;Artikelnr;Menge;Preis;Liefertermin\nG-1;P-1;1.000;0,35;20.03.2026\nG-2;P-2;2.500;1.250,00;23.03.2026\nG-3;P-3;750;12,5;27.03.2026\n",
    table(
        "orders",
        "order_no | part_no | quantity | price | due\nG-1 | P-1 | 1000 | 0.35 | 2026-03-20\nG-2 | P-2 | 2500 | 1250 | 2026-03-23\n"
        "G-3 | P-3 | 750 | 12.5 | 2026-03-27",
    )
    | {"tolerated": ["currency"]},
)

case(
    "guest-thousands-open.csv",
    "Order;Part;Qty;Due\nH-1;P-1;1.000;2026-04-10\nH-2;P-2;2.000;2026-04-10\nH-3;P-3;5.000;2026-04-17\n",
    table("orders", "order_no | part_no | quantity | due\nH-1 | P-1 | ? | 2026-04-10\nH-2 | P-2 | ? | 2026-04-10\nH-3 | P-3 | ? | 2026-04-17"),
)

case(
    "guest-three-decimals.csv",
    "Bestellnr;Material;Bestellmenge;BME;Nettopreis;Lieferdatum\n4500001;M-1;1.000,000;ST;2,45;10.04.2026\n4500001;M-2;12,500;KG;8,00;10.04.2026\n"
    "4500001;M-3;2,000;ST;110,00;17.04.2026\n",
    table(
        "orders",
        """
order_no | part_no | quantity | unit | price | due
4500001 | M-1 | 1000 | C62 | 2.45 | 2026-04-10
4500001 | M-2 | 12.5 | KGM | 8 | 2026-04-10
4500001 | M-3 | 2 | C62 | 110 | 2026-04-17
""",
    )
    | {"tolerated": ["currency"]},
)

case(
    "guest-units-with-quantities.csv",
    "Bestellung;Artikel;Menge;Termin\nU-1;A;10 Stk;10.04.2026\nU-2;B;2 dz;10.04.2026\nU-3;C;1,5 t;10.04.2026\nU-4;D;500 kg;10.04.2026\n"
    "U-5;E;3 Satz;10.04.2026\n"
    "U-6;F;12 lfm;10.04.2026\nU-7;G;4 VE à 50;10.04.2026\nU-8;H;2 Paletten;10.04.2026\nU-9;I;1000St;10.04.2026\nU-10;J;25 m2;10.04.2026\n"
    "U-11;K;5 TSt;10.04.2026\n",
    table(
        "orders",
        """
order_no | part_no | quantity | unit | due
U-1 | A | 10 | C62 | 2026-04-10
U-2 | B | 2 | ? | 2026-04-10
U-3 | C | 1.5 | TNE | 2026-04-10
U-4 | D | 500 | KGM | 2026-04-10
U-5 | E | 3 | SET | 2026-04-10
U-6 | F | 12 | MTR | 2026-04-10
U-7 | G | ? | ? | 2026-04-10
U-8 | H | 2 | ? | 2026-04-10
U-9 | I | 1000 | C62 | 2026-04-10
U-10 | J | 25 | MTK | 2026-04-10
U-11 | K | ? | - | 2026-04-10
""",
    ),
)

case(
    "guest-units-en.csv",
    "PO;Part;Quantity;Need by\n1;A;10 ea;2026-04-10\n2;B;2 doz;2026-04-10\n3;C;40 lbs;2026-04-10\n4;D;25 ft;2026-04-10\n5;E;1 lot;2026-04-10\n"
    "6;F;3 k;2026-04-10\n"
    "7;G;1/2 ton;2026-04-10\n8;H;2 prs;2026-04-10\n9;I;5 sets of 4;2026-04-10\n10;J;100 off;2026-04-10\n",
    table(
        "orders",
        """
order_no | part_no | quantity | unit | due
1 | A | 10 | C62 | 2026-04-10
2 | B | 2 | DZN | 2026-04-10
3 | C | 40 | LBR | 2026-04-10
4 | D | 25 | FOT | 2026-04-10
5 | E | 1 | ? | 2026-04-10
6 | F | ? | - | 2026-04-10
7 | G | ? | ? | 2026-04-10
8 | H | 2 | PR | 2026-04-10
9 | I | ? | ? | 2026-04-10
10 | J | 100 | C62 | 2026-04-10
""",
    ),
)

case(
    "guest-price-for-hundred-column.csv",
    "Bestellung;Pos;Artikel;Menge;ME;Preis;PE;Währung;Liefertermin\nK-1;1;S-1;500;Stk;45,00;100;EUR;10.04.2026\n"
    "K-1;2;S-2;2.000;Stk;8,90;1000;EUR;10.04.2026\n"
    "K-1;3;S-3;5;Stk;12,00;1;EUR;17.04.2026\n",
    table(
        "orders",
        """
order_no | line_no | part_no | quantity | unit | price | price_per | currency | due
K-1 | 1 | S-1 | 500 | C62 | 45 | 100 | EUR | 2026-04-10
K-1 | 2 | S-2 | 2000 | C62 | 8.90 | 1000 | EUR | 2026-04-10
K-1 | 3 | S-3 | 5 | C62 | 12 | 1 | EUR | 2026-04-17
""",
    ),
)

case(
    "guest-price-for-hundred-in-cells.csv",
    "Bestellung;Artikel;Menge;Preis;Liefertermin\nL-1;S-1;500;45,00 €/100 Stk;10.04.2026\nL-2;S-2;2000;EUR 8,90 / 1000;10.04.2026\n"
    "L-3;S-3;5;12,00 € je Stk;17.04.2026\n"
    "L-4;S-4;300;38,50 %;17.04.2026\nL-5;S-5;700;2,10 EUR/kg;17.04.2026\nL-6;S-6;80;15,00 p. 100;17.04.2026\n",
    table(
        "orders",
        """
order_no | part_no | quantity | price | price_per | due
L-1 | S-1 | 500 | 45 | 100 | 2026-04-10
L-2 | S-2 | 2000 | 8.90 | 1000 | 2026-04-10
L-3 | S-3 | 5 | 12 | - | 2026-04-17
L-4 | S-4 | 300 | ? | - | 2026-04-17
L-5 | S-5 | 700 | ? | - | 2026-04-17
L-6 | S-6 | 80 | ? | - | 2026-04-17
""",
    )
    | {"tolerated": ["currency", "price_per", "unit"]},
)

case(
    "guest-money-signs.csv",
    "PO No.,Part No.,Qty,Unit Price,Delivery Date\n1,M-1,100,RMB 12.50,2026-04-10\n2,M-2,100,US$3.20,2026-04-10\n3,M-3,100,NT$350,2026-04-10\n"
    "4,M-4,100,HK$ 28.00,2026-04-10\n"
    '5,M-5,100,JPY 1200,2026-04-10\n6,M-6,100,￥88.00,2026-04-10\n7,M-7,100,CHF 9.-,2026-04-10\n8,M-8,100,"EUR 1,234.50",2026-04-10\n'
    '9,M-9,100,"¥1,200",2026-04-10\n',
    table(
        "orders",
        """
order_no | part_no | quantity | price | currency | due
1 | M-1 | 100 | 12.5 | CNY | 2026-04-10
2 | M-2 | 100 | 3.2 | USD | 2026-04-10
3 | M-3 | 100 | 350 | TWD | 2026-04-10
4 | M-4 | 100 | 28 | HKD | 2026-04-10
5 | M-5 | 100 | 1200 | JPY | 2026-04-10
6 | M-6 | 100 | 88 | ? | 2026-04-10
7 | M-7 | 100 | 9 | CHF | 2026-04-10
8 | M-8 | 100 | 1234.5 | EUR | 2026-04-10
9 | M-9 | 100 | 1200 | ? | 2026-04-10
""",
    ),
)

case(
    "guest-yuan-zh.csv",
    "订单号,物料编码,数量,单价(元),金额,交货日期\nD-1,W-1,1000,¥0.85,850.00,2026-04-10\nD-2,W-2,20,￥125.5,2510.00,2026-04-12\n".encode("gb18030"),
    table(
        "orders",
        "order_no | part_no | quantity | price | amount | due\nD-1 | W-1 | 1000 | 0.85 | 850 | 2026-04-10\nD-2 | W-2 | 20 | 125.5 | 2510 | 2026-04-12",
        currency="CNY",
    ),
)

case(
    "guest-credits.csv",
    "Bestellung;Artikel;Menge;Preis EUR;Betrag EUR;Termin\nC-1;P-1;10;5,00;50,00;10.04.2026\nC-2;P-2;5-;5,00;25,00-;10.04.2026\n"
    "C-3;P-3;-3;5,00;-15,00;10.04.2026\n"
    "C-4;P-4;4;-2,50;-10,00;10.04.2026\nC-5;P-5;(2);5,00;(10,00);10.04.2026\nC-6;P-6;0;5,00;0,00;10.04.2026\n",
    table(
        "orders",
        """
order_no | part_no | quantity | price | amount | due
C-1 | P-1 | 10 | 5 | 50 | 2026-04-10
C-2 | P-2 | ? | 5 | ? | 2026-04-10
C-3 | P-3 | ? | 5 | -15 | 2026-04-10
C-4 | P-4 | 4 | -2.5? | -10 | 2026-04-10
C-5 | P-5 | ? | 5 | ? | 2026-04-10
C-6 | P-6 | 0? | 5 | 0 | 2026-04-10
""",
        currency="EUR",
    )
    | {"tolerated": ["amount"]},
)

case(
    "guest-codes-that-lost-form.csv",
    "Order,Part Number,Customer PN,Qty,Due\n1001.0,4.71E+12,007788,5.0,2026-04-10\n1002.0,471100123456,007789,6.0,2026-04-10\n"
    "1003.0,8E5,007790,7.0,2026-04-17\n",
    table(
        "orders",
        """
order_no | part_no | customer_part_no | quantity | due
1001? | ? | 007788 | 5 | 2026-04-10
1002? | 471100123456 | 007789 | 6 | 2026-04-10
1003? | 8E5? | 007790 | 7 | 2026-04-17
""",
    )
    | {"tolerated": []},
)

case(
    "guest-swiss.csv",
    "Bestell-Nr.;Artikel;Bezeichnung;Menge;Preis CHF;Betrag CHF;Liefertermin\nZH-1;E-1;Flansch grün;1'200;1.05;1'260.00;3.4.26\n"
    "ZH-2;E-2;Hülse;5;1’250.50;6’252.50;17.4.26\n".encode("cp1252"),
    table(
        "orders",
        "order_no | part_no | name | quantity | price | amount | due\nZH-1 | E-1 | Flansch grün | 1200 | 1.05 | 1260 | 2026-04-03\n"
        "ZH-2 | E-2 | Hülse | 5 | 1250.5 | 6252.5 | 2026-04-17",
        currency="CHF",
    ),
)

case(
    "guest-days-typed-mixed.xlsx",
    workbook(
        {
            "name": "Orders",
            "rows": [
                ["PO", "Item", "Part", "Qty", "Ship by"],
                ["U1", 1, "P-1", 5, d("2026-04-03")],
                ["U1", 2, "P-2", 5, "4/17/2026"],
                ["U1", 3, "P-3", 5, "4/24"],
                ["U1", 4, "P-4", 5, 46143],
                ["U1", 5, "P-5", 5, "17.4."],
                ["U1", 6, "P-6", 5, "April 30th, 2026"],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | line_no | part_no | quantity | due
U1 | 1 | P-1 | 5 | 2026-04-03
U1 | 2 | P-2 | 5 | 2026-04-17
U1 | 3 | P-3 | 5 | 2026-04-24?
U1 | 4 | P-4 | 5 | 2026-05-01?
U1 | 5 | P-5 | 5 | 2026-04-17?
U1 | 6 | P-6 | 5 | 2026-04-30
""",
    )
    | {"tolerated": []},
)

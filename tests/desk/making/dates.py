"""Order lists whose dates are written in every habit."""

from tests.desk.making.answers import case, table
from tests.desk.making.writing import N, d, workbook

case(
    "dates-de-text.xlsx",
    workbook(
        {
            "name": "Aufträge",
            "rows": [
                ["Auftragsnr.", "Artikelnr.", "Menge", "Liefertermin"],
                ["D1", "A1", 1, "14.03.2026"],
                ["D2", "A2", 2, "3.4.26"],
                ["D3", "A3", 3, "14. März 2026"],
                ["D4", "A4", 4, "Mo 16.03.2026"],
                ["D5", "A5", 5, "KW 13/2026"],
                ["D6", "A6", 6, "20.03."],
                ["D7", "A7", 7, "sofort"],
                ["D8", "A8", 8, "31.02.2026"],
                ["D9", "A9", 9, "01.Okt.2026"],
                ["D10", "A10", 10, d("2026-05-04")],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | part_no | quantity | due
D1 | A1 | 1 | 2026-03-14
D2 | A2 | 2 | 2026-04-03
D3 | A3 | 3 | 2026-03-14
D4 | A4 | 4 | 2026-03-16
D5 | A5 | 5 | 2026-03-23..2026-03-29?
D6 | A6 | 6 | 2026-03-20?
D7 | A7 | 7 | ?
D8 | A8 | 8 | !
D9 | A9 | 9 | 2026-10-01
D10 | A10 | 10 | 2026-05-04
""",
    ),
)

case(
    "dates-iso.csv",
    "order_no,part_no,quantity,due_date,order_date\n"
    "I1,A,1,2026-03-14,2026-02-01\n"
    "I2,B,2,2026-03-14T00:00:00,2026-02-01T08:15:00\n"
    "I3,C,3,20260321,20260201\n"
    "I4,D,4,2026/3/24,2026/2/1\n"
    "I5,E,5,2026-04-01 00:00:00.000,2026-02-01 09:00:00.000\n",
    table(
        "orders",
        """
order_no | part_no | quantity | due | ordered
I1 | A | 1 | 2026-03-14 | 2026-02-01
I2 | B | 2 | 2026-03-14 | 2026-02-01
I3 | C | 3 | 2026-03-21 | 2026-02-01
I4 | D | 4 | 2026-03-24 | 2026-02-01
I5 | E | 5 | 2026-04-01 | 2026-02-01
""",
    ),
)

case(
    "dates-us.csv",
    "PO #,Part #,Qty,Need Date,Unit Price\n"
    'U1,P-1,"1,250",03/25/2026,$4.10\n'
    "U2,P-2,40,04/02/2026,$12.00\n"
    'U3,P-3,"2,000",12/11/2026,"$1,040.50"\n'
    "U4,P-4,7,3/9/26,$8\n",
    table(
        "orders",
        """
order_no | part_no | quantity | due | price | currency
U1 | P-1 | 1250 | 2026-03-25 | 4.10 | USD
U2 | P-2 | 40 | 2026-04-02 | 12 | USD
U3 | P-3 | 2000 | 2026-12-11 | 1040.50 | USD
U4 | P-4 | 7 | 2026-03-09 | 8 | USD
""",
    ),
)

case(
    "dates-uk.csv",
    "Order No,Part No,Quantity,Delivery Date\nK1,P-1,10,03/04/2026\nK2,P-2,20,27/03/2026\nK3,P-3,30,05/05/2026\nK4,P-4,40,11/12/2026\n",
    table(
        "orders",
        """
order_no | part_no | quantity | due
K1 | P-1 | 10 | 2026-04-03
K2 | P-2 | 20 | 2026-03-27
K3 | P-3 | 30 | 2026-05-05
K4 | P-4 | 40 | 2026-12-11
""",
    ),
)

case(
    "dates-either-way.csv",
    "Order No,Part No,Quantity,Delivery Date\nX1,P-1,10,03/04/2026\nX2,P-2,20,05/06/2026\nX3,P-3,30,07/08/2026\nX4,P-4,40,05/05/2026\n",
    table(
        "orders",
        """
order_no | part_no | quantity | due
X1 | P-1 | 10 | ?
X2 | P-2 | 20 | ?
X3 | P-3 | 30 | ?
X4 | P-4 | 40 | 2026-05-05
""",
    ),
)

case(
    "dates-said-in-title.csv",
    "Order No,Part No,Quantity,Due Date (MM/DD/YYYY)\nM1,P-1,10,03/04/2026\nM2,P-2,20,05/06/2026\n",
    table("orders", "order_no | part_no | quantity | due\nM1 | P-1 | 10 | 2026-03-04\nM2 | P-2 | 20 | 2026-05-06"),
)

case(
    "dates-contradicting.csv",
    "Order No,Part No,Quantity,Delivery Date\nC1,P-1,10,03/25/2026\nC2,P-2,20,25/04/2026\nC3,P-3,30,06/05/2026\n",
    table("orders", "order_no | part_no | quantity | due\nC1 | P-1 | 10 | 2026-03-25\nC2 | P-2 | 20 | 2026-04-25\nC3 | P-3 | 30 | ?"),
)

case(
    "dates-zh.xlsx",
    workbook(
        {
            "name": "订单",
            "rows": [
                ["订单编号", "料号", "订单数量", "交货日期", "下单日期"],
                ["Z1", "M-01", 100, "2026年3月14日", "2026-02-20"],
                ["Z2", "M-02", 200, "2026-03-25", "2026-02-20"],
                ["Z3", "M-03", 300, "2026.4.2", "2026-02-21"],
                ["Z4", "M-04", 400, "3月20日", "2026-02-21"],
                ["Z5", "M-05", 500, 46120, "2026-02-24"],
                ["Z6", "M-06", 600, N(d("2026-04-10"), 'yyyy"年"m"月"d"日"'), "2026-02-24"],
                ["Z7", "M-07", 700, "尽快", "2026-02-24"],
                ["Z8", "M-08", 800, "2026年3月28日前", "2026-02-24"],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | part_no | quantity | due | ordered
Z1 | M-01 | 100 | 2026-03-14 | 2026-02-20
Z2 | M-02 | 200 | 2026-03-25 | 2026-02-20
Z3 | M-03 | 300 | 2026-04-02 | 2026-02-21
Z4 | M-04 | 400 | 2026-03-20? | 2026-02-21
Z5 | M-05 | 500 | 2026-04-08 | 2026-02-24
Z6 | M-06 | 600 | 2026-04-10 | 2026-02-24
Z7 | M-07 | 700 | ? | 2026-02-24
Z8 | M-08 | 800 | 2026-03-28 | 2026-02-24
""",
    ),
)

case(
    "dates-words.csv",
    "PO Number,Part Number,Quantity,Required Date\n"
    "W1,A,1,14 Mar 2026\n"
    'W2,B,2,"March 20, 2026"\n'
    "W3,C,3,25-Mar-26\n"
    "W4,D,4,ASAP\n"
    "W5,E,5,TBD\n"
    "W6,F,6,Wk 14 2026\n"
    'W7,G,7,"Fri, 3 Apr 2026"\n'
    "W8,H,8,1st May 2026\n"
    "W9,I,9,end of May 2026\n",
    table(
        "orders",
        """
order_no | part_no | quantity | due
W1 | A | 1 | 2026-03-14
W2 | B | 2 | 2026-03-20
W3 | C | 3 | 2026-03-25
W4 | D | 4 | ?
W5 | E | 5 | ?
W6 | F | 6 | 2026-03-30..2026-04-05?
W7 | G | 7 | 2026-04-03
W8 | H | 8 | 2026-05-01
W9 | I | 9 | ?
""",
    ),
)

case(
    "dates-weeks.xlsx",
    workbook(
        {
            "name": "Abrufe",
            "rows": [
                ["Abruf-Nr.", "Teil-Nr.", "Abrufmenge", "Lieferwoche"],
                ["L-1", "T-1", 100, "KW 11"],
                ["L-2", "T-1", 100, "KW12/26"],
                ["L-3", "T-1", 100, "2026-W13"],
                ["L-4", "T-1", 100, "14/2026"],
                ["L-5", "T-1", 100, "202615"],
            ],
        }
    ),
    table(
        "orders",
        """
order_no | part_no | quantity | due
L-1 | T-1 | 100 | 2026-03-09..2026-03-15?
L-2 | T-1 | 100 | 2026-03-16..2026-03-22?
L-3 | T-1 | 100 | 2026-03-23..2026-03-29?
L-4 | T-1 | 100 | 2026-03-30..2026-04-05?
L-5 | T-1 | 100 | 2026-04-06..2026-04-12?
""",
    ),
)

"""Price lists, stock, routings, bills, calendars and requests as small firms keep them."""

from datetime import time

from tests.desk.making.answers import case, table
from tests.desk.making.writing import N, d, workbook

case(
    "guest-price-steps-in-rows.xlsx",
    workbook(
        {
            "name": "Preisliste 2026",
            "rows": [
                ["Preisliste 2026 – gültig ab 01.01.2026 bis 31.12.2026 – alle Preise in EUR zzgl. MwSt."],
                [],
                ["Artikel-Nr.", "Bezeichnung", "Staffel", "Preis/Stk"],
                ["B-10", "Buchse", "ab 1 Stk", "2,40"],
                [None, None, "ab 100 Stk", "1,95"],
                [None, None, "ab 1.000 Stk", "1,60"],
                ["B-11", "Bolzen", "ab 1 Stk", "auf Anfrage"],
            ],
        }
    ),
    table(
        "prices",
        """
part_no | name | from_quantity | price
B-10 | Buchse | 1 | 2.4
B-10 | Buchse | 100 | 1.95
B-10 | Buchse | 1000 | 1.6
B-11 | Bolzen | 1 | ?
""",
        currency="EUR",
    )
    | {"tolerated": ["unit", "valid_from", "valid_until"]},
)

case(
    "guest-price-steps-across.xlsx",
    workbook(
        {
            "name": "Quote",
            "rows": [
                ["Part Number", "Rev", "MOQ", "Price @ 100", "Price @ 500", "Price @ 1000", "Valid until"],
                ["AL-1", "B", 100, 4.2, 3.9, 3.5, d("2026-06-30")],
                ["AL-2", "A", 100, 7, 6.5, None, d("2026-06-30")],
            ],
        }
    ),
    table(
        "prices",
        """
part_no | revision | from_quantity | price | valid_until
AL-1 | B | 100 | 4.2 | 2026-06-30
AL-1 | B | 500 | 3.9 | 2026-06-30
AL-1 | B | 1000 | 3.5 | 2026-06-30
AL-2 | A | 100 | 7 | 2026-06-30
AL-2 | A | 500 | 6.5 | 2026-06-30
""",
    )
    | {"tolerated": ["currency", "revision"]},
)

case(
    "guest-price-list-gross-net.csv",
    "Art.-Nr.;Artikel;Preis netto €;Preis brutto €;VPE;Lieferzeit\n00123;Scheibe M8;4,20;5,00;100;3 Tage\n00124;Mutter M8;6,30;7,50;100;5 Tage\n",
    table("prices", "part_no | name | price\n00123 | Scheibe M8 | 4.2\n00124 | Mutter M8 | 6.3", currency="EUR") | {"doubtful": ["price_per"]},
)

case(
    "guest-stock-by-warehouse.xlsx",
    workbook(
        {
            "name": "Bestand",
            "rows": [
                ["Lagerbestand per 28.02.2026"],
                ["Artikel", "Bezeichnung", "Hauptlager", "Außenlager", "Sperrlager", "Gesamt"],
                ["K-1", "Kappe", 100, 20, 5, 125],
                ["K-2", "Kegel", 0, 40, 0, 40],
                ["Summe", None, 100, 60, 5, 165],
            ],
        }
    ),
    table("stock", "part_no | name | quantity\nK-1 | Kappe | 125?\nK-2 | Kegel | 40?") | {"tolerated": ["counted", "quantity"]},
)

case(
    "guest-stock-with-owed.csv",
    'Part No,Description,UoM,On Hand,Allocated,Available,Location,Lot\nR-1,Rod,M,"1,250.50",50,1200.5,A-01,H778\nR-2,Plate,EA,-3,0,-3,A-02,\n'
    "R-3,Tube,M,0,0,0,,\nTotal,,,1247.50,50,,,\n",
    table(
        "stock",
        """
part_no | name | unit | quantity | place | lot
R-1 | Rod | MTR | 1250.5 | A-01 | H778
R-2 | Plate | C62 | -3? | A-02 | -
R-3 | Tube | MTR | 0 | - | -
""",
    ),
)

case(
    "guest-times-of-day-form.xlsx",
    workbook(
        {
            "name": "Arbeitsplan",
            "rows": [
                ["Arbeitsplan", None, "Teil:", "H-200"],
                ["AVO", "Arbeitsplatz", "Text", "tr", "te"],
                ["0010", "SAE1", "Sägen", N(time(0, 10), "hh:mm"), N(time(0, 1, 30), "hh:mm:ss")],
                ["0020", "DRE2", "Drehen", N(time(0, 45), "hh:mm"), N(time(0, 6, 15), "hh:mm:ss")],
                ["0030", "QS", "Prüfen", None, N(time(0, 0, 45), "hh:mm:ss")],
            ],
        }
    ),
    table(
        "routings",
        """
part_no | op_no | group | op_name | setup_min | cycle_min
H-200 | 10 | SAE1 | Sägen | 10 | 1.5
H-200 | 20 | DRE2 | Drehen | 45 | 6.25
H-200 | 30 | QS | Prüfen | - | 0.75
""",
    ),
)

case(
    "guest-times-with-units.csv",
    "Part;Op;Machine group;Operation;Setup;Run time/pc\nZ-1;10;LASER;Cut;15 min;45 s\nZ-1;20;BEND;Bend;0,5 h;1:30 min\nZ-1;30;WELD;Weld;1h 15min;12,5 min\n",
    table(
        "routings",
        """
part_no | op_no | group | op_name | setup_min | cycle_min
Z-1 | 10 | LASER | Cut | 15 | 0.75
Z-1 | 20 | BEND | Bend | 30 | 1.5
Z-1 | 30 | WELD | Weld | 75 | 12.5
""",
    ),
)

case(
    "guest-times-without-units.csv",
    "Teil;AG;Maschine;Rüstzeit;Stückzeit\nY-1;10;M1;0,5;0,05\nY-1;20;M2;1,25;0,12\n",
    table("routings", "part_no | op_no | machine | setup_min | cycle_min\nY-1 | 10 | M1 | ? | ?\nY-1 | 20 | M2 | ? | ?"),
)

case(
    "guest-shifts-in-words.csv",
    "Maschinengruppe;Tage;Früh;Spät\nDREHEN;Mo-Fr;06:00-14:00;14:00-22:00\nSCHLEIFEN;Mo-Do;6-14 Uhr;\n",
    table(
        "calendar",
        """
group | weekday | start | end
DREHEN | Mo-Fr | 06:00 | 14:00
DREHEN | Mo-Fr | 14:00 | 22:00
SCHLEIFEN | Mo-Do | 06:00 | 14:00
""",
    )
    | {"tolerated": ["note"]},
)

case(
    "guest-bill.xlsx",
    workbook(
        {
            "name": "Stückliste",
            "rows": [
                ["Stückliste zu Baugruppe", "BG-700"],
                ["Pos", "Teile-Nr.", "Benennung", "Menge", "Einheit", "Werkstoff", "Lieferant"],
                [1, "T-1", "Rahmen", 1, "Stk", "S235JR", None],
                [2, "T-2", "Flachstahl 50x10", 2.4, "m", "S235JR", "Stahlhandel Kern"],
                [3, "N-8", "Schraube M8x20", 12, "Stk", None, "Normteile Lanz"],
            ],
        }
    ),
    table(
        "materials",
        """
part_no | component | component_name | quantity | unit | supplier
BG-700 | T-1 | Rahmen | 1 | C62 | -
BG-700 | T-2 | Flachstahl 50x10 | 2.4 | MTR | Stahlhandel Kern
BG-700 | N-8 | Schraube M8x20 | 12 | C62 | Normteile Lanz
""",
    ),
)

case(
    "guest-request-of-steps.xlsx",
    workbook(
        {
            "name": "RFQ",
            "rows": [
                ["Request for Quotation RFQ-2026-031", None, None, None, "Please quote by 13 March 2026"],
                [],
                ["Item", "Drawing No", "Rev", "Description", "Material", "Quantities", "Required"],
                [1, "DWG-100", "B", "Housing", "EN AW-6082", "10/50/100", d("2026-05-04")],
                [2, "DWG-101", "A", "Cover", "AISI 304", "25", d("2026-05-04")],
            ],
        }
    ),
    table(
        "request",
        """
line_no | drawing_no | revision | name | material | quantity | due
1 | DWG-100 | B | Housing | EN AW-6082 | ? | 2026-05-04
2 | DWG-101 | A | Cover | AISI 304 | 25 | 2026-05-04
""",
        request_no="RFQ-2026-031",
        respond_by="2026-03-13",
    )
    | {"tolerated": ["respond_by"]},
)

case(
    "guest-request-zh.csv",
    "询价单,,,,,\n询价单号：XJ-0301,,,报价截止：2026-03-10,,\n序号,图号,名称,材质,数量,备注\n1,TH-01,支架,6061,50/100/500,氧化黑\n2,TH-02,底板,45#,30,\n".encode(
        "gb18030"
    ),
    table(
        "request",
        "line_no | drawing_no | name | material | quantity | note\n1 | TH-01 | 支架 | 6061 | ? | 氧化黑\n2 | TH-02 | 底板 | 45# | 30 | -",
        request_no="XJ-0301",
        respond_by="2026-03-10",
    ),
)

case(
    "guest-parts-with-weights.csv",
    "Item Code;Description;Drawing;Rev;Material;Weight (g);Lead time (wks);Make/Buy\n00045;Pin;D-45;A;C45;125;2;Make\n00046;Plate;D-46;B;S235;1500;3;Buy\n",
    table(
        "parts",
        """
part_no | name | drawing_no | revision | material | weight_kg | lead_days | supply
00045 | Pin | D-45 | A | C45 | 0.125 | ? | Make
00046 | Plate | D-46 | B | S235 | 1.5 | ? | Buy
""",
    ),
)

"""``desk.excel``: CPU seconds to read, map and check an order list of 10,000 lines and 12 columns in Excel, beside its bare reading by calamine.

python -m bench.desk_excel [lines]
"""

import io
import json
import resource
import sys
from datetime import date, timedelta

from plait.kernel.clock import SYSTEM
from plait.manufacturing.desk.reading.context import Context
from plait.manufacturing.desk.reading.read import read

TITLES = [
    "Bestell-Nr.",
    "Pos.",
    "Kunde",
    "Artikel-Nr.",
    "Bezeichnung",
    "Zeichnungs-Nr.",
    "Werkstoff",
    "Menge",
    "ME",
    "Liefertermin",
    "Einzelpreis EUR",
    "Bestelldatum",
]
CUSTOMERS = ["Northforge GmbH", "Helix AG", "Oakmill Ltd", "Embercoat GmbH", "Meridian GmbH"]
PARTS = ["Welle", "Flansch", "Gehäuse", "Ritzel", "Deckel", "Buchse", "Hebel"]


def workbook(lines: int) -> bytes:
    """Return an order list as a firm's program would export it: two rows above the titles, real dates, prices as numbers."""
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet("Auftragsbestand")
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    money = book.add_format({"num_format": "#,##0.00"})
    sheet.write(0, 0, "Auftragsbestand")
    sheet.write_row(2, 0, TITLES)
    start = date(2026, 1, 5)
    for line in range(lines):
        part = line * 7 % 1500
        row = [
            f"45{line // 4:06d}",
            (line % 4 + 1) * 10,
            CUSTOMERS[line // 4 % 5],
            f"A-{part:05d}",
            f"{PARTS[part % 7]} {part}",
            f"Z{part:06d}",
            "1.4301",
            line % 90 + 1,
            "Stk",
        ]
        sheet.write_row(line + 3, 0, row)
        sheet.write_datetime(line + 3, 9, start + timedelta(days=30 + line % 200), day)
        sheet.write_number(line + 3, 10, (part % 400 + 5) * 1.05, money)
        sheet.write_datetime(line + 3, 11, start + timedelta(days=line % 25), day)
    book.close()
    return content.getvalue()


def floor(content: bytes) -> float:
    """Return the CPU seconds of calamine alone."""
    import python_calamine

    cpu = SYSTEM.cpu()
    with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    return SYSTEM.cpu() - cpu


def main() -> None:
    """Print the figure."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    content = workbook(lines)
    context = Context(today=date(2026, 1, 5))
    read(workbook(50), "warm.xlsx", context)
    bare = floor(content)
    cpu = SYSTEM.cpu()
    result = read(content, "orders.xlsx", context)
    spent = SYSTEM.cpu() - cpu
    (mapping, records), *_ = result.tables
    assert mapping.kind == "orders"
    assert len(records) == lines
    assert all(column.field for column in mapping.columns)
    assert not any(record.refused for record in records)
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    figure = {"name": "desk.excel", "value": round(spent, 2), "unit": f"CPU seconds for {lines} lines", "floor": round(bare, 2)}
    print(json.dumps({**figure, "floor_name": "calamine alone reading the workbook", "lines_per_s": round(lines / spent), "peak_mb": peak}))


if __name__ == "__main__":
    main()

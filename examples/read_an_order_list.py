"""Read an order list as people have it, with every doubt said: python examples/read_an_order_list.py [FILE]."""

import sys
from datetime import date
from pathlib import Path

from plait.manufacturing.desk.reading.context import Context
from plait.manufacturing.desk.reading.read import read

if __name__ == "__main__":
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("open-orders.csv")
    result = read(path.read_bytes(), path.name, Context(today=date(2026, 3, 2)))
    for mapping, records in result.tables:
        print(f"{mapping.kind}, {mapping.confidence:.0%} sure:")
        for column in mapping.columns:
            print(f"  {column.title} is read as {column.field or 'nothing'}")
        for record in records:
            print(" ", record.row, {field: str(value) for field, value in record.values.items()})
            for issue in record.issues:
                print(f"    {issue.level} {issue.place.cell}: {issue.reason}. {issue.fix}")
    for issue in result.issues:
        print(f"{issue.level} {issue.place.cell}: {issue.reason}. {issue.fix}")

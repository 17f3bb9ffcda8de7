"""The plan of a week as an Excel file: real dates and numbers, texts never taken for formulas."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from plait.kernel.texts import Texts
from plait.manufacturing.desk.papers.shopfloor import STATES, PlanRow

__all__ = ["workbook"]

WIDTHS = (16, 17, 17, 14, 8, 8, 26, 30, 10, 12)


def workbook(say: Texts, rows: Sequence[PlanRow], title: str, made: datetime) -> bytes:
    """Return the rows as one sheet with filters, a fixed head and local times."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": title, "created": made.astimezone(say.zone).replace(tzinfo=None)})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet(_name(title))
    titles = ("Work centre", "Start", "End", "Order", "Batch", "Step", "Operation", "Part", "Quantity", "State")
    for column, (name, width) in enumerate(zip(titles, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, say(name), head)
    for place, row in enumerate(rows, 1):
        _write(sheet, place, row, say, moment)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(rows)), len(titles) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.close()
    return out.getvalue()


def _write(sheet: Any, place: int, row: PlanRow, say: Texts, moment: Any) -> None:
    sheet.write_string(place, 0, row.centre or say("outside, by a supplier"))
    for column, when in ((1, row.start), (2, row.end)):
        sheet.write_datetime(place, column, when.astimezone(say.zone).replace(tzinfo=None), moment)
    sheet.write_string(place, 3, row.order)
    sheet.write_number(place, 4, row.batch)
    sheet.write_number(place, 5, row.seq)
    sheet.write_string(place, 6, row.operation)
    sheet.write_string(place, 7, row.part)
    sheet.write_number(place, 8, row.quantity)
    sheet.write_string(place, 9, say(STATES.get(row.state, row.state)))


def _name(title: str) -> str:
    """Return a name that Excel takes for a sheet."""
    return "".join("-" if sign in "[]:*?/\\" else sign for sign in title)[:31]

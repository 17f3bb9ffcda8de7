"""The doubts a value can raise, in words: each with its level and what to do."""

from collections.abc import Mapping
from types import MappingProxyType

from plait.manufacturing.desk.reading.context import Doubt

__all__ = ["DOUBTS"]

_YEAR = "Write the date with its year."
_ROWS: tuple[Doubt, ...] = (
    Doubt(
        "warning",
        "number-ambiguous",
        "the number may be meant with a decimal mark or with a thousands mark",
        "Check the value; say the decimal mark of the column.",
    ),
    Doubt(
        "warning", "number-mixed", "the numbers of this column are written with two decimal marks", "Check the value; write the column with one decimal mark."
    ),
    Doubt("warning", "thousands", "the title says thousands; the number was multiplied", "Check the quantity."),
    Doubt("warning", "number-about", "the number is said to be only about right", "Ask for the exact number."),
    Doubt("bad", "number-unreadable", "the number cannot be read", "Write a plain number."),
    Doubt("bad", "number-huge", "the number is too large to be meant", "Correct the number."),
    Doubt(
        "bad", "number-is-date", "there is a date where a number belongs; the spreadsheet may have changed it", "Write the number again, as text if need be."
    ),
    Doubt("warning", "number-scientific", "the number is written with a power of ten; digits may be lost", "Check the value."),
    Doubt("warning", "price-negative", "the price is negative", "Check the price."),
    Doubt("bad", "unit-unknown", "the unit is not known", "Write a known unit, e.g. pcs, kg, m; or correct the cell."),
    Doubt("warning", "unit-strange", "the unit beside the number is not known; pieces are not meant", "Say the quantity in a known unit, e.g. pcs, kg, m."),
    Doubt("bad", "unit-is-number", "there is a number where a unit belongs", "Check which column holds the unit."),
    Doubt("warning", "unit-dropped", "the unit beside the number does not belong here and was dropped", "Check the value."),
    Doubt("warning", "two-units", "the cell says another unit than the title", "Check which unit holds."),
    Doubt("bad", "currency-unknown", "the currency is not known", "Write a currency code, e.g. EUR, USD, CNY."),
    Doubt("warning", "currency-ambiguous", "the sign stands for several currencies", "Write the currency's code."),
    Doubt("note", "currency-dollar", "the sign $ was taken as the US dollar, or the firm's own", "Write the currency's code to be sure."),
    Doubt("note", "currency-sign", "the sign ¥ was taken as the yuan, as the table is in Chinese", "Write CNY or JPY to be sure."),
    Doubt("warning", "code-damaged", "a spreadsheet has changed this number; its last digits may be lost", "Ask the sender for the number as text."),
    Doubt("warning", "code-date", "this looks like a date; a spreadsheet may have made it of a number", "Check the number in the sender's file."),
    Doubt("warning", "code-number", "a number with a decimal mark stands where a code belongs; a zero at its end may be lost", "Check the code."),
    Doubt("warning", "code-zeros", "other values of this column begin with zeros; here they may have been lost", "Check the code."),
    Doubt("bad", "code-unreadable", "this cannot be a code", "Write the code as text."),
    Doubt("warning", "date-ambiguous", "day and month may be the other way round", "Check the date; say the habit of the column."),
    Doubt("warning", "date-mixed", "the dates of this column are written in two ways", "Check the date."),
    Doubt("warning", "date-week", "a week is said; its Friday is taken", "Check the date."),
    Doubt("warning", "date-month", "a month is said; its last day is taken", "Check the date."),
    Doubt("warning", "date-soon", "as soon as possible is said; today is taken", "Agree on a date."),
    Doubt("warning", "date-year-missing", "no year is said; the likely one is taken", _YEAR),
    Doubt("warning", "date-unclear", "month and day, or month and year: it cannot be told", _YEAR),
    Doubt("warning", "date-about", "the date is said to be only about right", "Ask for the exact date."),
    Doubt("warning", "date-range", "a span of days is said; its end is taken", "Check the date."),
    Doubt("note", "date-time", "the time of day was dropped", "Nothing to do unless the hour matters."),
    Doubt("warning", "date-zone", "the time has a zone; the day may be another one here", "Check the date."),
    Doubt("note", "date-serial", "a spreadsheet's day number was turned into a date", "Check the date."),
    Doubt("warning", "date-serial-text", "a text looks like a spreadsheet's day number and was turned into a date", "Check the date."),
    Doubt("warning", "date-weekday", "the day of the week does not belong to this date", "Check the date."),
    Doubt("warning", "date-far", "the date is more than ten years away", "Check the year."),
    Doubt("bad", "date-open", "the date is said to be open", "Agree on a date."),
    Doubt("bad", "date-unreadable", "the date cannot be read", "Write the date as day, month and year, e.g. 2026-03-14."),
    Doubt("bad", "date-impossible", "there is no such day", "Correct the date."),
    Doubt("bad", "flag-unreadable", "this is neither yes nor no", "Write yes or no."),
    Doubt("bad", "error-value", "the spreadsheet shows an error here", "Correct the formula in the file and send it again."),
    Doubt(
        "bad",
        "formula-without-value",
        "the cell is a formula whose value was never stored",
        "Open the file in a spreadsheet program, save it and send it again.",
    ),
    Doubt("warning", "month-shown", "the cell shows a month only; the day behind it may be nobody's", "Check the date."),
    Doubt("warning", "struck-out", "the row is struck out; it may be done or cancelled", "Leave it out if it is."),
    Doubt("warning", "rows-lost", "the lines below this one do not fit the titles and were not read", "Read the mail; enter what is missing."),
    Doubt("warning", "backlog-left", "beside the weeks stands a backlog that was not read", "Enter what is overdue, if it is still wanted."),
    Doubt("warning", "letters-doubtful", "the file does not say how its letters are encoded; these were guessed", "Check the text; save as UTF-8."),
    Doubt("warning", "letters-damaged", "letters of this text were damaged on their way", "Check the text."),
    Doubt("warning", "sheet-hidden", "the row stands in a hidden sheet; whoever sent it may not have meant it", "Leave it out if it is not meant."),
    Doubt("warning", "order-with-line", "number and line stand in one cell; they were parted at the stroke", "Check that the number ends there."),
    Doubt("warning", "row-hidden", "the row is hidden in the sheet; whoever sent it may not have meant it", "Leave it out if it is not meant."),
    Doubt(
        "warning",
        "order-withdrawn",
        "the mail cancels or changes an earlier order",
        "Change or cancel that order; enter this as a new one only if it is meant.",
    ),
    Doubt("warning", "order-answered", "the mail confirms, delivers or bills an order; it may be none itself", "Enter it only if a customer orders by it."),
    Doubt("note", "ditto", "the value above holds here, as the cell says", "Nothing to do."),
    Doubt("warning", "said-open", "the cell says that it is not known yet", "Ask for the value."),
    Doubt("warning", "weeks-as-days", "weeks or months were turned into working days", "Check the number of days."),
    Doubt("note", "text-was-date", "a date stands where text belongs", "Nothing to do."),
    Doubt("warning", "text-cut", "the text was too long and has been cut", "Shorten the text."),
)
DOUBTS: Mapping[str, Doubt] = MappingProxyType({row.code: row for row in _ROWS})
"""Every doubt by its code."""

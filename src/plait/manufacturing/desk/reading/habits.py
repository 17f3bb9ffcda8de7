"""How a column's numbers and dates are written: told from all its cells, else from the other columns, the sender's habit, the language."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from plait.manufacturing.desk.reading.context import Context, Doubt
from plait.manufacturing.desk.reading.dates import Written, written
from plait.manufacturing.desk.reading.doubts import DOUBTS
from plait.manufacturing.desk.reading.model import Column, FieldKind, Raw
from plait.manufacturing.desk.reading.numbers import Number, split

__all__ = ["BACKWARD", "Habits", "abroad", "column_habits", "own_habits", "separator", "sheet_habits"]

BACKWARD = frozenset({"ordered", "counted"})
"""Fields whose days lie behind rather than ahead."""
_NUMERIC = frozenset({"number", "quantity", "money", "duration", "percent"})


class Habits(NamedTuple):
    """The decimal ``mark`` (``sure``: proved), ``mixed`` when both are proved; for dates the style by separator, which are proved, which are mixed.

    ``swapped``: real dates stand beside texts in a way that shows that a spreadsheet has read some of them wrongly. ``elsewhere``: the mark is
    proved by other columns only.
    """

    mark: str = "."
    sure: bool = False
    mixed: bool = False
    styles: tuple[tuple[str, str], ...] = ()
    proved: frozenset[str] = frozenset()
    torn: frozenset[str] = frozenset()
    swapped: bool = False
    elsewhere: bool = False
    forward: bool = True

    def style(self, sign: str) -> str:
        """Return the habit for dates with one separator, or ""."""
        return next((style for each, style in self.styles if each == sign), "")

    def doubts(self, number: Number) -> tuple[Doubt, ...]:
        """Return what is doubtful about one number as it is written in this column."""
        if number.point == number.comma:
            return ()
        proves = number.proves
        if self.mixed:
            return (DOUBTS["number-mixed"],) if proves != self.mark else ()
        if proves or self.sure:
            return ()
        return (DOUBTS["number-ambiguous"],)


@lru_cache(maxsize=65536)
def separator(text: str) -> str:
    """Return the sign that separates the parts of a date written in numbers, or ""."""
    return next((sign for sign in "./-" if sign in text), "")


def _marks(raws: Iterable[Raw]) -> Counter[str]:
    found: Counter[str] = Counter()
    for raw in {raw for raw in raws if isinstance(raw, str)}:
        if len(raw) < 40 and ("," in raw or "." in raw):
            found[split(raw).proves] += 1
    del found[""]
    return found


def _styles(texts: Iterable[str], today: date, forward: bool) -> dict[str, tuple[set[str], bool]]:
    """Return for each separator the habits by which all dates can be read, and whether at least one date can be read by them alone."""
    found: dict[str, tuple[set[str], bool]] = {}
    for text in set(texts):
        date_ = written(text, today, forward)
        ways = {way for way, _ in date_.ways if way}
        if not ways:
            continue
        sign = separator(text)
        before, proved = found.get(sign, ({"dmy", "mdy", "ymd"}, False))
        if len(ways) == 1 and not ways <= before:
            found[sign] = (set(), True)
        elif before:
            found[sign] = (before & ways, proved or len(before & ways) == 1)
    return found


def own_habits(kind: FieldKind, raws: Sequence[Raw], today: date, forward: bool = True) -> Habits:
    """Return what one column proves by itself."""
    if kind == "date":
        found = _styles((raw for raw in raws if isinstance(raw, str)), today, forward)
        styles = tuple((sign, next(iter(ways))) for sign, (ways, _) in found.items() if len(ways) == 1)
        return Habits(styles=styles, proved=frozenset(sign for sign, _ in styles), torn=frozenset(sign for sign, (ways, _) in found.items() if not ways))
    if kind in _NUMERIC:
        marks = _marks(raws)
        if marks:
            return Habits(mark=marks.most_common(1)[0][0], sure=len(marks) == 1, mixed=len(marks) > 1)
    return Habits()


def sheet_habits(columns: Iterable[Habits]) -> Habits:
    """Return what all columns together prove: marks and styles that nothing contradicts."""
    columns = list(columns)
    marks = {each.mark for each in columns if each.sure or each.mixed}
    by_sign: dict[str, set[str]] = {}
    for each in columns:
        for sign, style in each.styles:
            by_sign.setdefault(sign, set()).add(style)
    styles = tuple((sign, next(iter(found))) for sign, found in by_sign.items() if len(found) == 1)
    mixed = any(each.mixed for each in columns) or len(marks) > 1
    return Habits(mark=next(iter(marks), "."), sure=len(marks) == 1 and not mixed, mixed=mixed, styles=styles, proved=frozenset(sign for sign, _ in styles))


def column_habits(kind: FieldKind, column: Column, raws: Sequence[Raw], context: Context, language: str, sheet: Habits) -> Habits:
    """Return the habits by which one column is read; what is only assumed is not ``sure`` and not ``proved``."""
    forward = column.field not in BACKWARD
    if kind == "date":
        return _date_habits(column, raws, context, language, sheet, forward)
    if kind not in _NUMERIC:
        return Habits(mark="," if language == "de" else ".")
    if column.style in {",", "."}:
        return Habits(mark=column.style, sure=True)
    own = own_habits(kind, raws, context.today)
    if own.sure or own.mixed:
        return own
    if context.decimal:
        return Habits(mark=context.decimal, sure=True)
    if sheet.sure:
        return Habits(mark=sheet.mark, elsewhere=True)
    return Habits(mark="," if language == "de" else ".")


def _date_habits(column: Column, raws: Sequence[Raw], context: Context, language: str, sheet: Habits, forward: bool) -> Habits:
    own = own_habits("date", raws, context.today, forward)
    texts = [raw for raw in raws if isinstance(raw, str)]
    known = column.style if column.style in {"dmy", "mdy", "ymd"} else context.dates
    styles, proved = [], set()
    for sign in "./-":
        style = known or own.style(sign)
        if style:
            proved.add(sign)
        elif sheet.style(sign) and sign not in own.torn:
            style = sheet.style(sign)
            proved.add(sign)
        else:
            style = _assumed(sign, language)
        styles.append((sign, style))
    if "." not in own.torn and not own.style("."):
        proved.add(".")
    days = [raw for raw in raws if isinstance(raw, date)]
    swapped = bool(days) and bool(texts) and all(day.day <= 12 for day in days) and any(_late(written(text, context.today, forward)) for text in texts)
    return Habits(styles=tuple(styles), proved=frozenset(proved), torn=own.torn, swapped=swapped, forward=forward)


def abroad(raws: Iterable[Raw]) -> bool:
    """Tell whether money in an English table is not that of the United States, so that the day stands before the month."""
    texts = [raw.upper() for raw in raws if isinstance(raw, str)]
    return any(sign in text for text in texts for sign in ("£", "GBP", "€", "EUR", "CHF", "AUD", "INR")) and not any(
        sign in text for text in texts for sign in ("USD", "US$", "CAD")
    )


def _assumed(sign: str, language: str) -> str:
    if language == "zh":
        return "ymd"
    if language == "en" and sign == "/":
        return "mdy"
    return "dmy"


def _late(found: Written) -> bool:
    """Tell whether a date in numbers can be read in one way only as one part is more than twelve."""
    return len(found.ways) == 1 and found.ways[0][0] in {"dmy", "mdy"}

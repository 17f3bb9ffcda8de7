"""Where the tables of a sheet stand: rows of titles, in one or two rows, and where each table's rows end."""

import re
from collections.abc import Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from plait.manufacturing.desk.reading.model import Raw, Sheet
from plait.manufacturing.desk.reading.text import fold, is_none, tidy, total
from plait.manufacturing.desk.reading.units import currency_code, unit_code
from plait.manufacturing.desk.reading.words import titles

__all__ = ["Block", "Title", "blank", "blocks", "known", "pieces", "title_of"]

_BRACKET = re.compile(r"^(.*?)\s*[\[(（【]\s*([^\])）】]*?)\s*[\])）】]\s*[:：]?\s*$")
_IN = re.compile(r"^(.+?)(?:\s+in\s+|\s*,\s+|\s*/\s*|\s+)([^\s/,]{1,12}(?:\s*/\s*\d*\s*[^\s/,]{0,8})?)\s*[:：]?$")
_DATED = re.compile(
    r"^((?=[^\d]*(?:preis|price|cost|kosten|menge|bestand|stock|qty|quantity))[^\d:：]{3,40}?)\s*"
    r"((?:(?:gültig |valid )?(?:ab|bis|vom|per|seit|from|until|as of|on|at)\s+)?(?:\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}-\d{2}-\d{2}))$",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s*[/|]\s*| - ")
_SCRIPTS = re.compile(r"[\u3400-\u9fff（）]+|[^\u3400-\u9fff（）]+")
_NUMBER_PRICE = re.compile(r"\s*(?:\bper|\bpro|\bje|/|每)\s*1?[.,]?0*1?\d*\s*(?:pcs|stk|st|pc|stück|件|个)?\.?$", re.IGNORECASE)
_SAID = re.compile(r"^([^:：]{2,40}?)\s*[:：]")
_COUNTED = re.compile(r"^[^\W\d][^\d]{2,30}[ .]?\d{1,2}$")
_NEAR = 60


class Title(NamedTuple):
    """A title: its whole ``text``, the ``base`` without what stands in brackets, and that (``extra``)."""

    text: str
    base: str
    extra: str


class Block(NamedTuple):
    """One table: the rows of its titles (``first`` and ``last``; one less than its first row when it has none), its ``end`` (not in it), the titles.

    ``above``: the first row that belongs to no table before it. ``units``: what a row of units under the titles says.
    """

    first: int
    last: int
    end: int
    titles: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]
    units: tuple[str, ...]
    above: int


def blank(raw: Raw) -> bool:
    """Tell whether a cell holds nothing."""
    if isinstance(raw, str):
        return not raw[:1].isalnum() and (raw.isspace() or not tidy(raw))
    return raw is None


@lru_cache(maxsize=4096)
def title_of(text: str) -> Title:
    """Split a title from the unit that it says."""
    plain = tidy(text).rstrip(":：*").strip()
    found = _BRACKET.match(plain)
    if found and found.group(1):
        return Title(plain, found.group(1), found.group(2))
    found = _DATED.match(plain)
    if found:
        return Title(plain, found.group(1), found.group(2))
    found = _IN.match(plain)
    if found and (_says_unit(found.group(2))):
        return Title(plain, found.group(1).rstrip(" /,"), found.group(2))
    return Title(plain, plain, "")


@lru_cache(maxsize=4096)
def pieces(text: str) -> tuple[str, ...]:
    """Return the parts of a title that says the same in two languages, or that names a path to a field: the last part first."""
    parts = [part.strip() for part in _PARTS.split(tidy(text)) if part.strip()]
    if len(parts) < 2:
        parts = [part.strip(" /:：()（）") for part in _SCRIPTS.findall(tidy(text))]
    clean = [_NUMBER_PRICE.sub("", title_of(part).base) for part in parts if part]
    return tuple(dict.fromkeys(reversed(clean))) if len(clean) > 1 else tuple(part for part in (_NUMBER_PRICE.sub("", title_of(text).base),) if part != text)


def _says_unit(text: str) -> bool:
    head, slash, rest = text.partition("/")
    if head.lower().rstrip(".") in {"no", "nos", "nr", "in", "un", "unit", "units", "off", "part", "teil", "teile"}:
        return False
    return bool(currency_code(head)[0] or (unit_code(head) and len(head) > 1)) and (
        not slash or bool(unit_code(rest.lstrip("0123456789 "))) or rest.strip().isdigit()
    )


@lru_cache(maxsize=16384)
def known(text: str) -> bool:
    """Tell whether a text is a title that some kind of table may have."""
    if len(text) > 80:
        return False
    title = title_of(text)
    if fold(title.text) in titles() or fold(title.base) in titles():
        return True
    return any(fold(piece) in titles() for piece in pieces(text))


@lru_cache(maxsize=2048)
def _near(text: str) -> bool:
    """Tell whether a text is nearly a title (a slip of the pen, a longer form)."""
    if len(text) > 60 or any(sign.isdigit() for sign in text):
        return False
    from rapidfuzz import fuzz, process

    plain = fold(title_of(text).base)
    return len(plain) >= 5 and process.extractOne(plain, titles(), scorer=fuzz.ratio, score_cutoff=84) is not None


class _Row(NamedTuple):
    known: int
    filled: int
    plain: int
    labels: int

    @property
    def score(self) -> float:
        return self.known - 0.3 * (self.filled - self.known) - 1.0 * (self.filled - self.plain)


_NONE = _Row(0, 0, 0, 0)


def _weigh(row: Sequence[Raw], fuzzy: bool) -> _Row:
    """Count the cells of a row that are titles, filled at all, words rather than values, and labels with a colon."""
    said = filled = plain = labels = 0
    for raw in row:
        if blank(raw):
            continue
        filled += 1
        if not isinstance(raw, str) or len(raw) > 200:
            continue
        text = tidy(raw)
        if not any(sign.isdigit() for sign in text) or known(text) or _COUNTED.match(text):
            plain += 1
        if text.endswith((":", "：")):
            labels += 1
        if known(text) or (fuzzy and _near(text)):
            said += 1
    return _Row(said, filled, plain, labels)


def _weak(sheet: Sheet, number: int, found: _Row) -> bool:
    """Tell whether a row of words over rows of values may be titles although few of them are known."""
    if found.known < 1 or found.filled < 3 or found.plain != found.filled or found.labels > 1 or number + 1 >= len(sheet.rows):
        return False
    below = [raw for raw in sheet.rows[number + 1] if not blank(raw)]
    values = sum(not isinstance(raw, str) or any(sign.isdigit() for sign in raw) for raw in below)
    return len(below) >= 3 and values >= 0.5 * len(below)


def _titles_like(found: _Row) -> bool:
    return found.known >= 2 and found.known >= 0.4 * found.filled and found.filled - found.plain <= 0.2 * found.filled and found.labels < found.filled / 2


def _quick(row: Sequence[Raw]) -> bool:
    """Tell cheaply whether a row far down may be titles: two texts among its first cells that are known."""
    found = 0
    for raw in row:
        if isinstance(raw, str) and raw and known(raw):
            found += 1
            if found >= 3:
                return True
        elif isinstance(raw, int | float | date | Decimal | time | timedelta):
            return False
    return found >= 2


def _candidates(sheet: Sheet) -> list[tuple[int, _Row]]:
    """Return the rows that may be titles with their weights; where one of several close by is clearly better, only that."""
    found: list[tuple[int, _Row]] = []
    for number, row in enumerate(sheet.rows):
        if number >= _NEAR and not _quick(row):
            continue
        weight = _weigh(row, fuzzy=number < _NEAR)
        if _titles_like(weight) or (number < _NEAR and not found and _weak(sheet, number, weight)):
            found.append((number, weight))
    best: list[tuple[int, _Row]] = []
    for place, (number, weight) in enumerate(found):
        later = [other for after, other in found[place + 1 : place + 12] if after - number <= 12]
        if any(other.score > 1.5 * weight.score and other.filled > weight.filled for other in later):
            continue
        best.append((number, weight))
    return best


def blocks(sheet: Sheet) -> list[Block]:
    """Return the tables of a sheet that have titles, in order."""
    spans = _spans(sheet)
    found: list[Block] = []
    done = -1
    for number, _ in _candidates(sheet):
        if number <= done:
            continue
        block = _block(sheet, number, spans)
        again = bool(found) and _same_titles(block.titles, found[-1].titles)
        if again and not _labelled(sheet, found[-1].last + 1, block.first):
            done = block.last
            continue
        above = 0
        if found:
            found[-1] = found[-1]._replace(end=block.first)
            above = _above(sheet, found[-1].last + 1, block.first)
            found[-1] = found[-1]._replace(end=above)
        found.append(block._replace(above=above))
        done = block.last
    return found


def _labelled(sheet: Sheet, start: int, stop: int) -> bool:
    """Tell whether short rows right above repeated titles say something for the rows below (``Order: A2``), so that a new table begins."""
    for number in range(stop - 1, max(start, stop - 8) - 1, -1):
        texts = [tidy(raw) for raw in sheet.rows[number] if isinstance(raw, str) and not blank(raw)]
        if sum(not blank(raw) for raw in sheet.rows[number]) > 4:
            return False
        for text in texts:
            found = _SAID.match(text)
            if found and known(found.group(1)):
                return True
    return False


def _same_titles(one: Sequence[str], other: Sequence[str]) -> bool:
    mine, yours = [fold(text) for text in one if text], [fold(text) for text in other if text]
    return mine == yours


def _above(sheet: Sheet, start: int, stop: int) -> int:
    """Return the first row of what belongs to the table whose titles stand in ``stop``: short rows that an empty row parts from the table before."""
    empty = [all(blank(raw) for raw in sheet.rows[row]) for row in range(start, stop)]
    best = row = stop
    while row > start:
        row -= 1
        if empty[row - start]:
            continue
        filled = sum(not blank(raw) for raw in sheet.rows[row])
        labelled = any(isinstance(raw, str) and (":" in raw or "：" in raw) for raw in sheet.rows[row])
        if filled > (4 if labelled else 2) or _summed(sheet.rows[row]):
            break
        if row == start or empty[row - 1 - start]:
            best = row
    return best


def _summed(row: Sequence[Raw]) -> bool:
    return any(isinstance(raw, str) and total(tidy(raw)) for raw in row[:3])


def _spans(sheet: Sheet) -> dict[tuple[int, int], tuple[int, int, int, int]]:
    return {(top, left): (top, left, bottom, right) for top, left, bottom, right in sheet.merged}


def _texts(sheet: Sheet, row: int, width: int, spans: dict[tuple[int, int], tuple[int, int, int, int]], spread: bool) -> list[str]:
    """Return the texts of one row of titles; ``spread``: a merged title stands over all its columns."""
    cells = sheet.rows[row]
    texts = [tidy(str(raw)) if not blank(raw) else "" for raw in cells] + [""] * (width - len(cells))
    if spread:
        for column in range(width):
            span = spans.get((row, column))
            if span:
                for covered in range(span[1] + 1, min(span[3] + 1, width)):
                    texts[covered] = texts[covered] or texts[column]
    return texts


def _block(sheet: Sheet, number: int, spans: dict[tuple[int, int], tuple[int, int, int, int]]) -> Block:
    width = max(len(row) for row in sheet.rows[max(0, number - 1) : number + 3])
    first = last = number
    if number and _over(sheet, number - 1, number, spans):
        first = number - 1
    units: tuple[str, ...] = ()
    if number + 1 < len(sheet.rows):
        below = sheet.rows[number + 1]
        if _is_units(below):
            units = tuple(_texts(sheet, number + 1, width, spans, spread=False))
            last = number + 1
        elif _second(sheet, number, spans):
            last = number + 1
    rows = [row for row in range(first, last + 1) if not (units and row == last)]
    texts = [_texts(sheet, row, width, spans, spread=len(rows) > 1 and row != rows[-1]) for row in rows]
    if len(rows) > 1 and not any(key[0] == rows[0] for key in spans):
        _spread(texts[0], texts[-1])
    parts = tuple(tuple(dict.fromkeys(text[column] for text in texts if text[column])) for column in range(width))
    whole = tuple(" ".join(part) for part in parts)
    return Block(first, last, len(sheet.rows), whole, parts, units, 0)


def _spread(upper: list[str], lower: list[str]) -> None:
    """Let an upper title stand over the columns right of it that have a lower title only."""
    for column in range(1, len(upper)):
        if not upper[column] and lower[column] and upper[column - 1] and not known(lower[column]):
            upper[column] = upper[column - 1]


def _over(sheet: Sheet, upper: int, lower: int, spans: dict[tuple[int, int], tuple[int, int, int, int]]) -> bool:
    """Tell whether the row above titles holds headings over several of them."""
    cells = [column for column, raw in enumerate(sheet.rows[upper]) if not blank(raw)]
    if not cells or any(not isinstance(sheet.rows[upper][column], str) for column in cells):
        return False
    wide = [span for key, span in spans.items() if key[0] == upper and span[3] > span[1] and span[2] == upper]
    filled = sum(not blank(raw) for raw in sheet.rows[lower])
    if len(cells) == 1 and (not wide or wide[0][3] - wide[0][1] + 1 >= filled):
        return False
    tall = any(key[0] == upper and span[2] >= lower for key, span in spans.items())
    return tall or (len(cells) >= 2 and bool(wide))


def _second(sheet: Sheet, number: int, spans: dict[tuple[int, int], tuple[int, int, int, int]]) -> bool:
    """Tell whether the row below titles is a second row of them."""
    below = _weigh(sheet.rows[number + 1], fuzzy=True)
    if not below.filled or below.filled != below.plain:
        return False
    if any(key[0] == number and (span[2] == number + 1 or (span[3] > span[1] and span[2] == number)) for key, span in spans.items()):
        return True
    upper = _weigh(sheet.rows[number], fuzzy=True)
    if _titles_like(below) and below.known >= 0.6 * below.filled:
        return True
    return upper.filled < below.filled and below.known >= 2


def _is_units(row: Sequence[Raw]) -> bool:
    """Tell whether a row holds nothing but units, as it may stand under titles."""
    texts = [tidy(raw) for raw in row if isinstance(raw, str) and not blank(raw)]
    if not texts or len(texts) != sum(not blank(raw) for raw in row):
        return False
    said = [bool(unit_code(text.strip("[]()")) or currency_code(text.strip("[]()"))[0]) for text in texts]
    bracketed = all(text[0] in "[(" or is_none(text) for text in texts)
    return any(said) and all(ok or is_none(text) or bracketed for ok, text in zip(said, texts, strict=True))

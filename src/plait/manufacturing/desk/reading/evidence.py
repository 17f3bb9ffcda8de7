"""What the cells of a column say about what it may be."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from plait.manufacturing.desk.reading.dates import written
from plait.manufacturing.desk.reading.kinds import Field
from plait.manufacturing.desk.reading.layout import blank
from plait.manufacturing.desk.reading.model import Raw
from plait.manufacturing.desk.reading.numbers import split
from plait.manufacturing.desk.reading.text import FALSE, OPEN, TRUE, is_ditto, is_none, narrow, tidy
from plait.manufacturing.desk.reading.units import currency_code, unit_code

__all__ = ["Evidence", "firm_like"]

_SAMPLE = 200
_ANSWERS = frozenset({"ja", "nein", "yes", "no", "是", "否"})
_FIRM = re.compile(
    r"\b(gmbh|ag|kg|kgaa|ug|ohg|gbr|e\.k\.|se|ltd|limited|inc|llc|corp|co|plc|s\.?a\.?|s\.?r\.?l\.?|s\.?p\.?a\.?|b\.?v\.?|n\.?v\.?|oy|ab|aps|as|sarl|werke|werk|works|group|industries)\b\.?|公司|集团|厂|株式会社",
    re.IGNORECASE,
)
_MATERIAL = re.compile(
    r"^(1\.\d{4}|s\d{3}\w*|c\d{2}\w?|\d{2}\w*cr\w*|x\d{1,3}cr\w*|almg\w*|alsi\w*|alcu\w*|en\s?aw\b.*|en-aw.*|6061.*|7075.*|ms\d{2}.*|cuzn\w*|pom.*|peek.*|pa6.*|ptfe|pvc|pe\b.*|abs|sus\s?\d+.*|aisi\s?\d+.*|"
    r"q\d{3}.*|45#|40cr|\d+crmo\w*|st\s?\d+.*|edelstahl.*|stahl.*|alu.*|steel.*|stainless.*|brass|messing|bronze|aluminium|aluminum|titan.*|gg\d*|ggg\d*|t6|铝.*|钢.*|不锈钢.*|黄铜.*|304.*|316.*)",
    re.IGNORECASE,
)
_WEEK = re.compile(r"^(?:[1-9]|[1-4]\d|5[0-3])$|^\d{1,2}[-/.]20\d{2}$|^20\d{2}[-/.]?\d{2}$")
_YEARLY = re.compile(r"^\d{4}[/-]\d{1,5}$")
"""A year and a number: as well a month as the number of an order."""
_CLOCK = re.compile(r"^\d{1,2}[:.]\d{2}(:\d{2})?( ?(uhr|h|am|pm))?$", re.IGNORECASE)


def firm_like(text: str) -> bool:
    """Tell whether a text reads like the name of a firm."""
    return bool(_FIRM.search(text))


class Evidence:
    """The cells of one column (the first 200 that say anything), asked whether they fit a field."""

    def __init__(self, raws: Sequence[Raw], today: date) -> None:
        self.today = today
        self.values: list[Raw] = []
        for raw in raws:
            if blank(raw) or (isinstance(raw, str) and (is_none(tidy(raw)) or is_ditto(tidy(raw)) or tidy(raw).casefold() in OPEN)):
                continue
            self.values.append(raw)
            if len(self.values) >= _SAMPLE:
                break
        self.texts = [narrow(raw) for raw in self.values if isinstance(raw, str)]
        self._parts: dict[str, float] = {}

    def part(self, what: str) -> float:
        """Return which part of the cells is ``what``: date, number, unit, currency, time, code, material, sequence, words."""
        if what not in self._parts:
            test = getattr(self, f"_is_{what}")
            self._parts[what] = sum(test(raw) for raw in self.values) / len(self.values) if self.values else 0.0
        return self._parts[what]

    def _is_date(self, raw: Raw) -> bool:
        if isinstance(raw, str):
            return bool(written(narrow(raw), self.today).ways)
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            return 36_500 <= raw <= 60_000 and raw == int(raw)
        return isinstance(raw, date)

    def _is_number(self, raw: Raw) -> bool:
        if isinstance(raw, str):
            found = split(raw)
            return found.readable and len(found.before) <= 4 and (not found.after or len(found.after) <= 16) and not self._is_plain_date(raw)
        return isinstance(raw, int | float | Decimal) and not isinstance(raw, bool)

    def _is_week(self, raw: Raw) -> bool:
        if isinstance(raw, str):
            return bool(_WEEK.match(narrow(raw)))
        return isinstance(raw, int | float) and not isinstance(raw, bool) and 1 <= raw <= 53 and raw == int(raw)

    def _is_plain_date(self, raw: str) -> bool:
        plain = narrow(raw)
        if _YEARLY.match(plain):
            return False
        return any(sign in plain for sign in "./-年月 ") and not plain.replace(".", "").replace(",", "").isdigit() and bool(written(plain, self.today).ways)

    def _is_unit(self, raw: Raw) -> bool:
        return isinstance(raw, str) and bool(unit_code(raw) or (unit_code(split(raw).after) and not split(raw).before))

    def _is_currency(self, raw: Raw) -> bool:
        return isinstance(raw, str) and bool(currency_code(raw)[0])

    def _is_time(self, raw: Raw) -> bool:
        if isinstance(raw, str):
            return bool(_CLOCK.match(narrow(raw)))
        return isinstance(raw, time | timedelta) or (isinstance(raw, float) and 0 <= raw < 1)

    def _is_code(self, raw: Raw) -> bool:
        if isinstance(raw, str):
            text = narrow(raw)
            if " " in text and any(len(word) > 3 and word.isalpha() and word[1:].islower() for word in text.split()):
                return False
            coded = any(sign.isdigit() for sign in text) or (" " not in text and text == text.upper() and text.isascii())
            return coded and len(text) <= 40 and text.count(" ") <= 2 and not self._is_plain_date(text)
        return isinstance(raw, int | float) and not isinstance(raw, bool) and raw == int(raw)

    def _is_material(self, raw: Raw) -> bool:
        return isinstance(raw, str) and bool(_MATERIAL.match(narrow(raw)))

    def _is_words(self, raw: Raw) -> bool:
        return isinstance(raw, str) and any(sign.isalpha() for sign in raw) and not self._is_date(raw)

    def _is_flag(self, raw: Raw) -> bool:
        return isinstance(raw, bool) or raw in {0, 1} or (isinstance(raw, str) and narrow(raw).casefold() in TRUE | FALSE)

    def _is_text(self, raw: Raw) -> bool:
        return isinstance(raw, str)

    @property
    def sequence(self) -> bool:
        """True when the cells count up from a small number, as lines of an order do."""
        numbers = [int(split(str(raw)).point or -1) if isinstance(raw, str) else int(raw) if isinstance(raw, int | float) else -1 for raw in self.values[:50]]
        return bool(numbers) and numbers[0] in {1, 10, 100, 1000} and all(0 < number <= 99990 for number in numbers)

    @property
    def ahead(self) -> float:
        """Return which part of the dates lies ahead."""
        days = [day for raw in self.values[:60] if (day := self._day(raw)) is not None]
        return sum(day > self.today for day in days) / len(days) if days else 0.0

    def _day(self, raw: Raw) -> date | None:
        if isinstance(raw, datetime):
            return raw.date()
        if isinstance(raw, str):
            ways = written(narrow(raw), self.today).ways
            return min((day for _, day in ways), default=None)
        return raw if isinstance(raw, date) else None

    @property
    def whole(self) -> bool:
        """True when all cells are whole numbers."""
        return all(isinstance(raw, int | float) and raw == int(raw) for raw in self.values) or (
            bool(self.texts) and sum(text.isdigit() for text in self.texts) >= 0.8 * len(self.values)
        )

    def fits(self, field: Field) -> float:
        """Return by how much the cells speak for a field: 1 fully (or no cells), down to 0.3 against it."""
        if not self.values:
            return 1.0
        if field.kind in {"date", "number", "quantity", "money", "unit", "currency", "time", "duration", "percent"}:
            what = {"quantity": "number", "money": "number", "duration": "number", "percent": "number"}.get(field.kind, field.kind)
            share = self.part(what)
            if field.kind == "duration":
                share = max(share, self.part("time"))
            if field.name == "price_per":
                share = max(share, self.part("unit"))
            if field.kind == "number":
                share = max(share, 0.75 if field.name in {"priority", "op_no", "lead_days"} else 0.0)
            if field.kind == "date":
                share = max(share, 0.7 if self.part("week") >= 0.8 else 0.0)
            if field.name in {"ordered", "counted"} and self.ahead > 0.5:
                return 0.5
            return 1.0 if share >= 0.6 else 0.85 if share >= 0.3 else 0.4 if share > 0 and field.kind == "date" else 0.35
        return self._fits_words(field)

    def _fits_words(self, field: Field) -> float:
        answered = field.name == "supplier" and bool(self.texts) and {text.casefold() for text in self.texts} <= _ANSWERS
        if field.kind == "flag" or answered:
            return 1.0 if self.part("flag") >= 0.6 and not answered else 0.3
        if field.name == "material" and self.part("material") >= 0.4:
            return 1.15
        if field.name in {"material", "name"} and (against := self._against_names(field)) < 1.0:
            return against
        if field.name in {"name", "op_name", "component_name", "customer", "supplier"} and self.part("words") < 0.4:
            return 0.6
        numbered = self.part("number") >= 0.9 if field.name == "place" else self.whole and all(len(str(raw)) <= 3 for raw in self.values)
        if field.name in {"place", "part_no"} and numbered:
            return 0.75 if field.name == "place" else 0.7
        if field.name == "line_no":
            return 1.1 if self.sequence else 1.0 if self.whole else 0.8
        if field.kind == "code" and field.name not in {"revision", "group", "machine", "alternative", "lot"}:
            return self._fits_code()
        return 0.6 if self.part("date") > 0.6 and field.kind == "text" and field.name != "note" else 1.0

    def _against_names(self, field: Field) -> float:
        """Return by how much firms or codes speak against a column of names."""
        if field.name == "name" and self.texts and sum(firm_like(text) for text in self.texts) >= 0.5 * len(self.texts):
            return 0.55
        return 0.75 if self.part("code") >= 0.8 else 1.0

    def _fits_code(self) -> float:
        share = self.part("code")
        if self.part("date") > 0.6 and self.texts and share < 0.5:
            return 0.6
        return 1.0 if share >= 0.5 else 0.9 if share >= 0.2 else 0.68

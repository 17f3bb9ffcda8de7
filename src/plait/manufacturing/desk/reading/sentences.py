"""Orders and requests in running text: one record for each quantity, with what is said about it. A suggestion, never more."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from plait.manufacturing.desk.reading.dates import written
from plait.manufacturing.desk.reading.doubts import DOUBTS
from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.layout import known
from plait.manufacturing.desk.reading.model import DocumentKind, Issue, Place, Record, Value
from plait.manufacturing.desk.reading.numbers import split
from plait.manufacturing.desk.reading.spans import DATE, Span, chases, clean_name, coded, find, kind_words, orders_firmly
from plait.manufacturing.desk.reading.units import currency_code, unit_code

__all__ = ["NO_DAY", "Reading", "read_sentences"]

NO_DAY = date(2000, 1, 1)
"""Stands for a day that is not known: dates without a year are then no dates."""
WRAPPED = 55
MOST = 500
LONGEST = 1_000
TOGETHER = 40
_NUMBERS = frozenset({"drawing_no", "part_no", "customer_part_no"})
_CUT = re.compile(r"[,;，；。\n(（]|\.\s|[.!?]$|\s-\s|\s–\s")
_JOINED = re.compile(r"^\s*(?:,|/|;|and|und|or|oder|sowie|or alternatively|bzw\.?|alternativ|、|和|或|及)\s*$", re.IGNORECASE)
_DATE = re.compile(rf"(?<![\w.-]){DATE}", re.IGNORECASE)
_SLASHED = re.compile(r"^\d{1,4}[/-]\d{1,2}[/-]\d{1,4}$")


class Reading(msgspec.Struct):
    """What running text says: its ``kind`` (None: neither asks nor orders), a record for each quantity, and what is said once for all."""

    kind: DocumentKind | None
    records: list[Record]
    header: dict[str, str]
    places: dict[str, Place]


class _Draft(msgspec.Struct):
    spans: dict[str, Span] = {}
    name: str = ""
    name_at: int = 0
    bare: bool = False


class _Text:
    """A paragraph as one text: lines that were broken by the mail program are joined, others stay apart."""

    def __init__(self, lines: Sequence[str], first: int) -> None:
        self.text = ""
        self._starts: list[tuple[int, int]] = []
        for index, line in enumerate(lines):
            self._starts.append((len(self.text), first + index))
            self.text += line[:LONGEST].strip() + (" " if len(line) >= WRAPPED else "\n")

    def line(self, at: int) -> int:
        """Return the number of the line in which a sign stands."""
        return next(number for start, number in reversed(self._starts) if start <= at)


def read_sentences(lines: Sequence[str], place: Callable[[int], Place], today: date, subject: str = "") -> Reading:
    """Read ``lines`` (``place`` gives where the line of an index stands); dates without year are near ``today``."""
    kind = _kind([subject, *lines])
    german = any(re.search(r"\b(?:und|bitte|für|wir|stück|mit freundlichen)\b", line, re.IGNORECASE) for line in lines)
    drafts: list[tuple[_Text, _Draft]] = []
    common: dict[str, tuple[_Text, Span]] = {}
    for text in _paragraphs(lines):
        found = _drafts(text, common)
        # what stands in the paragraph after a single part belongs to it
        drafts.extend((text, draft) for draft in found)
        if len(drafts) > MOST:
            break
    reader = _Reader(place, today, german)
    named: DocumentKind = kind or "request"
    records = [reader.record(number, text, draft, common, named, guessed=kind is None) for number, (text, draft) in enumerate(drafts[:MOST], 1)]
    header = {field: span.text for field, (_, span) in common.items() if field in KINDS[named]}
    places = {field: place(text.line(span.at)) for field, (text, span) in common.items() if field in header}
    return Reading(kind if kind is not None or not records else named, records, header, places)


def _kind(lines: Sequence[str]) -> DocumentKind | None:
    said = [word for line in lines for word in kind_words(line)]
    if any(orders_firmly(line) for line in lines[1:]):
        return "orders"
    if "orders" in said and not ("request" in said and any("request" in kind_words(line) for line in lines[:1])):
        return "orders"
    return "request" if "request" in said else None


def _paragraphs(lines: Sequence[str]) -> list[_Text]:
    made: list[_Text] = []
    start = 0
    for index in range(len(lines) + 1):
        blank = index == len(lines) or not lines[index].strip()
        if blank or index - start >= TOGETHER:
            if index > start:
                made.append(_Text(lines[start:index], start))
            start = index + 1 if blank else index
    return made


def _drafts(text: _Text, common: dict[str, tuple[_Text, Span]]) -> list[_Draft]:
    """Return a draft for each quantity of a paragraph; what belongs to none is common to all."""
    spans = find(text.text)
    asked = chases(text.text)
    spans = [span for span in spans if not any(start <= span.at < end for start, end in asked)] if asked else spans
    counts = [index for index, span in enumerate(spans) if span.field == "quantity"]
    before = [span for span in spans[: counts[0]] if span.field != "quantity"] if counts else spans
    drafts = [_Draft({"quantity": spans[index]}) for index in counts]
    for index, span in enumerate(spans):
        owner = _owner(text, spans, counts, index)
        if owner >= 0 and span.field != "quantity":
            drafts[owner].spans.setdefault(span.field, span)
    before = [span for span in before if not any(span in draft.spans.values() for draft in drafts)]
    if len(drafts) == 1:
        for span in before:
            drafts[0].spans.setdefault(span.field, span)
    for span in before if len(drafts) != 1 else [span for span in before if span.field in ("order_no", "request_no", "respond_by", "ordered")]:
        if span.field not in ("name", "revision", "material", "price") or len(drafts) > 1:
            common.setdefault(span.field, (text, span))
    _share(text, drafts, common)
    _dated(text, spans, drafts, common)
    for draft in drafts:
        draft.name, draft.name_at = _name(text.text, spans, draft, len(drafts))
    _alike(text.text, drafts)
    named = [draft for draft in drafts if draft.name or _NUMBERS & draft.spans.keys()]
    if not named and len(drafts) > 1 and any(span.field in _NUMBERS for span in before):
        return _shared(text.text, spans, drafts)
    return named or _bare(drafts)


def _shared(text: str, spans: Sequence[Span], drafts: list[_Draft]) -> list[_Draft]:
    """Several quantities of the one part that is named before them: give each its name."""
    pieces = _pieces(text[: spans[0].start])
    for draft in drafts:
        draft.name, draft.name_at = (clean_name(pieces[-1]), text.rfind(pieces[-1], 0, spans[0].start)) if pieces else ("", draft.spans["quantity"].at)
    return drafts


def _pieces(text: str) -> list[str]:
    """Return the pieces of a text that may name a part."""
    return [each for each in re.split(r"[,;，；。:：\n]|\.\s", text) if clean_name(each) and not known(clean_name(each))]


def _dated(text: _Text, spans: Sequence[Span], drafts: Sequence[_Draft], common: dict[str, tuple[_Text, Span]]) -> None:
    """Take the only date in a part's line as its due date, where nothing says what the date is for."""
    lines = [text.line(draft.spans["quantity"].at) for draft in drafts]
    for draft, line in zip(drafts, lines, strict=True):
        if "due" in draft.spans or "due" in common or lines.count(line) > 1:
            continue
        bare = [
            found
            for found in _DATE.finditer(text.text)
            if text.line(found.start()) == line and not any(one.start < found.end() > found.start() < one.end for one in spans)
        ]
        if len(bare) == 1:
            draft.spans["due"] = Span("due", bare[0].start(), bare[0].end(), bare[0].group(), bare[0].start())
            draft.bare = True


def _alike(text: str, drafts: Sequence[_Draft]) -> None:
    """Let quantities that are joined ("100 and 500 pcs of P-9") be of one part."""
    for draft, after in zip(reversed(drafts[:-1]), reversed(drafts[1:]), strict=True):
        between = text[draft.spans["quantity"].end : after.spans["quantity"].start]
        if not draft.name and len(draft.spans) == 1 and _JOINED.match(between):
            draft.name, draft.name_at = after.name, after.name_at
            for field, span in after.spans.items():
                draft.spans.setdefault(field, span)


def _owner(text: _Text, spans: Sequence[Span], counts: Sequence[int], index: int) -> int:
    """Return which quantity a piece belongs to: the one of its line where each has its own line, else the one before it; -1 none."""
    line = text.line(spans[index].at)
    lines = [text.line(spans[count].at) for count in counts]
    if len(counts) > 1 and len(set(lines)) == len(lines) and line in lines:
        return lines.index(line)
    return max((turn for turn, count in enumerate(counts) if count < index), default=-1)


def _share(text: _Text, drafts: list[_Draft], common: dict[str, tuple[_Text, Span]]) -> None:
    """What is said once, after the last of several parts, holds for all, unless each part has its line and it stands in the last part's."""
    if len(drafts) < 2:
        return
    last = drafts[-1].spans
    listed = text.line(drafts[0].spans["quantity"].at) != text.line(last["quantity"].at)
    for field in ("due", "order_no", "request_no", "respond_by", "ordered"):
        here = [draft for draft in drafts if field in draft.spans]
        if here == drafts[-1:] and not (listed and text.line(last[field].at) == text.line(last["quantity"].at)):
            common.setdefault(field, (text, last[field]))


def _bare(drafts: list[_Draft]) -> list[_Draft]:
    """Quantities that nothing names: sizes, money, telephone numbers; kept only where a single one is asked for with a date."""
    return [draft for draft in drafts if len(drafts) == 1 and "due" in draft.spans]


def _bare_date(text: _Text, draft: _Draft) -> bool:
    """Tell whether a date is said without what it is for: "please quote 50 pcs by 14.3."."""
    due = draft.spans.get("due")
    return due is not None and re.match(r"(?:by|bis|until|before)\b", text.text[due.start :], re.IGNORECASE) is not None


def _name(text: str, spans: Sequence[Span], draft: _Draft, several: int) -> tuple[str, int]:
    """Return what the part is called: the words after the quantity, else those before it."""
    if "name" in draft.spans:
        span = draft.spans["name"]
        return clean_name(span.text), span.at
    quantity = draft.spans["quantity"]
    after = next((span.start for span in spans if span.start >= quantity.end), len(text))
    piece = text[quantity.end : after]
    cut = _CUT.search(piece.lstrip(" :：-–"))
    stripped = len(piece) - len(piece.lstrip(" :：-–"))
    name = clean_name(piece[: cut.start() + stripped] if cut else piece)
    if name and not known(name):
        return name, quantity.end
    start = max((span.end for span in spans if span.end <= quantity.start), default=0)
    piece = text[start : quantity.start].rstrip(" :：,，-–")
    pieces = _pieces(piece)
    return (clean_name(pieces[-1]), max(start, text.rfind(pieces[-1], start, quantity.start))) if pieces else ("", quantity.start)


class _Reader:
    """Turns drafts into records."""

    def __init__(self, place: Callable[[int], Place], today: date, german: bool) -> None:
        self._place = place
        self._today = today
        self._german = german

    def record(self, number: int, text: _Text, draft: _Draft, common: dict[str, tuple[_Text, Span]], kind: DocumentKind, guessed: bool) -> Record:
        """Make one record: its own words, then what is said for all."""
        values: dict[str, Value] = {}
        places: dict[str, Place] = {}
        issues: list[Issue] = []
        if draft.name:
            values["name"], places["name"] = draft.name, self._place(text.line(draft.name_at))
        every = {field: (text, span) for field, span in draft.spans.items() if field != "name"}
        code, rest = coded(draft.name) if not {"part_no", "customer_part_no", "drawing_no"} & every.keys() else ("", draft.name)
        if code:
            values["part_no"], places["part_no"] = code, places["name"]
            issues.append(Issue("warning", "part-guessed", f"{code!r} was taken as the part's number", "Check it.", places["name"], "part_no", draft.name))
            if rest:
                values["name"] = rest
            else:
                del values["name"], places["name"]
        for field, (where, span) in (common | every).items():
            self._put(field, span, self._place(where.line(span.at)), kind, values, places, issues)
        here = self._place(text.line(draft.spans["quantity"].at))
        if guessed:
            issues.append(Issue("warning", "kind-guessed", "the text neither asks for an offer nor orders; taken as a request", "Say which it is.", here))
        if draft.bare or (kind == "request" and "respond_by" not in values and _bare_date(text, draft)):
            reason = "it is not said what the date is for" if draft.bare else "it is not plain whether the date is for the delivery or for the offer"
            issues.append(Issue("warning", "date-purpose", reason, "Check what the date is for.", places.get("due", here), "due", draft.spans["due"].text))
        self._missing(values, issues, kind, here)
        return Record(number, values, places, tuple(issues))

    def _put(self, field: str, span: Span, place: Place, kind: DocumentKind, values: dict[str, Value], places: dict[str, Place], issues: list[Issue]) -> None:
        if field == "quantity":
            self._quantity(span, place, values, places, issues)
        elif field == "price":
            self._price("price" if kind == "orders" else "target_price", span, place, values, places, issues)
        elif field in ("due", "respond_by", "ordered"):
            if field in KINDS[kind]:
                self._date(field, span, place, values, places, issues)
        elif field in KINDS[kind]:
            values[field], places[field] = span.text, place

    def _doubt(self, code: str, place: Place, field: str, text: str) -> Issue:
        doubt = DOUBTS[code]
        return Issue("warning" if doubt.level == "bad" else doubt.level, doubt.code, doubt.reason, doubt.fix, place, field, text)

    def _amount(self, text: str, field: str, whole: bool, place: Place, issues: list[Issue]) -> Decimal | None:
        number = split(text)
        ways = [way for way in (number.comma, number.point) if way is not None]
        if len(set(ways)) < 2:
            return ways[0] if ways else None
        if whole and sum(way == way.to_integral_value() for way in ways) == 1:
            return next(way for way in ways if way == way.to_integral_value())
        issues.append(self._doubt("number-ambiguous", place, field, text))
        return number.comma if self._german else number.point

    def _quantity(self, span: Span, place: Place, values: dict[str, Value], places: dict[str, Place], issues: list[Issue]) -> None:
        found = re.match(r"[\d.,'’ ]*\d", span.text)
        if found is None:
            return
        said = span.text[found.end() :].strip()
        unit = unit_code(said) if said else "C62"
        value = self._amount(found.group(), "quantity", unit in ("C62", "SET", "PR"), place, issues)
        if value is not None:
            values["quantity"], places["quantity"] = value, place
            values["unit"], places["unit"] = unit or "C62", place

    def _price(self, field: str, span: Span, place: Place, values: dict[str, Value], places: dict[str, Place], issues: list[Issue]) -> None:
        found = re.search(r"\d[\d.,'’ ]*\d|\d", span.text)
        if found is None:
            return
        closed = re.match(r",(?:-{1,2}|–)", span.text[found.end() :])
        value = split(found.group()).comma if closed else self._amount(found.group(), field, False, place, issues)
        if value is None:
            return
        values[field], places[field] = value, place
        around = f"{span.text[: found.start()]} {span.text[found.end() :]}"
        word = re.search(r"€|\$|£|¥|￥|\b(?:eur|euros?|usd|us\$|gbp|rmb|cny|chf)\b|元", around, re.IGNORECASE)
        if word:
            code, unclear = currency_code(word.group())
            if code:
                values["currency"], places["currency"] = code, place
            if unclear:
                issues.append(self._doubt("currency-ambiguous", place, "currency", word.group()))
        per = re.search(r"(?:/|per|pro|je|每)\s?(\d+)", span.text[found.end() :])
        if per and field == "price":
            values["price_per"], places["price_per"] = Decimal(per.group(1)), place

    def _date(self, field: str, span: Span, place: Place, values: dict[str, Value], places: dict[str, Place], issues: list[Issue]) -> None:
        said = re.sub(r"(?<=\d)\.\s(?=\d)", ".", span.text).rstrip(",")
        found = written(said, self._today, field != "ordered")
        if not found.ways or (self._today == NO_DAY and {"date-year-missing", "date-soon"} & set(found.doubts)):
            issues.append(self._doubt("date-unreadable", place, field, span.text))
            return
        days = {day for _, day in found.ways}
        values[field], places[field] = found.by("dmy") or found.ways[0][1], place
        if len(days) > 1 and _SLASHED.match(said):
            issues.append(self._doubt("date-ambiguous", place, field, span.text))
        issues.extend(self._doubt(code, place, field, span.text) for code in found.doubts if code in DOUBTS)

    @staticmethod
    def _missing(values: dict[str, Value], issues: list[Issue], kind: DocumentKind, place: Place) -> None:
        fields = KINDS[kind]
        either = {field.either for name, field in fields.items() if field.either and name in values}
        wanting = [field for field in fields.values() if field.needed and field.name not in values and field.either not in either]
        issues.extend(Issue("refused", "missing", f"{field.meaning}: not said", "Enter it, or ask the sender.", place, field.name) for field in wanting)

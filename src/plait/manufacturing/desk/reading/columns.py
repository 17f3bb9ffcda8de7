"""Proposes how the tables of a sheet are read: which kind each is, what each column means and how sure that is, what is said above it."""

import re
from collections.abc import Mapping as MappingABC
from collections.abc import Sequence
from typing import NamedTuple

from plait.manufacturing.desk.reading.constants import PRICES, constants, labelled
from plait.manufacturing.desk.reading.context import Context
from plait.manufacturing.desk.reading.evidence import Evidence
from plait.manufacturing.desk.reading.kinds import KINDS, Field
from plait.manufacturing.desk.reading.layout import Block, blank, blocks, pieces, title_of
from plait.manufacturing.desk.reading.model import Column, DocumentKind, Issue, Mapping, Place, Sheet
from plait.manufacturing.desk.reading.spare import kind_doubt, odd_unit, price_doubts, spare
from plait.manufacturing.desk.reading.text import fold, language, tidy, words
from plait.manufacturing.desk.reading.units import currency_code, unit_code
from plait.manufacturing.desk.reading.untitled import untitled
from plait.manufacturing.desk.reading.whose import whose
from plait.manufacturing.desk.reading.words import HINTS, titles, vocabulary

__all__ = ["DOUBTFUL", "propose", "signature"]

_Chosen = dict[str, tuple[float, int, str]]
DOUBTFUL = 0.71
"""Below this confidence every value of a column is warned of."""
_SPECIAL = words(
    "order_no op_no setup_min cycle_min per_hour component component_name from_quantity valid_from valid_until lot place counted weekday start end"
    " closed respond_by target_price request_no family gtin weight_kg batch_size delivered open_quantity promised ordered machine until"
)
_MEASURED = frozenset({"quantity", "money", "duration", "number"})
_SCALED = re.compile(r"\bin (?:tausend|thousands?|tsd|1[.,]?000|t€|k€|keur|teur)|\btausend stück|单位[:：]?\s*(?:千|万)", re.IGNORECASE)
_FOR_SEVERAL = re.compile(r"(?:/|per|pro|je|每)\s*(10{1,4})\b", re.IGNORECASE)
_PER = re.compile(r"^(.*?)\s*(?:/|per|pro|je)\s*(\d+)\s*(\S*)$", re.IGNORECASE)


_FORMER = re.compile(
    r"\b(?:alt|alte[rs]?|old|previous|former|prev|bisher\w*|letzte[rsn]?|last|original|ursprüngl\w*|min|mindest\w*|max)\b|原|旧|上次|最低|安全", re.IGNORECASE
)
_TAXED = re.compile(r"(?<!不)含税|inkl\.? (?:mwst|ust)|incl\.? (?:vat|tax)|brutto|gross price", re.IGNORECASE)
_PRICE_PER = re.compile(r"(?:\bper|\bpro|\bje|/|每)\s*(1[.,]?000|100|10|1)\b", re.IGNORECASE)
_THOUSANDS = re.compile(r"\b1[.,]?000\b|\btsd\b|\btausend|\bthousand|千[件个只]|[(（]千[)）]", re.IGNORECASE)
_PATTERN = re.compile(r"\b(t{1,2}|d{1,2}|m{1,2}|j{2,4}|y{2,4})[-./ ](m{1,2}|t{1,2}|d{1,2})[-./ ](j{2,4}|y{2,4}|t{1,2}|d{1,2})\b", re.IGNORECASE)


class Proposal(NamedTuple):
    """A mapping of one kind, how well the kind fits, and what is doubtful about the columns."""

    mapping: Mapping
    score: float
    raw: float
    issues: tuple[Issue, ...]


def signature(thing: Sheet | Mapping) -> str:
    """Return what two tables of one layout have in common: their titles in order, folded; "" when there is no table.

    Of a sheet the first table counts. A mapping that was kept is found again by this.
    """
    if isinstance(thing, Mapping):
        texts: Sequence[str] = [column.title for column in thing.columns]
    else:
        found = blocks(thing)
        texts = found[0].titles if found else ()
    folded = [fold(title) for title in texts]
    while folded and not folded[-1]:
        folded.pop()
    return "|".join(folded)


def propose(sheet: Sheet, context: Context, kind: DocumentKind | None = None, hint: str = "") -> tuple[list[Mapping], list[Issue]]:
    """Return a mapping for every table found in a sheet, and what is doubtful. ``hint``: the file's name, which may tell the kind."""
    found = blocks(sheet)
    mappings: list[Mapping] = []
    issues: list[Issue] = []
    for block in found:
        best = _best(sheet, block, context, kind, hint)
        if best is None:
            continue
        mappings.append(best.mapping)
        issues.extend(best.issues)
    if not mappings and sum(not all(blank(raw) for raw in row) for row in sheet.rows[:1000]) > 0:
        guessed = untitled(sheet, context, kind)
        if guessed:
            mappings.append(guessed)
            issues.append(
                Issue("warning", "no-titles", "the table has no titles; its columns were told from their cells", "Check every column.", Place(sheet=sheet.name))
            )
        else:
            issues.append(
                Issue(
                    "warning",
                    "no-table",
                    "no table was recognised here",
                    "Give the columns titles in one row, e.g. order no, part no, quantity, due date.",
                    Place(sheet=sheet.name),
                )
            )
    return mappings, issues


def _best(sheet: Sheet, block: Block, context: Context, kind: DocumentKind | None, hint: str) -> Proposal | None:
    width = len(block.titles)
    raws = [[row[column] if column < len(row) else None for row in sheet.rows[block.last + 1 : min(block.end, block.last + 1500)]] for column in range(width)]
    evidence = [Evidence(cells, context.today) for cells in raws]
    spoken = context.language or language(list(block.titles))
    kinds: Sequence[DocumentKind] = [kind] if kind else list(KINDS)
    found = [_proposal(sheet, block, each, evidence, spoken, context, hint) for each in kinds]
    found.sort(key=lambda each: -each.score)
    found = [each for each in found if _stands(each, kind)]
    if not found:
        return None
    best = found[0]
    fields = {column.field for column in best.mapping.columns if column.field} | set(best.mapping.constants)
    counted = next((evidence[column.index].values for column in best.mapping.columns if column.field == "counted"), [])
    hinted = _hinted(sheet, block, best.mapping.kind, hint) > 0
    why = "" if kind else kind_doubt(best.mapping.kind, fields, block.titles, counted, context.today, hinted)
    if why:
        doubt = Issue("warning", "kind-doubtful", f"the table was taken as {best.mapping.kind}: {why}", "Say what the table is about.", Place(sheet=sheet.name))
        best = best._replace(issues=(*best.issues, doubt))
    elif not kind and len(found) > 1 and best.score - found[1].score < (0.6 if not _covers(best.mapping) else 0.3):
        other = found[1].mapping.kind
        doubt = Issue("warning", "kind-doubtful", f"the table may be {best.mapping.kind} or {other}", "Say what the table is about.", Place(sheet=sheet.name))
        best = best._replace(issues=(*best.issues, doubt))
    return best


def _stands(each: Proposal, kind: DocumentKind | None) -> bool:
    """Tell whether enough of a table is understood for one kind."""
    mapped = sum(1 for column in each.mapping.columns if column.field)
    return mapped >= 2 and (bool(kind) or each.raw >= 2.0 or mapped >= 3)


def _covers(mapping: Mapping) -> bool:
    return not _missing(mapping.kind, {column.field for column in mapping.columns} | set(mapping.constants))


def _missing(kind: DocumentKind, fields: set[str]) -> list[str]:
    """Return the needed fields (or groups of which one is needed) that are not there."""
    missing = []
    groups: dict[str, bool] = {}
    for field in KINDS[kind].values():
        if field.either:
            groups[field.either] = groups.get(field.either, False) or field.name in fields
        elif field.needed and field.name not in fields:
            missing.append(field.name)
    needed = {field.either for field in KINDS[kind].values() if field.needed and field.either}
    return missing + [group for group, ok in groups.items() if not ok and group in needed]


def _score_titles(block: Block, column: int, words: MappingABC[str, tuple[tuple[str, float], ...]]) -> dict[str, tuple[float, str]]:
    """Return how surely a column's title means each field, and by which words."""
    found: dict[str, tuple[float, str]] = {}
    parts = block.parts[column]
    texts = [(block.titles[column], 1.0)]
    texts += [(text, 0.99) for text in pieces(block.titles[column])]
    if len(parts) > 1:
        texts += [(parts[-1], 0.97), (parts[0], 0.8), (f"{parts[-1]} {parts[0]}", 0.95)]
    for text, weight in texts:
        title = title_of(text)
        for plain, share in ((title.text, 1.0), (title.base, 0.99)):
            for field, surely in words.get(fold(plain), ()):
                if field == "amount" and plain != title.text and unit_code(title.extra):
                    continue
                if surely * weight * share > found.get(field, (0.0, ""))[0]:
                    found[field] = (surely * weight * share, f"title {title.text!r}")
        if found and (len(parts) < 2 or weight == 1.0):
            break
    return found or _fuzzy(block.titles[column], words)


def _fuzzy(text: str, words: MappingABC[str, tuple[tuple[str, float], ...]]) -> dict[str, tuple[float, str]]:
    plain = fold(title_of(text).base)
    if len(plain) < 4 and not any(sign >= "\u3400" for sign in plain):
        return {}
    if plain in titles():
        return {}
    from rapidfuzz import fuzz, process

    near = process.extractOne(plain, words.keys(), scorer=fuzz.ratio, score_cutoff=84) if len(plain) >= 5 else None
    if near and abs(len(near[0]) - len(plain)) <= 1 and near[0][0] == plain[0] and near[1] >= 91:
        return {field: (surely * near[1] / 100 * 0.95, f"title {text!r} is nearly {near[0]!r}") for field, surely in words[near[0]]}
    if _FORMER.search(text):
        return {}
    inside = [word for word in words if word in plain and (len(word) >= 5 or (len(word) >= 2 and word[0] >= "\u3400"))]
    if not inside:
        return {}
    longest = max(inside, key=lambda word: (len(word), plain.endswith(word)))
    return {field: (surely * 0.65, f"title {text!r} holds {longest!r}") for field, surely in words[longest]}


def _proposal(sheet: Sheet, block: Block, kind: DocumentKind, evidence: list[Evidence], spoken: str, context: Context, hint: str) -> Proposal:
    fields = KINDS[kind]
    spoken_words = vocabulary(kind)
    options: list[tuple[float, int, str, str]] = []
    for column in range(len(block.titles)):
        if not block.titles[column]:
            continue
        for field, (surely, why) in _score_titles(block, column, spoken_words).items():
            fit = evidence[column].fits(fields[field])
            options.append((min(surely * fit, 1.0), column, field, why if fit >= 1 else f"{why}, though its cells do not look like it"))
    chosen, rivals = _assign(options, evidence, fields)
    spare(kind, chosen, block.titles, evidence)
    above = [tidy(raw) for row in sheet.rows[block.above : block.first] for raw in row if isinstance(raw, str)]
    whose(chosen, block.titles, [sheet.name, hint, *above, *block.titles], fields)
    if kind == "materials" and "part_no" in chosen and "component" not in chosen:
        _below(chosen, constants(sheet, block.above, block.first, kind, set(chosen) - {"part_no"}))
    said = constants(sheet, block.above, block.first, kind, set(chosen))
    issues, columns = _columns(sheet, block, kind, chosen, rivals, spoken, context, said)
    at = sheet.place(block.last, chosen["price"][1]) if "price" in chosen else Place(sheet=sheet.name)
    for code, reason in price_doubts(chosen, block.titles, evidence):
        issues.append(Issue("warning", code, reason, "Check which price holds.", at, "price"))
    fielded = {column.field for column in columns if column.field}
    over = " ".join(above)
    if "price" in fielded and _TAXED.search(over):
        reason = "what stands above the table says that prices are with tax"
        issues.append(Issue("warning", "price-with-tax", reason, "Write prices without tax.", Place(sheet=sheet.name), "price"))
    if _SCALED.search(over):
        reason = "what stands above the table says that numbers are thousands"
        scaled = sorted(fielded & {"quantity", "amount", "price", "open_quantity", "delivered"})
        issues.extend(Issue("warning", "numbers-scaled", reason, "Write whole numbers.", Place(sheet=sheet.name), field) for field in scaled)
    score = sum((2.0 if field in _SPECIAL and surely >= 0.85 else 1.0) * surely for field, (surely, _, _) in chosen.items())
    raw = score
    score -= 0.4 * sum(1 for column, title in enumerate(block.titles) if title and not columns[column].field)
    missing = _missing(kind, fielded | set(said) | _headed(sheet, block, kind))
    score -= 2.0 * len(missing)
    if sum(1 for column in range(len(block.titles)) if block.titles[column]):
        score += _hinted(sheet, block, kind, hint)
    score += (0.2 if kind == "orders" else 0.0) + (1.0 if "order_no" in said or "request_no" in said else 0.0)
    sure = min((surely for surely, _, _ in chosen.values()), default=0.0)
    mapping = Mapping(sheet.name, kind, (block.first, block.last), tuple(columns), said, round(max(0.0, sure - 0.2 * len(missing)), 2), last=block.end - 1)
    return Proposal(mapping, score, raw, tuple(issues))


def _headed(sheet: Sheet, block: Block, kind: DocumentKind) -> set[str]:
    """Return the fields that rows of one cell say between the others (``Bestellung 4711 vom 27.02.2026``)."""
    found: set[str] = set()
    for row in sheet.rows[block.last + 1 : min(block.end, block.last + 200)]:
        filled = [raw for raw in row if not blank(raw)]
        said = labelled(filled[0], kind) if len(filled) == 1 and isinstance(filled[0], str) and len(filled[0]) < 80 else None
        if said:
            found.add(said[0])
    return found


def _below(chosen: _Chosen, said: dict[str, str]) -> None:
    """Take the parts of a bill as what goes into the part that stands above it."""
    if "part_no" in said:
        chosen["component"] = chosen.pop("part_no")


def _hinted(sheet: Sheet, block: Block, kind: DocumentKind, hint: str) -> float:
    """Return how much the sheet's name, the file's name and what stands above speak for a kind."""
    above = [tidy(raw) for row in sheet.rows[block.above : block.first] for raw in row if isinstance(raw, str)]
    for text, weight in [(sheet.name, 2.5), *((text, 2.5) for text in above if len(text) < 80 and not PRICES.search(text)), (hint, 2.0)]:
        plain = fold(text)
        for word in HINTS[kind].split("|"):
            part = fold(word.partition(":")[0])
            if part and part in plain:
                return weight
    return 0.0


def _assign(options: list[tuple[float, int, str, str]], evidence: list[Evidence], fields: MappingABC[str, Field]) -> tuple[_Chosen, dict[int, str]]:
    """Give each field its best column, each column one field; ``rivals`` are columns left over that meant a taken field as surely."""
    chosen: _Chosen = {}
    taken: set[int] = set()
    for surely, column, field, why in sorted(options, key=lambda each: (-each[0], not evidence[each[1]].values, each[1])):
        if field not in chosen and column not in taken and surely >= (0.5 if fields[field].kind in {"text", "code"} and not fields[field].needed else 0.3):
            chosen[field] = (surely, column, why)
            taken.add(column)
    rivals: dict[int, str] = {}
    best = {field: surely for field, (surely, _, _) in chosen.items()}
    placed = {column: surely for surely, column, _ in chosen.values()}
    for surely, column, field, _ in options:
        meant = field in best and chosen[field][1] != column and surely >= max(best[field] - 0.08, 0.6)
        if meant and placed.get(column, 0.0) < DOUBTFUL and evidence[column].values:
            rivals[column] = field
    return chosen, rivals


def _columns(
    sheet: Sheet, block: Block, kind: DocumentKind, chosen: _Chosen, rivals: dict[int, str], spoken: str, context: Context, said: dict[str, str]
) -> tuple[list[Issue], list[Column]]:
    by_column = {column: (field, surely, why) for field, (surely, column, why) in chosen.items()}
    contested = {field for column, field in rivals.items() if column not in by_column}
    issues: list[Issue] = []
    columns: list[Column] = []
    for number, title in enumerate(block.titles):
        field, surely, why = by_column.get(number, ("", 0.0, ""))
        if field in contested:
            surely, why = min(surely, 0.6), f"{why}, but another column may be meant as well"
        extra = block.units[number] if number < len(block.units) and block.units[number] else title_of(title).extra
        unit = _unit(extra, field, spoken, context, said) if field and KINDS[kind][field].kind in _MEASURED else ""
        if field in {"quantity", "open_quantity", "delivered"} and not unit and not _style(title, field) and odd_unit(extra):
            reason = f"the title {title!r} says a unit that is not known"
            issues.append(
                Issue("warning", "unit-unknown", reason, "Say how many pieces, kg or m one of it is.", sheet.place(block.last, number), "unit", title)
            )
        per = _PRICE_PER.search(title) if field in {"price", "target_price"} else None
        if per:
            said.setdefault("price_per", re.sub(r"\D", "", per.group(1)))
        columns.append(Column(number, title, field, round(surely, 2), why, unit, _style(title, field)))
        place = sheet.place(block.last, number)
        if field and surely < DOUBTFUL:
            issues.append(
                Issue("warning", "column-doubtful", f"the column {title!r} was taken as {field}: {why}", "Check the column's meaning.", place, field, title)
            )
        elif not field and title and number in rivals:
            issues.append(
                Issue(
                    "warning",
                    "column-doubtful",
                    f"the column {title!r} may be {rivals[number]} as well and was not read",
                    "Say which column is meant.",
                    place,
                    rivals[number],
                    title,
                )
            )
    return issues, columns


def _style(title: str, field: str) -> str:
    """Return the habit that a title says itself: the order of day and month, or that numbers are thousands."""
    if field in {"quantity", "open_quantity", "delivered"} and _THOUSANDS.search(title):
        return "x1000"
    several = _FOR_SEVERAL.search(title) if field in {"setup_min", "cycle_min"} else None
    if several:
        return f"/{several.group(1)}"
    found = _PATTERN.search(title)
    if not found:
        return ""
    order = "".join({"t": "d", "d": "d", "m": "m", "j": "y", "y": "y"}[part[0].lower()] for part in found.groups())
    return order if order in {"dmy", "mdy", "ymd"} else ""


def _unit(extra: str, field: str, spoken: str, context: Context, said: dict[str, str]) -> str:
    """Return the code of the unit or currency a title says; a price unit goes to what is said for the whole table."""
    plain = re.sub(r"^(?:in|je|per|pro)\s+|\b1[.,]?000\s*(?=\S)|\b(?:tsd\.?|tausend|thousand)\s*", "", tidy(extra).strip("[]()（） "), flags=re.IGNORECASE)
    if not plain:
        return ""
    if field in {"price", "amount", "target_price"}:
        found = _PER.match(plain)
        if found:
            said.setdefault("price_per", found.group(2))
            plain = found.group(1)
        return currency_code(plain.partition("/")[0], spoken, context.currency)[0]
    days = {
        "tage": "DAY",
        "at": "DAY",
        "days": "DAY",
        "天": "DAY",
        "wochen": "WEE",
        "weeks": "WEE",
        "周": "WEE",
        "wks": "WEE",
        "monate": "MON",
        "months": "MON",
        "月": "MON",
    }
    if field == "lead_days":
        return days.get(plain.lower(), "")
    return unit_code(plain) or unit_code(plain.partition("/")[0])

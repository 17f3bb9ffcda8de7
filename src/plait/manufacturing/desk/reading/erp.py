"""Column maps: data files that say what the columns of a known program's export mean, by their titles.

Built-in ones stand in ``maps/``; a firm adds its own in the folder ``maps`` of its data, a stranger by entry points ``plait.maps``. The firm's come first.
"""

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Literal

import msgspec

from plait.kernel.os import read_text
from plait.kernel.problems import Problem, register
from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.model import Column, DocumentKind, FieldKind, Mapping, Raw, Sheet
from plait.manufacturing.desk.reading.text import fold, tidy

__all__ = ["GROUP", "MAP_INVALID", "ColumnMap", "built_in", "known", "load_folder", "match", "read_map"]

GROUP = "plait.maps"
FOLDER = Path(__file__).parent / "maps"
MAP_INVALID = register(
    "map-invalid", 422, "The column map breaks a rule", "Correct the file at the place that is named; docs/how-to/add-a-format-or-a-column-map.md."
)
TOP = 40
NUMBERS: frozenset[FieldKind] = frozenset({"number", "quantity", "money", "duration", "percent"})


class ColumnMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the columns of one export mean.

    ``recognised``: sets of titles; a table that bears all titles of one set is read by the map. ``columns``: title to field of ``kind``; where
    several titles mean one field, the first that is there counts. ``instead``: a field no column gives is taken from another field's column.
    ``decimal`` (``,`` or ``.``) and ``dates`` (``dmy``, ``mdy``, ``ymd``) fix how values are written. ``constants`` hold for every row.
    ``direction``: ``in`` for what is read; ``out`` for what is handed over.
    """

    name: str
    summary: str
    kind: DocumentKind
    recognised: tuple[tuple[str, ...], ...]
    columns: dict[str, str]
    instead: dict[str, str] = {}
    decimal: Literal["", ",", "."] = ""
    dates: Literal["", "dmy", "mdy", "ymd"] = ""
    constants: dict[str, str] = {}
    direction: Literal["in", "out"] = "in"


def read_map(text: str, where: str) -> ColumnMap:
    """Read one map from TOML; raise ``map-invalid`` saying where and what."""
    try:
        found = msgspec.convert(tomllib.loads(text), ColumnMap)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Problem(MAP_INVALID, f"{where}: {error}") from error
    wrong = list(_wrong(found))
    if wrong:
        raise Problem(MAP_INVALID, f"{where}: {'; '.join(wrong)}")
    return found


def _wrong(found: ColumnMap) -> Iterator[str]:
    fields = KINDS[found.kind]
    if not fold(found.name) or not found.name.replace("-", "").isalnum() or not found.name.isascii():
        yield f"name: {found.name!r} must be letters, digits and dashes"
    if not found.columns or (found.direction == "in" and not found.recognised):
        yield "recognised and columns must not be empty"
    for number, titles in enumerate(found.recognised, 1):
        if len({fold(title) for title in titles} - {""}) < 2:
            yield f"recognised: set {number} needs at least two titles, or any table would be taken for this one"
    named = {**{f"columns: {title!r}": field for title, field in found.columns.items()}, **{f"constants: {field}": field for field in found.constants}}
    named |= {f"instead: {field}": field for pair in found.instead.items() for field in pair}
    for where, field in named.items():
        if field not in fields:
            yield f"{where}: {found.kind} have no field {field!r}; known are {', '.join(fields)}"
    given = {*found.columns.values(), *found.constants, *found.instead}
    groups = {field.either for name, field in fields.items() if field.either and name in given}
    lacking = [name for name, field in fields.items() if field.needed and name not in given and field.either not in groups]
    if found.direction == "in" and lacking:
        yield f"columns: {found.kind} cannot do without {', '.join(lacking)}"


@cache
def built_in() -> tuple[ColumnMap, ...]:
    """Return the maps that come with plait and those of installed packages (a package's entry gives a map, or several)."""
    own = [read_map(read_text(path), path.name) for path in sorted(FOLDER.glob("*.toml"))]
    found: list[ColumnMap] = []
    for entry in entry_points(group=GROUP):
        value: Any = entry.load()
        found.extend([value] if isinstance(value, ColumnMap) else value)
    return (*found, *own)


def load_folder(folder: Path) -> tuple[tuple[ColumnMap, ...], tuple[Problem, ...]]:
    """Return a firm's own maps and, for each file that is no map, what is wrong with it."""
    maps: list[ColumnMap] = []
    wrong: list[Problem] = []
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
        try:
            maps.append(read_map(read_text(path), path.name))
        except Problem as problem:
            wrong.append(problem)
        except (OSError, UnicodeDecodeError) as error:
            wrong.append(Problem(MAP_INVALID, f"{path.name}: cannot be read: {type(error).__name__}"))
    return tuple(maps), tuple(wrong)


def match(titles: Sequence[str], maps: Sequence[ColumnMap] = ()) -> Mapping | None:
    """Return the mapping of the map that knows these titles best, ``maps`` before the built-in ones; None when none knows them."""
    folded = [fold(title) for title in titles]
    there = set(folded)
    best: Mapping | None = None
    most = 0
    for one in (*maps, *built_in()):
        if one.direction == "in" and any(all(fold(title) in there for title in wanted) for wanted in one.recognised):
            made = _mapping(one, titles, folded)
            count = sum(1 for column in made.columns if column.field)
            if count > most and _enough(made):
                best, most = made, count
        if best is not None and one in maps[-1:]:
            break
    return best


def _mapping(one: ColumnMap, titles: Sequence[str], folded: Sequence[str]) -> Mapping:
    fields = KINDS[one.kind]
    chosen: dict[str, int] = {}
    for title, field in one.columns.items():
        if field not in chosen and fold(title) in folded:
            chosen[field] = folded.index(fold(title))
    for field, other in one.instead.items():
        if field not in chosen and other in chosen:
            chosen[field] = chosen.pop(other)
    by_index = {index: field for field, index in chosen.items()}
    why = f"column map {one.name}"

    def column(index: int, title: str) -> Column:
        field = by_index.get(index, "")
        kind = fields[field].kind if field else ""
        style = one.dates if kind == "date" else one.decimal if kind in NUMBERS else ""
        return Column(index, title, field, 1.0 if field else 0.0, why if field else "", style=style)

    constants = {field: value for field, value in one.constants.items() if field not in chosen}
    return Mapping("", one.kind, (0, 0), tuple(column(index, title) for index, title in enumerate(titles)), constants, 1.0, f"map:{one.name}")


def _enough(mapping: Mapping) -> bool:
    given = {column.field for column in mapping.columns if column.field} | mapping.constants.keys()
    fields = KINDS[mapping.kind]
    groups = {field.either for name, field in fields.items() if field.either and name in given}
    return not any(field.needed and name not in given and field.either not in groups for name, field in fields.items())


def known(sheet: Sheet, maps: Sequence[ColumnMap] = ()) -> Mapping | None:
    """Return the mapping of a sheet whose titles, in one of its first rows, a column map knows; None when none does."""
    for number, row in enumerate(sheet.rows[:TOP]):
        titles = [_title(raw) for raw in row]
        if sum(1 for title in titles if title) < 2:
            continue
        found = match(titles, maps)
        if found is not None:
            return msgspec.structs.replace(found, sheet=sheet.name, header=(number, number))
    return None


def _title(raw: Raw) -> str:
    return tidy(raw) if isinstance(raw, str) else ""

"""Cells of a sheet laid anew: every one keeps the place where it stands, what its format doubts of it and the unit it shows."""

from typing import NamedTuple, TypeAlias

from plait.manufacturing.desk.reading.model import Place, Raw, Sheet

__all__ = ["Laid", "Part", "cell", "laid", "width"]


class Part(NamedTuple):
    """A piece of what the cell at (``row``, ``column``) holds."""

    value: Raw
    row: int
    column: int


Laid: TypeAlias = Part | tuple[int, int] | Raw
"""A cell of the old sheet by its place, a piece of one, or a value of its own."""


def cell(sheet: Sheet, row: int, column: int) -> Raw:
    """Return what a cell holds, None beyond the row's end."""
    return sheet.rows[row][column] if column < len(sheet.rows[row]) else None


def width(sheet: Sheet) -> int:
    """Return how many columns the widest row has."""
    return max((len(row) for row in sheet.rows), default=0)


def laid(sheet: Sheet, cells: list[list[Laid]], name: str) -> Sheet:
    """Return a sheet of cells of the old one, pieces of them, or values of their own."""
    rows: list[list[Raw]] = []
    places: dict[tuple[int, int], Place] = {}
    doubts: dict[tuple[int, int], str] = {}
    units: dict[tuple[int, int], str] = {}
    for number, line in enumerate(cells):
        row: list[Raw] = []
        for column, each in enumerate(line):
            if not isinstance(each, tuple):
                row.append(each)
                continue
            at = (each.row, each.column) if isinstance(each, Part) else each
            row.append(each.value if isinstance(each, Part) else cell(sheet, *at))
            places[number, column] = sheet.place(*at)
            if at in sheet.doubts:
                doubts[number, column] = sheet.doubts[at]
            if at in sheet.units and not isinstance(each, Part):
                units[number, column] = sheet.units[at]
        rows.append(row)
    return Sheet(name, rows, doubts=doubts, units=units, places=places, epoch=sheet.epoch)

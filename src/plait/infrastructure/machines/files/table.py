"""Rows of CSV, JSON and Parquet as readings."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from plait.infrastructure.machines.files import FilesConfig
from plait.infrastructure.machines.files.times import Times, number, zone_of
from plait.infrastructure.machines.model import LinkLost, Reading

__all__ = ["LONGEST", "Heading", "Reader", "Row", "csv_rows", "decoded", "heading_of", "json_rows", "parquet_rows"]

MOST_COLUMNS, LONGEST = 2000, 131_072
_TIME_NAMES = re.compile(r"(date ?time|time ?stamp|timestamp|zeit(stempel)?|time|ts|datum|date|uhrzeit|@timestamp)( ?[\[(].*)?", re.IGNORECASE)
Row = Mapping[str, Any]


class Heading(msgspec.Struct, frozen=True):
    """The columns of a CSV file and what stands between them."""

    columns: tuple[str, ...]
    between: str


def decoded(raw: bytes) -> str:
    """Return bytes as text: UTF-8 (with or without mark), UTF-16 with mark, else as Windows writes Western languages."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def heading_of(line: str) -> Heading:
    """Read the line that names the columns; raise ``LinkLost`` when it cannot be one."""
    line = line.strip("\r\n").removeprefix("\ufeff")
    between = max(";\t,|", key=line.count)
    columns = tuple(cell.strip() for cell in next(csv.reader([line], delimiter=between), ()))
    if len(columns) < 2 or len(columns) > MOST_COLUMNS:
        raise LinkLost(f"The first line names {len(columns)} columns: {line[:80]!r}. It must name the time and at least one signal, at most {MOST_COLUMNS}.")
    return Heading(columns, between)


def csv_rows(heading: Heading, text: str) -> Iterator[Row]:
    """Yield the rows of ``text``, which holds whole lines; empty lines are left out, missing cells are empty."""
    try:
        for cells in csv.reader(io.StringIO(text), delimiter=heading.between):
            if any(cell.strip() for cell in cells):
                yield dict(zip(heading.columns, cells, strict=False))
    except csv.Error as error:
        raise LinkLost(f"The file is no CSV: {error}") from error


def json_rows(raw: bytes) -> list[Row]:
    """Return an object as one row, a list of objects as several; objects within are flattened with points."""
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LinkLost(f"The answer is no JSON: {error}") from error
    rows = found if isinstance(found, list) else [found]
    if not all(isinstance(row, dict) for row in rows):
        raise LinkLost("The answer holds no objects with names and values.")
    return [dict(_flat("", row, 0)) for row in rows]


def _flat(prefix: str, found: Mapping[str, Any], depth: int) -> Iterator[tuple[str, Any]]:
    for name, value in found.items():
        if isinstance(value, dict) and depth < 8:
            yield from _flat(f"{prefix}{name}.", value, depth + 1)
        elif not isinstance(value, (list, dict)):
            yield f"{prefix}{name}", value


def parquet_rows(path: str, skip: int, count: int) -> tuple[list[Row], int]:
    """Return ``count`` rows behind the first ``skip`` of a Parquet file, and how many there are; raise ``LinkLost`` when it is none, or not whole."""
    import duckdb

    settings: dict[str, Any] = {"threads": 1, "memory_limit": "256MB", "autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    try:
        with duckdb.connect(":memory:", config=settings) as asked:
            (whole,) = asked.execute("SELECT count(*) FROM read_parquet(?)", [path]).fetchone() or (0,)
            columns = asked.execute("DESCRIBE SELECT * FROM read_parquet(?)", [path]).fetchall()
            names = [str(column[0]) for column in columns][:MOST_COLUMNS]
            # A moment with a zone comes as microseconds since 1970: that needs nothing that knows zones.
            each = ", ".join(f"epoch_us({_quoted(name)})" if "WITH TIME ZONE" in str(kind) else _quoted(name) for name, kind, *_ in columns[:MOST_COLUMNS])
            query = f"SELECT {each} FROM read_parquet(?, file_row_number=true) WHERE file_row_number >= ? ORDER BY file_row_number LIMIT ?"  # noqa: S608 - names are quoted
            return [dict(zip(names, row, strict=True)) for row in asked.execute(query, [path, skip, count]).fetchall()], int(whole)
    except duckdb.Error as error:
        raise LinkLost(f"{path} is no whole Parquet file: {str(error)[:200]}") from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class Reader:
    """Makes readings of rows: which column is the time, which are signals. ``wanted``: names of signals by column (None: all, under their own names)."""

    def __init__(self, config: FilesConfig, wanted: Mapping[str, str] | None, now: datetime | None = None) -> None:
        self._config = config
        self._wanted = wanted
        self._now = now
        try:
            self._times = Times(config.time_format, zone_of(config.zone))
        except ValueError as error:
            raise LinkLost(f"config.{error}") from error
        self._learnt = False
        self.bad = 0
        self.why = ""

    def time_columns(self, columns: Sequence[str]) -> tuple[str, ...]:
        """Return the columns that hold the time; raise ``LinkLost`` when none does."""
        if self._config.time:
            named = (self._config.time,) if self._config.time in columns else tuple(part.strip() for part in self._config.time.split("+"))
            missing = [name for name in named if name not in columns]
            if missing:
                raise LinkLost(f"config.time: there is no column {missing[0]!r}; there are {', '.join(columns[:30])}.")
            return named
        found = next((name for name in columns if _TIME_NAMES.fullmatch(name.strip())), None)
        if found is None and self._now is None:
            raise LinkLost(f"config.time: which column holds the time? There are {', '.join(columns[:30])}.")
        return () if found is None else (found,)

    def readings(self, rows: Sequence[Row]) -> list[Reading]:
        """Return what the rows say. A row whose time cannot be read is counted in ``bad``, the last reason in ``why``."""
        if not rows:
            return []
        columns = list(rows[0])
        times = self.time_columns(columns)
        if not self._learnt and times:
            self._times.learn([row.get(times[0]) for row in rows])
        found: list[Reading] = []
        for row in rows:
            try:
                at = self._at(row, times)
            except (ValueError, TypeError) as error:
                self.bad += 1
                self.why = str(error)
                continue
            for column, cell in self._cells(row, times):
                name = column if self._wanted is None else self._wanted.get(column)
                value = None if name is None else number(cell, self._config.decimal)
                if name is not None and value is not None:
                    found.append(Reading(name, at, value))
        return found

    def _at(self, row: Row, times: Sequence[str]) -> datetime:
        if not times:
            assert self._now is not None
            return self._now
        cells = [row.get(name) for name in times]
        if cells[0] is None or cells[0] == "":
            raise ValueError("the time is missing")
        return self._times.read(cells[0] if len(cells) == 1 else " ".join(str(cell) for cell in cells))

    def _cells(self, row: Row, times: Sequence[str]) -> Iterator[tuple[str, Any]]:
        if self._config.signal or self._config.value:
            name, value = self._config.signal, self._config.value
            if name not in row or value not in row:
                raise LinkLost(f"config: the columns signal ({name!r}) and value ({value!r}) must both be there; there are {', '.join(list(row)[:30])}.")
            yield str(row[name]).strip(), row[value]
            return
        for column, cell in row.items():
            if column not in times:
                yield column, cell

"""DuckDB, one for the process, loaded with the first question or compaction: one thread, bounded memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from shutil import rmtree
from typing import Any, TypeAlias

from plait.kernel.ids import new_id

__all__ = ["COPY", "Ask", "ask", "paths", "scratch"]

MEMORY = "64MB"
COPY = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE 61440)"
Tables: TypeAlias = Mapping[str, Mapping[str, Any]]
Ask: TypeAlias = Callable[[str, Tables], dict[str, Any]]
_GLOB = str.maketrans({"[": "[[]", "*": "[*]", "?": "[?]", "'": "''"})


def _connect(file: str, space: str) -> Any:
    import duckdb

    settings: dict[str, Any] = {"threads": 1, "memory_limit": MEMORY, "temp_directory": space}
    return duckdb.connect(file, config=settings | {"autoinstall_known_extensions": False, "autoload_known_extensions": False})


@cache
def _database() -> Any:
    database = _connect(":memory:", "")
    database.execute("SET parquet_metadata_cache = true")
    return database


def _asked(database: Any, sql: str, tables: Tables) -> dict[str, Any]:
    cursor = database.cursor()
    try:
        for name, columns in tables.items():
            cursor.register(name, dict(columns))
        cursor.execute(sql)
        return {name: _plain(column) for name, column in cursor.fetchnumpy().items()}
    finally:
        for name in tables:
            cursor.unregister(name)
        cursor.close()


def _plain(column: Any) -> Any:
    """Return a column without a mask; what DuckDB has as NULL among numbers was not a number when it was handed over."""
    import numpy as np

    return column.filled(np.nan) if column.dtype.kind == "f" and np.ma.isMaskedArray(column) else np.ma.getdata(column)


def ask(sql: str, tables: Tables | None = None) -> dict[str, Any]:
    """Return the columns of an answer as numpy arrays. ``tables``: columns by name of the tables that the question knows."""
    return _asked(_database(), sql, tables or {})


@contextmanager
def scratch(space: Path) -> Iterator[Ask]:
    """Give a way to ask a database of its own on disk in the folder ``space``, for rows that are gathered bit by bit; it is gone afterwards."""
    file = space / f"scratch-{new_id()}.db"
    spill = file.with_suffix(".spill")
    database = _connect(str(file), str(spill))
    try:
        yield lambda sql, tables: _asked(database, sql, tables)
    finally:
        database.close()
        for left in space.glob(f"{file.name}*"):
            left.unlink(missing_ok=True)
        rmtree(spill, ignore_errors=True)


def paths(files: Sequence[Path]) -> str:
    """Return files as a list of SQL; no name is taken for a pattern."""
    return "[" + ", ".join(f"'{str(file).translate(_GLOB)}'" for file in files) + "]"

"""DuckDB, one for the process, loaded with the first question or compaction: one thread, bounded memory."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["COPY", "ask", "paths"]

MEMORY = "192MB"
COPY = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE 61440)"
_GLOB = str.maketrans({"[": "[[]", "*": "[*]", "?": "[?]", "'": "''"})


@cache
def _database() -> Any:
    import duckdb

    settings: dict[str, Any] = {"threads": 1, "memory_limit": MEMORY, "autoinstall_known_extensions": False, "autoload_known_extensions": False}
    database = duckdb.connect(":memory:", config=settings)
    database.execute("SET parquet_metadata_cache = true")
    return database


def ask(sql: str, parameters: Sequence[Any] = (), *, tables: Mapping[str, Mapping[str, Any]] | None = None, space: Path | None = None) -> dict[str, Any]:
    """Return the columns of an answer as numpy arrays.

    ``tables``: columns by name of the tables that the question knows. What memory cannot hold goes to ``space``.
    """
    import numpy as np

    cursor = _database().cursor()
    try:
        for name, columns in (tables or {}).items():
            cursor.register(name, dict(columns))
        if space is not None:
            quoted = str(space).replace("'", "''")
            cursor.execute(f"SET temp_directory = '{quoted}'")
        cursor.execute(sql, list(parameters) or None)
        return {name: np.ma.getdata(column) for name, column in cursor.fetchnumpy().items()}
    finally:
        for name in tables or {}:
            cursor.unregister(name)
        cursor.close()


def paths(files: Sequence[Path]) -> str:
    """Return files as a list of SQL; no name is taken for a pattern."""
    return "[" + ", ".join(f"'{str(file).translate(_GLOB)}'" for file in files) + "]"

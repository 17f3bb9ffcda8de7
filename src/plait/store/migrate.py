"""The shape of a database and its changes: a version number and ordered migrations.

A migration is registered on the MetaData it changes. New tables need none: they are made when they are missing.
"""

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, insert, select, update

from plait.kernel.problems import Problem, register

__all__ = ["NEWER", "Step", "bring_up", "latest", "migration", "version_of", "versions_in"]

NEWER = register(
    "store-newer",
    409,
    "The data were written by a newer version",
    "Install that version of plait, or restore the backup made before it was used with `plait restore`.",
)

Step: TypeAlias = Callable[[Connection], None]
S = TypeVar("S", bound=Step)

_own = MetaData()
_version = Table("schema_version", _own, Column("name", Text, primary_key=True), Column("version", Integer, nullable=False))


def name_of(metadata: MetaData) -> str:
    """Return what the set of tables is called (``metadata.info["name"]``, default ``events``)."""
    return str(metadata.info.get("name", "events"))


def _steps(metadata: MetaData) -> dict[int, Step]:
    steps: dict[int, Step] = metadata.info.setdefault("migrations", {})
    return steps


def migration(metadata: MetaData, version: int) -> Callable[[S], S]:
    """Register the decorated function as the change from ``version - 1`` to ``version`` (from 2 on, without gaps)."""

    def enter(step: S) -> S:
        steps = _steps(metadata)
        if version != len(steps) + 2:
            raise ValueError(f"migration {version} of {name_of(metadata)}: expected {len(steps) + 2}")
        steps[version] = step
        return step

    return enter


def version_of(conn: Connection, metadata: MetaData) -> int | None:
    """Return the version of the tables in the database, None when there are none yet."""
    _own.create_all(conn)
    found = conn.execute(select(_version.c.version).where(_version.c.name == name_of(metadata))).scalar()
    return None if found is None else int(found)


def versions_in(conn: Connection) -> dict[str, int]:
    """Return the version of each set of tables in a database that is only looked at."""
    return {str(row.name): int(row.version) for row in conn.execute(select(_version))}


def latest(metadata: MetaData) -> int:
    """Return the version of the tables that this program makes."""
    return len(_steps(metadata)) + 1


def bring_up(conn: Connection, metadata: MetaData, keep_copy: Callable[[int], None] = lambda version: None) -> None:
    """Make the tables, or bring older ones up to date; raise ``store-newer`` and change nothing if they are newer.

    Each step is a transaction of its own with the version's number in it, so an upgrade that is interrupted goes on where it
    stopped. ``keep_copy(version)`` is called before the first step.
    """
    steps = _steps(metadata)
    newest = latest(metadata)
    with conn.begin():
        found = version_of(conn, metadata)
        if found is None:
            metadata.create_all(conn)
            conn.execute(insert(_version).values(name=name_of(metadata), version=newest))
            return
    if found > newest:
        raise Problem(NEWER, f"The tables {name_of(metadata)} have version {found}; this program knows up to {newest}.")
    if found < newest:
        keep_copy(found)
    for version in range(found + 1, newest + 1):
        with conn.begin():
            steps[version](conn)
            conn.execute(update(_version).where(_version.c.name == name_of(metadata)).values(version=version))
    with conn.begin():
        metadata.create_all(conn)

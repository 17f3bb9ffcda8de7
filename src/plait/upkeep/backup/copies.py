"""Copies of databases as SQLite files, whatever engine they run on, and back; each on one snapshot while the node writes on."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, MetaData, Table, create_engine, func, insert, inspect, select, text

from plait.kernel.os import fsync_file
from plait.kernel.problems import Problem
from plait.store import Base, ChainReport, check_chain, read_links
from plait.upkeep.backup.model import BACKUP_DAMAGED, NOT_RESTORED

__all__ = ["copy_in", "copy_out", "examine"]

BATCH = 500


def copy_out(base: Base, target: Path) -> None:
    """Write a snapshot of ``base`` to the SQLite file ``target``; the node goes on writing meanwhile."""
    file = base.file
    if file is not None:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
    else:
        with base.look() as source:
            _copy(source, target)
    with target.open("r+b") as synced:
        fsync_file(synced)


def _copy(source: Connection, target: Path) -> None:
    there = MetaData()
    there.reflect(source)
    engine = create_engine(f"sqlite:///{target}")
    try:
        with engine.begin() as copy:
            there.create_all(copy)
            for table in there.sorted_tables:
                _rows(source, copy, table)
    finally:
        engine.dispose()


def _rows(source: Connection, copy: Connection, table: Table) -> None:
    for part in source.execution_options(yield_per=BATCH).execute(select(table)).partitions(BATCH):
        copy.execute(insert(table), [dict(row._mapping) for row in part])


def copy_in(source: Path, target: Connection) -> None:
    """Fill the empty database behind ``target`` with the rows of the SQLite file ``source``; raise ``not-restored`` when it holds any."""
    engine = create_engine(f"sqlite:///{source}")
    try:
        with engine.connect() as conn:
            there = MetaData()
            there.reflect(conn)
            names = set(inspect(target).get_table_names())
            for table in there.sorted_tables:
                if table.name in names and target.execute(select(func.count()).select_from(table)).scalar():
                    raise Problem(NOT_RESTORED, f"The database already holds rows in {table.name}.")
            there.create_all(target)
            for table in there.sorted_tables:
                _rows(conn, target, table)
    finally:
        engine.dispose()


def examine(file: Path, *, chain: bool) -> tuple[dict[str, int], ChainReport | None]:
    """Check a copy: its structure and, with ``chain``, the whole chain of facts; return its versions and the report.

    Raise ``backup-damaged`` for a file that is not whole.
    """
    engine = create_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as conn:
            sound = conn.execute(text("PRAGMA integrity_check")).scalar()
            if sound != "ok":
                raise Problem(BACKUP_DAMAGED, f"{file.name}: {sound}")
            versions = {row.name: int(row.version) for row in conn.execute(text("SELECT name, version FROM schema_version"))}
            report = check_chain(lambda after: read_links(conn, after)) if chain else None
    except Problem:
        raise
    except Exception as error:
        raise Problem(BACKUP_DAMAGED, f"{file.name}: {error}") from error
    finally:
        engine.dispose()
    if report is not None and not report.ok:
        raise Problem(BACKUP_DAMAGED, f"{file.name}: the chain of facts breaks at fact {report.broken_at}: {report.reason}")
    return versions, report

"""Upgrading tables: a copy is kept, an interruption at any point goes on, no room means no change."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, text

from plait.kernel.activity import Activity
from plait.kernel.problems import Problem
from plait.store import Database, migration
from tests.support.stores import clock


class PowerCut(BaseException):
    """The process ends here."""


def tables() -> MetaData:
    """The tables of the first version."""
    made = MetaData(info={"name": "things"})
    Table("thing", made, Column("id", Integer, primary_key=True), Column("name", Text))
    return made


def newer(stop: int, ran: list[int]) -> MetaData:
    """Three changes; the one numbered ``stop`` is cut off after its work, before its commit."""
    made = tables()

    def step(version: int) -> None:
        @migration(made, version)
        def change(conn: Connection) -> None:
            conn.execute(text(f"ALTER TABLE thing ADD COLUMN c{version} TEXT"))
            conn.execute(text(f"UPDATE thing SET c{version} = name || '{version}'"))
            if version == stop:
                raise PowerCut
            ran.append(version)

    for version in (2, 3, 4):
        step(version)
    return made


def database(folder: Path, metadata: MetaData) -> Database:
    """Make a database in ``folder``."""
    activity = Activity()
    return Database(f"sqlite:///{folder / 'things.db'}", metadata, clock(activity=activity), activity)


async def old(folder: Path) -> None:
    """Leave a folder of the first version with two rows."""
    first = database(folder, tables())
    await first.open()
    await first.write(lambda conn: conn.execute(text("INSERT INTO thing VALUES (1, 'a'), (2, 'b')")) and None)
    await first.close()


@pytest.mark.parametrize("stop", [2, 3, 4])
async def test_interrupted_upgrade_goes_on(tmp_path: Path, stop: int) -> None:
    """Tests that an upgrade cut off in any step is undone as far as that step and completed by the next start, each step once."""
    await old(tmp_path)
    ran: list[int] = []
    with pytest.raises(PowerCut):
        await database(tmp_path, newer(stop, ran)).open()
    again = database(tmp_path, newer(0, ran))
    await again.open()
    row = again.read_now(lambda conn: tuple(conn.execute(text("SELECT * FROM thing WHERE id = 2")).one()))
    await again.close()
    assert row == (2, "b", "b2", "b3", "b4")
    assert ran == [2, 3, 4]


async def test_copy_is_kept(tmp_path: Path) -> None:
    """Tests that the data as they were before the upgrade lie beside the file, whole, and open with the old program."""
    await old(tmp_path)
    upgraded = database(tmp_path, newer(0, []))
    await upgraded.open()
    await upgraded.close()
    kept = tmp_path / "things.db.v1"
    conn = sqlite3.connect(kept)
    assert conn.execute("SELECT * FROM thing").fetchall() == [(1, "a"), (2, "b")]
    conn.close()
    with pytest.raises(Problem, match="store-newer"):
        await database(tmp_path, tables()).open()
    kept.replace(tmp_path / "things.db")
    first = database(tmp_path, tables())
    await first.open()
    await first.close()


async def test_no_room_for_the_copy(tmp_path: Path) -> None:
    """Tests that nothing is changed when the copy cannot be made, and the refusal says where it was to go."""
    await old(tmp_path)
    (tmp_path / "things.db.v1.part").mkdir()
    ran: list[int] = []
    with pytest.raises(Problem) as refused:
        await database(tmp_path, newer(0, ran)).open()
    assert refused.value.code == "no-copy-before-upgrade"
    assert "things.db.v1" in refused.value.detail
    assert ran == []
    first = database(tmp_path, tables())
    await first.open()
    await first.close()

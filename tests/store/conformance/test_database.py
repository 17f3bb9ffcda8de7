"""What every database of the node must do beside facts: rows, reconnecting, versions."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, Text, create_engine, insert, inspect, select, text

from plait.kernel.activity import Activity
from plait.kernel.actor import Actor
from plait.kernel.problems import Problem
from plait.store import Database, Store, migration
from plait.store.migrate import version_of
from tests.support.kinds import Noted
from tests.support.stores import clock


def tables() -> MetaData:
    """Return a set of tables of the tests' own."""
    metadata = MetaData(info={"name": "test"})
    Table("thing", metadata, Column("id", Integer, primary_key=True), Column("name", Text, nullable=False))
    return metadata


def database(url: str, metadata: MetaData) -> Database:
    """Return a database that is not open yet."""
    activity = Activity()
    return Database(url, metadata, clock(activity=activity), activity)


@pytest.fixture
async def things(url: str) -> AsyncIterator[Database]:
    """An open database with one table."""
    made = database(url, tables())
    await made.open()
    yield made
    await made.close()


def put(database: Database, id: int, name: str = "x") -> Any:
    """Insert a row."""
    return database.write(lambda conn: conn.execute(insert(database.metadata.tables["thing"]).values(id=id, name=name)) and id)


def names(database: Database) -> list[str]:
    """Return what is in the table."""
    thing = database.metadata.tables["thing"]
    return database.read_now(lambda conn: list(conn.execute(select(thing.c.name).order_by(thing.c.id)).scalars()))


async def test_rows(things: Database) -> None:
    """Tests that rows written at once are all there, and one that is refused takes none with it."""
    answers = await asyncio.gather(*(put(things, n % 5, str(n)) for n in range(6)), return_exceptions=True)
    assert answers[:5] == [0, 1, 2, 3, 4]
    assert isinstance(answers[5], Exception)
    assert names(things) == ["0", "1", "2", "3", "4"]
    assert things.activity.idle or await things.activity.wait_idle() is None


async def test_cancelled_waiting_still_writes(things: Database) -> None:
    """Tests that whoever stops waiting for an answer does not undo the write, nor stop the writer."""
    waiting = asyncio.ensure_future(put(things, 1))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await put(things, 2)
    assert len(names(things)) == 2


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_two_sets_of_tables_in_one_database(things: Database, url: str) -> None:
    """Tests that on one PostgreSQL server two differently named sets of tables have a writer each (SQLite has one a file)."""
    other = MetaData(info={"name": "other"})
    Table("other_thing", other, Column("id", Integer, primary_key=True))
    second = database(url, other)
    await second.open()
    await put(things, 1)
    await second.close()


def raw(url: str) -> Engine:
    """Return a way in beside the store."""
    return create_engine(url)


async def test_newer_data_are_refused(url: str) -> None:
    """Tests that tables of a newer version are left alone and the refusal says what to do."""
    newer = tables()
    migration(newer, 2)(lambda conn: conn.execute(text("ALTER TABLE thing ADD COLUMN later TEXT")) and None)
    first = database(url, newer)
    await first.open()
    await first.close()
    older = database(url, tables())
    with pytest.raises(Problem, match="store-newer") as refused:
        await older.open()
    assert "version 2" in refused.value.detail
    assert "Install that version" in refused.value.kind.advice
    await first.open()
    await first.close()


async def test_migrations_run_in_order_once(url: str) -> None:
    """Tests that older tables are brought up step by step with their rows, and a second start does nothing."""
    first = database(url, tables())
    await first.open()
    await put(first, 1, "old")
    await first.close()
    ran: list[int] = []
    newer = tables()

    @migration(newer, 2)
    def add(conn: Connection) -> None:
        ran.append(2)
        conn.execute(text("ALTER TABLE thing ADD COLUMN mark TEXT"))

    @migration(newer, 3)
    def fill(conn: Connection) -> None:
        ran.append(3)
        conn.execute(text("UPDATE thing SET mark = 'm' || name"))

    Table("added", newer, Column("id", Integer, primary_key=True))
    for _ in range(2):
        second = database(url, newer)
        await second.open()
        assert second.read_now(lambda conn: conn.execute(text("SELECT mark FROM thing")).scalar()) == "mold"
        assert second.read_now(lambda conn: inspect(conn).has_table("added"))
        await second.close()
    assert ran == [2, 3]


async def test_failed_migration_changes_nothing(url: str) -> None:
    """Tests that a migration that fails leaves tables and version as they were, and the next start may try again."""
    first = database(url, tables())
    await first.open()
    await first.close()
    newer = tables()

    @migration(newer, 2)
    def bad(conn: Connection) -> None:
        conn.execute(text("ALTER TABLE thing ADD COLUMN half TEXT"))
        raise RuntimeError("power cut")

    second = database(url, newer)
    with pytest.raises(RuntimeError):
        await second.open()
    await first.open()
    columns = first.read_now(lambda conn: [column["name"] for column in inspect(conn).get_columns("thing")])
    await first.close()
    assert columns == ["id", "name"]
    engine = raw(url)
    with engine.begin() as conn:
        assert version_of(conn, newer) == 1
    engine.dispose()


def test_migrations_are_numbered_without_gaps() -> None:
    """Tests that a migration with a number out of turn is refused when it is registered."""
    with pytest.raises(ValueError, match="expected 2"):
        migration(tables(), 3)(lambda conn: None)


async def test_group_that_cannot_be_committed(store: Store, me: Actor) -> None:
    """Tests that when a whole group fails everybody in it is told, nothing of it is there, and the store goes on."""

    def break_group(tx: Any) -> None:
        tx.conn.connection.driver_connection.execute("ROLLBACK")

    jobs = [store.write(me, lambda tx: tx.append("s", Noted("A"))), store.write(me, break_group), store.write(me, lambda tx: tx.append("s", Noted("B")))]
    answers = await asyncio.gather(*jobs, return_exceptions=True)
    assert isinstance(answers[1], Problem)
    assert answers[1].code == "unavailable"
    kept = [answer.id for answer in answers if not isinstance(answer, Exception)]
    assert [fact.id for fact in await store.facts()] == kept
    await store.write(me, lambda tx: tx.append("s", Noted("C")))
    assert (await store.verify()).ok
    assert (await store.verify()).facts == len(kept) + 1


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_lost_connection(store: Store, make: Callable[[], Store], me: Actor, url: str) -> None:
    """Tests that after the server dropped the writer's connection the store says so once, comes back, and is still the one writer."""
    await store.write(me, lambda tx: tx.append("s", Noted("A")))
    engine = raw(url)
    with engine.begin() as conn:
        conn.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"))
    engine.dispose()
    with pytest.raises(Problem, match="unavailable"):
        await store.write(me, lambda tx: tx.append("s", Noted("lost")))
    await store.write(me, lambda tx: tx.append("s", Noted("B")))
    assert (await store.verify()).facts == 2
    with pytest.raises(Problem, match="store-locked"):
        await make().open()


async def test_commits_reach_the_disk(things: Database, url: str) -> None:
    """Tests that the writing connection runs with the setting under which a commit survives a loss of power."""
    asked = {"PRAGMA synchronous": 2, "PRAGMA journal_mode": "wal", "PRAGMA foreign_keys": 1} if url.startswith("sqlite") else {"SHOW synchronous_commit": "on"}
    for query, value in asked.items():
        assert await things.write(lambda conn, query=query: conn.exec_driver_sql(query).scalar()) == value

"""A store of each kind: SQLite in a file, PostgreSQL on a server of the tests' own."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from plait.kernel.activity import Activity
from plait.kernel.actor import Actor, system_actor
from plait.store import Store, metadata
from tests.support.postgres import new_database, server
from tests.support.stores import clock

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a running server."""
    with server(durable=False) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'plait.db'}"
    return new_database(request.getfixturevalue("postgres"), f"plait{next(_numbers)}")


@pytest.fixture
def make(url: str) -> Callable[[], Store]:
    """Make one more store on the same database, each with its own activity."""

    def one() -> Store:
        activity = Activity()
        return Store(url, metadata, clock(activity=activity), activity)

    return one


@pytest.fixture
async def store(make: Callable[[], Store]) -> AsyncIterator[Store]:
    """An open store."""
    made = make()
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def me() -> Actor:
    """The node itself."""
    return system_actor("party-1")

"""The fact log over HTTP."""

import asyncio

import msgspec
import pytest

from tests.identity.house import make_house
from tests.support.kinds import Noted


@pytest.fixture
async def helix(tmp_path):
    async with make_house(tmp_path / "helix") as house:
        for number in range(5):
            await house.store.write(house.me, lambda tx, number=number: tx.append(f"note/{number % 2}", Noted(f"N-{number}", number)) and None)
        yield house


async def test_pages(helix):
    """Tests that facts come in order, page by page, with bodies and the story of those that tell it."""
    first = (await helix.http.get("/api/v1/facts?limit=4", headers=helix.admin)).json()
    second = (await helix.http.get(f"/api/v1/facts?after={first['next']}", headers=helix.admin)).json()
    items = first["items"] + second["items"]
    assert [item["seq"] for item in items] == list(range(1, 8))
    assert [item["story"] for item in items[:3]] == [None, None, ["N-0", "0"]]
    assert items[2]["body"] == {"number": "N-0", "count": 0}
    assert items[2]["actor"] == "system:node"
    assert (await helix.http.get("/api/v1/facts?after=7", headers=helix.admin)).json() == {"items": [], "next": 7}


async def test_filters(helix):
    """Tests facts of one stream and of some kinds."""
    by_stream = (await helix.http.get("/api/v1/facts?stream=note/1", headers=helix.admin)).json()["items"]
    assert [item["body"]["number"] for item in by_stream] == ["N-1", "N-3"]
    for query in ("kinds=test.noted&kinds=identity.firm_founded", "kinds=test.noted,identity.firm_founded"):
        assert len((await helix.http.get(f"/api/v1/facts?{query}", headers=helix.admin)).json()["items"]) == 6


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "after=-1", "after=x"])
async def test_bad_queries(helix, query):
    """Tests that a bad page is refused."""
    assert (await helix.http.get(f"/api/v1/facts?{query}", headers=helix.admin)).status_code == 422


async def test_strangers(helix):
    """Tests that nobody reads facts without a token."""
    for path in ("/api/v1/facts", "/api/v1/facts/stream", "/api/v1/facts/verify"):
        assert (await helix.http.get(path)).status_code == 401


async def test_erased(helix):
    """Tests that an erased body is shown as null and the chain is still whole."""
    fact = (await helix.store.facts(kinds=["test.noted"]))[0]
    await helix.store.erase(fact.id)
    item = (await helix.http.get("/api/v1/facts?kinds=test.noted&limit=1", headers=helix.admin)).json()["items"][0]
    assert (item["body"], item["story"]) == (None, None)
    report = (await helix.http.get("/api/v1/facts/verify", headers=helix.admin)).json()
    assert (report["ok"], report["facts"], report["erased"]) == (True, 8, 1)


async def events(lines, count):
    found, event = [], {}
    async for line in lines:
        name, _, value = line.partition(": ")
        if name:
            event[name] = value
        elif event:
            found.append(event)
            event = {}
        if len(found) == count:
            break
    return found


async def test_live(helix):
    """Tests that facts are sent as they happen, from where the reader left off, without a gap between old and new."""
    async with helix.http.stream("GET", "/api/v1/facts/stream?after=5", headers=helix.admin) as answer:
        lines = answer.aiter_lines()
        assert [event["id"] for event in await events(lines, 2)] == ["6", "7"]
        await helix.store.write(helix.me, lambda tx: tx.append("note/x", Noted("N-9", 9)) and None)
        event = (await events(lines, 1))[0]
        assert (event["id"], event["event"]) == ("8", "test.noted")
        assert msgspec.json.decode(event["data"])["story"] == ["N-9", "9"]
    async with helix.http.stream("GET", "/api/v1/facts/stream", headers=helix.admin | {"Last-Event-ID": "7"}) as answer:
        assert [event["id"] for event in await events(answer.aiter_lines(), 1)] == ["8"]


async def test_watching_is_no_work(helix):
    """Tests that a node somebody watches may be idle."""
    async with helix.http.stream("GET", "/api/v1/facts/stream", headers=helix.admin) as answer:
        await anext(answer.aiter_lines())
        async with asyncio.timeout(60):
            while not (await helix.http.get("/health/idle")).json()["idle"]:
                await asyncio.sleep(0)

"""Live answers and the server that gives them."""

import asyncio

import httpx
import msgspec
import pytest

from plait.kernel.activity import Activity
from plait.kernel.problems import Problem
from plait.web import Api, Event, Stream, serve
from tests.web.door import make


class Tick(msgspec.Struct):
    """One tick."""

    n: int


class Source:
    """Gives what is put into it; knows whether it was closed."""

    def __init__(self):
        self.queue = asyncio.Queue()
        self.closed = asyncio.Event()

    async def items(self):
        """Give items until None."""
        try:
            while (item := await self.queue.get()) is not None:
                yield item
        finally:
            self.closed.set()


def application(source, activity=None, **options):
    api = Api("live", Source)

    @api.get("/live", action=None, summary="Watch")
    async def live(service: Source) -> Stream:
        """Watch."""
        return Stream(service.items(), **options)

    return make([api], {Source: source}, activity=activity or Activity())


@pytest.fixture
def source():
    return Source()


async def test_events(source):
    """Tests that Structs come as events as they are put, with id and type where given, until the source ends."""
    server = await serve(application(source))
    async with httpx.AsyncClient(trust_env=False) as client, client.stream("GET", f"{server.url}/live") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.aiter_lines()
        assert [await anext(lines), await anext(lines)] == [": ", ""]
        source.queue.put_nowait(Tick(1))
        assert [await anext(lines), await anext(lines)] == ['data: {"n":1}', ""]
        source.queue.put_nowait(Event(Tick(2), id="7", event="tick"))
        assert [await anext(lines) for _ in range(4)] == ["id: 7", "event: tick", 'data: {"n":2}', ""]
        source.queue.put_nowait(None)
        assert [line async for line in lines] == []
    await source.closed.wait()
    await server.stop()


async def test_heartbeat(source):
    """Tests that a comment comes when nothing else does."""
    server = await serve(application(source, heartbeat=0.01))
    async with httpx.AsyncClient(trust_env=False) as client, client.stream("GET", f"{server.url}/live") as answer:
        lines = answer.aiter_lines()
        assert [await anext(lines) for _ in range(6)] == [": ", ""] * 3
    await source.closed.wait()
    await server.stop()


async def test_client_leaves(source):
    """Tests that the source is closed when the client goes, and that watching is no activity."""
    activity = Activity()
    server = await serve(application(source, activity))
    async with httpx.AsyncClient(trust_env=False) as client, client.stream("GET", f"{server.url}/live") as answer:
        await anext(answer.aiter_lines())
        assert activity.idle
    await source.closed.wait()
    await server.stop()


async def test_slow_client(source):
    """Tests that a client that takes nothing is cut off and its source closed."""
    server = await serve(application(source, patience=0.05))
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
    writer.write(b"GET /live HTTP/1.1\r\nHost: node\r\n\r\n")
    for number in range(400):
        source.queue.put_nowait(Tick(number) if number else {"fill": "a" * 50_000_000})
    await source.closed.wait()
    assert not source.queue.empty()
    writer.close()
    del reader
    await server.stop()


async def test_server_stops_with_watchers(source):
    """Tests that stopping ends live answers in good order."""
    server = await serve(application(source))
    async with httpx.AsyncClient(trust_env=False) as client, client.stream("GET", f"{server.url}/live") as answer:
        lines = answer.aiter_lines()
        await anext(lines)
        stopping = asyncio.create_task(server.stop())
        assert [line async for line in lines if line.strip(": ")] == []
        await stopping
    assert source.closed.is_set()


async def test_port_taken(source):
    """Tests that a port in use is refused with one readable line, and a free one is found for 0."""
    server = await serve(application(source))
    assert server.port > 0
    assert server.host == "127.0.0.1"
    with pytest.raises(Problem) as caught:
        await serve(application(source), port=server.port)
    assert caught.value.code == "port-taken"
    await server.stop()

"""Live connections of browsers: real handshakes against a real server, with a mount that echoes."""

import asyncio
import base64
import contextlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.requests import HTTPConnection
from starlette.routing import Mount, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Message, RejectConnection, Request

from plait.kernel.problems import Problem
from plait.kernel.settings import Limits
from plait.web import serve
from plait.web.border import Border
from plait.web.limits import Limiter
from plait.web.serve import Server
from plait.web.sockets import LARGEST, PatientSocket
from tests.web.door import Door, make

QUIET = Limits(anonymous_per_s=0, partner_per_s=0, own_per_s=0)


async def echo(socket: WebSocket) -> None:
    """Send back what comes; ``flood`` sends without end."""
    await socket.accept()
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            text = await socket.receive_text()
            while text == "flood":
                await socket.send_text("x" * 100_000)
            await socket.send_text(text)


@asynccontextmanager
async def serving(**options) -> AsyncIterator[Server]:
    """Serve the echo at /console/live."""
    server = await serve(make([], {}, extra=[Mount("/console", routes=[WebSocketRoute("/live", echo)])], **options))
    try:
        yield server
    finally:
        await server.stop()


class Line:
    """One connection to the server as a browser would make it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.conn = WSConnection(ConnectionType.CLIENT)
        self.status = 0

    async def open(self, path: str = "/console/live", **headers: str) -> "Line":
        """Send the handshake and wait for the answer, whose status is ``status``."""
        self.reader, self.writer = await asyncio.open_connection(self.server.host, self.server.port)
        host = headers.pop("Host", f"{self.server.host}:{self.server.port}")
        extra = [(name.encode(), value.encode()) for name, value in headers.items()]
        self.writer.write(self.conn.send(Request(host=host, target=path, extra_headers=extra)))
        event = await self.next()
        assert isinstance(event, AcceptConnection | RejectConnection)
        self.status = 101 if isinstance(event, AcceptConnection) else event.status_code
        return self

    async def next(self) -> object:
        """Return the next event."""
        while True:
            for event in self.conn.events():
                return event
            data = await self.reader.read(65_536)
            self.conn.receive_data(data or None)

    async def say(self, text: str) -> object:
        """Send a message and return what comes back."""
        self.writer.write(self.conn.send(Message(text)))
        await self.writer.drain()
        return await self.next()

    async def close(self) -> None:
        """Break the line."""
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


async def test_a_page_of_ours_talks() -> None:
    """Tests that a handshake from our own page is let in with its cookie, that messages go both ways, and that the server's end is told."""
    async with serving() as server:
        line = await Line(server).open(Origin=server.url, Cookie="a=b")
        assert line.status == 101
        answer = await line.say("hello")
        assert isinstance(answer, Message)
        assert answer.data == "hello"
        await server.stop()
        end = await line.next()
        assert isinstance(end, CloseConnection)
        assert end.code == 1012
        await line.close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 101),
        ({"Cookie": "a=b"}, 403),
        ({"Origin": "https://evil.example", "Cookie": "a=b"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:1", "Cookie": "a=b"}, 403),
        ({"Origin": "null", "Cookie": "a=b"}, 403),
        ({"Origin": "http://node:8400", "Host": "node:8400", "Cookie": "a=b"}, 101),
        ({"Origin": "https://Firm.example", "Cookie": "a=b"}, 101),
        ({"Origin": "http://firm.example", "Cookie": "a=b"}, 403),
        ({"Host": "evil.example", "Origin": "http://evil.example"}, 421),
    ],
    ids=str,
)
async def test_other_sites_are_kept_out(headers: dict[str, str], status: int) -> None:
    """Tests that a page elsewhere (another site, another port, a name made to lead here) opens no connection with a person's cookie."""
    async with serving(origin=lambda: "https://firm.example") as server:
        line = await Line(server).open(**headers)
        assert line.status == status
        await line.close()


async def test_nothing_is_mounted_there() -> None:
    """Tests that a handshake where nothing stands is refused, and that the server goes on."""
    async with serving() as server:
        for path in ("/console/dead", "/api/v1/live", "/"):
            line = await Line(server).open(path)
            assert line.status in {403, 404}
            await line.close()
        line = await Line(server).open()
        assert line.status == 101
        await line.close()


async def test_so_many_connections() -> None:
    """Tests that one address may hold half of the connections, that the next is told when to come again, and that a closed one makes room."""
    async with serving(limits=Limits(sockets=4)) as server:
        lines = [await Line(server).open() for _ in range(3)]
        assert [line.status for line in lines] == [101, 101, 429]
        await lines[0].close()
        async with asyncio.timeout(60):
            while (again := await Line(server).open()).status != 101:
                await again.close()
        for line in (*lines[1:], again):
            await line.close()


def test_in_all() -> None:
    """Tests that many addresses together are limited too, apart from live answers."""
    limiter = Limiter(Limits(sockets=2, streams=1))
    with limiter.socket("a"), limiter.socket("b"), limiter.stream("c"), pytest.raises(Problem), limiter.socket("c"):
        pass


async def test_a_message_has_an_end() -> None:
    """Tests that more than the largest message ends the connection, and that compression, which could hide one, is not agreed to."""
    async with serving() as server:
        line = await Line(server).open(**{"Sec-WebSocket-Extensions": "permessage-deflate"})
        end = await line.say("x" * (LARGEST + 1))
        assert isinstance(end, CloseConnection)
        assert end.code == 1009
        await line.close()


async def test_a_slow_reader_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a connection whose other side takes nothing is ended and no longer counted."""
    monkeypatch.setattr(PatientSocket, "read_s", 0.05)
    async with serving(limits=Limits(sockets=2)) as server:
        line = await Line(server).open()
        line.writer.write(line.conn.send(Message("flood")))
        async with asyncio.timeout(60):
            while (again := await Line(server).open()).status != 101:
                await again.close()
        await again.close()
        await line.close()


async def test_a_broken_handshake() -> None:
    """Tests that what only looks like a handshake gets an answer and harms nothing."""
    async with serving() as server:
        for lines in ("Sec-WebSocket-Version: 13\r\n", f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(3)).decode()}\r\n", ""):
            reader, writer = await asyncio.open_connection(server.host, server.port)
            writer.write(f"GET /console/live HTTP/1.1\r\nHost: node\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{lines}\r\n".encode())
            async with asyncio.timeout(60):
                assert (await reader.readline()).startswith(b"HTTP/1.1 4")
            writer.close()
        line = await Line(server).open()
        assert line.status == 101
        await line.close()


def test_a_program_without_a_cookie_needs_no_origin() -> None:
    """Tests the rule by itself, also for an Origin header of another case."""
    border = Border(Door(), QUIET)
    scope = {"type": "websocket", "headers": [(b"host", b"Node:1"), (b"origin", b"HTTP://node:1"), (b"cookie", b"a=b")]}
    border.check_origin(HTTPConnection(scope))
    border.check_origin(HTTPConnection({"type": "websocket", "headers": [(b"host", b"node")]}))

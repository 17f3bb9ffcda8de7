"""The border: names, rates, numbers at once, depth, and connections that keep the node waiting."""

import asyncio
from typing import Any

import pytest

from plait.kernel.problems import Problem
from plait.kernel.settings import Limits
from plait.web import Api, Event, Stream, serve
from plait.web.border import Seen, host_of
from plait.web.content import check_depth
from plait.web.limits import BURST_S, Limiter
from plait.web.patience import PatientProtocol
from tests.web.door import HELLO, asking, make

API = Api("things")
GATE = asyncio.Event()


@API.get("/open", action=None, summary="Open")
async def shown() -> dict[str, str]:
    """Show something to everybody."""
    return {"open": "yes"}


@API.get("/mine", action="things.read", summary="Mine")
async def mine() -> dict[str, str]:
    """Show something to those who may see it."""
    return {"mine": "yes"}


@API.post("/any", action=None, summary="Any")
async def take(body: Any) -> int:
    """Take any JSON."""
    return len(str(body))


@API.post("/raw", action=None, summary="Raw", accepts=("*/*",))
async def raw(body: bytes) -> int:
    """Take anything."""
    return len(body)


@API.get("/slow", action=None, summary="Slow")
async def slow() -> None:
    """Answer when the gate opens."""
    await GATE.wait()


@API.get("/live", action=None, summary="Live")
async def live() -> Stream:
    """Send one thing and wait."""

    async def items() -> Any:
        yield Event({"n": 1})
        await asyncio.Event().wait()

    return Stream(items())


@API.get("/large", action=None, summary="Large")
async def large() -> bytes:
    """Return twenty megabytes."""
    from plait.web import Reply

    return Reply(b"a" * 20_000_000)  # type: ignore[return-value]


def limits(**changed: float) -> Limits:
    return Limits(**{"anonymous_per_s": 0, "partner_per_s": 0, "own_per_s": 0, **changed})


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("node", 200),
        ("NODE:8400", 200),
        ("node.", 200),
        ("localhost", 200),
        ("shop.localhost:1", 200),
        ("127.0.0.1:8400", 200),
        ("[::1]:8400", 200),
        ("192.168.1.7", 200),
        ("evil.example", 421),
        ("node.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example:8400", 421),
        ("2130706433.example", 421),
        ("[", 421),
    ],
)
async def test_host_names(host: str, status: int) -> None:
    """Tests that the node answers only under its own names and addresses, so that no page whose name is made to lead here reads it (DNS rebinding)."""
    async with asking(make([API], {})) as node:
        answer = await node.get("/open", headers={"Host": host})
        assert answer.status_code == status
        assert status == 200 or answer.json()["code"] == "wrong-host"


def test_host_of() -> None:
    """Tests that the name is found in a Host header and in an address."""
    assert [host_of(each) for each in ("a.b:1", "https://A.b/c", "[::1]:2", "", "[")] == ["a.b", "a.b", "::1", "", "?"]


def test_bucket() -> None:
    """Tests that ten seconds' worth may be saved up, that more is refused saying for how long, and that time fills it again."""
    now = [0.0]
    limiter = Limiter(limits(anonymous_per_s=2), lambda: now[0])
    for _ in range(int(2 * BURST_S)):
        limiter.take("anonymous", "a")
    with pytest.raises(Problem) as refused:
        limiter.take("anonymous", "a")
    assert (refused.value.code, refused.value.extra["retry_after"]) == ("rate-limited", 1)
    limiter.take("anonymous", "b")
    limiter.take("own", "a")
    now[0] += 0.5
    limiter.take("anonymous", "a")
    with pytest.raises(Problem):
        limiter.take("anonymous", "a")
    now[0] += 1e6
    for _ in range(20):
        limiter.take("anonymous", "a")


def test_callers_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that the number of callers remembered is limited, the oldest going first."""
    monkeypatch.setattr("plait.web.limits.CALLERS", 100)
    limiter = Limiter(limits(anonymous_per_s=1))
    for number in range(1000):
        limiter.take("anonymous", str(number))
    assert len(limiter._buckets) == 100


async def test_rates_of_each_kind() -> None:
    """Tests that strangers, wrong credentials and persons each have their own rate, with Retry-After, and that one does not use up the other's."""
    async with asking(make([API], {}, limits=limits(anonymous_per_s=1, own_per_s=2, partner_per_s=1))) as node:
        statuses = [(await node.get("/open")).status_code for _ in range(12)]
        assert statuses == [200] * 10 + [429] * 2
        refused = await node.get("/open")
        assert refused.json()["code"] == "rate-limited"
        assert int(refused.headers["retry-after"]) >= 1
        assert (await node.get("/mine", headers=HELLO)).status_code == 200


async def test_wrong_credentials_cost_more() -> None:
    """Tests that guessing tokens is slowed down long before it leads anywhere, and then refused before they are looked at."""
    async with asking(make([API], {}, limits=limits(anonymous_per_s=2))) as node:
        statuses = [(await node.get("/mine", headers={"Authorization": "Bearer plait_wrong"})).status_code for _ in range(6)]
        assert statuses == [401] * 4 + [429] * 2


async def test_so_many_at_once() -> None:
    """Tests that requests under way are limited in number, for one address and in all; others are told when to come again."""
    GATE.clear()
    async with asking(make([API], {}, limits=limits(at_once=4))) as node:
        stuck = [asyncio.create_task(node.get("/slow")) for _ in range(2)]
        await asyncio.sleep(0.05)
        refused = await node.get("/open")
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert (await node.get("/health/live")).status_code == 200
        GATE.set()
        await asyncio.gather(*stuck)
        assert (await node.get("/open")).status_code == 200


def test_in_all() -> None:
    """Tests that many addresses together are limited too."""
    limiter = Limiter(limits(at_once=2))
    with limiter.running("a"), limiter.running("b"), pytest.raises(Problem) as refused, limiter.running("c"):
        pass
    assert refused.value.code == "unavailable"
    assert limiter._running == {}


async def test_live_answers_are_limited() -> None:
    """Tests that live answers have a number of their own and give their place back when they end."""
    server = await serve(make([API], {}, limits=limits(streams=8, at_once=4)), grace_s=1)
    try:
        opened = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(3)]
        first: list[bytes] = []
        for reader, writer in opened:
            writer.write(b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            first.append(await reader.readline())
        assert first == [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 429 Too Many Requests\r\n"]
        opened[0][1].close()
        async with asyncio.timeout(60):
            while (await _first_line(server.port, "/live")) != b"HTTP/1.1 200 OK\r\n":
                await asyncio.sleep(0.02)
        for _, writer in opened:
            writer.close()
    finally:
        await server.stop()


async def _first_line(port: int, path: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    line = await reader.readline()
    writer.close()
    return line


@pytest.mark.parametrize(
    ("content", "ok"),
    [
        (b"[" * 64 + b"]" * 64, True),
        (b"[" * 65 + b"]" * 65, False),
        (b'{"a":' * 65 + b"1" + b"}" * 65, False),
        (b"[" * 100_000, False),
        (b'["' + b"[" * 500 + b'"]', True),
        (b'["\\"' + b"[{" * 500 + b'\\\\"]', True),
        (b'["a\\\\",' + b"[" * 70 + b"]" * 71, False),
        (b"[" + b"[]," * 5000 + b"[]]", True),
        (b'["' + b"[" * 500, True),
        (b"", True),
    ],
)
async def test_depth(content: bytes, ok: bool) -> None:
    """Tests that JSON may be nested 64 deep and no deeper, whatever stands inside of text; with a Struct, any JSON, or bytes to be read later."""
    if ok:
        check_depth(content)
    else:
        with pytest.raises(Problem, match="nested"):
            check_depth(content)
    async with asking(make([API], {})) as node:
        for path in ("/any", "/raw"):
            answer = await node.post(path, content=content, headers={"Content-Type": "application/json"})
            assert ("nested" not in answer.text) == ok
            assert answer.status_code < 500


async def _kept_open(port: int, sent: list[bytes], pause: float = 0.05) -> bytes:
    """Send in small pieces and return what comes until the other side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def drip() -> None:
        for piece in sent:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    dripping = asyncio.create_task(drip())
    try:
        async with asyncio.timeout(60):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        dripping.cancel()
        await asyncio.gather(dripping, return_exceptions=True)
        writer.close()


HEAD = b"POST /raw HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"


@pytest.mark.parametrize(
    "sent",
    [[], [b"G"], [b"GET /open HTTP/1.1\r\n"] + [b"X-A: b\r\n"] * 200, [HEAD], [HEAD] + [b"a"] * 200],
    ids=["silent", "a letter", "slow head", "no content", "slow content"],
)
async def test_slow_loris(monkeypatch: pytest.MonkeyPatch, sent: list[bytes]) -> None:
    """Tests that a connection that sends nothing, a head or content drop by drop is closed in time, however it keeps itself alive."""
    monkeypatch.setattr(PatientProtocol, "head_s", 0.4)
    monkeypatch.setattr(PatientProtocol, "body_s", 0.6)
    server = await serve(make([API], {}), grace_s=1)
    try:
        assert await _kept_open(server.port, sent) == b""
    finally:
        await server.stop()


async def test_slow_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that one who does not take a large answer is cut off."""
    monkeypatch.setattr(PatientProtocol, "read_s", 0.3)
    server = await serve(make([API], {}), grace_s=1)
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1000)
        writer.write(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        async with asyncio.timeout(60):
            while server._server.server_state.connections:
                await asyncio.sleep(0.02)
        writer.close()
        del reader
    finally:
        await server.stop()


async def test_patient_with_the_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a connection that is used again and again, with pauses between whole requests, lives on beyond the time for a head."""
    monkeypatch.setattr(PatientProtocol, "head_s", 0.3)
    server = await serve(make([API], {}), grace_s=1)
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for _ in range(4):
            writer.write(b"GET /open HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            await reader.readuntil(b'{"open":"yes"}')
            await asyncio.sleep(0.2)
        writer.close()
    finally:
        await server.stop()


async def test_so_many_connections() -> None:
    """Tests that open connections are limited in number."""
    server = await serve(make([API], {}), grace_s=1, connections=3)
    try:
        idle = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(3)]
        assert (await _first_line(server.port, "/open")).startswith(b"HTTP/1.1 503")
        for _, writer in idle:
            writer.close()
    finally:
        await server.stop()


async def test_forwarded_addresses() -> None:
    """Tests that an address in X-Forwarded-For is believed from a proxy that was named, and from nobody else."""
    for proxies, statuses in (((), [200, 200, 429]), (("127.0.0.1",), [200, 200, 200])):
        server = await serve(make([API], {}, limits=limits(anonymous_per_s=0.2)), grace_s=1, proxies=proxies)
        try:
            import httpx

            async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
                found = [(await client.get("/open", headers={"X-Forwarded-For": f"203.0.113.{n}"})).status_code for n in range(3)]
            assert found == statuses
        finally:
            await server.stop()


async def test_every_request_is_seen() -> None:
    """Tests that each request is told with its route and status, also those refused."""
    seen: list[Seen] = []
    async with asking(make([API], {}, seen=seen.append)) as node:
        await node.get("/open")
        await node.get("/mine")
        await node.get("/nowhere")
        await node.post("/open")
    assert [(each.method, each.route, each.status) for each in seen] == [("GET", "/open", 200), ("GET", "/mine", 401), ("GET", "", 404), ("POST", "", 405)]
    assert all(each.seconds >= 0 for each in seen)


async def test_secure_headers() -> None:
    """Tests that an https node tells browsers to come by https alone, and that what a session reads is stored nowhere."""
    async with asking(make([API], {}, secure=True)) as node:
        answer = await node.get("/open", headers={"Cookie": "plait-x=y"})
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert answer.headers["cache-control"] == "no-store"
    async with asking(make([API], {})) as node:
        assert "strict-transport-security" not in (await node.get("/open")).headers

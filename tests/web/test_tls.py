"""The same application by TLS beside plain http, as phones of the house come."""

import asyncio
import ssl
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from starlette.routing import Mount, WebSocketRoute
from wsproto.events import Message

from plait.upkeep.phones.certificate import context, ensure
from plait.web import Api, serve
from plait.web.security import by_tls
from tests.web.door import make
from tests.web.test_sockets import Line, echo

API = Api("things")


@API.get("/how", action=None, summary="How")
async def how() -> dict[str, bool]:
    """Say how the request came."""
    return {"tls": by_tls()}


@pytest.fixture
async def servers(tmp_path: Path):
    """An application served twice: plain and by TLS."""
    made, _ = ensure(tmp_path, {"127.0.0.1"}, datetime(2026, 11, 28, tzinfo=UTC))
    app = make([API], {}, extra=[Mount("/console", routes=[WebSocketRoute("/live", echo)])])
    plain = await serve(app)
    secret = await serve(app.twin(), tls=context(made), grace_s=0.5)
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trust.load_verify_locations(made.file)
    yield plain, secret, trust
    await secret.stop()
    await plain.stop()


async def test_each_request_knows_how_it_came(servers) -> None:
    """Tests that requests under way at once each know whether they came by TLS, on which the safety of their cookie hangs."""
    plain, secret, trust = servers
    assert secret.url.startswith("https://")
    async with httpx.AsyncClient(verify=trust, trust_env=False) as http:
        answers = await asyncio.gather(*(http.get(f"{server.url}/how") for _ in range(5) for server in (plain, secret)))
    assert [answer.json()["tls"] for answer in answers] == [False, True] * 5


async def test_live_connections_by_tls(servers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a live connection talks over TLS as over plain http, and that a page of the other one is another site."""
    plain, secret, trust = servers
    connect = asyncio.open_connection
    monkeypatch.setattr(asyncio, "open_connection", lambda host, port: connect(host, port, ssl=trust if port == secret.port else None))
    for server in (plain, secret):
        line = await Line(server).open(Origin=server.url, Cookie="a=b")
        assert line.status == 101
        answer = await line.say("hello")
        assert isinstance(answer, Message)
        assert answer.data == "hello"
        await line.close()
    crossed = await Line(secret).open(Origin=plain.url, Cookie="a=b")
    assert crossed.status == 403
    await crossed.close()


async def test_one_server_ends_apart(servers) -> None:
    """Tests that the one by TLS can end while the other goes on, and that plain http to it is no request."""
    plain, secret, _ = servers
    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(httpx.HTTPError):
            await http.get(secret.url.replace("https", "http") + "/how")
        await secret.stop()
        assert (await http.get(f"{plain.url}/how")).status_code == 200

"""The client for partners against a real server on loopback."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from plait.kernel.problems import Problem
from plait.web import Api, PartnerClient, Reply, Request, serve
from tests.support import free_port
from tests.web.door import make

API = Api("echo")


@API.post("/echo", action=None, summary="Echo", accepts=("*/*",))
async def echo(body: bytes, request: Request) -> Reply:
    """Return content and headers."""
    return Reply({"body": body.decode(), "host": request.headers["host"], "x": request.headers.get("x"), "length": request.headers["content-length"]})


@API.get("/moved", action=None, summary="Redirect")
async def moved() -> Reply:
    """Point elsewhere."""
    return Reply(None, 302, {"Location": "/echo"})


@API.get("/large", action=None, summary="Much")
async def large() -> Reply:
    """Return 100 kB."""
    return Reply(b"a" * 100_000)


@API.get("/stuck", action=None, summary="Never")
async def never() -> None:
    """Do not answer while the server runs."""
    await asyncio.Event().wait()


@asynccontextmanager
async def partner(**options):
    server = await serve(make([API], {}), grace_s=1)
    client = PartnerClient(["127.0.0.1/32"], **options)
    try:
        yield client, server.url
    finally:
        await client.close()
        await server.stop()


@pytest.mark.parametrize("url", ["https://[", "https://a[b", "http://[::1", "ftp://a", "http://", "http://a:99999"])
async def test_what_is_no_address_is_refused(url):
    """Tests that an address that cannot be read is a refusal, never an error."""
    with pytest.raises(Problem, match="partner-unreachable"):
        await PartnerClient(["0.0.0.0/0"]).request("GET", url)


async def test_request():
    """Tests that content and headers arrive, and the answer with lower-case header names comes back."""
    async with partner() as (client, url):
        answer = await client.request("POST", f"{url}/echo?q=1", headers={"X": "y"}, content=b"hi")
        assert answer.status == 200
        assert answer.json() == {"body": "hi", "host": url.removeprefix("http://"), "x": "y", "length": "2"}
        assert answer.headers["content-type"] == "application/json"
        assert (await client.request("POST", f"{url}/echo")).json()["length"] == "0"
        assert (await client.request("GET", f"{url}/nothing")).status == 404


async def test_redirects_are_not_followed():
    """Tests that a redirect is an answer."""
    async with partner() as (client, url):
        answer = await client.request("GET", f"{url}/moved")
        assert (answer.status, answer.headers["location"]) == (302, "/echo")


async def test_limits():
    """Tests that an answer too large or too late is given up, and the client still works."""
    async with partner(total_s=0.3) as (client, url):
        with pytest.raises(Problem, match="larger than 1000"):
            await client.request("GET", f"{url}/large", limit=1000)
        with pytest.raises(Problem, match="did not answer within"):
            await client.request("GET", f"{url}/stuck")
        assert len((await client.request("GET", f"{url}/large")).body) == 100_000


async def test_inside_addresses_are_not_called():
    """Tests that without trust the same server is not even connected to."""
    async with partner() as (_, url):
        stranger = PartnerClient()
        for address in (url, url.replace("127.0.0.1", "localhost"), url.replace("http:", "https:")):
            with pytest.raises(Problem, match="trusted"):
                await stranger.request("GET", f"{address}/moved")
        await stranger.close()


BAD = [
    "",
    "ftp://8.8.8.8/",
    "file:///etc/passwd",
    "http://",
    "https://user:pw@8.8.8.8/",
    "https://8.8.8.8:99999/",
    "https://8.8.8.8/a b",
    "https://8.8.8.8/\r\nX: y",
    "https://ex\u00e4mple.org/",
]


@pytest.mark.parametrize("url", BAD)
async def test_bad_addresses(url):
    """Tests that what is no plain http or https address is refused."""
    with pytest.raises(Problem) as caught:
        await PartnerClient(["0.0.0.0/0"]).request("GET", url)
    assert caught.value.code == "partner-unreachable"


async def test_nobody_there():
    """Tests that a closed port is a problem, not a failure."""
    with pytest.raises(Problem) as caught:
        await PartnerClient(["127.0.0.1/32"]).request("GET", f"http://127.0.0.1:{free_port()}/")
    assert caught.value.code == "partner-unreachable"


async def test_certificates_are_checked():
    """Tests that a trusted network is not excused from a valid certificate."""
    async with partner() as (client, url):
        with pytest.raises(Problem) as caught:
            await client.request("GET", url.replace("http:", "https:"))
        assert caught.value.code == "partner-unreachable"

"""Phones come and are shut out: real TLS against a real node."""

import asyncio
import contextlib
import ssl
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from plait.identity.people.passwords import Passwords
from plait.kernel.os import free_port, local_addresses
from plait.kernel.settings import Metrics, Phones
from tests.identity.test_people import WORDS, signed_in
from tests.support.nodes import Running

HERE = "127.0.0.1"


class Phone:
    """A browser that has compared the fingerprint and trusts this certificate alone."""

    def __init__(self, shop: Running, port: int) -> None:
        trust = ssl.create_default_context(cadata=(shop.folder / "phones" / "certificate.pem").read_text().partition("-----END PRIVATE KEY-----")[2])
        trust.verify_flags &= ~ssl.VERIFY_X509_STRICT
        self.base = f"https://{HERE}:{port}"
        self.http = httpx.AsyncClient(base_url=self.base, verify=trust, trust_env=False)


@pytest.fixture
async def shop(tmp_path: Path):
    """A node that phones may come to at a free loopback port, once that is allowed."""
    node = Running("shop", tmp_path / "shop")
    node.settings = replace(node.settings, phones=Phones(address=HERE, port=free_port()), metrics=Metrics(open=True))
    await node.start()
    node.node.people.passwords = Passwords(memory_kib=1024, passes=1)
    yield node
    await node.stop()


async def allowed(shop: Running, **wanted: Any) -> dict[str, Any]:
    """Let phones in."""
    view: dict[str, Any] = await shop.ok("POST", "/api/v1/phones", wanted)
    assert view["listening"]
    return view


async def closed(port: int) -> bool:
    """Tell whether nobody listens on ``port``."""
    with contextlib.suppress(OSError):
        _, writer = await asyncio.open_connection(HERE, port)
        writer.close()
        return False
    return True


async def test_off_by_default(shop: Running) -> None:
    """Tests that nobody in the network reaches a node until an administrator has allowed it, and that this is said."""
    view = await shop.ok("GET", "/api/v1/phones")
    assert (view["allowed"], view["listening"], view["urls"], view["qr"]) == (False, False, [], "")
    assert view["words"] == ["Only this computer reaches the node. Phones and other computers do not."]
    assert await closed(shop.settings.phones.port)
    manager = (await shop.ok("POST", "/api/v1/tokens", {"role": "manager"}))["token"]
    for method in ("GET", "POST", "DELETE"):
        assert (await shop.call(method, "/api/v1/phones", {} if method == "POST" else None, token=manager)).status_code == 403


async def test_a_phone_signs_in_by_tls(shop: Running) -> None:
    """Tests that the certificate fits the address, that the cookie over TLS is for TLS alone, and that plain http here goes on without."""
    greta = await signed_in(shop)
    view = await allowed(shop)
    assert view["urls"] == [f"https://{HERE}:{shop.settings.phones.port}"]
    assert "<svg" in view["qr"]
    assert any(view["fingerprint"] in sentence for sentence in view["words"])
    phone = Phone(shop, shop.settings.phones.port)
    async with phone.http as http:
        assert (await http.get("/")).status_code == 200
        own = {"Sec-Fetch-Site": "same-origin"}
        answer = await http.post("/login?next=/op", data={"name": "Greta", "password": WORDS}, headers=own)
        assert (answer.status_code, answer.headers["location"]) == (303, "/op")
        (line,) = answer.headers.get_list("set-cookie")
        assert line.startswith("__Host-plait-")
        assert "Secure" in line
        name, morsel = next(iter(SimpleCookie(line).items()))
        assert (await http.get("/api/v1/me", headers={"Cookie": f"{name}={morsel.value}"})).json()["roles"] == ["manager"]
        assert (await http.get("/api/v1/parts", headers={"Cookie": f"{name.removeprefix('__Host-')}={morsel.value}"})).status_code == 401
        assert "strict-transport-security" not in answer.headers
    assert not greta.cookie.startswith("__Host-")
    assert (await greta.ask("GET", "/api/v1/parts")).status_code == 200


async def test_what_is_open_here_alone_stays_so(shop: Running) -> None:
    """Tests that what needs no token on this computer needs one from the network: the metrics, and links that sign in once."""
    await allowed(shop)
    link = (await shop.ok("POST", "/api/v1/session/link"))["url"].rpartition("/")[2]
    assert (await shop.call("GET", "/metrics", token="")).status_code == 200
    async with Phone(shop, shop.settings.phones.port).http as http:
        assert (await http.get("/metrics")).status_code == 401
        assert (await http.get(f"/login/once/{link}")).status_code == 410
        assert (await http.get("/", headers={"Host": "evil.example"})).status_code == 421


async def test_stop_is_at_once_and_for_good(shop: Running) -> None:
    """Tests that a stop ends open connections and live answers, is said by facts, and outlasts a restart, as what was allowed does."""
    port = shop.settings.phones.port
    await allowed(shop)
    fingerprint = (await shop.ok("GET", "/api/v1/phones"))["fingerprint"]
    await shop.stop()
    assert await closed(port)
    await shop.start()
    view = await shop.ok("GET", "/api/v1/phones")
    assert (view["allowed"], view["listening"], view["fingerprint"]) == (True, True, fingerprint)
    async with Phone(shop, port).http as http:
        head = {"Authorization": f"Bearer {shop.admin}"}
        async with http.stream("GET", "/api/v1/facts/stream", headers=head) as live, asyncio.timeout(60):
            lines = live.aiter_lines()
            await anext(lines)
            view = await shop.ok("DELETE", "/api/v1/phones")
            assert (view["allowed"], view["listening"]) == (False, False)
            with contextlib.suppress(httpx.HTTPError):
                async for _ in lines:
                    pass
    async with asyncio.timeout(60):
        while not await closed(port):
            await asyncio.sleep(0.02)
    assert (await shop.ok("DELETE", "/api/v1/phones"))["allowed"] is False
    await shop.stop()
    await shop.start()
    assert await closed(port)
    kinds = [fact.kind for fact in await shop.facts("admin.phones_allowed", "admin.phones_stopped", "admin.certificate_made")]
    assert kinds == ["admin.certificate_made", "admin.phones_allowed", "admin.phones_stopped"]


async def test_a_phone_may_stop_it(shop: Running) -> None:
    """Tests that a stop that comes by the way that ends is answered."""
    await allowed(shop)
    async with Phone(shop, shop.settings.phones.port).http as http:
        answer = await http.delete("/api/v1/phones", headers={"Authorization": f"Bearer {shop.admin}"})
        assert answer.json()["listening"] is False


async def test_places_that_cannot_be(shop: Running) -> None:
    """Tests that an address of another computer, no address, and a taken port are refused, and that what was allowed before goes on."""
    await allowed(shop)
    for address in ("192.0.2.77", "shop", "300.1.1.1"):
        answer = await shop.call("POST", "/api/v1/phones", {"address": address})
        assert (answer.status_code, answer.json()["code"]) == (422, "phones-address")
    taken = await shop.call("POST", "/api/v1/phones", {"port": shop.settings.http.port})
    assert (taken.status_code, taken.json()["code"]) == (503, "port-taken")
    view = await shop.ok("GET", "/api/v1/phones")
    assert view["urls"] == [f"https://{HERE}:{shop.settings.phones.port}"]
    assert len(await shop.facts("admin.phones_allowed")) == 1
    moved = await allowed(shop, port=(other := free_port()))
    assert moved["urls"] == [f"https://{HERE}:{other}"]
    assert await closed(shop.settings.phones.port)


async def test_a_start_goes_on_without(shop: Running) -> None:
    """Tests that a node whose place for phones is taken starts all the same, says why they cannot come, and lets them in once it is free."""
    await allowed(shop)
    await shop.stop()
    blocker = await asyncio.start_server(lambda reader, writer: writer.close(), HERE, shop.settings.phones.port)
    await shop.start()
    view = await shop.ok("GET", "/api/v1/phones")
    assert (view["allowed"], view["listening"]) == (True, False)
    assert view["why"]
    checks = {check["name"]: check["verdict"] for check in (await shop.ok("GET", "/api/v1/health/report"))["checks"]}
    assert checks["phones"] == "look"
    blocker.close()
    await blocker.wait_closed()
    await shop.node.phones.look_after()
    view = await shop.ok("GET", "/api/v1/phones")
    assert (view["listening"], view["why"]) == (True, "")


async def test_a_new_certificate_is_shown_to_new_connections(shop: Running) -> None:
    """Tests that a certificate that lacks an address is made anew while the node runs, and that phones that come then see it."""
    first = await allowed(shop)
    (shop.folder / "phones" / "certificate.pem").unlink()
    await shop.node.phones.look_after()
    second = await shop.ok("GET", "/api/v1/phones?language=de")
    assert second["fingerprint"] != first["fingerprint"]
    assert any("Fingerabdruck" in sentence for sentence in second["words"])
    async with Phone(shop, shop.settings.phones.port).http as http:
        assert (await http.get("/")).status_code == 200


async def test_a_restored_folder_lets_nobody_in(shop: Running) -> None:
    """Tests that a folder whose certificate is gone, as in a restored backup, does not open another network by itself."""
    await allowed(shop)
    await shop.stop()
    (shop.folder / "phones" / "certificate.pem").unlink()
    await shop.start()
    assert (await shop.ok("GET", "/api/v1/phones"))["allowed"] is False
    assert await closed(shop.settings.phones.port)
    assert (await shop.facts("admin.phones_allowed", "admin.phones_stopped"))[-1].kind == "admin.phones_stopped"


async def test_everywhere(shop: Running) -> None:
    """Tests that without an address every address of this computer leads in, with numbers first and its name last."""
    view = await allowed(shop, address="0.0.0.0", port=free_port())
    numbers = [url for url in view["urls"] if ".local" not in url]
    assert numbers or not local_addresses()
    assert view["here"] == list(local_addresses())

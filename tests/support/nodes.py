"""Whole nodes in this process: real time, real keys, real servers on loopback ports, each in a folder of its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec

from plait.kernel.clock import SYSTEM
from plait.kernel.facts import Fact, decode
from plait.kernel.os import free_port
from plait.kernel.settings import Clock, Desk, Firm, Http, Network, Settings
from plait.node import Node

__all__ = ["Running", "nodes", "settings", "settle", "until"]

R = TypeVar("R")
PATIENCE_S = 30.0


def settings(port: int, name: str, *, desk: Desk | None = None, clock: Clock | None = None) -> Settings:
    """Return the settings of a node on a loopback port that may talk to others on this computer."""
    network = Network(trusted=("127.0.0.1/32",))
    return Settings(firm=Firm(name), http=Http(port=port), clock=clock or Clock(), network=network, desk=desk or Desk())


class Running:
    """One firm's node with a client that speaks as its administrator; it can be stopped and started on the same folder and port."""

    def __init__(self, name: str, folder: Path, *, desk: Desk | None = None) -> None:
        self.name = name
        self.folder = folder
        self.settings = settings(free_port(), name, desk=desk)
        self.up = False

    async def start(self) -> "Running":
        """Start the node and describe the firm, as its folder knows it."""
        self.node = Node(self.folder, self.settings)
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.settings.http.port}", trust_env=False, timeout=PATIENCE_S)
        self.up = True
        await self.node.start()
        return self

    async def stop(self) -> None:
        """Stop in good order; a second call does nothing."""
        if self.up:
            self.up = False
            await self.http.aclose()
            await self.node.aclose()

    @property
    def party(self) -> str:
        """Its party_id."""
        return self.node.identity.firm().party_id

    @property
    def admin(self) -> str:
        """Its administrator's token."""
        return (self.folder / "admin.token").read_text("utf-8").strip()

    async def call(self, method: str, path: str, body: Any = None, *, token: str | None = None, media: str = "application/json") -> httpx.Response:
        """Call it: as its administrator, with another ``token``, or (empty) as nobody. ``body`` may be bytes as they are."""
        secret = self.admin if token is None else token
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        content = body if isinstance(body, bytes) or body is None else msgspec.json.encode(body)
        if content is not None:
            headers["Content-Type"] = media
        return await self.http.request(method, path, content=content, headers=headers)

    async def ok(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Call it; the answer must be a success, and is returned decoded."""
        answer = await self.call(method, path, body, **options)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def tell(self, other: "Running", method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """Call another firm's node with a token of our own, signed for it."""
        token = self.node.identity.partner_token(other.node.identity.firm().did)
        return await other.call(method, path, body, token=token, **options)

    async def facts(self, *kinds: str) -> list[Fact]:
        """Return its facts (of some kinds), the first thousand."""
        return await self.node.store.facts(kinds=set(kinds) or None)

    async def bodies(self, kind: str) -> list[Any]:
        """Return the bodies of its facts of one kind."""
        return [decode(fact) for fact in await self.facts(kind)]

    async def documents(self, type: str) -> list[dict[str, Any]]:
        """Return its trade documents of one type."""
        found: list[dict[str, Any]] = await self.ok("GET", f"/api/v1/trade/documents?type={type}")
        return found


async def settle(*running: Running) -> None:
    """Return once all nodes are idle together."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            before = [each.node.activity.count for each in running]
            for each in running:
                await each.node.activity.wait_idle()
            if all(each.node.activity.idle for each in running) and before == [each.node.activity.count for each in running]:
                return


async def until(ask: Callable[[], Awaitable[R]]) -> R:
    """Ask again and again until the answer is something; TimeoutError when that takes too long."""
    async with asyncio.timeout(PATIENCE_S):
        while not (answer := await ask()):
            await SYSTEM.sleep(0.02)
        return answer


@asynccontextmanager
async def nodes(folder: Path, *names: str, desks: dict[str, Desk] | None = None) -> AsyncIterator[list[Running]]:
    """Bring up one node a name; all but the first join the network by the first."""
    made: list[Running] = []
    try:
        for name in names:
            made.append(Running(name, folder / name, desk=(desks or {}).get(name)))
            await made[-1].start()
        for each in made[1:]:
            await each.ok("POST", "/api/v1/directory/join", {"url": made[0].node.url})
        await settle(*made)
        yield made
    finally:
        for each in reversed(made):
            await each.stop()

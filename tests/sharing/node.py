"""Nodes for tests of sharing: real stores, keys, servers on loopback ports; business time stands still."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from plait.identity import routes as identity_routes
from plait.identity.model import FirmProfile
from plait.identity.service import Identity
from plait.kernel.activity import Activity
from plait.kernel.actor import Actor, system_actor
from plait.kernel.clock import SimulatedClock
from plait.kernel.facts import Fact, decode
from plait.kernel.os import free_port
from plait.sharing.room import ALL_ROUTES, build_sharing
from plait.store import Store, metadata
from plait.web import Api, PartnerClient, build_app, serve
from tests.support.stores import START

DATA = Api("data", None)


@DATA.get("/api/v1/trace/hello", action="trace.read")
async def hello(actor: Actor) -> dict[str, Any]:
    """Say who reads under which agreement."""
    return {"party": actor.party, "agreement": actor.agreement, "dataset": actor.dataset}


@DATA.get("/api/v1/open", action=None)
async def shown() -> dict[str, str]:
    """Show what everybody may see."""
    return {"open": "yes"}


class Node:
    """One firm's node, as far as sharing needs it."""

    def __init__(self, name: str, folder: Path, *, stepped: bool = False) -> None:
        self.name = name
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.stepped = stepped

    async def start(self) -> "Node":
        """Start on the same folder and port as before."""
        self.activity = Activity()
        self.clock = SimulatedClock(self.activity, START)
        self.client = PartnerClient(("127.0.0.1/32",), connect_s=2, total_s=10)
        self.store = Store(f"sqlite:///{self.folder / 'plait.db'}", metadata, self.clock, self.activity)
        self.identity = Identity(self.store, self.folder, self.client, lambda: self.url, self.clock)
        self.sharing = build_sharing(self.store, self.identity, self.clock, self.client, self.identity)
        self.identity.contracts, self.identity.directory = self.sharing.contracts, self.sharing.directory
        await self.store.open()
        await self.identity.open(self.name)
        self.me = system_actor(self.identity.firm().party_id)
        await self.identity.describe(self.me, FirmProfile(self.name))
        services = {type(each): each for each in (self.identity, self.store, *self.sharing.services())}
        app = build_app([identity_routes.ROUTES, DATA, *ALL_ROUTES], services, self.identity, self.activity, self.clock)
        self.server = await serve(app, "127.0.0.1", self.port, grace_s=1)
        self.http = httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=30)
        self.task: asyncio.Task[None] | None = None
        if self.stepped:
            self.store.outbox.turns(self.clock, self.sharing.mail)
        else:
            self.task = asyncio.create_task(self.store.outbox.run(self.sharing.mail))
        await self.sharing.people.open()
        return self

    async def stop(self) -> None:
        """Stop in good order."""
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
        await self.hang_up()
        await self.sharing.people.close()
        await self.server.stop()
        await self.store.close()

    async def hang_up(self) -> None:
        """Close all connections to others."""
        await self.http.aclose()
        await self.client.close()

    @property
    def party(self) -> str:
        """Its party_id."""
        return self.identity.firm().party_id

    @property
    def did(self) -> str:
        """Its DID."""
        return self.identity.firm().did

    async def call(self, method: str, path: str, body: Any = None, *, role: str = "admin") -> httpx.Response:
        """Call it as its administrator, or (role empty) as nobody."""
        headers = {"Authorization": f"Bearer {(self.folder / 'admin.token').read_text().strip()}"} if role else {}
        return await self.http.request(method, path, json=body, headers=headers)

    async def ok(self, method: str, path: str, body: Any = None) -> Any:
        """Call it as its administrator; the answer must be a success."""
        answer = await self.call(method, path, body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def tell(self, other: "Node", method: str, path: str, body: Any = None, **extra: str) -> httpx.Response:
        """Call ``other`` with this node's signed token; ``body`` may be ready-made bytes."""
        headers = {"Authorization": f"Bearer {self.identity.partner_token(other.did)}", "Content-Type": "application/json", **extra}
        if isinstance(body, bytes):
            return await other.http.request(method, path, content=body, headers=headers)
        return await other.http.request(method, path, json=body, headers=headers)

    async def facts(self, kind: str) -> list[Any]:
        """Return the bodies of its facts of one kind."""
        rows: list[Fact] = await self.store.facts(kinds={kind})
        return [decode(row) for row in rows]

    async def offer(self, id: str = "traceability", *partners: "Node", membership: bool = True) -> Any:
        """Offer a dataset to members, or to the partners named."""
        policy = {"membership": membership, "partners": [each.did for each in partners]}
        return await self.ok("POST", "/api/v1/sharing/datasets", {"id": id, "kind": "traceability", "title": id, "policy": policy})

    async def negotiate(self, other: "Node", dataset: str = "traceability") -> httpx.Response:
        """Ask for a partner's dataset."""
        return await self.call("POST", "/api/v1/sharing/agreements", {"party": other.party, "dataset": dataset})

    async def fetch(self, other: "Node", dataset: str = "traceability", path: str = "/api/v1/trace/hello") -> httpx.Response:
        """Fetch under contract."""
        return await self.call("POST", "/api/v1/sharing/fetch", {"party": other.party, "dataset": dataset, "path": path})

    async def agreements(self) -> list[Any]:
        """Return its agreements."""
        return list(await self.ok("GET", "/api/v1/sharing/agreements"))


async def settle(*nodes: Node) -> None:
    """Return once all nodes are idle together; in stepped nodes every turn that is due is taken, one at a time."""
    async with asyncio.timeout(60):
        while True:
            before = [node.activity.count for node in nodes]
            for node in nodes:
                await node.activity.wait_idle()
            if any(not node.activity.idle for node in nodes) or before != [node.activity.count for node in nodes]:
                continue
            due = [node for node in nodes if node.stepped and (wake := node.clock.next_wake()) is not None and wake <= node.clock.now()]
            if not due:
                return
            await due[0].clock.fire(due[0].clock.now(), one=True)


@asynccontextmanager
async def nodes(tmp_path: Path, *names: str, stepped: bool = False, seed: str = "") -> AsyncIterator[list[Node]]:
    """Bring up nodes that all have joined by the first one (or by ``seed``)."""
    made: list[Node] = []
    try:
        for name in names:
            node = Node(name, tmp_path / name, stepped=stepped)
            made.append(await node.start())
        for node in made[1:]:
            await node.ok("POST", "/api/v1/directory/join", {"url": seed or made[0].url})
            await settle(*made)
        yield made
    finally:
        for node in made:
            await node.hang_up()
        for node in reversed(made):
            await node.stop()

"""Firms with their own keys, each answering over HTTP on loopback."""

import stat
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from plait.identity import facts_routes
from plait.identity import routes as identity_routes
from plait.identity.service import Identity
from plait.kernel.activity import Activity
from plait.kernel.actor import Actor, system_actor
from plait.kernel.firm import Member
from plait.kernel.os import private_dir
from plait.kernel.ports import Grant
from plait.store import Store
from plait.web import Api, PartnerClient, Server, build_app, serve
from tests.support import make_store

TRUSTED = ["127.0.0.1/32"]

MAIL = Api("mail")


@MAIL.post("/mail", action="trade.mail", summary="Take mail", accepts=("*/*",))
async def mail(actor: Actor, body: bytes) -> dict[str, Any]:
    """Say from whom it came."""
    return {"kind": actor.kind, "id": actor.id, "party": actor.party, "size": len(body)}


@MAIL.get("/trace", action="trace.read", summary="Trace")
async def trace(actor: Actor) -> dict[str, Any]:
    """Say under which agreement."""
    return {"kind": actor.kind, "party": actor.party, "agreement": actor.agreement}


class Book:
    """A directory that can be written into."""

    def __init__(self) -> None:
        self.rows: list[Member] = []

    def members(self) -> Sequence[Member]:
        """Return all."""
        return self.rows

    def member(self, party: str) -> Member | None:
        """Return one."""
        return next((row for row in self.rows if party in (row.party_id, row.did, row.name)), None)


class Contracts:
    """Agreements that can be made and ended."""

    def __init__(self) -> None:
        self.grants: dict[str, Grant] = {}
        self.tokens: dict[str, Grant] = {}

    def grant(self, agreement: str, party: str) -> Grant | None:
        """Return the grant in force."""
        found = self.grants.get(agreement)
        return found if found is not None and found.party == party else None

    def by_token(self, token: str) -> Grant | None:
        """Return the grant behind a transfer's token."""
        return self.tokens.get(token)


@dataclass
class House:
    """One firm: its identity, its store, its server."""

    name: str
    folder: Path
    identity: Identity
    store: Store
    server: Server
    book: Book
    contracts: Contracts
    http: httpx.AsyncClient

    @property
    def me(self) -> Actor:
        """The node itself."""
        return system_actor(self.identity.firm().party_id)

    @property
    def admin(self) -> dict[str, str]:
        """The administrator's credentials."""
        return {"Authorization": f"Bearer {(self.folder / 'admin.token').read_text('utf-8').strip()}"}

    def knows(self, other: "House", *, pinned: bool = True) -> None:
        """Enter another firm in the directory."""
        firm = other.identity.firm()
        key = other.identity.public_jwk() if pinned else None
        self.book.rows.append(Member(firm.party_id, firm.name, firm.did, firm.url, key=key))


@asynccontextmanager
async def make_house(folder: Path, name: str = "helix", trusted: Sequence[str] = TRUSTED) -> AsyncIterator[House]:
    """Open a firm's node with identity, the fact log and two routes more."""
    private_dir(folder)
    urls = ["http://127.0.0.1:1"]
    client = PartnerClient(trusted)
    async with make_store(folder, activity=Activity()) as store:
        identity = Identity(store, folder, client, lambda: urls[0], store.clock)
        book, contracts = Book(), Contracts()
        await identity.open(name)
        identity.directory, identity.contracts = book, contracts
        services = {Identity: identity, Store: store}
        app = build_app([identity_routes.ROUTES, facts_routes.ROUTES, MAIL], services, identity, store.activity, store.clock)
        server = await serve(app, grace_s=1)
        urls[0] = server.url
        async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
            try:
                yield House(name, folder, identity, store, server, book, contracts, http)
            finally:
                await server.stop()
                await client.close()


def mode_of(path: Path) -> int:
    """Return the permission bits of a file."""
    return stat.S_IMODE(path.stat().st_mode)

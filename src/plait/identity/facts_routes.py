"""HTTP of the fact log, for the firm's own people."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

import msgspec

from plait.kernel.facts import Fact, Position, decode, story_of
from plait.store import ChainReport, Store
from plait.web import Api, Event, Request, Stream

__all__ = ["ROUTES"]

API = Api("facts", Store)
ROUTES = API

BATCH = 500


class FactQuery(msgspec.Struct, frozen=True):
    """Which facts: numbered above ``after``, at most ``limit``, of one ``stream``, of the given ``kinds`` (several: repeated, or separated by commas)."""

    after: Position = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    stream: str | None = None
    kinds: list[str] = []


class LiveQuery(msgspec.Struct, frozen=True):
    """Which facts: numbered above ``after`` (left out: from now on), of the given ``kinds``."""

    after: Position | None = None
    kinds: list[str] = []


class FactView(msgspec.Struct, frozen=True):
    """A fact with its body as JSON (null once erased); ``story`` is [business key, quantity] of one that tells the story."""

    seq: int
    id: str
    stream: str
    kind: str
    version: int
    at: datetime
    recorded: datetime
    actor: str
    body: msgspec.Raw
    hash: str
    story: tuple[str, str] | None


class FactPage(msgspec.Struct, frozen=True):
    """Some facts in order; ``next`` is the ``after`` of the next page."""

    items: list[FactView]
    next: int


def view(fact: Fact) -> FactView:
    """Return a fact as it is shown."""
    body = msgspec.Raw(fact.body if fact.body is not None else b"null")
    return FactView(
        fact.seq,
        fact.id,
        fact.stream,
        fact.kind,
        fact.version,
        fact.at,
        fact.recorded,
        fact.actor,
        body,
        fact.hash,
        story_of(fact.kind, decode(fact)),
    )


@API.get("/api/v1/facts", action="facts.read", summary="List facts in the order they happened")
async def listing(service: Store, query: FactQuery) -> FactPage:
    """Return a page of the fact log."""
    found = await service.facts(query.after, query.limit, query.stream, _split(query.kinds))
    return FactPage([view(fact) for fact in found], found[-1].seq if found else query.after)


@API.get("/api/v1/facts/stream", action="facts.read", summary="Follow facts as they happen")
async def live(service: Store, query: LiveQuery, request: Request) -> Stream:
    """Send facts as events; after a break Last-Event-ID says where to go on."""
    last = request.headers.get("last-event-id", "")
    after = int(last) if last.isascii() and last.isdigit() and len(last) < 19 else query.after
    return Stream(_follow(service, await service.head() if after is None else after, _split(query.kinds)))


@API.get("/api/v1/facts/verify", action="facts.read", summary="Verify the chain of facts")
async def verify(service: Store) -> ChainReport:
    """Walk the whole chain and say whether it is whole."""
    return await service.verify()


def _split(kinds: list[str]) -> list[str] | None:
    return [kind for each in kinds for kind in each.split(",") if kind] or None


async def _follow(store: Store, after: int, kinds: list[str] | None) -> AsyncIterator[Event]:
    news = asyncio.Event()
    leave = store.listen(lambda fact: news.set())
    try:
        while True:
            news.clear()
            found = await store.facts(after, BATCH, kinds=kinds)
            for fact in found:
                after = fact.seq
                yield Event(view(fact), id=str(fact.seq), event=fact.kind)
            if not found:
                await news.wait()
    finally:
        leave()

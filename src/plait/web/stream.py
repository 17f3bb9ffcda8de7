"""Live answers: server-sent events (WHATWG HTML, section 9.2) with a heartbeat and an end for clients that do not keep up."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

__all__ = ["Event", "Stream"]

HEADERS = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no"))
BEAT = b": \n\n"

_encode = msgspec.json.Encoder().encode


class Event(msgspec.Struct, frozen=True):
    """One event with its ``id`` (sent back as Last-Event-ID after a break) and its type ``event``."""

    data: Any
    id: str = ""
    event: str = ""


class Stream:
    """Sends what ``items`` gives (Structs, or ``Event`` where an id is wanted) as it comes.

    A comment goes out after ``heartbeat`` seconds of silence. A client that takes nothing for ``patience`` seconds is cut
    off; so items wait for the slowest client only that long.
    """

    def __init__(self, items: AsyncIterator[Any], *, heartbeat: float = 15.0, patience: float = 30.0) -> None:
        self.items = items
        self.heartbeat = heartbeat
        self.patience = patience

    async def run(self, scope: Scope, receive: Receive, send: Send, stopping: asyncio.Event) -> None:
        """Send until the items end, the client goes, or the server is ``stopping``."""
        await send({"type": "http.response.start", "status": 200, "headers": list(HEADERS)})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            await _close(self.items)
            return
        ends = [asyncio.ensure_future(_gone(receive)), asyncio.ensure_future(stopping.wait())]
        try:
            await self._pump(send, ends)
        finally:
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
            await _close(self.items)

    async def _pump(self, send: Send, ends: Sequence["asyncio.Future[Any]"]) -> None:
        coming = asyncio.ensure_future(_next(self.items))
        try:
            with contextlib.suppress(TimeoutError):
                await self._put(send, BEAT)
                while not any(end.done() for end in ends):
                    done, _ = await asyncio.wait([coming, *ends], timeout=self.heartbeat, return_when=asyncio.FIRST_COMPLETED)
                    if coming not in done:
                        if not done:
                            await self._put(send, BEAT)
                        continue
                    if (item := coming.result()) is None:
                        break
                    coming = asyncio.ensure_future(_next(self.items))
                    await self._put(send, frame(item))
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)

    async def _put(self, send: Send, chunk: bytes) -> None:
        async with asyncio.timeout(self.patience):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})


def frame(item: Any) -> bytes:
    """Return one item as the lines of an event."""
    event = item if isinstance(item, Event) else Event(item)
    head = f"id: {event.id}\n" if event.id else ""
    head += f"event: {event.event}\n" if event.event else ""
    return head.encode() + b"data: " + _encode(event.data) + b"\n\n"


async def _next(items: AsyncIterator[Any]) -> Any:
    async for item in items:
        return item
    return None


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _close(items: AsyncIterator[Any]) -> None:
    close = getattr(items, "aclose", None)
    if close is not None:
        await close()

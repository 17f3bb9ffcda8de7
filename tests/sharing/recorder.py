"""A partner's callback server that writes down what it is told and acknowledges everything."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from plait.kernel.activity import Activity
from plait.kernel.actor import ANONYMOUS, Actor
from plait.kernel.clock import SimulatedClock
from plait.web import Api, build_app, serve
from tests.support.stores import START


class Recorder:
    """What was told: (path below /cb, message). ``url`` is the callback address."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.activity = Activity()
        self.url = ""

    async def authenticate(self, headers: Any, method: str, path: str) -> Actor:
        """Let everybody in."""
        del headers, method, path
        return ANONYMOUS

    def require(self, actor: Actor, action: str) -> None:
        """Allow everything."""


@asynccontextmanager
async def recorder() -> AsyncIterator[Recorder]:
    """Serve a recorder on a loopback port."""
    api, kept = Api("callback"), Recorder()

    @api.post("/cb/{rest:path}", action=None)
    async def take(rest: str, body: bytes) -> None:
        kept.heard.append((rest, msgspec.json.decode(body)))

    app = build_app([api], {}, kept, kept.activity, SimulatedClock(kept.activity, START))
    server = await serve(app, grace_s=1)
    kept.url = f"{server.url}/cb"
    try:
        yield kept
    finally:
        await server.stop()

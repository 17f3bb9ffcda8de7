"""An authenticator and an application for tests of the HTTP layer."""

from collections.abc import Mapping
from contextlib import asynccontextmanager

import httpx

from plait.kernel.activity import Activity
from plait.kernel.actor import ANONYMOUS, Actor
from plait.kernel.problems import FORBIDDEN, UNAUTHENTICATED, Problem
from plait.web import App, build_app
from tests.support import clock

HELLO = {"Authorization": "Bearer good"}


class Door:
    """Knows one person, who may do everything but ``secret.read``."""

    async def authenticate(self, headers: Mapping[str, str], method: str, path: str) -> Actor:
        """Return ada for the token ``good``."""
        del method, path
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if not token:
            return ANONYMOUS
        if token != "good":
            raise Problem(UNAUTHENTICATED)
        return Actor("person", "ada", "p", frozenset({"admin"}))

    def require(self, actor: Actor, action: str) -> None:
        """Refuse strangers, and ``secret.read`` to all."""
        if actor is ANONYMOUS:
            raise Problem(UNAUTHENTICATED)
        if action == "secret.read":
            raise Problem(FORBIDDEN)


def make(apis, services, **options) -> App:
    """Build an application of ``apis``."""
    activity = options.pop("activity", None) or Activity()
    options.setdefault("names", lambda: frozenset({"node"}))
    return build_app(apis, services, Door(), activity, clock(activity=activity), **options)


@asynccontextmanager
async def asking(app: App):
    """Give a client that speaks to ``app`` in this process."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://node") as client:
        yield client

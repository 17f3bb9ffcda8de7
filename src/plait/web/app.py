"""The application: every room's routes behind one door, each request an activity, each refusal a problem."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Router
from starlette.types import Message, Receive, Scope, Send

from plait.kernel.activity import Activity, Token
from plait.kernel.clock import BusinessClock
from plait.kernel.ids import new_id
from plait.kernel.ports import Authenticator
from plait.kernel.problems import INTERNAL, METHOD, NOT_FOUND, Problem
from plait.web.api import Api
from plait.web.bind import Bound, bind
from plait.web.health import health_api
from plait.web.openapi import describe
from plait.web.reply import JSON_TYPE, problem_response, to_response
from plait.web.security import secured
from plait.web.stream import Stream
from plait.web.table import PathTable

__all__ = ["App", "build_app"]

_log = structlog.get_logger("plait.web")


class App:
    """An ASGI application. ``openapi`` is its description; set ``stopping`` to end live streams before the server stops."""

    def __init__(
        self, table: PathTable[Bound], openapi: bytes, authenticator: Authenticator, activity: Activity, extra: Sequence[BaseRoute], limit: int
    ) -> None:
        self.openapi = openapi
        self.stopping = asyncio.Event()
        self._table = table
        self._authenticator = authenticator
        self._activity = activity
        self._extra = Router(list(extra))
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI 3)."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, secured(scope, send))
        else:
            await self._extra(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith("/health/"):
            await self._serve(scope, receive, send, None)
        else:
            with self._activity.hold("http") as token:
                await self._serve(scope, receive, send, token)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, token: Token | None) -> None:
        request = Request(scope, receive)
        bound: Bound | None = None
        try:
            raw = scope.get("raw_path") or quote(scope["path"]).encode()
            found = self._table.find("GET" if scope["method"] == "HEAD" else scope["method"], raw.decode("latin-1").partition("?")[0])
            if isinstance(found, set):
                await self._unmatched(scope, receive, send, found)
                return
            bound, path = found
            answer = await bound.call(request, path, self._authenticator, self._limit)
            response = to_response(answer, bound.route.ok) if not isinstance(answer, Stream) else None
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the asker gets a problem and the log the cause
            response = _refusal(error, bound, request)
            answer = None
        if isinstance(answer, Stream):
            if token is not None:
                token.release()
            await answer.run(scope, receive, send, self.stopping)
        elif response is not None:
            await response(scope, receive, send)

    async def _unmatched(self, scope: Scope, receive: Receive, send: Send, allowed: set[str]) -> None:
        """Hand over to the extra routes; else answer OPTIONS, or refuse with 405 or 404."""
        if not allowed and any(route.matches(scope)[0] is not Match.NONE for route in self._extra.routes):
            await self._extra(scope, receive, send)
            return
        if not allowed:
            raise Problem(NOT_FOUND, f"Nothing stands at {scope['path']}.")
        methods = ", ".join(sorted(allowed | {"OPTIONS"} | ({"HEAD"} if "GET" in allowed else set())))
        if scope["method"] == "OPTIONS":
            response = Response(status_code=204, headers={"Allow": methods})
        else:
            response = problem_response(Problem(METHOD, f"{scope['path']} takes {methods}."), {"Allow": methods})
        await response(scope, receive, send)


def _refusal(error: Exception, bound: Bound | None, request: Request) -> Response:
    if isinstance(error, Problem):
        problem = error
    else:
        incident = new_id()
        _log.error("request failed", id=incident, method=request.method, path=request.scope["path"], exc_info=error)
        problem = Problem(INTERNAL, f"The log has it under {incident}.", id=incident)
    if bound is not None and bound.api.problems is not None:
        return bound.api.problems(problem, request)
    return problem_response(problem)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message: Message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _description_api(document: Callable[[], bytes]) -> Api:
    api = Api("description")

    @api.get("/api/openapi.json", action=None, summary="Describe this interface (OpenAPI 3.1)", produces=("application/json",))
    async def openapi() -> Response:
        """Return the OpenAPI document."""
        return Response(document(), media_type=JSON_TYPE)

    return api


def build_app(
    apis: Sequence[Api],
    services: Mapping[type, Any],
    authenticator: Authenticator,
    activity: Activity,
    clock: BusinessClock,
    *,
    title: str = "plait",
    version: str = "0",
    extra: Sequence[BaseRoute] = (),
    ready: Callable[[], Sequence[str]] = tuple,
    limit: int = 8_000_000,
) -> App:
    """Mount the routes of ``apis`` with the instances in ``services`` and return the application.

    ``extra`` are Starlette routes asked after them; ``ready`` returns what is not yet ready; ``limit`` is the largest
    content in bytes where a route sets none. Raise TypeError for a handler that cannot be filled, ValueError for a
    path mounted twice.
    """
    document: list[bytes] = []
    every = [*apis, health_api(activity, clock, ready), _description_api(lambda: document[0])]
    table: PathTable[Bound] = PathTable()
    mounted = [bind(api, route, services) for api in every for route in api.routes]
    for bound in mounted:
        table.enter(bound.route.method, bound.route.path, bound)
    document.append(msgspec.json.encode(describe(mounted, title, version)))
    return App(table, document[0], authenticator, activity, extra, limit)

"""The application: every room's routes behind one door, each request an activity, each refusal a problem."""

import asyncio
import contextlib
import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Router
from starlette.types import Message, Receive, Scope, Send

from plait.kernel.activity import Activity, Token
from plait.kernel.clock import SYSTEM, BusinessClock
from plait.kernel.ids import new_id
from plait.kernel.ports import Authenticator
from plait.kernel.problems import INTERNAL, METHOD, NOT_FOUND, Problem
from plait.kernel.settings import Limits
from plait.kernel.spans import UNTRACED, Spans
from plait.web.api import Api
from plait.web.bind import Bound, bind
from plait.web.border import Border, Seen
from plait.web.health import health_api
from plait.web.openapi import describe
from plait.web.reply import JSON_TYPE, problem_response, to_response
from plait.web.security import Answering, note_tls
from plait.web.sockets import let_in
from plait.web.stream import Stream
from plait.web.table import PathTable

__all__ = ["App", "build_app"]

UNLIMITED = Limits(anonymous_per_s=0, partner_per_s=0, own_per_s=0)

_log = structlog.get_logger("plait.web")


class App:
    """An ASGI application. ``openapi`` is its description; set ``stopping`` to end live streams before the server stops."""

    def __init__(
        self,
        table: PathTable[Bound],
        openapi: bytes,
        border: Border,
        activity: Activity,
        extra: Sequence[BaseRoute],
        limit: int,
        seen: Callable[[Seen], None],
        secure: bool,
        spans: Spans,
    ) -> None:
        self.openapi = openapi
        self.stopping = asyncio.Event()
        self._table = table
        self._border = border
        self._seen = seen
        self._secure = secure
        self._spans = spans
        self._activity = activity
        self._extra = Router(list(extra))
        self._limit = limit

    def twin(self) -> "App":
        """Return the same application for another server, whose live streams end apart from this one's."""
        twin = copy.copy(self)
        twin.stopping = asyncio.Event()
        return twin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI 3)."""
        note_tls(scope)
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await let_in(self._border, self._extra, scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, request = SYSTEM.monotonic(), Request(scope, receive)
        answering = Answering(scope, send, secure=self._secure)
        structlog.contextvars.bind_contextvars(request=new_id())
        try:
            if scope["path"].startswith("/health/"):
                await self._answer(request, answering, None)
                return
            with self._activity.hold("http") as token, self._spans.span(scope["method"], "server", request.headers) as span:
                await self._answer(request, answering, token)
                span.name(f"{scope['method']} {answering.route}")
                span.set(http__request__method=scope["method"], http__route=answering.route, http__response__status_code=answering.status)
                if answering.status >= 500:
                    span.failed()
        finally:
            self._seen(Seen(scope["method"], answering.route, answering.status, SYSTEM.monotonic() - began))
            structlog.contextvars.unbind_contextvars("request", "actor")

    async def _answer(self, request: Request, send: Answering, token: Token | None) -> None:
        """Answer a request; ``token`` is held while it is under way, which a live answer is not."""
        with contextlib.ExitStack() as counted:
            bound: Bound | None = None
            try:
                self._border.check_host(request)
                if token is not None:
                    counted.enter_context(self._border.limiter.running(self._border.address(request)))
                bound, path = self._find(request.scope)
                send.route = bound.route.path if bound else ""
                answer = await bound.call(request, path, self._border, self._limit) if bound else self._extra
                if isinstance(answer, Stream):
                    counted.close()
                    counted.enter_context(self._border.limiter.stream(self._border.address(request)))
                response = answer if isinstance(answer, Stream | Router) else to_response(answer, bound.route.ok if bound else 200)
            except Exception as error:  # noqa: BLE001 - whatever went wrong, the asker gets a problem and the log the cause
                response = _refusal(error, bound, request)
            if isinstance(response, Stream):
                if token is not None:
                    token.release()
                await response.run(request.scope, request.receive, send, self.stopping)
            else:
                await response(request.scope, request.receive, send)

    def _find(self, scope: Scope) -> tuple[Bound | None, Mapping[str, str]]:
        """Return the route and what stands in its path, no route where the extra ones serve; raise ``not-found`` or ``method-not-allowed``."""
        raw = scope.get("raw_path") or quote(scope["path"]).encode()
        found = self._table.find("GET" if scope["method"] == "HEAD" else scope["method"], raw.decode("latin-1").partition("?")[0])
        if not isinstance(found, set):
            return found
        if found:
            methods = ", ".join(sorted(found | {"OPTIONS"} | ({"HEAD"} if "GET" in found else set())))
            raise Problem(METHOD, f"{scope['path']} takes {methods}.", allow=methods)
        if any(route.matches(scope)[0] is not Match.NONE for route in self._extra.routes):
            return None, {}
        raise Problem(NOT_FOUND, f"Nothing stands at {scope['path']}.")


def _refusal(error: Exception, bound: Bound | None, request: Request) -> Response:
    if isinstance(error, Problem):
        problem = error
    else:
        incident = structlog.contextvars.get_contextvars().get("request") or new_id()
        _log.error("request failed", id=incident, method=request.method, path=request.scope["path"], exc_info=error)
        problem = Problem(INTERNAL, f"The log has it under {incident}.", id=incident)
    if problem.code == METHOD:
        allow = {"Allow": problem.extra["allow"]}
        return Response(status_code=204, headers=allow) if request.method == "OPTIONS" else problem_response(problem, allow)
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
    limits: Limits = UNLIMITED,
    names: Callable[[], Collection[str]] | None = None,
    seen: Callable[[Seen], None] = lambda seen: None,
    secure: bool = False,
    spans: Spans = UNTRACED,
    origin: Callable[[], str] = str,
) -> App:
    """Mount the routes of ``apis`` with the instances in ``services`` and return the application.

    ``extra`` are Starlette routes asked after them, also for WebSockets (see ``let_in``); ``ready`` returns what is not yet ready; ``limit`` is the largest
    content in bytes where a route sets none; ``limits`` are those of callers; ``names`` are our host names (None: any);
    ``seen`` is told of every request; ``secure``: browsers shall come by https alone; ``spans``: where requests are traced to;
    ``origin``: under which browsers come when it is not the Host header's.
    Raise TypeError for a handler that cannot be filled, ValueError for a path mounted twice.
    """
    document: list[bytes] = []
    every = [*apis, health_api(activity, clock, ready), _description_api(lambda: document[0])]
    table: PathTable[Bound] = PathTable()
    mounted = [bind(api, route, services) for api in every for route in api.routes]
    for bound in mounted:
        table.enter(bound.route.method, bound.route.path, bound)
    document.append(msgspec.json.encode(describe(mounted, title, version)))
    return App(table, document[0], Border(authenticator, limits, names, origin), activity, extra, limit, seen, secure, spans)

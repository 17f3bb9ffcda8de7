"""The door of the console: nobody without a session comes in, and NiceGUI is loaded when the first one does.

NiceGUI keeps what people see in the process, so there is one console a process. Its pages are never served to anonymous traffic.
"""

import asyncio
import contextlib
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plait.console.decode import decode
from plait.console.me import person_in
from plait.console.rooms import Rooms
from plait.kernel.problems import NOT_FOUND, UNAUTHENTICATED, Problem, register
from plait.web.reply import problem_response

__all__ = ["Console", "policy"]

ELSEWHERE = register("console-elsewhere", 503, "Another console runs in this process", "Start each node as a program of its own.")

STATIC = Path(__file__).parent / "static"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
# Vue compiles the components' templates in the browser and NiceGUI starts its page by scripts in it: both "unsafe" words are theirs.
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'{sockets}; media-src 'self' blob:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HOST = re.compile(r"[A-Za-z0-9.\-]+(:[0-9]+)?")

_taken: list["Console"] = []


class Console:
    """An ASGI application for everything below /console."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._app: ASGIApp | None = None
        self._lock = asyncio.Lock()
        self._opened = contextlib.AsyncExitStack()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection (ASGI 3)."""
        headers = Headers(scope=scope)
        try:
            await person_in(self._rooms, headers)
        except Problem as problem:
            await self._outside(scope, receive, send, problem)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if scope["type"] == "http" and path.startswith("/static/"):
            await _static(path.removeprefix("/static/"))(scope, receive, send)
        elif scope["type"] == "http" and path == "/decode":
            await (await decode(Request(scope, receive)))(scope, receive, send)
        elif scope["type"] == "http" and path == "/again":
            await (await self._again(Request(scope, receive)))(scope, receive, send)
        else:
            await self._inside(scope, receive, send)

    async def _inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            app = await self.load()
        except Problem as problem:
            await problem_response(problem)(scope, receive, send)
            return

        said = policy(Headers(scope=scope).get("host", "")).encode()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), (b"content-security-policy", said)]}
            await send(message)

        await app(scope, receive, answer if scope["type"] == "http" else send)

    async def _outside(self, scope: Scope, receive: Receive, send: Send, problem: Problem) -> None:
        """Send who has no session to the login, and back here afterwards."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 4401})
            return
        wants_page = scope["method"] in {"GET", "HEAD"} and "text/html" in Headers(scope=scope).get("accept", "")
        target = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
        answer: Response = RedirectResponse(f"/login?next={quote(target)}", 303) if wants_page else problem_response(problem)
        await answer(scope, receive, send)

    def routes(self) -> list[BaseRoute]:
        """Return the routes that lead here."""
        return [Route("/console", lambda _: RedirectResponse("/console/", 308)), Mount("/console", self)]

    async def load(self) -> ASGIApp:
        """Load NiceGUI and the screens, once; raise ``console-elsewhere`` when another node of this process has done so."""
        async with self._lock:
            if self._app is None:
                if _taken:
                    raise Problem(ELSEWHERE)
                _taken.append(self)
                self._app = await self._load()
            return self._app

    async def _load(self) -> ASGIApp:
        await asyncio.to_thread(_imported)
        from fastapi import FastAPI
        from nicegui import ui

        from plait.console.frame import mount_pages
        from plait.console.live import Hub
        from plait.console.me import Me

        hub = Hub(self._rooms.store)
        self._opened.callback(hub.close)

        async def me_of(request: Request) -> Me:
            return Me(self._rooms, request.headers, request.query_params, *await person_in(self._rooms, request.headers))

        app = FastAPI(openapi_url=None)
        mount_pages(me_of, hub)
        look: dict[str, Any] = {"title": "plait", "favicon": str(STATIC / "icon.svg"), "tailwind": False, "show_welcome_message": False}
        ui.run_with(app, **look, binding_refresh_interval=None, reconnect_timeout=10)
        await self._opened.enter_async_context(app.router.lifespan_context(app))
        return app

    async def _again(self, request: Request) -> Response:
        """Let an open page go on with the session its person has begun anew."""
        from nicegui import Client

        client = Client.instances.get(request.query_params.get("client", ""))
        me: Any = getattr(client, "plait_me", None)
        if request.method != "POST" or me is None:
            return problem_response(Problem(NOT_FOUND, "No such page is open."))
        if not await me.back(request.headers):
            return problem_response(Problem(UNAUTHENTICATED, "The page belongs to somebody else."))
        return JSONResponse({"ok": True})

    async def aclose(self) -> None:
        """End live views and open pages."""
        await self._opened.aclose()
        if self in _taken:
            _taken.remove(self)


def policy(host: str) -> str:
    """Return the policy for a page that was asked for at ``host``; not every browser takes a socket of the page's own host for 'self'."""
    return POLICY.format(sockets=f" ws://{host} wss://{host}" if HOST.fullmatch(host) else "")


def _imported() -> None:
    """Load the libraries off the event loop: it takes a second."""
    import plait.console.frame  # noqa: F401


def _static(name: str) -> Response:
    path = STATIC / name
    if "/" in name or not path.is_file() or path.suffix not in KINDS:
        return problem_response(Problem(NOT_FOUND, "No such file."))
    return FileResponse(path, media_type=KINDS[path.suffix], headers={"Cache-Control": "no-cache"})

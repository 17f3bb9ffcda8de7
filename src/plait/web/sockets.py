"""Live connections of browsers (WebSocket, RFC 6455) on the way to what is mounted: under our name, from our pages, so many at once.

Who asks is for the mount to find out: it reads the session's cookie from the handshake and refuses whoever has none.
"""

import contextlib
import logging
from typing import Any

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.websockets.wsproto_impl import WSProtocol

from plait.kernel.problems import Problem
from plait.web.border import Border
from plait.web.patience import READ_S
from plait.web.reply import problem_response

__all__ = ["LARGEST", "PatientSocket", "let_in"]

LARGEST = 4_000_000

# uvicorn writes each handshake with its query, in which mounts put what names a session.
_quiet = logging.getLogger("plait.web.sockets")
_quiet.setLevel(logging.WARNING)


async def let_in(border: Border, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Hand a handshake to ``app``; answer it with a problem when it is sent to another's name, by another site's page, or is one too many."""
    asked = HTTPConnection(scope)
    with contextlib.ExitStack() as counted:
        try:
            border.check_host(asked)
            border.check_origin(asked)
            address = border.address(asked)
            border.limiter.take("anonymous", address)
            counted.enter_context(border.limiter.socket(address))
        except Problem as problem:
            app = problem_response(problem)
        await app(scope, receive, send)


class PatientSocket(WSProtocol):
    """A connection as uvicorn keeps it, ended when the other side takes nothing for ``read_s`` seconds."""

    read_s = READ_S
    _writing: Any = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.logger = _quiet

    def pause_writing(self) -> None:
        """The other side does not take what we send."""
        super().pause_writing()
        if self._writing is None:
            self._writing = self.loop.call_later(self.read_s, self.transport.abort)

    def resume_writing(self) -> None:
        """The other side has taken it."""
        self._patient()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._patient()
        super().connection_lost(exc)

    def _patient(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

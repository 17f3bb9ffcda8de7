"""Serving an application with uvicorn inside a running program: no signal handlers, a port that can be read, an end in good order."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator, Sequence
from typing import Any

import uvicorn

from plait.kernel.os import WINDOWS
from plait.kernel.problems import Problem, register
from plait.web.app import App
from plait.web.patience import PatientProtocol
from plait.web.sockets import LARGEST

__all__ = ["Server", "listen", "serve"]

PORT_TAKEN = register("port-taken", 503, "The address cannot be listened on", "Choose another with --port or --host, or stop what uses it.")


class _Uvicorn(uvicorn.Server):
    """Leaves signals to the program and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


class Server:
    """A server that listens on ``host`` and ``port``."""

    def __init__(self, app: App, server: _Uvicorn, sock: socket.socket, scheme: str = "http") -> None:
        self.scheme = scheme
        self.host, self.port = sock.getsockname()[:2]
        self._app = app
        self._server = server
        self._socket = sock
        self._task = asyncio.create_task(server.serve([sock]))

    @property
    def url(self) -> str:
        """Its address without a trailing slash."""
        return f"{self.scheme}://[{self.host}]:{self.port}" if ":" in self.host else f"{self.scheme}://{self.host}:{self.port}"

    async def started(self) -> None:
        """Return when requests are taken."""
        listening = asyncio.create_task(self._server.listening.wait())
        await asyncio.wait([listening, self._task], return_when=asyncio.FIRST_COMPLETED)
        if not listening.done():
            listening.cancel()
            await self._task
            raise Problem(PORT_TAKEN, f"{self.host}:{self.port} is not served.")

    async def stop(self) -> None:
        """Take no more requests, let those under way finish (a few seconds at most), end live streams, close."""
        self._app.stopping.set()
        self._server.should_exit = True
        await self._task
        self._socket.close()


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on ``host`` and ``port``; raise ``port-taken``."""
    # With the protocol named, asyncio sets TCP_NODELAY on what is accepted; without, each answer waits 40 ms for an acknowledgement.
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if not WINDOWS:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(1024)
    except OSError as error:
        sock.close()
        raise Problem(PORT_TAKEN, f"{host}:{port}: {error.strerror or error}") from error
    sock.setblocking(False)
    return sock


async def serve(
    app: App,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    grace_s: float = 5.0,
    connections: int | None = None,
    proxies: Sequence[str] = (),
    tls: ssl.SSLContext | None = None,
) -> Server:
    """Listen on ``host`` and ``port`` (0: any free one, see ``Server.port``) and serve ``app``; raise ``port-taken``.

    ``connections``: the most that may be open; ``proxies``: addresses whose forwarding headers are believed; ``tls``: what TLS is spoken with.
    """
    sock = listen(host, port)
    options: dict[str, Any] = {
        "lifespan": "off",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "http": PatientProtocol,
        "ws": "plait.web.sockets:PatientSocket",
        # A small compressed frame may unpack to any size, before its size is looked at.
        "ws_per_message_deflate": False,
        "ws_max_size": LARGEST,
        "loop": "asyncio",
    }
    options |= {"limit_concurrency": connections, "proxy_headers": bool(proxies), "forwarded_allow_ips": list(proxies)}
    if tls is not None:
        options["ssl_context_factory"] = lambda config, default: tls
    config = uvicorn.Config(app, timeout_keep_alive=30, timeout_graceful_shutdown=max(1, round(grace_s)), **options)
    server = Server(app, _Uvicorn(config), sock, "http" if tls is None else "https")
    await server.started()
    return server

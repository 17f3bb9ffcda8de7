"""The border every request crosses: the name it was sent to, how many come, who they are."""

from collections.abc import Callable, Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec
import structlog
from starlette.requests import HTTPConnection, Request

from plait.kernel.actor import Actor
from plait.kernel.ports import Authenticator
from plait.kernel.problems import LIMITED, UNAUTHENTICATED, Problem, register
from plait.kernel.settings import Limits
from plait.web.limits import Limiter

__all__ = ["CROSS_SITE", "WRONG_HOST", "Border", "Seen", "host_of", "network_of"]

WRONG_HOST = register("wrong-host", 421, "The node does not answer under this name", "Use its own address, or add the name to http.names.")
CROSS_SITE = register("cross-site", 403, "The request comes from another site", "Open the node's own address and try again.")

BAD_LOGIN_COST = 5.0
OWN_TOKEN = "plait_"  # noqa: S105 - how our tokens begin


class Seen(msgspec.Struct, frozen=True):
    """A request that was answered: its route (not its path), status, and how long it took in seconds."""

    method: str
    route: str
    status: int
    seconds: float


class Border:
    """Asked once for each request. ``names``: the host names under which the node answers besides addresses and localhost, None for any.

    ``origin``: under which browsers come when a proxy in front sends another Host header than they do.
    """

    def __init__(
        self, authenticator: Authenticator, limits: Limits, names: Callable[[], Collection[str]] | None = None, origin: Callable[[], str] = str
    ) -> None:
        self.limiter = Limiter(limits)
        self._origin = origin
        self._authenticator = authenticator
        self._names = names

    def address(self, request: HTTPConnection) -> str:
        """Return the address that asks (see ``network_of``)."""
        return network_of(request)

    def check_host(self, request: HTTPConnection) -> None:
        """Raise ``wrong-host`` for a name that is none of ours: a page elsewhere whose name was made to lead here (DNS rebinding)."""
        if self._names is None:
            return
        host = host_of(request.headers.get("host", ""))
        if not host or host == "localhost" or host.endswith(".localhost") or _is_address(host) or host in self._names():
            return
        raise Problem(WRONG_HOST, f"{host[:200]!r} is no name of this node.")

    def check_origin(self, request: HTTPConnection) -> None:
        """Raise ``cross-site`` for a handshake that comes from another site's page, or with a cookie from a page that does not say where it stands.

        Browsers send cookies along with such a handshake, and let any page make one (cross-site WebSocket hijacking).
        """
        origin = request.headers.get("origin", "")
        if not origin and "cookie" not in request.headers:
            return
        if origin and (urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower() or origin.lower() == self._origin().lower()):
            return
        raise Problem(CROSS_SITE, f"It comes from {(origin or 'a page that does not say where it stands')[:200]}.")

    async def actor(self, request: Request, *, wanted: bool) -> Actor | None:
        """Return who asks if that is ``wanted``; raise ``rate-limited`` before anything costly is done for them."""
        kind, address = _kind(request), self.address(request)
        if kind != "own" or not wanted:
            self.limiter.take("partner" if kind == "partner" else "anonymous", address)
        if not wanted:
            return None
        try:
            actor = await self._authenticator.authenticate(request.headers, request.method, request.scope["path"])
        except Problem as problem:
            if problem.code == UNAUTHENTICATED:
                self._charge(address)
            raise
        if kind == "own":
            self.limiter.take(*(("own", actor.id) if actor.kind == "person" else ("anonymous", address)))
        structlog.contextvars.bind_contextvars(actor=actor.label)
        return actor

    def _charge(self, address: str) -> None:
        """Let wrong credentials cost more; the refusal stays what it is until the address has none left."""
        try:
            self.limiter.take("anonymous", address, BAD_LOGIN_COST)
        except Problem as problem:
            raise Problem(LIMITED, "Too many requests with wrong credentials.", **problem.extra) from problem

    def require(self, actor: Actor, action: str) -> None:
        """As ``Guard.require``."""
        self._authenticator.require(actor, action)


def _kind(request: Request) -> str:
    given = request.headers.get("authorization", "")
    if not given:
        return "own" if "cookie" in request.headers else "anonymous"
    return "own" if given.partition(" ")[2].lstrip().startswith(OWN_TOKEN) else "partner"


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def network_of(request: HTTPConnection) -> str:
    """Return the address that asks (IPv6: its network, which one customer has whole)."""
    host = request.client.host if request.client is not None else ""
    return ":".join(host.split(":")[:4]) if host.count(":") > 3 else host


def host_of(authority: str) -> str:
    """Return the name in a Host header or an address, in lower case without port and closing dot; empty when there is none."""
    try:
        return (urlsplit(f"//{authority}" if "//" not in authority else authority).hostname or "").rstrip(".").lower()
    except ValueError:
        return "?"

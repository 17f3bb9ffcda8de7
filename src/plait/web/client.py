"""The client for partners' nodes: only to addresses that may be called, no redirects, size and time limited.

It stands on httpcore, the engine of httpx, because there the connection can be made to the very address that was checked,
while the certificate is checked against the name.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpcore
import msgspec

from plait.kernel.clock import SYSTEM
from plait.kernel.problems import UNREACHABLE, Problem
from plait.kernel.spans import UNTRACED, Spans
from plait.web.breaker import Breakers
from plait.web.guard import AddressGuard

__all__ = ["Answer", "PartnerClient", "origin_of"]

USER_AGENT = "plait"


class Answer(msgspec.Struct, frozen=True):
    """What a partner answered: status, headers with names in lower case, content."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the content as JSON; raise ``partner-unreachable`` when it is none."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Problem(UNREACHABLE, f"The answer is not JSON: {error}") from error


class _Guarded(httpcore.AsyncNetworkBackend):
    """Connects to the first checked address that takes the connection."""

    def __init__(self, guard: AddressGuard, *, plain: bool) -> None:
        self._guard = guard
        self._plain = plain
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        del local_address
        refused: Exception | None = None
        for address in await self._guard.resolve(host, port, plain=self._plain):
            try:
                return await self._inner.connect_tcp(address, port, timeout, None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                refused = error
        raise refused or httpcore.ConnectError(f"{host} has no address")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise httpcore.UnsupportedProtocol(path)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class PartnerClient:
    """Calls partners. ``trusted``: CIDRs that may be inside addresses and speak http. Times in seconds, sizes in bytes."""

    def __init__(self, trusted: Iterable[str] = (), *, connect_s: float = 5.0, total_s: float = 30.0, limit: int = 8_000_000, spans: Spans = UNTRACED) -> None:
        self.guard = AddressGuard(trusted)
        self.breakers = Breakers()
        self._spans = spans
        self.total_s = total_s
        self.limit = limit
        self._timeout = {"connect": connect_s, "read": total_s, "write": total_s, "pool": connect_s}

    @cached_property
    def _https(self) -> httpcore.AsyncConnectionPool:
        context = ssl.create_default_context()
        return httpcore.AsyncConnectionPool(ssl_context=context, max_connections=64, keepalive_expiry=15, network_backend=_Guarded(self.guard, plain=False))

    @cached_property
    def _http(self) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(max_connections=64, keepalive_expiry=15, network_backend=_Guarded(self.guard, plain=True))

    async def close(self) -> None:
        """Close all connections."""
        for name in ("_https", "_http"):
            pool = self.__dict__.pop(name, None)
            if pool is not None:
                await pool.aclose()

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None, limit: int | None = None
    ) -> Answer:
        """Send one request and return the answer, whatever its status; redirects are answers, not followed.

        Raise ``partner-unreachable`` when the address may not be called, nobody answers in time, the answer is larger than
        ``limit`` bytes, or the origin failed of late and is not called now (``retry_after`` then says for how many seconds).
        """
        pool = self._pool(url)
        with self._spans.span(method, "client") as span:
            span.set(http__request__method=method, server__address=urlsplit(url).hostname or "")
            answer = await self._request(pool, method, url, headers, content, limit)
            span.set(http__response__status_code=answer.status)
            return answer

    async def _request(
        self, pool: httpcore.AsyncConnectionPool, method: str, url: str, headers: Mapping[str, str] | None, content: bytes | None, limit: int | None
    ) -> Answer:
        sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **(headers or {})}
        if content is not None or method in {"POST", "PUT", "PATCH"}:
            sent["Content-Length"] = str(len(content or b""))
        self._spans.inject(sent)
        try:
            async with self.breakers.enter(origin_of(url)), asyncio.timeout(self.total_s):
                answer = await self._send(pool, method, url, sent, content, limit or self.limit)
                self._time(origin_of(url), answer.headers.get("date", ""))
                return answer
        except TimeoutError as error:
            raise Problem(UNREACHABLE, f"{_place(url)} did not answer within {self.total_s:g} s.") from error
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            raise Problem(UNREACHABLE, f"{_place(url)}: {str(error) or type(error).__name__}") from error

    async def _send(self, pool: httpcore.AsyncConnectionPool, method: str, url: str, headers: Mapping[str, str], content: bytes | None, limit: int) -> Answer:
        wire = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
        async with pool.stream(method, url, headers=wire, content=content, extensions={"timeout": self._timeout}) as response:
            parts, size = [], 0
            async for part in response.aiter_stream():
                size += len(part)
                if size > limit:
                    raise Problem(UNREACHABLE, f"The answer of {_place(url)} is larger than {limit} bytes.")
                parts.append(part)
            names = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            return Answer(response.status, names, b"".join(parts))

    def _time(self, origin: str, date: str) -> None:
        with contextlib.suppress(ValueError, TypeError, OverflowError):
            self.breakers.told_time(origin, (parsedate_to_datetime(date) - SYSTEM.now()).total_seconds())

    def _pool(self, url: str) -> httpcore.AsyncConnectionPool:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise Problem(UNREACHABLE, f"{url!r} is no address: {error}") from error
        if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
            raise Problem(UNREACHABLE, f"{url!r} is no http or https address.")
        if parts.username is not None or not url.isascii() or any(char <= " " or char in '\\"<>^`{|}' for char in url):
            raise Problem(UNREACHABLE, f"{url!r} holds what an address may not hold.")
        return self._https if parts.scheme == "https" else self._http


def origin_of(url: str) -> str:
    """Return scheme and authority of an address (RFC 6454)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _place(url: str) -> str:
    return urlsplit(url).netloc

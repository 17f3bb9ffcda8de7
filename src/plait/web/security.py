"""Headers that every answer bears, so that a browser does with it only what we mean (OWASP Secure Headers)."""

from contextvars import ContextVar

from starlette.types import Message, Scope, Send

__all__ = ["Answering", "by_tls", "note_tls"]

ALWAYS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(), microphone=()"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
)
NO_STORE = (b"cache-control", b"no-store")
HTTPS_ALONE = (b"strict-transport-security", b"max-age=31536000")


_tls: ContextVar[bool] = ContextVar("tls", default=False)


def note_tls(scope: Scope) -> None:
    """Note for what is done about this request whether it came by TLS, to us or to a proxy that is believed."""
    _tls.set(scope.get("scheme") in {"https", "wss"})


def by_tls() -> bool:
    """Tell whether the request under way came by TLS: its cookies are then for TLS alone."""
    return _tls.get()


class Answering:
    """Sends an answer with the headers it lacks; answers to credentials are not to be stored; HEAD has no body. Notes ``status`` and ``route``."""

    def __init__(self, scope: Scope, send: Send, *, secure: bool) -> None:
        self.route = ""
        self.status = 0
        self._send = send
        self._head = scope["method"] == "HEAD"
        known = any(name in {b"authorization", b"cookie"} for name, _ in scope["headers"])
        self._headers = ALWAYS + ((NO_STORE,) if known else ()) + ((HTTPS_ALONE,) if secure else ())

    async def __call__(self, message: Message) -> None:
        """Send one message (ASGI 3)."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = list(message.get("headers", []))
            given = {name.lower() for name, _ in own}
            message = {**message, "headers": own + [header for header in self._headers if header[0] not in given]}
        elif self._head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)

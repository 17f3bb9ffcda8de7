"""Headers that every answer bears, so that a browser does with it only what we mean (OWASP Secure Headers)."""

from starlette.types import Message, Scope, Send

__all__ = ["secured"]

ALWAYS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(), microphone=()"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
)
NO_STORE = (b"cache-control", b"no-store")


def secured(scope: Scope, send: Send) -> Send:
    """Return ``send`` that adds the headers an answer lacks; answers to credentials are not to be stored; HEAD has no body."""
    head = scope["method"] == "HEAD"
    headers = ALWAYS
    if any(name == b"authorization" for name, _ in scope["headers"]):
        headers = (*ALWAYS, NO_STORE)

    async def pass_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = list(message.get("headers", []))
            given = {name.lower() for name, _ in own}
            message = {**message, "headers": own + [header for header in headers if header[0] not in given]}
        elif head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return pass_on

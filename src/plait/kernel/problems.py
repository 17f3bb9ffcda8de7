"""The one registry of refusals: code, title, HTTP status, what happened, what to do (RFC 9457).

A room registers its own codes with ``register`` at import; everybody refuses by raising ``Problem``.
"""

from typing import Any

import msgspec

__all__ = ["REGISTRY", "Kind", "Problem", "register"]


class Kind(msgspec.Struct, frozen=True):
    """One way in which a request can be refused; ``advice`` says what to do about it."""

    code: str
    title: str
    status: int
    advice: str


REGISTRY: dict[str, Kind] = {}


def register(code: str, status: int, title: str, advice: str) -> str:
    """Enter a kind of refusal and return its code; a code may be registered once."""
    if code in REGISTRY and REGISTRY[code] != Kind(code, title, status, advice):
        raise ValueError(f"problem {code} registered twice")
    REGISTRY[code] = Kind(code, title, status, advice)
    return code


class Problem(Exception):
    """A refusal: ``detail`` says what was wrong in this case; ``extra`` carries further members."""

    def __init__(self, code: str, detail: str = "", **extra: Any) -> None:
        self.kind = REGISTRY[code]
        self.code = code
        self.detail = detail
        self.extra = extra
        super().__init__(f"{code}: {detail or self.kind.title}")

    @property
    def status(self) -> int:
        """The HTTP status of the refusal."""
        return self.kind.status

    def document(self) -> dict[str, Any]:
        """Return the problem details object (RFC 9457, section 3)."""
        return {
            "type": f"urn:plait:problem:{self.code}",
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail or self.kind.title,
            "code": self.code,
            "advice": self.kind.advice,
            **self.extra,
        }


MALFORMED = register("malformed", 400, "The request cannot be read", "Send well-formed content of the stated type.")
INVALID = register("invalid", 422, "The content breaks a rule", "Correct the named field and send it again.")
UNAUTHENTICATED = register("unauthenticated", 401, "No valid credentials", "Send a valid token; `plait token new` makes one.")
FORBIDDEN = register("forbidden", 403, "Not allowed", "Ask for the role, or negotiate a contract, that allows this.")
NOT_FOUND = register("not-found", 404, "There is no such thing", "Check the identifier.")
METHOD = register("method-not-allowed", 405, "This address does not take that method", "Use a method named in Allow.")
NOT_ACCEPTABLE = register("not-acceptable", 406, "None of the accepted formats can be made", "Ask for another media type.")
CONFLICT = register("conflict", 409, "It contradicts what is already there", "Read the present state and try again.")
EXPIRED = register("expired", 409, "It is no longer valid", "Ask for a new one.")
TOO_LARGE = register("too-large", 413, "The content is too large", "Send it in smaller parts.")
MEDIA_TYPE = register("media-type", 415, "This media type is not read here", "Send a type named in Accept.")
LIMITED = register("rate-limited", 429, "Too many requests", "Wait, then try again.")
INTERNAL = register("internal", 500, "Something went wrong here", "See the node's log under the given id.")
UNREACHABLE = register("partner-unreachable", 502, "A partner could not be reached", "Delivery is retried; see Deliveries.")
UNAVAILABLE = register("unavailable", 503, "Not ready", "Try again shortly.")

"""What a handler answers with when a plain Struct is not enough."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.responses import Response

from plait.kernel.problems import Problem

__all__ = ["JSON_TYPE", "PROBLEM_TYPE", "Reply", "problem_response", "to_response"]

PROBLEM_TYPE = "application/problem+json"
JSON_TYPE = "application/json"

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Reply:
    """An answer with its own status, headers and media type.

    ``body``: bytes and text go out as they are, None as no content, anything else as JSON. ``status`` None: what the
    route says.
    """

    body: Any = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = ""


def to_response(answer: Any, ok: int) -> Response:
    """Turn what a handler returned into a response; ``ok`` is the route's status."""
    if isinstance(answer, Response):
        return answer
    if not isinstance(answer, Reply):
        if answer is None:
            return Response(status_code=204 if ok == 200 else ok)
        return Response(_encode(answer), ok, media_type=JSON_TYPE)
    status, body, media_type = answer.status or ok, answer.body, answer.media_type
    headers = dict(answer.headers)
    if body is None:
        return Response(status_code=204 if status == 200 else status, headers=headers)
    if isinstance(body, str):
        return Response(body, status, headers, media_type or "text/plain")
    if isinstance(body, bytes):
        return Response(body, status, headers, media_type or "application/octet-stream")
    return Response(_encode(body), status, headers, media_type or JSON_TYPE)


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Return a refusal as problem details (RFC 9457, section 3)."""
    own = dict(headers or {})
    if "retry_after" in problem.extra:
        own.setdefault("Retry-After", str(problem.extra["retry_after"]))
    if problem.status == 401:
        own.setdefault("WWW-Authenticate", 'Bearer realm="plait"')
    return Response(_encode(problem.document()), problem.status, own, PROBLEM_TYPE)

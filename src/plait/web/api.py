"""The typed HTTP layer: a room declares its routes, and the handler's signature says what is read from the request.

A parameter is filled by annotation or name: the service, ``actor``, ``body``, ``query``, a Request; every other name is
a path parameter.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from plait.kernel.problems import Problem

__all__ = ["Api", "Handler", "Latest", "Route"]

Handler: TypeAlias = Callable[..., Awaitable[Any]]
Shape: TypeAlias = Callable[[Problem, Request], Response]
H = TypeVar("H", bound=Handler)

JSON = ("application/json",)


class Latest(msgspec.Struct, frozen=True):
    """How many of the latest rows of a list are asked for."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 500


@dataclass(frozen=True)
class Route:
    """One method of one path. ``action`` None: open to everybody. ``limit``: bytes of content (None: the node's).

    ``ok`` is the status of success, ``accepts`` the media types of content read, ``produces`` those of a ``Reply``.
    """

    method: str
    path: str
    handler: Handler
    action: str | None
    ok: int
    summary: str
    accepts: tuple[str, ...]
    limit: int | None
    produces: tuple[str, ...]


class Api:
    """The routes of one room. ``tag`` groups them in the description, ``service`` is the class whose instance they are given.

    ``problems`` shapes refusals for protocols that prescribe their own form; by default they are RFC 9457 problems.
    """

    def __init__(self, tag: str, service: type | None = None, problems: Shape | None = None) -> None:
        self.tag = tag
        self.service = service
        self.problems = problems
        self.routes: list[Route] = []

    def route(
        self,
        method: str,
        path: str,
        *,
        action: str | None,
        ok: int = 200,
        summary: str = "",
        accepts: Sequence[str] = JSON,
        limit: int | None = None,
        produces: Sequence[str] = (),
    ) -> Callable[[H], H]:
        """Enter the decorated coroutine function for ``method`` of ``path``; a path names parameters as ``{id}`` or ``{rest:path}``."""

        def enter(handler: H) -> H:
            text = summary or (handler.__doc__ or handler.__name__).splitlines()[0]
            self.routes.append(Route(method, path, handler, action, ok, text, tuple(accepts), limit, tuple(produces)))
            return handler

        return enter

    def get(self, path: str, *, action: str | None, **options: Any) -> Callable[[H], H]:
        """Enter a handler for GET (and HEAD); options as for ``route``."""
        return self.route("GET", path, action=action, **options)

    def post(self, path: str, *, action: str | None, **options: Any) -> Callable[[H], H]:
        """Enter a handler for POST; options as for ``route``."""
        return self.route("POST", path, action=action, **options)

    def put(self, path: str, *, action: str | None, **options: Any) -> Callable[[H], H]:
        """Enter a handler for PUT; options as for ``route``."""
        return self.route("PUT", path, action=action, **options)

    def patch(self, path: str, *, action: str | None, **options: Any) -> Callable[[H], H]:
        """Enter a handler for PATCH; options as for ``route``."""
        return self.route("PATCH", path, action=action, **options)

    def delete(self, path: str, *, action: str | None, **options: Any) -> Callable[[H], H]:
        """Enter a handler for DELETE; options as for ``route``."""
        return self.route("DELETE", path, action=action, **options)

"""Binding a route to the services: what its handler is given is worked out once, when it is mounted."""

import hashlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, TypeAlias, Union, get_args, get_origin, get_type_hints

import msgspec
from starlette.requests import Request

from plait.kernel.actor import ANONYMOUS, Actor
from plait.kernel.once import Once
from plait.kernel.problems import INVALID, Problem
from plait.web.api import Api, Route
from plait.web.border import Border
from plait.web.content import check_depth, check_media_type, json_reader, query_reader, read_content
from plait.web.table import parameters

__all__ = ["Bound", "bind"]


@dataclass
class _Call:
    """One request on its way to a handler."""

    request: Request
    path: Mapping[str, str]
    actor: Actor = ANONYMOUS
    content: bytes = b""


KEY_LONGEST = 255

Fill: TypeAlias = Callable[[_Call], Any]


@dataclass(frozen=True)
class Bound:
    """A mounted route: ``fills`` make the handler's arguments; ``body`` and ``query`` are their types (for the description)."""

    api: Api
    route: Route
    fills: Mapping[str, Fill]
    body: Any = None
    query: type[msgspec.Struct] | None = None
    returns: Any = None
    wants_actor: bool = False
    wants_key: bool = False
    names: tuple[str, ...] = ()

    @property
    def needs_body(self) -> bool:
        """Whether a request without content is refused."""
        return self.body is not None and not _optional(self.body)

    async def call(self, request: Request, path: Mapping[str, str], border: Border, limit: int) -> Any:
        """Count, authenticate, ask for permission, read the content, call the handler; return what it returns."""
        call = _Call(request, path)
        call.actor = await border.actor(request, wanted=self.wants_actor) or ANONYMOUS
        if self.route.action is not None:
            border.require(call.actor, self.route.action)
        if self.body is not None:
            call.content = await read_content(request, self.route.limit or limit)
            if call.content or self.needs_body:
                check_media_type(request, self.route.accepts)
            if self.body is not bytes or "json" in request.headers.get("content-type", ""):
                check_depth(call.content)
        return await self.route.handler(**{name: fill(call) for name, fill in self.fills.items()})


def _optional(annotation: Any) -> bool:
    return get_origin(annotation) in {Union, UnionType} and NoneType in get_args(annotation)


def _body_fill(annotation: Any) -> Fill:
    if annotation is bytes:
        return lambda call: call.content
    read = json_reader(annotation)
    if _optional(annotation):
        return lambda call: read(call.content) if call.content else None
    return lambda call: read(call.content)


def _path_fill(name: str) -> Fill:
    def fill(call: _Call) -> str:
        value = call.path[name]
        if "\x00" in value:
            raise Problem(INVALID, f"{name} holds a null character", path=name)
        return value

    return fill


def _key_fill(call: _Call) -> Once | None:
    """Return the idempotency key with the digest of the whole request; raise ``invalid`` for one that is no short printable text."""
    key = call.request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= KEY_LONGEST or not key.isascii() or not key.isprintable():
        raise Problem(INVALID, f"Idempotency-Key has 1 to {KEY_LONGEST} printable ASCII characters.")
    digest = hashlib.sha256(f"{call.request.method} {call.request.scope['path']}\n".encode() + call.content)
    return Once(key, digest.hexdigest())


def _fill(name: str, annotation: Any, bound: dict[str, Any], services: Mapping[type, Any], names: tuple[str, ...]) -> Fill:
    if name == "body":
        bound["body"] = annotation
        return _body_fill(annotation)
    if name == "query":
        bound["query"] = annotation
        read = query_reader(annotation)
        return lambda call: read(call.request.scope["query_string"])
    if name == "once":
        bound["wants_key"] = True
        return _key_fill
    if annotation is Actor:
        bound["wants_actor"] = True
        return lambda call: call.actor
    if annotation is Request:
        return lambda call: call.request
    if isinstance(annotation, type) and annotation in services:
        service = services[annotation]
        return lambda call: service
    if annotation is str and name in names:
        return _path_fill(name)
    raise TypeError(f"nothing fills {name}: {annotation} (no such service, or not in the path)")


def bind(api: Api, route: Route, services: Mapping[type, Any]) -> Bound:
    """Work out what ``route``'s handler is given; TypeError naming the parameter that nothing fills."""
    hints = get_type_hints(route.handler, include_extras=True)
    names = parameters(route.path)
    bound: dict[str, Any] = {"wants_actor": route.action is not None}
    fills: dict[str, Fill] = {}
    try:
        for name in inspect.signature(route.handler).parameters:
            fills[name] = _fill(name, hints.get(name), bound, services, names)
    except TypeError as error:
        raise TypeError(f"{route.method} {route.path} ({route.handler.__module__}): {error}") from error
    missing = set(names) - set(fills)
    if missing and Request not in hints.values():
        raise TypeError(f"{route.method} {route.path}: the handler does not take {sorted(missing)}")
    return Bound(api, route, fills, names=names, returns=hints.get("return"), **bound)

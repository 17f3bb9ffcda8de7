"""The description of the whole interface (OpenAPI 3.1.0), made from the handlers' signatures and Structs."""

import inspect
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.responses import Response

from plait.web.bind import Bound
from plait.web.reply import JSON_TYPE, PROBLEM_TYPE, Reply
from plait.web.stream import Stream
from plait.web.table import parameters

__all__ = ["describe"]

JSON = dict[str, Any]
TEMPLATE = "#/components/schemas/{name}"
PROBLEM: JSON = {
    "type": "object",
    "title": "Problem",
    "description": "Why a request was refused (RFC 9457).",
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "advice": {"type": "string"},
    },
    "required": ["type", "title", "status", "detail", "code", "advice"],
}


def _opaque(returns: Any) -> bool:
    return returns in {None, inspect.Parameter.empty, type(None)} or (isinstance(returns, type) and issubclass(returns, Reply | Stream | Response))


def _types(mounted: Sequence[Bound]) -> list[Any]:
    found: list[Any] = []
    for bound in mounted:
        found += [each for each in (bound.body, bound.query) if each is not None and each is not bytes]
        if not _opaque(bound.returns):
            found.append(bound.returns)
    return found


def describe(mounted: Sequence[Bound], title: str, version: str) -> JSON:
    """Return the OpenAPI document of the mounted routes; ValueError when two share an operation id."""
    types = _types(mounted)
    schemas, components = msgspec.json.schema_components(types, schema_hook=lambda cls: {"title": cls.__name__}, ref_template=TEMPLATE)
    by_type = {id(kind): schema for kind, schema in zip(types, schemas, strict=True)}
    paths: dict[str, JSON] = {}
    seen: set[str] = set()
    for bound in mounted:
        entry = paths.setdefault(bound.route.path.replace(":path}", "}"), {})
        operation = _operation(bound, by_type, components)
        name, number = operation["operationId"], 2
        while operation["operationId"] in seen:
            operation["operationId"], number = f"{name}_{number}", number + 1
        seen.add(operation["operationId"])
        entry[bound.route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(bound.api.tag for bound in mounted)],
        "paths": paths,
        "components": {
            "schemas": components | {"Problem": PROBLEM},
            "responses": {"Problem": {"description": "Refused", "content": {PROBLEM_TYPE: {"schema": {"$ref": TEMPLATE.format(name="Problem")}}}}},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "description": "A token of the node, of a partner, or of a transfer."}},
        },
    }


def _operation(bound: Bound, by_type: dict[int, JSON], components: JSON) -> JSON:
    route = bound.route
    operation: JSON = {
        "tags": [bound.api.tag],
        "operationId": f"{bound.api.tag}.{route.handler.__name__}".replace(" ", "_"),
        "summary": route.summary,
        "description": inspect.cleandoc(route.handler.__doc__ or ""),
        "responses": {str(_success_status(bound)): _success(bound, by_type)} | {str(status): _refusal(bound) for status in _refusals(bound)},
        "security": [{"bearer": []}] if route.action else [],
    }
    if route.action:
        operation["x-plait-action"] = route.action
    path: list[JSON] = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in parameters(route.path)]
    if found := path + _query(bound, by_type, components):
        operation["parameters"] = found
    if bound.body is not None:
        schema = {"type": "string", "format": "binary"} if bound.body is bytes else by_type[id(bound.body)]
        operation["requestBody"] = {"required": bound.needs_body, "content": {media: {"schema": schema} for media in route.accepts}}
    return operation


def _query(bound: Bound, by_type: dict[int, JSON], components: JSON) -> list[JSON]:
    if bound.query is None:
        return []
    schema = components[by_type[id(bound.query)]["$ref"].rpartition("/")[2]]
    required = set(schema.get("required", ()))
    return [{"name": name, "in": "query", "required": name in required, "schema": inner} for name, inner in schema.get("properties", {}).items()]


def _success_status(bound: Bound) -> int:
    return 204 if bound.returns is type(None) and bound.route.ok == 200 else bound.route.ok


def _success(bound: Bound, by_type: dict[int, JSON]) -> JSON:
    answer: JSON = {"description": HTTPStatus(_success_status(bound)).phrase}
    if bound.returns is Stream:
        answer["content"] = {"text/event-stream": {}}
    elif not _opaque(bound.returns):
        answer["content"] = {JSON_TYPE: {"schema": by_type[id(bound.returns)]}}
    elif bound.route.produces:
        answer["content"] = {media: {} for media in bound.route.produces}
    return answer


def _refusal(bound: Bound) -> JSON:
    """Return how a refusal looks: as problem details, in the shape that the room's own standard asks for, or as a page."""
    own = bound.api.problems is not None or any(media.startswith("text/html") for media in bound.route.produces)
    return {"description": "Refused, in the room's own words"} if own else {"$ref": "#/components/responses/Problem"}


def _refusals(bound: Bound) -> list[int]:
    found = {500}
    if bound.route.action:
        found |= {401, 403}
    if parameters(bound.route.path):
        found |= {400, 404, 422}
    if bound.query is not None:
        found |= {400, 422}
    if bound.body is not None:
        found |= {400, 413, 415, 422}
    return sorted(found)

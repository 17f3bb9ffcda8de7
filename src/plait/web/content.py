"""Reading a request's content and query: bytes to Struct, each way of being wrong with its own refusal."""

import re
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, get_origin
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import ClientDisconnect, Request

from plait.kernel.problems import INVALID, MALFORMED, MEDIA_TYPE, TOO_LARGE, Problem

__all__ = ["check_depth", "check_media_type", "json_reader", "query_reader", "read_content"]

DEEPEST = 64
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_AT = re.compile(r" - at `([^`]*)`$")


def check_media_type(request: Request, accepts: Sequence[str]) -> None:
    """Raise ``media-type`` unless the content is of a type in ``accepts`` (``*/*``: any) and not encoded."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        raise Problem(MEDIA_TYPE, f"Content-Encoding {encoding} is not read here; send it as it is.", accepts=list(accepts))
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if "*/*" in accepts or given in accepts:
        return
    raise Problem(MEDIA_TYPE, f"Content-Type is {given or 'absent'}; send {' or '.join(accepts)}.", accepts=list(accepts))


async def read_content(request: Request, limit: int) -> bytes:
    """Return the content; raise ``too-large`` as soon as more than ``limit`` bytes are announced or have come."""
    announced = request.headers.get("content-length", "0")
    if announced.isascii() and announced.isdigit() and int(announced) > limit:
        raise Problem(TOO_LARGE, f"{announced} bytes are announced, {limit} are read.", limit=limit)
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise Problem(TOO_LARGE, f"More than {limit} bytes have come.", limit=limit)
            parts.append(part)
    except ClientDisconnect as error:
        raise Problem(MALFORMED, "The content ended before it was complete.") from error
    return b"".join(parts)


def invalid(error: msgspec.ValidationError) -> Problem:
    """Return ``error`` as the refusal ``invalid`` with the JSON path of the offending value."""
    text = str(error)
    found = _AT.search(text)
    path = found.group(1) if found else "$"
    return Problem(INVALID, f"{_AT.sub('', text)} at {path}", path=path)


def check_depth(content: bytes, deepest: int = DEEPEST) -> None:
    """Raise ``malformed`` for JSON nested deeper than ``deepest`` (brackets inside of text count only where they must)."""
    if content.count(b"[") + content.count(b"{") <= deepest:
        return
    brackets = content.translate(None, NO_BRACKETS)
    if max(accumulate(map(STEPS.__getitem__, brackets))) <= deepest:
        return
    outside = _TEXT.sub(b"", content).translate(None, NO_BRACKETS)
    if max(accumulate(map(STEPS.__getitem__, outside)), default=0) > deepest:
        raise Problem(MALFORMED, f"The content is nested deeper than {deepest} levels.")


def json_reader(wanted: Any) -> Callable[[bytes], Any]:
    """Return a function that reads JSON content as ``wanted``; it raises ``malformed`` or ``invalid`` with the JSON path."""
    decode = msgspec.json.Decoder(wanted).decode

    def read(content: bytes) -> Any:
        try:
            return decode(content)
        except msgspec.ValidationError as error:
            raise invalid(error) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Problem(MALFORMED, f"Not JSON: {error}") from error

    return read


def _many(annotation: Any) -> bool:
    origin = get_origin(annotation) or annotation
    return isinstance(origin, type) and issubclass(origin, Sequence | set | frozenset) and not issubclass(origin, str | bytes)


def query_reader(wanted: type[msgspec.Struct]) -> Callable[[bytes], Any]:
    """Return a function that reads a query string as the Struct ``wanted``; it raises ``malformed`` or ``invalid``.

    A field that holds several values takes a repeated name; any other name may come once.
    """
    several = {field.encode_name for field in msgspec.structs.fields(wanted) if _many(field.type)}

    def read(query: bytes) -> Any:
        values: dict[str, Any] = {}
        try:
            pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000)
        except ValueError as error:
            raise Problem(MALFORMED, f"The query cannot be read: {error}") from error
        for name, value in pairs:
            if name in several:
                values.setdefault(name, []).append(value)
            elif name in values:
                raise Problem(INVALID, f"{name} is given more than once at $.{name}", path=f"$.{name}")
            else:
                values[name] = value
        try:
            return msgspec.convert(values, wanted, strict=False)
        except msgspec.ValidationError as error:
            raise invalid(error) from error

    return read

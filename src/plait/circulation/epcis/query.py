"""The query language of EPCIS 2.0 (section 8.2.7.1) as conditions on our tables: the parameters by time, word and identifier."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, false, or_

from plait.circulation.epcis import tables
from plait.circulation.epcis.errors import QUERY_PARAMETER
from plait.circulation.epcis.links import Role, canonical
from plait.circulation.epcis.tables import ev
from plait.kernel.clock import parse_iso
from plait.kernel.problems import Problem

__all__ = ["ACTIONS", "Page", "Query", "compile_query", "key_after", "read_query", "token_of"]

ACTIONS = ("ADD", "OBSERVE", "DELETE", "")
WORDS = {
    "eventType": ev.c.kind,
    "EQ_bizStep": ev.c.step,
    "EQ_disposition": ev.c.disp,
    "EQ_readPoint": ev.c.rp,
    "EQ_bizLocation": ev.c.bl,
}
TIMES = {"eventTime": ev.c.t, "recordTime": ev.c.rt}
MATCHES = {
    "MATCH_epc": (Role.THING, Role.CHILD),
    "MATCH_parentID": (Role.PARENT,),
    "MATCH_inputEPC": (Role.INPUT,),
    "MATCH_outputEPC": (Role.OUTPUT,),
    "MATCH_anyEPC": (Role.THING, Role.PARENT, Role.CHILD, Role.INPUT, Role.OUTPUT),
    "MATCH_epcClass": (Role.THING, Role.CHILD),
    "MATCH_inputEPCClass": (Role.INPUT,),
    "MATCH_outputEPCClass": (Role.OUTPUT,),
    "MATCH_anyEPCClass": (Role.THING, Role.CHILD, Role.INPUT, Role.OUTPUT),
}
PLACES = ("EQ_readPoint", "EQ_bizLocation")
PATTERN = re.compile(r"urn:epc:idpat:[^*]+\*")
CONTROL = frozenset({"orderBy", "orderDirection", "perPage", "nextPageToken", "eventCountLimit", "maxEventCount"})
PER_PAGE, PER_PAGE_LIMIT = 30, 1000

Make = Callable[[Connection], ColumnElement[bool]]


class Page(msgspec.Struct, frozen=True):
    """How much of the answer, and from where on."""

    per_page: int = PER_PAGE
    token: str | None = None


class Query(msgspec.Struct, frozen=True):
    """A query read and checked. ``parts`` become conditions once a connection is there to look up words and identifiers."""

    parts: tuple[Make, ...]
    order: str
    descending: bool
    page: Page
    count_limit: int | None
    max_count: int | None
    mark: str


class _Token(msgspec.Struct, array_like=True):
    mark: str
    snapshot: int
    key: int
    number: int
    given: int


def _bad(detail: str) -> Problem:
    return Problem(QUERY_PARAMETER, detail)


def _time(name: str, text: str) -> int:
    try:
        return round(parse_iso(text.replace(" ", "+")).timestamp() * 1000)
    except ValueError:
        raise _bad(f"{name}={text!r} is no date and time with an offset") from None


def _words(column: Any, values: list[str]) -> Make:
    return lambda conn: column.in_(list(tables.find_terms(conn, values).values()))


def _match(roles: tuple[Role, ...], values: list[str]) -> Make:
    def make(conn: Connection) -> ColumnElement[bool]:
        plain = {canonical(value) for value in values if not PATTERN.fullmatch(value)}
        keys = list(tables.find_epcs(conn, plain).values())
        for value in values:
            if PATTERN.fullmatch(value):
                keys += tables.like(conn, canonical(value).rstrip("*") + "/")
        return tables.having(roles, keys) if keys else false()

    return make


def _part(name: str, text: str) -> Make:
    values = [value for value in text.split("|") if value]
    if not values:
        raise _bad(f"{name} has no value")
    operator, _, field = name.partition("_")
    if operator in ("GE", "LT") and field in TIMES:
        moment, column = _time(name, text), TIMES[field]
        return lambda conn: column >= moment if operator == "GE" else column < moment
    if name in WORDS:
        return _words(WORDS[name], [canonical(value) for value in values] if name in PLACES else values)
    if name in MATCHES:
        return _match(MATCHES[name], values)
    if name == "EQ_eventID":
        return lambda conn: ev.c.eid.in_(values)
    if name == "EQ_transformationID":
        return lambda conn: _runs(conn, values)
    if name == "EQ_action":
        if not set(values) <= set(ACTIONS[:3]):
            raise _bad(f"EQ_action={text!r} is not ADD, OBSERVE or DELETE")
        return lambda conn: ev.c.action.in_([ACTIONS.index(value) for value in values])
    raise _bad(f"{name} is no query parameter known here")


def _runs(conn: Connection, values: list[str]) -> ColumnElement[bool]:
    keys = list(tables.find_epcs(conn, values).values())
    return tables.having((Role.RUN,), keys) if keys else false()


def _count(parameters: Mapping[str, str], name: str) -> int | None:
    text = parameters.get(name)
    if text is None:
        return None
    if not text.isdigit() or int(text) < 1:
        raise _bad(f"{name}={text!r} is no positive number")
    return int(text)


def read_query(parameters: Mapping[str, str]) -> Query:
    """Return the query that URL ``parameters`` describe (lists separated by ``|``); raise ``epcis-query-parameter``."""
    order, direction = parameters.get("orderBy", ""), parameters.get("orderDirection", "DESC")
    if order not in ("", "eventTime", "recordTime"):
        raise _bad(f"orderBy={order!r}: eventTime or recordTime")
    if direction not in ("ASC", "DESC"):
        raise _bad(f"orderDirection={direction!r}: ASC or DESC")
    limit, most = _count(parameters, "eventCountLimit"), _count(parameters, "maxEventCount")
    if limit is not None and (most is not None or not order):
        raise _bad("eventCountLimit needs orderBy and excludes maxEventCount")
    parts = {name: _part(name, text) for name, text in parameters.items() if name not in CONTROL}
    asked = sorted((name, text) for name, text in parameters.items() if name not in ("perPage", "nextPageToken"))
    mark = hashlib.blake2b(repr(asked).encode(), digest_size=8).hexdigest()
    per_page = min(_count(parameters, "perPage") or PER_PAGE, PER_PAGE_LIMIT)
    page = Page(per_page, parameters.get("nextPageToken"))
    return Query(tuple(parts.values()), order, direction == "DESC" and bool(order), page, limit, most, mark)


def token_of(query: Query, snapshot: int, row: Any, given: int) -> str:
    """Return the token that goes on behind ``row``; events captured after ``snapshot`` do not shift the pages."""
    token = _Token(query.mark, snapshot, _key(query, row), row.id, given)
    return base64.urlsafe_b64encode(msgspec.json.encode(token)).decode().rstrip("=")


def _key(query: Query, row: Any) -> int:
    return int(row._mapping[{"eventTime": "t", "recordTime": "rt"}.get(query.order, "id")])


def key_after(query: Query, newest: int) -> _Token:
    """Return where the page begins: behind the token's row, or at the very start with snapshot ``newest``."""
    if query.page.token is None:
        return _Token(query.mark, newest, 0, 0, 0)
    try:
        padded = query.page.token + "=" * (-len(query.page.token) % 4)
        token = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=_Token)
    except (binascii.Error, msgspec.DecodeError, msgspec.ValidationError, ValueError):
        raise _bad("nextPageToken is none of ours") from None
    if token.mark != query.mark:
        raise _bad("nextPageToken belongs to another query")
    return token


def compile_query(conn: Connection, query: Query, start: _Token) -> tuple[list[ColumnElement[bool]], list[Any]]:
    """Return the conditions and the order of a page that begins at ``start``."""
    column = TIMES.get(query.order, ev.c.id)
    where = [part(conn) for part in query.parts]
    where.append(ev.c.id <= start.snapshot)
    if query.page.token is not None:
        beyond = column < start.key if query.descending else column > start.key
        later = ev.c.id < start.number if query.descending else ev.c.id > start.number
        where.append(or_(beyond, and_(column == start.key, later)))
    order = [column.desc(), ev.c.id.desc()] if query.descending else [column, ev.c.id]
    return where, order

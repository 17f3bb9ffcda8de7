"""Guest links and trade: what a supplier without a node is asked and answers stands among the options, and is ordered, like any partner's."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import structlog

from plait.braid.house import House, Reaction
from plait.kernel.facts import Fact
from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.trade.model import Line
from plait.manufacturing.trade.outside import Quoted
from plait.sharing.guest.model import GuestActed, Link
from plait.sharing.guest.rules import number

__all__ = ["REACTIONS"]

VALID = timedelta(days=30)
END_OF_DAY = time(23, 59)
_log = structlog.get_logger("plait.guests")


def _end(house: House, day: date) -> datetime:
    return datetime.combine(day, END_OF_DAY, ZoneInfo(house.firm.zone))


def _lines(house: House, link: Link) -> tuple[Line, ...]:
    needed = link.need.lines if link.need is not None else ()
    return tuple(Line(str(at), each.name, each.quantity, each.unit, requested=_end(house, each.due) if each.due else None) for at, each in enumerate(needed, 1))


async def made(house: House, fact: Fact, body: Any) -> None:
    """A supplier is asked by a link: the request stands in trade."""
    del fact
    if body.kind != "request":
        return
    link = await house.guests.link(house.me, body.id)
    until = _end(house, link.need.respond_by) if link.need is not None and link.need.respond_by else link.expires
    await house.outside.ask(house.me, link.thing, link.name, _lines(house, link), until)


async def acted(house: House, fact: Fact, body: GuestActed) -> None:
    """A supplier quotes, declines, confirms or refuses by a link. What trade refuses (taken back meanwhile) lies in the inbox alone."""
    try:
        if body.kind == "request" and body.act == "quote":
            await house.outside.quoted(house.me, body.thing, body.name, await _quoted(house, fact, body))
        elif body.kind == "request" and body.act == "decline":
            await house.outside.declined(house.me, body.thing, body.name, body.values.get("text", ""))
        elif body.kind in ("request", "purchase") and body.act in ("confirm", "refuse"):
            await _responded(house, body)
    except Problem as problem:
        _log.warning("what a guest answered is not taken into trade", thing=body.thing, act=body.act, code=problem.code, detail=problem.detail)


async def _quoted(house: House, fact: Fact, body: GuestActed) -> Quoted:
    link, said = await house.guests.link(house.me, body.id), body.values
    promised, currency = _end(house, date.fromisoformat(said["day"])), said["currency"].upper()
    lines = []
    for line in _lines(house, link):
        price = number(said.get(f"price-{line.id}", ""))
        lines.append(msgspec.structs.replace(line, price=Money(price, currency) if price is not None else None, promised=promised))
    until = _end(house, date.fromisoformat(said["until"])) if said.get("until") else fact.at + VALID
    return Quoted(tuple(lines), until, said.get("reference", ""), said.get("text", ""))


async def _responded(house: House, body: GuestActed) -> None:
    order = body.thing
    if body.kind == "request":
        option = await house.outside.option(house.me, body.thing, body.name)
        order = option.order_id if option is not None else ""
    if body.act == "confirm":
        await house.outside.responded(house.me, order, "accepted", _end(house, date.fromisoformat(body.values["day"])))
    else:
        await house.outside.responded(house.me, order, "rejected", None, body.values.get("text", ""))


async def ordered(house: House, fact: Fact, body: Any) -> None:
    """We ordered: what was held for it as an option is confirmed."""
    del fact
    if body.option:
        await house.options.on_order(house.me, body)


async def withdrawn(house: House, fact: Fact, body: Any) -> None:
    """We took back what we asked: a supplier without a node reads it on its page."""
    del fact
    await house.outside.withdrawn(house.me, body)


REACTIONS = (
    Reaction("guests.made", frozenset({"guest.link_made"}), made),
    Reaction("guests.acted", frozenset({"guest.acted"}), acted),
    Reaction("guests.withdrawn", frozenset({"trade.withdrawal_sent"}), withdrawn),
    Reaction("guests.ordered", frozenset({"trade.order_sent"}), ordered),
)

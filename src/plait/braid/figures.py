"""This firm's own figures for those it has agreed to show them to: from its orders and its line."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from plait.braid.house import House
from plait.kernel.facts import decode
from plait.observatory.model import Figures, Trade

__all__ = ["figures"]

PERIOD = timedelta(days=365)


def _value(order: Any) -> Decimal:
    return sum((line.price.amount * line.quantity for line in order.lines if line.price), Decimal(0))


async def figures(house: House) -> Figures:
    """Return revenue, purchases, trade by partner, jobs and machine hours of the last year.

    A partner is named when it is a member of an association we both know; whoever is not stays nameless.
    """
    until = house.clock.now()
    since = until - PERIOD
    own = house.firm.party_id
    sold: Counter[str] = Counter()
    bought: Counter[str] = Counter()
    for order in await house.trade.documents(house.me, type="Order"):
        if since <= order.issued <= until:
            side, other = (bought, order.counterparty) if order.party == own else (sold, order.party)
            side[other] += _value(order)  # type: ignore[assignment]
    trades = []
    for party in sorted({*sold, *bought}):
        member = house.directory.member(party)
        consent = member is not None and bool(member.memberships)
        trades.append(Trade(party, member.name if member else "", Decimal(sold[party]), Decimal(bought[party]), consent))
    jobs, hours = await _work(house, since)
    totals = Decimal(sum(sold.values())), Decimal(sum(bought.values()))
    return Figures(since, until, house.firm.currency, *totals, tuple(trades), jobs, hours)


async def _work(house: House, since: datetime) -> tuple[dict[str, int], float]:
    started: dict[str, datetime] = {}
    jobs: Counter[str] = Counter()
    hours = 0.0
    after = 0
    while rows := await house.store.facts(after, kinds=["line.job_started", "line.job_ended"]):
        after = rows[-1].seq
        for fact in rows:
            body = decode(fact)
            if fact.kind == "line.job_started":
                started[body.job] = fact.at
            elif fact.at >= since:
                jobs["ended"] += 1
                hours += (fact.at - started.get(body.job, fact.at)).total_seconds() / 3600
    return dict(jobs), round(hours, 3)

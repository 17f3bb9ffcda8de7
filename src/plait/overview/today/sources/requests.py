"""Requests that have no answer yet, offers that end soon, and answers that a person has to confirm."""

from datetime import timedelta

from plait.kernel.actor import Actor
from plait.manufacturing.desk.offers.model import Offer
from plait.manufacturing.trade import tables as trade_tables
from plait.manufacturing.trade.model import RequestForQuotation
from plait.overview import paths
from plait.overview.today.model import MOST, Need
from plait.overview.today.rules import end_of, urgency
from plait.overview.today.sources import tables
from plait.overview.today.sources.common import Ground, rest
from plait.overview.words import count, moment, word

__all__ = ["offers_out", "requests_of_partners", "requests_outside"]

AHEAD = timedelta(days=1)
ENDING = timedelta(days=3)


async def requests_of_partners(ground: Ground, actor: Actor) -> list[Need]:
    """Return the requests that came through the network: those a person is to answer, then those that wait for our suppliers' answers."""
    ours = await _waiting(
        ground, actor, "ready", "{customer} asks for {quantity} x {part}: your answer is awaited", "{count} more requests wait for your answer"
    )
    theirs = "{customer} asks for {quantity} x {part}: suppliers have not answered yet"
    return ours + await _waiting(ground, actor, "options", theirs, "{count} more requests wait for suppliers")


async def _waiting(ground: Ground, actor: Actor, state: str, text: str, more: str) -> list[Need]:
    scope = ground.scope(actor, "desk.read", "desk.inquiry")
    rows, total = await ground.read(lambda conn: tables.inquiries(conn, scope, state, MOST))
    asked = await ground.read(lambda conn: {row.rfq_id: trade_tables.document(conn, scope, row.rfq_id) for row in rows})
    now, needs = ground.clock.now(), []
    for row in rows:
        rfq = asked.get(row.rfq_id)
        lines = rfq.lines if isinstance(rfq, RequestForQuotation) else ()
        due = rfq.respond_by if isinstance(rfq, RequestForQuotation) else None
        name = lines[0].name if lines and state == "ready" else row.part_id
        values = {"customer": word(row.customer_name), "quantity": count(row.quantity), "part": word(name)}
        needs.append(
            Need(
                id=f"request-waiting/{row.rfq_id}",
                kind="request-waiting",
                severity=urgency(due, now, AHEAD) if due else "soon",
                text=text,
                values=values,
                link=paths.rfq(row.rfq_id),
                subject=row.rfq_id,
                since=rfq.issued if rfq is not None else None,
                due=due,
            )
        )
    return rest(needs, total, more, paths.rfqs())


async def requests_outside(ground: Ground, actor: Actor) -> list[Need]:
    """Return the requests of customers without a node whose offer is not out yet."""
    scope = ground.scope(actor, "desk.read", "desk.offer")
    rows, total = await ground.read(lambda conn: tables.drafts(conn, scope, MOST))
    now, zone, needs = ground.clock.now(), ground.guard.firm().zone, []
    for row in rows:
        due = end_of(row.asked.respond_by, zone) if row.asked.respond_by else None
        needs.append(
            Need(
                id=f"request-waiting/{row.number}",
                kind="request-waiting",
                severity=urgency(due, now, AHEAD) if due else "soon",
                text="{customer} has no answer yet: offer {offer} is not sent",
                values={"customer": word(row.asked.customer), "offer": word(row.shown)},
                link=paths.offer(row.number),
                subject=row.number,
                since=row.created,
                due=due,
            )
        )
    return rest(needs, total, "{count} more offers are not sent", paths.offers(state="draft"))


async def offers_out(ground: Ground, actor: Actor) -> list[Need]:
    """Return the answers to offers that a person has to confirm, and the offers that end within three days or have ended without an answer."""
    scope = ground.scope(actor, "desk.read", "desk.offer")
    rows = await ground.read(lambda conn: tables.sent(conn, scope))
    replied = [_replied(row) for row in rows if row.proposal is not None]
    now = ground.clock.now()
    ending = [row for row in rows if row.proposal is None and row.until is not None and row.until - now <= ENDING]
    needs = [_ending(row, ended=row.until is not None and row.until <= now) for row in ending]
    first = rest(replied[:MOST], len(replied), "{count} more offers are answered", paths.offers(state="sent"))
    return [*first, *rest(needs[:MOST], len(needs), "{count} more offers end soon or have ended", paths.offers(state="sent"))]


def _replied(row: Offer) -> Need:
    said = row.proposal
    assert said is not None, "asked before"
    texts = {
        "yes": "{customer} accepts {offer}: accept it too",
        "no": "{customer} declines {offer}: enter why it was lost",
        "unclear": "{customer} has answered {offer}: read what it says",
    }
    return Need(
        id=f"offer-replied/{row.number}",
        kind="offer-replied",
        severity="now",
        text=texts[said.verdict],
        values={"customer": word(row.asked.customer), "offer": word(row.shown), "sentence": word(said.sentence)},
        link=paths.offer(row.number),
        subject=row.number,
        since=said.at,
    )


def _ending(row: Offer, *, ended: bool) -> Need:
    assert row.until is not None, "asked before"
    return Need(
        id=f"offer-expiring/{row.number}",
        kind="offer-expiring",
        severity="note" if ended else "soon",
        text="{offer} to {customer} has ended without an answer" if ended else "{offer} to {customer} ends on {until} and has no answer",
        values={"offer": word(row.shown), "customer": word(row.asked.customer), "until": moment(row.until)},
        link=paths.offer(row.number),
        subject=row.number,
        since=row.sent,
        due=row.until,
    )

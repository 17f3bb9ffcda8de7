"""What we ask a supplier without a node: it sees what we need, and enters price, date and validity, or declines."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from plait.kernel.actor import Actor
from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.kernel.texts import Texts
from plait.manufacturing.desk.inbox.attachments import AttachmentService
from plait.manufacturing.trade.outside import OutsideService
from plait.sharing.guest.model import Act, Deed, Field, Form, GuestFile, Link, Need, NeedLine, NewLink, Row, Shown, Tone
from plait.sharing.guest.rules import NOT_NOW, number, person
from plait.sharing.guest.things.purchase import answered, order_answers, order_state, price_label, total_of

__all__ = ["RequestThing"]


VALID = timedelta(days=30)
SAID = {"quote": "quoted", "decline": "declined", "ask": "asked a question", "confirm": "confirmed the order", "refuse": "refused the order"}


class RequestThing:
    """A request whose need stands in the link itself.

    The answer lies in the inbox with the file of the quotation, and becomes an option in trade (a reaction of ``braid``); when we order on
    it, the order stands at the same address.
    """

    def __init__(self, files: AttachmentService, outside: OutsideService) -> None:
        self.files = files
        self.outside = outside

    async def language(self, actor: Actor, new: NewLink) -> str:
        """As ``Thing.language``."""
        for id in new.need.files if new.need else ():
            await self.files.content(actor, id)
        return ""

    async def show(self, actor: Actor, link: Link, acts: Sequence[Act], say: Texts) -> Shown:
        """As ``Thing.show``."""
        assert link.need is not None
        kept = [next((row.name for row in await self.files.kept(actor, 1, id=id)), id) for id in link.need.files]
        answer = next((each for each in acts if each.act in ("quote", "decline")), None)
        option = await self.outside.option(actor, link.thing, link.name)
        standing = await self.outside.standing(actor, option.order_id) if option is not None and option.order_id else None
        closed = option is not None and option.state == "released"
        state, tone = order_state(link, standing, acts, say) if standing else _state(link, answer, closed, say)
        pairs = [(say("Please answer by"), say.day(link.need.respond_by))] if link.need.respond_by else []
        notes = tuple(part for part in link.need.note.splitlines() if part.strip())
        rows = tuple(_row(place, line, answer, say) for place, line in enumerate(link.need.lines, 1))
        until = (self.outside.trade.clock.now() + VALID).date()
        forms: tuple[Form, ...] = () if answer or closed else (_quote(link.need, until, say), _decline(say))
        version, done = link.thing, answer is not None
        if standing is not None:
            version, done = standing.order.number, answered(standing, acts)
            forms = () if done else order_answers(standing.order.lines, say)
            pairs = [(say("Our order"), standing.order.number), *total_of(standing.order.lines, say)]
        title = say("Request {number}", number=link.thing)
        return Shown(title, link.name, state, tone, rows, tuple(pairs), notes, (*forms, _message(say)), version, files=tuple(kept), answered=done)

    async def act(self, actor: Actor, link: Link, deed: Deed) -> str:
        """As ``Thing.act``."""
        del actor, link
        return SAID.get(deed.act, deed.act)

    async def paper(self, actor: Actor, link: Link) -> bytes:
        """As ``Thing.paper``."""
        del actor
        raise Problem(NOT_NOW, f"there is no paper of {link.thing}")

    async def file(self, actor: Actor, link: Link, place: int) -> GuestFile:
        """As ``Thing.file``."""
        ids = link.need.files if link.need is not None else ()
        if not 1 <= place <= len(ids):
            raise Problem(NOT_NOW, f"there is no file {place} of {link.thing}")
        row, content = await self.files.content(actor, ids[place - 1])
        return GuestFile(row.name, content)


def _state(link: Link, answer: Act | None, closed: bool, say: Texts) -> tuple[str, Tone]:
    if closed:
        return say("This request is closed: nothing more is needed. Thank you."), ""
    if answer is None:
        return say("We ask for your price and date."), ""
    if answer.link != link.id:
        text = "{who} quoted on {moment}." if answer.act == "quote" else "{who} declined on {moment}."
        return say(text, who=answer.by or link.name, moment=say.moment(answer.at)), "good" if answer.act == "quote" else ""
    if answer.act == "quote":
        return say("Your quotation came on {moment}. Thank you.", moment=say.moment(answer.at)), "good"
    return say("You declined on {moment}. Thank you for telling us.", moment=say.moment(answer.at)), ""


def _row(place: int, line: NeedLine, answer: Act | None, say: Texts) -> Row:
    price = number(answer.values.get(f"price-{place}", "")) if answer is not None and answer.act == "quote" else None
    currency = answer.values.get("currency", "").upper() if answer else ""
    pairs = [
        (say("Numbers"), ", ".join(filter(None, (line.part_no, line.drawing_no)))),
        (say("Material"), line.material),
        (say("Quantity"), say.quantity(line.quantity, line.unit)),
        (say("Wanted by"), say.day(line.due) if line.due else ""),
        (say("Note"), line.note),
        (price_label(line.unit, say), say.money(Money(price, currency)) if price is not None else ""),
    ]
    return Row(f"{place}. {line.name}", tuple((label, words) for label, words in pairs if words))


def _quote(need: Need, until: date, say: Texts) -> Form:
    many, hint = len(need.lines) > 1, say.number(Decimal("12.5"), 2)
    prices = [
        Field(f"price-{place}", f"{_per(line.unit, say)}{f': {place}. {line.name}' if many else ''}", "number", hint=hint, needed=True, most=20)
        for place, line in enumerate(need.lines, 1)
    ]
    fields = (
        *prices,
        Field("currency", say("Currency"), "currency", hint="EUR", needed=True, most=3, value="EUR"),
        Field("day", say("Ready on"), "date", needed=True, most=10),
        Field("until", say("Valid until"), "date", most=10, value=until.isoformat()),
        Field("reference", say("Your quotation's number"), most=100),
        Field("text", say("Anything you want to tell us"), "long", most=4000),
        Field("files", say("Your quotation as a file"), "files"),
        person(say),
    )
    return Form("quote", say("Quote"), say("Send the quotation"), fields, once=True, main=True)


def _per(unit: str, say: Texts) -> str:
    """Return how the price is asked for: of a piece, a kilogram, a metre."""
    return say("{price}, net", price=price_label(unit, say))


def _decline(say: Texts) -> Form:
    return Form("decline", say("Decline"), say("Decline"), (Field("text", say("Why?"), "long", needed=True, most=1500), person(say)), once=True)


def _message(say: Texts) -> Form:
    fields = (Field("text", say("Your question or message"), "long", needed=True, most=4000), Field("files", say("Drawings, pictures, lists"), "files"))
    return Form("ask", say("Ask a question or send a file"), say("Send"), fields)

"""An order of ours on a supplier without a node, as the supplier sees it: confirm with a date, or say that it cannot be done."""

from collections.abc import Sequence
from datetime import datetime

from plait.kernel.actor import Actor
from plait.kernel.problems import NOT_FOUND, Problem
from plait.kernel.texts import Texts
from plait.manufacturing.trade.model import Line, OrderResponse, Quotation
from plait.manufacturing.trade.outside import OutsideService, Standing
from plait.sharing.guest.model import Act, Deed, Field, Form, GuestFile, Link, NewLink, Row, Shown, Tone
from plait.sharing.guest.rules import NOT_NOW, person

__all__ = ["PurchaseThing", "answered", "order_answers", "order_state", "price_label", "rows_of", "total_of"]

PIECES = frozenset({"C62", "H87", "EA"})
SAID = {"confirm": "confirmed the order", "refuse": "refused the order", "ask": "asked a question"}


class PurchaseThing:
    """An order on a quotation that a supplier gave by a link or by other ways; its answer goes into trade (a reaction of ``braid``)."""

    def __init__(self, outside: OutsideService) -> None:
        self.outside = outside

    async def language(self, actor: Actor, new: NewLink) -> str:
        """As ``Thing.language``."""
        try:
            await self.outside.standing(actor, new.id.strip())
        except Problem as problem:
            if problem.code != NOT_FOUND:
                raise
            raise Problem(NOT_NOW, f"{problem.detail}; what goes to partners needs no link") from problem
        return ""

    async def show(self, actor: Actor, link: Link, acts: Sequence[Act], say: Texts) -> Shown:
        """As ``Thing.show``."""
        standing = await self.outside.standing(actor, link.thing)
        order = standing.order
        quotation = next((each for each in await self.outside.trade.chain(actor, order.id) if isinstance(each, Quotation)), None)
        pairs = [(say("Ordered on"), say.day(order.issued)), *total_of(order.lines, say)]
        if quotation is not None:
            pairs.append((say("Your quotation"), quotation.number))
        state, tone = order_state(link, standing, acts, say)
        notes = tuple(part for part in order.note.splitlines() if part.strip())
        open_ = not answered(standing, acts)
        forms = (*(order_answers(order.lines, say) if open_ else ()), _message(say))
        title = say("Order {number}", number=order.number)
        return Shown(title, "", state, tone, rows_of(order.lines, say), tuple(pairs), notes, forms, link.thing, answered=not open_)

    async def act(self, actor: Actor, link: Link, deed: Deed) -> str:
        """As ``Thing.act``."""
        await self.outside.standing(actor, link.thing)
        return SAID.get(deed.act, deed.act)

    async def paper(self, actor: Actor, link: Link) -> bytes:
        """As ``Thing.paper``."""
        del actor
        raise Problem(NOT_NOW, f"there is no paper of {link.thing}")

    async def file(self, actor: Actor, link: Link, place: int) -> GuestFile:
        """As ``Thing.file``."""
        del actor
        raise Problem(NOT_NOW, f"there is no file {place} of {link.thing}")


def order_state(link: Link, standing: Standing, acts: Sequence[Act], say: Texts) -> tuple[str, Tone]:
    """Return in words where an order stands for its supplier."""
    number, act, word = standing.order.number, _answer(acts), standing.answer
    if standing.cancelled:
        return say("We have cancelled {number}. Please stop what you do for it.", number=number), "bad"
    confirmed = act.act == "confirm" if act is not None else word is not None and word.code != "rejected"
    if act is None and word is None:
        return say("We order from you: {number}. Please confirm it.", number=number), "good"
    if act is not None and act.link != link.id:
        who = act.by or link.name
        text = "{number} was confirmed by {who} on {moment}." if confirmed else "{number} was refused by {who} on {moment}."
        return say(text, number=number, who=who, moment=say.moment(act.at)), "good" if confirmed else "bad"
    when = say.moment(act.at) if act is not None else say.moment(_at(word))
    text = "You confirmed {number} on {moment}. Thank you." if confirmed else "You refused {number} on {moment}. Thank you for telling us."
    return say(text, number=number, moment=when), "good" if confirmed else ""


def answered(standing: Standing, acts: Sequence[Act]) -> bool:
    """Tell whether the supplier has said yes or no: in trade, or just now by a link."""
    return standing.cancelled or standing.answer is not None or _answer(acts) is not None


def _at(word: OrderResponse | None) -> datetime:
    assert word is not None
    return word.issued


def _answer(acts: Sequence[Act]) -> Act | None:
    return next((each for each in acts if each.act in ("confirm", "refuse")), None)


def rows_of(lines: Sequence[Line], say: Texts) -> tuple[Row, ...]:
    """Return the lines of an order or a quotation for a page."""
    return tuple(_row(line, say) for line in lines)


def _row(line: Line, say: Texts) -> Row:
    pairs = [
        (say("Quantity"), say.quantity(line.quantity, line.unit)),
        (price_label(line.unit, say), say.money(line.price) if line.price else ""),
        (say("Amount"), say.money(line.price.times(line.quantity).rounded()) if line.price else ""),
        (say("Wanted by"), say.day(line.requested) if line.requested else ""),
        (say("Ready on"), say.day(line.promised) if line.promised else ""),
    ]
    return Row(f"{line.id}. {line.name}", tuple((label, words) for label, words in pairs if words))


def price_label(unit: str, say: Texts) -> str:
    """Return what a price is of: a piece, a kilogram, a metre."""
    return say("Price each") if unit in PIECES else say("Price per {unit}", unit=say.quantity(1, unit).partition(" ")[2])


def total_of(lines: Sequence[Line], say: Texts) -> list[tuple[str, str]]:
    """Return the total, when all lines have a price in one currency."""
    amounts = [line.price.times(line.quantity).rounded() for line in lines if line.price is not None]
    if len(amounts) < len(lines) or len({each.currency for each in amounts}) != 1:
        return []
    return [(say("Total, net"), say.money(sum(amounts[1:], amounts[0])))]


def order_answers(lines: Sequence[Line], say: Texts) -> tuple[Form, ...]:
    """Return the forms by which a supplier confirms or refuses an order."""
    promised = max((line.promised for line in lines if line.promised is not None), default=None)
    day = promised.astimezone(say.zone).date().isoformat() if promised is not None else ""
    note = Field("text", say("Anything you want to tell us"), "long", most=2000)
    files = Field("files", say("Your confirmation as a file"), "files")
    yes = (
        Field("day", say("Ready on"), "date", needed=True, most=10, value=day),
        Field("reference", say("Your order number"), most=100),
        note,
        files,
        person(say),
    )
    no = (Field("text", say("Why?"), "long", needed=True, most=1500), person(say))
    return (
        Form("confirm", say("Confirm the order"), say("Confirm the order"), yes, once=True, main=True),
        Form("refuse", say("We cannot deliver"), say("Refuse the order"), no, once=True),
    )


def _message(say: Texts) -> Form:
    fields = (Field("text", say("Your question or message"), "long", needed=True, most=4000), Field("files", say("Drawings, pictures, lists"), "files"))
    return Form("ask", say("Ask a question or send a file"), say("Send"), fields)

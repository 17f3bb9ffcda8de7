"""An offer as a guest sees it: lines, price, date, until when; accept, reject, ask."""

from collections.abc import Sequence
from datetime import datetime
from typing import get_args

from plait.kernel.actor import Actor
from plait.kernel.facts import decode
from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.kernel.texts import Texts
from plait.manufacturing.desk.offers.model import LostReason, Offer, OfferLine
from plait.manufacturing.desk.offers.service import OfferService
from plait.sharing.guest.model import Act, Choice, Deed, Field, Form, GuestFile, Link, NewLink, Row, Shown, Tone
from plait.sharing.guest.rules import ANSWERED, NOT_NOW, person

__all__ = ["OfferThing"]

LINE, QUANTITY, SOURCE = "line-", "quantity-", "the link "
REASONS = {"price": "the price", "date": "the date", "technical": "a technical point", "other": "another reason"}


class OfferThing:
    """Offers that are out: a guest accepts by the same verb as our own people do, with the link named as the source."""

    def __init__(self, offers: OfferService) -> None:
        self.offers = offers

    async def language(self, actor: Actor, new: NewLink) -> str:
        """As ``Thing.language``."""
        offer = await self.offers.get(actor, new.id.strip())
        if offer.state != "sent":
            raise Problem(NOT_NOW, f"{offer.number} is {offer.state}: a link is for an offer that is out")
        return offer.asked.language

    async def show(self, actor: Actor, link: Link, acts: Sequence[Act], say: Texts) -> Shown:
        """As ``Thing.show``."""
        offer = await self.offers.get(actor, link.thing)
        title = say("Quotation {number}", number=offer.shown)
        if offer.state == "draft":
            return Shown(title, state=say("This quotation is being worked out anew. The new one will stand here."), forms=(_question(say),), version="draft")
        first = await self._first(link, offer) if offer.state in ("won", "lost") else None
        state, tone = _state(offer, [each for each in acts if each.link == link.id], first, say)
        lines = [line for line in offer.lines if line.price is not None and line.promised is not None]
        summed = _total(lines)
        pairs = [(say("Total, net"), say.money(summed))] if summed is not None else []
        if offer.until is not None:
            pairs.append((say("Valid until"), say.moment(offer.until)))
        if offer.asked.request_no:
            pairs.append((say("Your request"), offer.asked.request_no))
        notes = tuple(part for part in offer.text.splitlines() if part.strip())
        open_ = [line for line in lines if line.state == "sent"]
        answers = (_accept(open_, len(lines) > 1, say), _reject(say), _other(open_, say)) if open_ else ()
        forms = (*answers, _question(say))
        rows = tuple(_row(line, say) for line in lines)
        return Shown(title, offer.asked.customer, state, tone, rows, tuple(pairs), notes, forms, _version(offer), _paper(offer), answered=not open_)

    async def act(self, actor: Actor, link: Link, deed: Deed) -> str:
        """As ``Thing.act``."""
        source = f"{SOURCE}{link.id} of {link.name}"
        if deed.act == "accept":
            reference = deed.values.get("reference", "")
            ticked = [int(name.removeprefix(LINE)) for name in deed.values if name.startswith(LINE)]
            lines = ticked or [line.index for line in (await self.offers.get(actor, link.thing)).lines if line.state == "sent"]
            await self.offers.accept(actor, link.thing, lines, reference, source, f"accept/{link.id}/{deed.version}")
            told = [decode(each) for each in await self.offers.store.facts(stream=f"offer/{link.thing}", kinds={"offer.accepted"})]
            if not lines or not {*lines} <= {index for each in told if each.source == source for index in each.lines}:
                raise Problem(ANSWERED, f"{link.thing} was accepted before, not by this link")
            which = f" line {', '.join(map(str, ticked))}" if ticked else ""
            return f"accepted{which}{f' as {reference}' if reference else ''}"
        if deed.act == "reject":
            reason: LostReason = next((each for each in get_args(LostReason) if each == deed.values.get("reason")), "other")
            text = f"{deed.values.get('text', '')} ({source})".strip()
            await self.offers.lose(actor, link.thing, reason, text, (), f"reject/{link.id}/{deed.version}")
            return f"rejected: {reason}"
        return {"other": "asked for another quantity"}.get(deed.act, "asked a question")

    async def _first(self, link: Link, offer: Offer) -> tuple[str, datetime] | None:
        """Return who answered an offer last and when, None when that was this link."""
        facts = await self.offers.store.facts(stream=f"offer/{offer.number}", kinds={f"offer.{'accepted' if offer.state == 'won' else 'lost'}"})
        if not facts:
            return None
        body = decode(facts[-1])
        said = body.source if offer.state == "won" else body.text.rpartition("(")[2].rstrip(")")
        if not said.startswith(SOURCE):
            return self.offers.guard.firm().name, facts[-1].at
        id, _, name = said.removeprefix(SOURCE).partition(" of ")
        return None if id == link.id else (name, facts[-1].at)

    async def paper(self, actor: Actor, link: Link) -> bytes:
        """As ``Thing.paper``."""
        offer = await self.offers.get(actor, link.thing)
        if offer.state == "draft":
            raise Problem(NOT_NOW, f"{link.thing} is a draft")
        if _confirmed(offer):
            return await self.offers.confirmation(actor, link.thing)
        return await self.offers.pdf(actor, link.thing)

    async def file(self, actor: Actor, link: Link, place: int) -> GuestFile:
        """As ``Thing.file``."""
        del actor
        raise Problem(NOT_NOW, f"there is no file {place} of {link.thing}")


def _won(offer: Offer, mine: Act | None, first: tuple[str, datetime] | None, say: Texts) -> str:
    if first is not None:
        when = say("Accepted by {who} on {moment}", who=first[0], moment=say.moment(first[1]))
    else:
        when = say("Accepted on {moment}", moment=say.moment(mine.at)) if mine is not None else say("This quotation is accepted")
    reference = say(" under your number {number}", number=offer.reference) if offer.reference else ""
    first_said = f"{when}{reference}{'。' if say.language == 'zh' else '. '}"
    if any(line.state == "sent" for line in offer.lines):
        return first_said + say("The other lines wait for your answer.")
    return first_said.strip() if _confirmed(offer) else first_said + say("You will get a confirmation with the date.")


def _version(offer: Offer) -> str:
    """Return what the guest has read: the version, and which lines were open when some are answered."""
    open_ = [str(line.index) for line in offer.lines if line.state == "sent"]
    return str(offer.version) if len(open_) in (0, len(offer.lines)) else f"{offer.version}:{','.join(open_)}"


def _state(offer: Offer, acts: Sequence[Act], first: tuple[str, datetime] | None, say: Texts) -> tuple[str, Tone]:
    mine = next((each for each in reversed(acts) if each.act in ("accept", "reject")), None)
    if offer.state == "won":
        return _won(offer, mine if mine is not None and mine.act == "accept" else None, first, say), "good"
    if offer.state == "lost":
        if first is not None and offer.lost_reason != "no-answer":
            return say("Rejected by {who} on {moment}.", who=first[0], moment=say.moment(first[1])), ""
        if mine is not None and mine.act == "reject":
            return say("Rejected on {moment}. Thank you for telling us.", moment=say.moment(mine.at)), ""
        if offer.lost_reason == "no-answer":
            return say("The time of this quotation is over. Ask for a new one below."), "bad"
        return say("This quotation is closed."), ""
    return say("This quotation waits for your answer."), ""


def _confirmed(offer: Offer) -> bool:
    return offer.state == "won" and all(line.run for line in offer.lines if line.state == "accepted")


def _paper(offer: Offer) -> str:
    """Return the name of the paper: the quotation, and once everything accepted is planned its confirmation."""
    return f"{offer.shown}{'-confirmation' if _confirmed(offer) else ''}.pdf"


def _total(lines: Sequence[OfferLine]) -> Money | None:
    amounts = [line.price.times(line.quantity).rounded() for line in lines if line.price is not None]
    if not amounts or len({each.currency for each in amounts}) > 1:
        return None
    return Money(sum((each.amount for each in amounts[1:]), amounts[0].amount), amounts[0].currency)


def _row(line: OfferLine, say: Texts) -> Row:
    asked = line.asked
    numbers = ", ".join(dict.fromkeys(filter(None, (asked.customer_part_no, line.part_id, " ".join(filter(None, (asked.drawing_no, asked.revision)))))))
    assert line.price is not None
    assert line.promised is not None
    pairs = [
        (say("Numbers"), numbers),
        (say("Material"), asked.material),
        (say("Quantity"), say.quantity(line.quantity, asked.unit)),
        (say("Price each"), say.money(line.price)),
        (say("Amount"), say.money(line.price.times(line.quantity).rounded())),
        (say("Ready on"), say.day(line.kept or line.promised)),
        (say("Note"), line.text),
    ]
    state = {"accepted": say("accepted"), "lost": say("not ordered"), "refused": say("cannot be made")}.get(line.state, "")
    return Row(_name(line), tuple((label, words) for label, words in pairs if words), "good" if line.state == "accepted" else "", state)


def _name(line: OfferLine) -> str:
    asked = line.asked
    return f"{line.index}. {asked.name or line.part_name or asked.part_no or asked.customer_part_no or asked.drawing_no}"


def _amount(line: OfferLine, say: Texts) -> str:
    quantity = say.quantity(line.quantity, line.asked.unit)
    return f"{quantity}, {say.money(line.price.times(line.quantity).rounded())}" if line.price is not None else quantity


def _accept(open_: Sequence[OfferLine], several: bool, say: Texts) -> Form:
    """Return the form to accept; of ``several`` lines the guest may leave some out, and take them later."""
    ticks = [Field(f"{LINE}{line.index}", f"{_name(line)}: {_amount(line, say)}", "check", value="on") for line in open_] if several else []
    fields = (*ticks, Field("reference", say("Your order number"), hint="4711", most=100), person(say))
    said = "With this you order all that is ticked, at this price and for this date."
    said = said if several else "With this you order all that stands above, at this price and for this date."
    return Form("accept", say("Accept"), say("Order with obligation to pay"), fields, say(said), post=False, main=True)


def _other(open_: Sequence[OfferLine], say: Texts) -> Form:
    """Return the form to ask for another quantity: a price holds for the quantity it was worked out for, so it is worked out anew."""
    fields = [Field(f"{QUANTITY}{line.index}", _name(line), "number", most=20, value=format(line.quantity.normalize(), "f")) for line in open_]
    said = say("Price and date are worked out anew for it; this quotation stands until then.")
    return Form("other", say("Ask for another quantity"), say("Send"), (*fields, Field("text", say("Anything you want to tell us"), "long", most=1500)), said)


def _reject(say: Texts) -> Form:
    choices = tuple(Choice(value, say(words)) for value, words in REASONS.items())
    fields = (
        Field("reason", say("What is it?"), "choice", needed=True, choices=choices),
        Field("text", say("Anything you want to tell us"), "long", most=1500),
        person(say),
    )
    return Form("reject", say("Reject"), say("Reject the quotation"), fields, once=True, post=False)


def _question(say: Texts) -> Form:
    fields = (Field("text", say("Your question or message"), "long", needed=True, most=4000), Field("files", say("Drawings, pictures, lists"), "files"))
    return Form("ask", say("Ask a question or send a file"), say("Send"), fields)

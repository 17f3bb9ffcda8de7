"""An order, and what was delivered of it, as the customer sees it: where each line stands, its date, late or not."""

from collections.abc import Sequence
from decimal import Decimal

from plait.kernel.actor import Actor
from plait.kernel.problems import Problem
from plait.kernel.texts import Texts
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.rules import fold
from plait.manufacturing.desk.book.service import BookService
from plait.manufacturing.desk.late.model import LateLine
from plait.manufacturing.desk.late.service import LateService
from plait.sharing.guest.model import Act, Deed, Field, Form, GuestFile, Link, NewLink, Row, Shown, Tone
from plait.sharing.guest.rules import NOT_NOW, person

__all__ = ["DeliveryThing", "OrderThing", "confirmed", "first"]

SAID = {"received": "confirmed receipt", "problem": "reported a problem", "damage": "reported damage", "upload": "sent files"}


class OrderThing:
    """A customer's order: all its lines in the book that bear the order number of the line the link was made for."""

    def __init__(self, book: BookService, late: LateService) -> None:
        self.book = book
        self.late = late

    async def language(self, actor: Actor, new: NewLink) -> str:
        """As ``Thing.language``."""
        await self.book.line(actor, new.id.strip())
        return ""

    async def lines(self, actor: Actor, id: str) -> list[OrderLine]:
        """Return the lines of the order that ``id`` belongs to, by number; raise ``no-such-line``."""
        line = await self.book.line(actor, id)
        if not line.order_no:
            return [line]
        near = await self.book.lines(actor, customer=line.customer, text=line.order_no)
        same = [each for each in near if fold(each.order_no) == fold(line.order_no) and each.customer_party == line.customer_party]
        return sorted(same, key=lambda each: each.id) or [line]

    async def show(self, actor: Actor, link: Link, acts: Sequence[Act], say: Texts) -> Shown:
        """As ``Thing.show``."""
        lines = await self.lines(actor, link.thing)
        plans = {each.id: each for each in (await self.late.report(actor)).lines} if any(line.state == "open" for line in lines) else {}
        rows = tuple(_row(line, plans.get(line.id), say) for line in lines)
        late = [row for row in rows if row.tone == "bad"]
        state, tone = _state(link, lines, len(late), acts, say)
        number = lines[0].order_no or lines[0].id
        delivered = any(line.delivered or line.state == "done" for line in lines)
        received = first(acts) is not None
        forms = (*((_received(say),) if delivered and not received else ()), _problem(say), _upload(say))
        return Shown(say("Order {number}", number=number), lines[0].customer, state, tone, rows, forms=forms, version=link.thing, answered=received)

    async def act(self, actor: Actor, link: Link, deed: Deed) -> str:
        """As ``Thing.act``."""
        await self.book.line(actor, link.thing)
        return SAID.get(deed.act, deed.act)

    async def paper(self, actor: Actor, link: Link) -> bytes:
        """As ``Thing.paper``."""
        del actor
        raise Problem(NOT_NOW, f"there is no paper of {link.thing}")

    async def file(self, actor: Actor, link: Link, place: int) -> GuestFile:
        """As ``Thing.file``."""
        del actor
        raise Problem(NOT_NOW, f"there is no file {place} of {link.thing}")


class DeliveryThing(OrderThing):
    """What was delivered of an order: the customer counts, and reports damage with a photo."""

    async def show(self, actor: Actor, link: Link, acts: Sequence[Act], say: Texts) -> Shown:
        """As ``Thing.show``."""
        lines = await self.lines(actor, link.thing)
        counted = first(acts)
        rows = tuple(_sent(line, counted, say) for line in lines)
        number = lines[0].order_no or lines[0].id
        state = confirmed(link, counted, say) if counted else say("Please count what has come and confirm it.")
        forms = (*((_counts(lines, say),) if counted is None else ()), _damage(say))
        tone: Tone = "good" if counted else ""
        return Shown(
            say("Delivery of order {number}", number=number),
            lines[0].customer,
            state,
            tone,
            rows,
            forms=forms,
            version=link.thing,
            answered=counted is not None,
        )


def first(acts: Sequence[Act]) -> Act | None:
    """Return the act by which receipt was confirmed first."""
    return next((each for each in acts if each.act == "received"), None)


def confirmed(link: Link, act: Act, say: Texts) -> str:
    """Return in words that receipt was confirmed: by this link, or who was first."""
    if act.link == link.id:
        return say("Receipt confirmed on {moment}. Thank you.", moment=say.moment(act.at))
    return say("Receipt was confirmed by {who} on {moment}.", who=act.by or link.name, moment=say.moment(act.at))


def _name(line: OrderLine) -> str:
    return " ".join(filter(None, (f"{line.line_no}." if line.line_no else "", line.name or line.part_no or line.customer_part_no or line.part_id)))


def _row(line: OrderLine, plan: LateLine | None, say: Texts) -> Row:
    numbers = ", ".join(
        dict.fromkeys(filter(None, (line.customer_part_no, line.part_no, line.part_id, " ".join(filter(None, (line.drawing_no, line.revision))))))
    )
    state, tone = _words(line, plan, say)
    pairs = [
        (say("Numbers"), numbers),
        (say("Quantity"), say.quantity(line.ordered_quantity or line.quantity, line.unit)),
        (say("Delivered"), say.quantity(line.delivered, line.unit) if line.delivered else ""),
        (say("You want it by"), say.day(line.due)),
        (say("We have promised"), say.day(line.promised) if line.promised else ""),
        (say("Expected"), say.day(plan.day) if plan is not None and plan.day is not None and line.state == "open" else ""),
    ]
    return Row(_name(line), tuple((label, words) for label, words in pairs if words), tone, state)


def _words(line: OrderLine, plan: LateLine | None, say: Texts) -> tuple[str, Tone]:
    if line.state == "cancelled":
        return say("cancelled"), ""
    if line.state == "done":
        return say("delivered"), "good"
    if plan is None or plan.verdict == "unplanned" or plan.day is None:
        return say("in work; its date is being worked out"), ""
    if plan.verdict == "late":
        days = (plan.day - line.due).days
        return say("late by one day") if days <= 1 else say("late by {count} days", count=days), "bad"
    return say("on time"), "good"


def _state(link: Link, lines: Sequence[OrderLine], late: int, acts: Sequence[Act], say: Texts) -> tuple[str, Tone]:
    received = first(acts)
    if received is not None:
        return confirmed(link, received, say), "good"
    open_ = [line for line in lines if line.state == "open"]
    if not open_:
        return say("Nothing of this order is open."), "good"
    if late:
        return (say("One line will be late; we are sorry.") if late == 1 else say("{count} lines will be late; we are sorry.", count=late)), "bad"
    return say("We are working on it."), ""


def _sent(line: OrderLine, counted: Act | None, say: Texts) -> Row:
    told = counted.values.get(f"count-{line.id}", "") if counted else ""
    pairs = [
        (say("Quantity"), say.quantity(line.ordered_quantity or line.quantity, line.unit)),
        (say("Delivered, by our count"), say.quantity(_gone(line), line.unit)),
        (say("Received, by your count"), told),
    ]
    return Row(_name(line), tuple((label, words) for label, words in pairs if words))


def _gone(line: OrderLine) -> Decimal:
    return line.ordered_quantity or line.quantity if line.state == "done" else line.delivered


def _files(say: Texts, *, needed: bool = False) -> Field:
    return Field("files", say("Drawings, pictures, lists"), "files", needed=needed)


def _received(say: Texts) -> Form:
    fields = (Field("note", say("Anything you want to tell us"), "long", most=2000), person(say))
    return Form("received", say("Confirm receipt"), say("It has come"), fields, once=True, post=False, main=True)


def _problem(say: Texts) -> Form:
    fields = (Field("text", say("What is wrong?"), "long", needed=True, most=4000), Field("files", say("Photos"), "files"))
    return Form("problem", say("Report a problem"), say("Send"), fields)


def _upload(say: Texts) -> Form:
    fields = (_files(say, needed=True), Field("text", say("What is it?"), most=300))
    return Form("upload", say("Send a drawing or file"), say("Send"), fields)


def _counts(lines: Sequence[OrderLine], say: Texts) -> Form:
    fields = [Field(f"count-{line.id}", _name(line), "number", most=20, needed=True, value=format(_gone(line).normalize(), "f")) for line in lines]
    note = Field("note", say("Anything you want to tell us"), "long", most=2000)
    return Form("received", say("Confirm receipt"), say("Confirm these counts"), (*fields, note, person(say)), once=True, main=True)


def _damage(say: Texts) -> Form:
    fields = (Field("text", say("What is damaged or missing?"), "long", needed=True, most=4000), Field("files", say("Photos"), "files"))
    return Form("damage", say("Report damage"), say("Send"), fields)

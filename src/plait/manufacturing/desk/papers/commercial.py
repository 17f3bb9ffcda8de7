"""What stands on a quotation, an order confirmation and a delivery note, in the customer's language (pure)."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec

from plait.kernel import gs1
from plait.kernel.firm import Firm
from plait.kernel.money import Money
from plait.kernel.texts import Texts
from plait.manufacturing.desk.papers.model import Cell, Column, Head, Letter, Letterhead, Logo

__all__ = ["Goods", "Item", "Terms", "Wanted", "confirmation", "delivery", "label_keys", "quotation", "total"]

REGIONS = {"en": "gb", "de": "de", "zh": "cn"}
MOST_LABELS = 100
LONG_WORD = re.compile(r"(\S{24})(?=\S)")


class Item(msgspec.Struct, frozen=True):
    """One priced line. ``promised``: ready at our place; ``breaks``: price of a piece at other quantities; ``ours``: our own number of it."""

    position: str
    name: str
    quantity: Decimal
    unit: str = "C62"
    part_no: str = ""
    customer_part_no: str = ""
    drawing_no: str = ""
    revision: str = ""
    material: str = ""
    price: Money | None = None
    promised: datetime | None = None
    breaks: tuple[tuple[Decimal, Money], ...] = ()
    text: str = ""
    ours: str = ""


class Goods(msgspec.Struct, frozen=True):
    """One line of goods on their way: identity by GTIN with lot or serials."""

    name: str
    quantity: Decimal
    unit: str = "C62"
    gtin: str = ""
    lot: str = ""
    serials: tuple[str, ...] = ()


class Wanted(msgspec.Struct, frozen=True):
    """To whom a paper goes and what it refers to.

    ``reference`` is the customer's number of its request or order, ``text`` what we add in words; ``held``: machine time is kept for the dates.
    """

    number: str
    customer: str
    issued: datetime
    language: str = "en"
    address: tuple[str, ...] = ()
    contact: str = ""
    reference: str = ""
    asked: date | None = None
    text: str = ""
    draft: bool = False
    held: bool = True


class Terms(msgspec.Struct, frozen=True):
    """Whose paper it is: the firm, its letterhead, its logo."""

    firm: Firm
    letterhead: Letterhead
    logo: Logo | None = None


def total(prices: Sequence[tuple[Money | None, Decimal]]) -> Money | None:
    """Return the sum of price times quantity, None when something has no price or the currencies differ."""
    amounts = [price.times(quantity).rounded() for price, quantity in prices if price is not None]
    if not amounts or len(amounts) < len(prices) or len({each.currency for each in amounts}) > 1:
        return None
    return sum(amounts[1:], amounts[0])


def quotation(wanted: Wanted, items: Sequence[Item], valid_until: datetime, terms: Terms) -> Letter:
    """Return a quotation, to be set as a letter."""
    say = _say(wanted, terms)
    until = (say("Valid until"), say.moment(valid_until))
    intro = (say("Thank you for your request. We offer:"),)
    kept = (say("We hold the machine time for these dates until {until}.", until=say.moment(valid_until)),) if wanted.held else ()
    closing = (*kept, *_bye(say))
    letter = _letter(say, wanted, terms, say("Quotation"), _info(say, wanted, say("Your request"), [until]), intro, closing)
    sub = [(each.position, _breaks(say, each)) for each in items if each.breaks]
    notes = tuple((say("Position {position}: other quantities", position=position), (text,)) for position, text in sub)
    return _priced(letter, say, items, notes, terms)


def confirmation(wanted: Wanted, items: Sequence[Item], terms: Terms) -> Letter:
    """Return an order confirmation, to be set as a letter."""
    say = _say(wanted, terms)
    intro = (say("Thank you for your order, which we confirm as follows:"),)
    letter = _letter(say, wanted, terms, say("Order confirmation"), _info(say, wanted, say("Your order"), []), intro, _bye(say))
    return _priced(letter, say, items, (), terms)


def delivery(wanted: Wanted, goods: Sequence[Goods], sscc: str, carrier: str, terms: Terms) -> Letter:
    """Return a delivery note, to be set as a letter; its picture ``symbol.svg`` is the code of the logistic unit."""
    say = _say(wanted, terms)
    more = [(say("Carrier"), carrier)] if carrier else []
    more += [(say("Logistic unit (SSCC)"), sscc)] if sscc else []
    info = _info(say, wanted, say("Your order"), more)
    letter = _letter(
        say, wanted, terms, say("Delivery note"), info, (say("We deliver:"),), (say("Received in good order: date, name, signature"), "\u00a0", "_" * 48)
    )
    columns = (Column(say("Pos.")), Column(say("Description"), fill=True), Column(say("Lot or serial number")), Column(say("Quantity"), right=True))
    rows = tuple(
        (
            Cell(str(index)),
            Cell(_foldable(each.name), (f"GTIN {each.gtin}",) if each.gtin else ()),
            Cell(each.lot, each.serials[:40]),
            Cell(say.quantity(each.quantity, each.unit)),
        )
        for index, each in enumerate(goods, 1)
    )
    return msgspec.structs.replace(letter, columns=columns, rows=rows, symbol="symbol.svg" if sscc else "", contact="", labels_title=say("Labels"))


def label_keys(goods: Sequence[Goods], sscc: str, unit: str) -> list[tuple[str, str, float | None]]:
    """Return what labels a delivery needs: path of the Digital Link, name, quantity. One for its unit, one a lot, one a piece with a serial number."""
    found: list[tuple[str, str, float | None]] = [(gs1.sscc(sscc).removeprefix(f"{gs1.HOST}/"), unit, None)] if sscc else []
    for each in goods:
        if not each.gtin:
            continue
        keys = [gs1.sgtin(each.gtin, serial) for serial in each.serials] or [gs1.lgtin(each.gtin, each.lot) if each.lot else gs1.gtin(each.gtin)]
        quantity = None if each.serials else float(each.quantity)
        found += [(key.removeprefix(f"{gs1.HOST}/"), each.name, quantity) for key in keys]
    return found[:MOST_LABELS]


def _say(wanted: Wanted, terms: Terms) -> Texts:
    return Texts(wanted.language or terms.letterhead.language, terms.firm.zone)


def _bye(say: Texts) -> tuple[str, ...]:
    return (say("Kind regards"),)


def _info(say: Texts, wanted: Wanted, asked: str, more: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    rows = [(say("Number"), wanted.number), (say("Date"), say.day(wanted.issued))]
    if wanted.reference or wanted.asked:
        said = [wanted.reference, say.day(wanted.asked) if wanted.asked else ""]
        rows.append((asked, ", ".join(filter(None, said))))
    return (*rows, *more)


def _letter(
    say: Texts, wanted: Wanted, terms: Terms, title: str, info: tuple[tuple[str, str], ...], intro: tuple[str, ...], closing: tuple[str, ...]
) -> Letter:
    sheet, firm = terms.letterhead, terms.firm
    name = sheet.name or firm.name
    reach = tuple(filter(None, (sheet.phone, sheet.email, sheet.web)))
    legal = tuple(f"{say(label)} {text}" for label, text in (("Tax number", sheet.tax_number), ("Register", sheet.register), ("GLN", firm.gln)) if text)
    own = tuple(part.strip() for part in wanted.text.splitlines() if part.strip())
    return Letter(
        language=say.language,
        region=REGIONS[say.language],
        title=title,
        number=wanted.number,
        firm=Head(name, (*sheet.address, *reach)),
        sender=" · ".join((name, *sheet.address)),
        accent=sheet.accent,
        to=tuple(filter(None, (wanted.customer, wanted.contact, *wanted.address))),
        info=info,
        intro=intro + own,
        columns=(),
        rows=(),
        totals=(),
        notes=(),
        closing=closing,
        footer=tuple(filter(None, ((name, *sheet.address), reach, sheet.bank, legal))),
        page=say("Page"),
        contact=sheet.contact or name,
        draft=say("DRAFT") if wanted.draft else "",
        logo="logo.svg" if terms.logo else "",
    )


def _priced(letter: Letter, say: Texts, items: Sequence[Item], notes: tuple[tuple[str, tuple[str, ...]], ...], terms: Terms) -> Letter:
    columns = (
        Column(say("Pos.")),
        Column(say("Description"), fill=True),
        Column(say("Quantity"), right=True),
        Column(say("Unit price"), right=True),
        Column(say("Amount"), right=True),
        Column(say("Ready on"), right=True),
    )
    rows = tuple(_row(say, each) for each in items)
    summed = total([(each.price, each.quantity) for each in items])
    said = terms.letterhead.terms.get(say.language, "") or say("Prices are net, without tax.")  # type: ignore[call-overload]
    terms_note = (say("Terms"), tuple(part for part in said.splitlines() if part.strip()))
    totals = ((say("Total, net"), say.money(summed)),) if summed is not None else ()
    return msgspec.structs.replace(letter, columns=columns, rows=rows, totals=totals, notes=(*notes, terms_note))


def _foldable(text: str) -> str:
    """Return ``text`` with places (U+200B) where a word longer than a column may be parted."""
    return LONG_WORD.sub("\\1\u200b", text)


def _row(say: Texts, item: Item) -> tuple[Cell, ...]:
    named = (
        (say("Part"), item.part_no),
        (say("Your part"), item.customer_part_no),
        (say("Drawing"), " ".join(filter(None, (item.drawing_no, say("Rev. {revision}", revision=item.revision) if item.revision else "")))),
        (say("Material"), item.material),
        (say("Our number"), item.ours),
    )
    sub = tuple(f"{label} {text}" for label, text in named if text)
    amount = item.price.times(item.quantity).rounded() if item.price else None
    return (
        Cell(item.position),
        Cell(_foldable(item.name), tuple(map(_foldable, (*sub, *(part for part in item.text.splitlines() if part.strip()))))),
        Cell(say.quantity(item.quantity, item.unit)),
        Cell(say.money(item.price) if item.price else ""),
        Cell(say.money(amount) if amount else ""),
        Cell(say.day(item.promised) if item.promised else ""),
    )


def _breaks(say: Texts, item: Item) -> str:
    return " · ".join(say("{quantity} at {price} each", quantity=say.quantity(quantity, item.unit), price=say.money(price)) for quantity, price in item.breaks)

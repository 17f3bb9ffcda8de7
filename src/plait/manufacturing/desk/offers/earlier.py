"""What the order book teaches about a request: who asks, and what the part was last sold at (pure)."""

import re
from collections.abc import Sequence

import msgspec

from plait.kernel.money import Money
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.rules import fold

__all__ = ["Earlier", "earlier_price", "known_customer", "language_in"]

ADDRESS = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
SHARED = frozenset(
    [
        "gmail",
        "googlemail",
        "outlook",
        "hotmail",
        "live",
        "yahoo",
        "icloud",
        "aol",
        "gmx",
        "web",
        "t-online",
        "freenet",
        "posteo",
        "mailbox",
        "proton",
        "protonmail",
        "qq",
        "foxmail",
        "163",
        "126",
        "sina",
        "aliyun",
    ]
)
"""Hosts where everybody has a mailbox: they name no firm."""
SUFFIXES = frozenset(["com", "co", "org", "net", "gov", "ac", "edu"])
WORDS = {
    "de": frozenset(
        [
            "bitte",
            "angebot",
            "anfrage",
            "stück",
            "stk",
            "wir",
            "sie",
            "und",
            "für",
            "mit",
            "liefertermin",
            "lieferung",
            "freundlichen",
            "grüßen",
            "guten",
            "hallo",
            "preis",
            "zeichnung",
            "werkstoff",
        ]
    ),
    "en": frozenset(
        [
            "please",
            "quote",
            "quotation",
            "the",
            "and",
            "for",
            "with",
            "you",
            "your",
            "we",
            "need",
            "pieces",
            "pcs",
            "regards",
            "hello",
            "dear",
            "price",
            "delivery",
            "drawing",
            "material",
            "by",
        ]
    ),
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LEAST_CHINESE = 4


class Earlier(msgspec.Struct, frozen=True):
    """A price at which a part was ordered, and where in words."""

    price: Money
    words: str


def earlier_price(lines: Sequence[OrderLine], customer: str, quantity: int) -> Earlier | None:
    """Return the price of a piece in the order that is most like the one asked for: the same customer's, then the nearest quantity, then the last."""
    priced = [line for line in lines if line.price is not None and line.price.amount > 0]
    if not priced:
        return None

    def likeness(line: OrderLine) -> tuple[bool, float, str]:
        pieces = float(line.ordered_quantity or line.quantity) or 1.0
        return fold(line.customer) != fold(customer), max(pieces / quantity, quantity / pieces), "".join(chr(0x10FFFF - ord(sign)) for sign in line.id)

    found = min(priced, key=likeness)
    assert found.price is not None
    return Earlier(found.price, f"{found.id} ({found.customer} {found.order_no}, {(found.ordered_quantity or found.quantity).normalize():f} pieces)")


def known_customer(sender: str, customers: Sequence[str]) -> str:
    """Return the customer of ours whose name the host of an e-mail address bears (buyer@meridian.example: Meridian), "" when it is none or not one."""
    found = ADDRESS.search(sender)
    if found is None:
        return ""
    labels = [label for label in found[1].casefold().split(".")[:-1] if label not in SUFFIXES]
    host = fold(labels[-1]) if labels else ""
    if len(host) < 3 or host in SHARED:
        return ""
    alike = {name for name in customers if fold(name) == host or fold(name.split()[0] if name.split() else "") == host}
    return alike.pop() if len(alike) == 1 else ""


def language_in(text: str) -> str:
    """Return the language a request is written in (en, de, zh), "" when that is not plain."""
    if len(CHINESE.findall(text)) >= LEAST_CHINESE:
        return "zh"
    words = re.findall(r"[^\W\d_]+", text.casefold())
    counts = sorted(((sum(word in known for word in words), name) for name, known in WORDS.items()), reverse=True)
    return counts[0][1] if counts[0][0] >= 2 and counts[0][0] > counts[1][0] else ""

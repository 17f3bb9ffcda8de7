"""Numbers as people write them: marks, groups, signs, and what stands glued to them."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from plait.manufacturing.desk.reading.text import narrow

__all__ = ["Number", "clean", "plain_number", "proof", "read_number", "split"]

_BODY = re.compile(r"[+-]?\s?(?:\d[\d .,'’´`]*\d|\d|[.,]\d+)(?:[eE][+-]?\d+)?")
_TICKS = str.maketrans(dict.fromkeys("’‘´`′ʼ", "'"))
_MYRIAD = {"万": Decimal(10_000), "萬": Decimal(10_000), "亿": Decimal(100_000_000), "億": Decimal(100_000_000), "千": Decimal(1000)}
_KILO = re.compile(r"^千[克米瓦升卡帕牛伏]")
_GROUPS = re.compile(r"^\d{1,3}(?:[ ']\d{3})+$")


class Number(NamedTuple):
    """A number as it stands: ``value`` with ``.`` and with ``,`` as the decimal mark (None: not possible), and the texts ``before`` and ``after``."""

    point: Decimal | None
    comma: Decimal | None
    before: str = ""
    after: str = ""

    @property
    def readable(self) -> bool:
        """True when it is a number in at least one way."""
        return self.point is not None or self.comma is not None

    @property
    def proves(self) -> str:
        """The decimal mark that this number alone proves, or ""."""
        if self.point == self.comma:
            return ""
        if self.comma is None:
            return "."
        return "," if self.point is None else ""

    def under(self, mark: str) -> Decimal | None:
        """Return the value when ``mark`` is the decimal mark."""
        return self.comma if mark == "," else self.point


NO_NUMBER = Number(None, None)


@lru_cache(maxsize=65536)
def split(text: str) -> Number:
    """Read a text as a number with anything before and after it; ``NO_NUMBER`` when there is no number or more than one."""
    plain = narrow(text).translate(_TICKS)
    negative, plain = _sign(plain)
    found = _BODY.search(plain)
    if found is None:
        return NO_NUMBER
    body, before, after = found.group(), plain[: found.start()].strip(), plain[found.end() :].strip()
    if body[0] in "+-":
        if before and before[-1].isalnum():
            return NO_NUMBER
        negative ^= body[0] == "-"
        body = body[1:].strip()
    factor = Decimal(-1 if negative else 1)
    if after[:1] in _MYRIAD and not _KILO.match(after):
        factor *= _MYRIAD[after[0]]
        after = after[1:].strip()
    point, comma = _under(body, "."), _under(body, ",")
    return Number(None if point is None else point * factor, None if comma is None else comma * factor, before, after)


def _sign(plain: str) -> tuple[bool, str]:
    """Take the brackets or the trailing minus of a negative number away."""
    if plain.startswith("(") and plain.endswith(")") and any(sign.isdigit() for sign in plain):
        return True, plain[1:-1].strip()
    if plain.endswith("-") and len(plain) > 1 and (plain[-2].isdigit() or plain[-2] == " ") and plain[:1] != "-":
        return True, plain[:-1].strip()
    return False, plain


def _under(body: str, mark: str) -> Decimal | None:
    """Return the value of bare digits and marks when ``mark`` is the decimal mark, or None when they cannot be that."""
    other = "," if mark == "." else "."
    power = 0
    lower = body.lower()
    if "e" in lower:
        body, _, exponent = lower.partition("e")
        power = int(exponent)
        if abs(power) > 30:
            return None
    whole, has, part = body.partition(mark)
    if has and (not part.isascii() or not part.isdigit()):
        return None
    whole = whole.strip()
    if not whole:
        return Decimal(f"0.{part}").scaleb(power) if has else None
    digits = _whole(whole, other)
    if digits is None or (other in whole and not has and whole.startswith("0")):
        return None
    return Decimal(f"{digits}.{part}" if has else digits).scaleb(power) if power else Decimal(f"{digits}.{part}" if has else digits)


def _whole(whole: str, group: str) -> str | None:
    if whole.isdigit():
        return whole
    used = {sign for sign in whole if not sign.isdigit()}
    if len(used) > 1:
        return None
    sign = used.pop()
    if sign not in {group, " ", "'"}:
        return None
    parts = whole.split(sign)
    if not (1 <= len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])):
        return None
    return "".join(parts)


def proof(number: Number) -> str:
    """Return the decimal mark that a number proves, or ""."""
    return number.proves


def read_number(text: str, mark: str) -> Decimal | None:
    """Return a text that is nothing but a number under the decimal ``mark``, or None."""
    number = split(text)
    return number.under(mark) if not number.before and not number.after else None


def clean(value: float) -> Decimal:
    """Return a spreadsheet's binary number as the decimal that was meant: at most 15 digits, noise of a calculation rounded away."""
    text = f"{value:.15g}"
    mantissa = text.partition("e")[0]
    digits = mantissa.replace(".", "").replace("-", "").lstrip("0")
    if len(digits) > 12 and "." in mantissa and ("000" in digits[-6:] or "999" in digits[-6:]):
        text = f"{value:.12g}"
    number = Decimal(text)
    if number == number.to_integral_value():
        return Decimal(int(number))
    return number.normalize()


def plain_number(raw: object) -> Decimal | None:
    """Return a cell's number as far as it is plain, or None."""
    if isinstance(raw, str):
        found = split(raw)
        return found.point if found.comma is None or found.point == found.comma else found.comma
    return clean(float(raw)) if isinstance(raw, int | float) and not isinstance(raw, bool) else None

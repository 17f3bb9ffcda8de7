"""What sent offers teach about prices: win rates, and a markup worth thinking about, within bounds (pure)."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from plait.kernel.money import Money
from plait.manufacturing.desk.offers.model import Outcome, Suggestion
from plait.manufacturing.part.model import CostBreakdown

__all__ = ["Learned", "Rate", "band", "learned", "markup_of", "spent", "suggest"]

FEWEST = 4
MOST_LOST = Decimal("0.6")
DOWN = Decimal("0.10")
STEP = Decimal("0.02")
LEAST = Decimal("0.05")
WON_RUN = 5
BANDS = (10, 50, 200, 1000)


class Rate(msgspec.Struct, frozen=True):
    """How offers of one kind ended: of ``decided`` (won and lost) lines ``won``; ``reasons`` counts why the others were lost."""

    name: str
    decided: int
    won: int
    open: int
    reasons: dict[str, int]

    @property
    def rate(self) -> float:
        """The share won, 0 when nothing is decided."""
        return self.won / self.decided if self.decided else 0.0


class Learned(msgspec.Struct, frozen=True):
    """Win rates over all, by price band, family and customer, and hints in words."""

    total: Rate
    bands: list[Rate]
    families: list[Rate]
    customers: list[Rate]
    hints: list[str]


def spent(cost: CostBreakdown) -> Money:
    """Return what an order costs us, without markup."""
    return cost.setup + cost.machine + cost.material + cost.services


def markup_of(price: Money, quantity: int, cost: CostBreakdown) -> Decimal | None:
    """Return what a price of a piece is above its cost, as a fraction with three places; None without cost."""
    base = spent(cost)
    if base.amount <= 0 or base.currency != price.currency:
        return None
    return (price.amount * quantity / base.amount - 1).quantize(Decimal("0.001"), ROUND_HALF_UP)


def band(price: Money) -> str:
    """Return the price band of a piece in words, e.g. ``EUR 10 to 50``."""
    above = [0, *BANDS]
    for low, high in zip(above, BANDS, strict=False):
        if price.amount < high:
            return f"{price.currency} {low} to {high}"
    return f"{price.currency} {BANDS[-1]} and more"


def learned(rows: Sequence[Outcome]) -> Learned:
    """Return what a list of outcomes shows."""
    total = _rate("all", rows)
    groups = (_by(rows, lambda row: band(row.price)), _by(rows, lambda row: row.family or "no family"), _by(rows, lambda row: row.customer))
    hints = [hint for hint, _ in (_too_dear(group, name) for name, group in _groups(rows)) if hint]
    return Learned(total, groups[0], groups[1], groups[2], hints)


def _rate(name: str, rows: Sequence[Outcome]) -> Rate:
    reasons: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.result == "lost":
            reasons[row.reason] += 1
    won = sum(row.result == "won" for row in rows)
    return Rate(name, won + sum(reasons.values()), won, sum(row.result == "open" for row in rows), dict(reasons))


def _by(rows: Sequence[Outcome], key: Callable[[Outcome], str]) -> list[Rate]:
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return [_rate(name, groups[name]) for name in sorted(groups)]


def _groups(rows: Sequence[Outcome]) -> list[tuple[str, list[Outcome]]]:
    families: dict[str, list[Outcome]] = defaultdict(list)
    for row in rows:
        if row.family:
            families[row.family].append(row)
    return [("", list(rows)), *((f" of {name}", families[name]) for name in sorted(families))]


def _telling(rows: Sequence[Outcome]) -> list[tuple[Decimal, bool]]:
    """Return (markup, lost on price) of what was won or lost on price, the dearest first; what was lost otherwise says nothing about prices."""
    found = [(row.markup, row.result == "lost") for row in rows if row.markup is not None and (row.result == "won" or row.reason == "price")]
    return sorted(found, key=lambda pair: (-pair[0], pair[1]))


def _too_dear(rows: Sequence[Outcome], name: str) -> tuple[str, Decimal | None]:
    """Return in words above which markup most were lost on price, and that markup; ("", None) when there is none."""
    telling = _telling(rows)
    best: tuple[int, int, Decimal] | None = None
    for many, (markup, _) in enumerate(telling, 1):
        lost = sum(gone for _, gone in telling[:many])
        last = many == len(telling) or telling[many][0] != markup
        if last and many >= FEWEST and lost / Decimal(many) >= MOST_LOST and (best is None or lost > best[0]):
            best = (lost, many, markup)
    if best is None:
        return "", None
    lost, many, markup = best
    return f"{lost} of {many}{name} lost on price at a markup of {_percent(markup)} and more", markup


def suggest(rows: Sequence[Outcome], family: str, quantity: int, markup: Decimal | None, cost: CostBreakdown | None) -> Suggestion | None:
    """Return what earlier offers (of the same family, when there are enough) say about ``markup``; None when they say nothing."""
    if markup is None or cost is None:
        return None
    own = [row for row in rows if row.family == family and family]
    name = f" of {family}" if len(_telling(own)) >= FEWEST else ""
    about = own if name else rows
    hint, limit = _too_dear(about, name)
    if limit is not None and markup >= limit:
        kept = [each for each, gone in _telling(about) if not gone and each < limit]
        wanted = max(kept) if kept else limit - STEP
        better = max(wanted, markup - DOWN, LEAST)
        return Suggestion(hint, better, _priced(better, quantity, cost)) if better < markup else Suggestion(hint)
    recent = [row for row in about if row.result == "won" or row.reason == "price"][-WON_RUN:]
    if len(recent) == WON_RUN and all(row.result == "won" for row in recent):
        dearest = max((row.markup for row in recent if row.markup is not None), default=None)
        if dearest is not None and markup <= dearest:
            better = markup + STEP
            return Suggestion(f"the last {WON_RUN}{name} were all won, at markups up to {_percent(dearest)}", better, _priced(better, quantity, cost))
    return Suggestion(hint) if hint else None


def _priced(markup: Decimal, quantity: int, cost: CostBreakdown) -> Money:
    return spent(cost).times((1 + markup) / quantity).rounded()


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"

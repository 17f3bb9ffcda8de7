"""What a braid says as a whole: when it ends, how late it is and why, and what is folded when there is too much (pure)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from plait.kernel.texts import Texts
from plait.overview.braid.making import StandStill, span_of
from plait.overview.braid.model import MOST_KNOTS, Braid, Knot, Lateness, SmallBraid, Words, say

__all__ = ["Dates", "Reason", "fold", "headline", "lateness", "longest", "said", "said_small"]


class Dates(msgspec.Struct, frozen=True):
    """The dates of an order: promised now and at first, when it ended or is expected to; ``state`` as in ``Braid``."""

    now: datetime
    state: str
    promised: datetime | None = None
    first: datetime | None = None
    ended: datetime | None = None
    expected: datetime | None = None

    @property
    def delivered(self) -> bool:
        """True when it is done."""
        return self.state == "done"


class Reason(msgspec.Struct, frozen=True):
    """Why something is late: a machine that stood, else what somebody said."""

    still: StandStill | None = None
    machine: str = ""
    said: str = ""


def lateness(dates: Dates, reason: Reason) -> Lateness | None:
    """Return the gap between the promise and the end, in words; None when there is none, or the order ended otherwise."""
    promised = dates.promised
    if promised is None or dates.state in ("cancelled", "refused"):
        return None
    end = dates.ended if dates.delivered else max(dates.expected or dates.now, dates.now)
    if end is not None and end > promised:
        return Lateness(promised, end, _words(LATE, promised, end, reason), dates.delivered)
    if dates.first is not None and dates.first < promised:
        return Lateness(dates.first, promised, _words(MOVED, dates.first, promised, reason), dates.delivered)
    return None


# What is said without a reason, with one in words, of a machine that stood, and of one that still stands.
LATE = (
    "Late by {span}",
    "Late by {span}: {why}",
    "Late by {span}: {machine} stood from {since} to {until} ({why})",
    "Late by {span}: {machine} stands since {since} ({why})",
)
MOVED = (
    "Promise moved by {span}",
    "Promise moved by {span}: {why}",
    "Promise moved by {span}: {machine} stood from {since} to {until} ({why})",
    "Promise moved by {span}: {machine} stands since {since} ({why})",
)


def _words(said: Sequence[str], since: datetime, until: datetime, reason: Reason) -> Words:
    values = {"span": span_of(since, until)}
    still = reason.still
    if still is None:
        return Words(said[1], values | {"why": reason.said}) if reason.said else Words(said[0], values)
    values |= {"machine": reason.machine or still.machine, "why": still.reason or "-"}
    if still.until is not None:
        return Words(said[2], values, {"since": still.since, "until": still.until})
    return Words(said[3], values, {"since": still.since})


def headline(dates: Dates, late: Lateness | None) -> Words:
    """Answer in a sentence whether it will be there (was there) when it was promised."""
    if dates.state == "cancelled":
        return Words("Cancelled")
    if dates.state == "refused":
        return Words("Did not come about")
    if late is not None and dates.delivered and dates.ended is not None and dates.promised is not None and dates.ended <= dates.promised:
        return Words("Delivered {when}; the promise had been moved by {span}", {"span": late.words.values["span"]}, {"when": dates.ended})
    if late is not None:
        return late.words
    if dates.delivered and dates.ended is not None:
        return Words("Delivered {when}, as promised", {}, {"when": dates.ended}) if dates.promised else Words("Delivered {when}", {}, {"when": dates.ended})
    if dates.promised is None:
        return Words("No date is promised yet")
    if dates.expected is not None:
        return Words("On time: ready {ready}, promised for {when}", {}, {"ready": dates.expected, "when": dates.promised})
    return Words("On time: promised for {when}", {}, {"when": dates.promised})


def fold(knots: Iterable[Knot], most: int = MOST_KNOTS) -> tuple[tuple[Knot, ...], dict[str, int]]:
    """Return the knots by time, each once, at most ``most``: what weighs least is left out first and counted by kind."""
    once = {knot.id: knot for knot in knots}
    ordered = sorted(once.values(), key=lambda knot: (knot.at, knot.strand, knot.id))
    if len(ordered) <= most:
        return tuple(ordered), {}
    ranked = sorted(range(len(ordered)), key=lambda index: (-ordered[index].weight, index))
    kept = set(ranked[:most])
    folded = Counter(knot.kind for index, knot in enumerate(ordered) if index not in kept)
    return tuple(knot for index, knot in enumerate(ordered) if index in kept), dict(sorted(folded.items()))


def longest(stills: Sequence[StandStill], now: datetime) -> StandStill | None:
    """Return the stand-still that lasted longest."""
    return max(stills, key=lambda still: (still.until or now) - still.since, default=None)


def said(braid: Braid, texts: Texts) -> Braid:
    """Return the braid with every sentence said in the language of ``texts``."""

    def put(words: Words) -> Words:
        return msgspec.structs.replace(words, said=say(words, texts))

    late = msgspec.structs.replace(braid.late, words=put(braid.late.words)) if braid.late else None
    return msgspec.structs.replace(
        braid,
        title=put(braid.title),
        headline=put(braid.headline),
        knots=tuple(msgspec.structs.replace(knot, title=put(knot.title)) for knot in braid.knots),
        stretches=tuple(msgspec.structs.replace(stretch, reason=put(stretch.reason)) for stretch in braid.stretches),
        late=late,
        left_out=tuple(put(words) for words in braid.left_out),
    )


def said_small(braid: SmallBraid, texts: Texts) -> SmallBraid:
    """Return the small braid with its sentence said."""
    late = msgspec.structs.replace(braid.late, said=say(braid.late, texts)) if braid.late else None
    return msgspec.structs.replace(braid, late=late)

"""Braids to draw, made up by hypothesis."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from plait.overview.braid.model import STRANDS, Braid, Knot, Lateness, Stretch, Words

__all__ = ["START", "braids", "knots", "plain"]

START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
HOSTILE = ("</text><script>alert(1)</script>", "\" onload='x' & < >", "\x00\x08\ud800", "{firm}", "齿轮组件模数三渗碳淬火齿轮组件模数三渗碳淬火", "W" * 200, "")
TEXT = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60))
WHEN = st.integers(0, 60 * 24 * 40).map(lambda minutes: START + timedelta(minutes=minutes))


@st.composite
def knots(draw: st.DrawFn) -> Knot:
    """One knot, with any words."""
    at = draw(WHEN)
    until = draw(st.one_of(st.none(), st.integers(0, 3000).map(lambda minutes: at + timedelta(minutes=minutes))))
    kind = draw(st.sampled_from(("trade.order", "line.job", "machine.down", "epcis.shipping", "schedule.planned")))
    words = Words("{firm}: {step}", {"firm": draw(TEXT), "step": draw(TEXT)})
    id, weight, link = draw(st.uuids().map(str)), draw(st.integers(1, 3)), draw(st.sampled_from(("", "/console/orders/SO-1", "/console/x?a=1&b=<2>")))
    return Knot(id, draw(st.sampled_from(STRANDS)), at, kind, words, "helix", draw(st.booleans()), link=link, until=until, weight=weight)


@st.composite
def braids(draw: st.DrawFn) -> Braid:
    """One braid: early or late, open or done, with parts of others that are not shown."""
    found = draw(st.lists(knots(), min_size=1, max_size=60, unique_by=lambda knot: knot.id))
    started = min(knot.at for knot in found)
    promised = draw(st.one_of(st.none(), WHEN))
    now = max(draw(WHEN), started)
    late = Lateness(promised, now, Words("Late by {span}: {why}", {"span": "4 h", "why": draw(TEXT)}), False) if promised and promised < now else None
    reason = Words("{firm} shares no job data: no contract", {"firm": draw(TEXT)})
    spans = draw(st.lists(st.tuples(st.sampled_from(STRANDS), WHEN, WHEN), max_size=4))
    stretches = tuple(Stretch(strand, min(one, two), max(one, two), "oakmill", reason) for strand, one, two in spans)
    state = draw(st.sampled_from(("open", "done", "cancelled")))
    title, headline = Words("{firm}: {step}", {"firm": draw(TEXT), "step": "120"}), Words("Promised for {when}", {}, {"when": now})
    ordered = tuple(sorted(found, key=lambda knot: knot.at))
    ended = now if state == "done" else None
    first = draw(st.one_of(st.none(), WHEN)) if promised else None
    return Braid(
        "1", "SO-1", "sold", title, headline, "helix", "meridian", state, started, now, "Europe/Berlin", ordered, stretches, ended, promised, first, None, late
    )


def plain(*told: Knot, state: str = "open", hours: int = 10) -> Braid:
    """A braid of a few knots, asked for ``hours`` after its start."""
    words = Words("{number}: {quantity} {name} for {firm}", {"number": "SO-1", "quantity": "5", "name": "Shaft", "firm": "meridian"})
    now = START + timedelta(hours=hours)
    return Braid("1", "SO-1", "sold", words, Words("No date is promised yet"), "helix", "meridian", state, START, now, "UTC", told)

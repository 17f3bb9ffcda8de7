"""Rows of the chart from bookings, work centres and outages (pure)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.late.model import LateLine
from plait.manufacturing.schedule.calendar import ms, opening, to_time
from plait.manufacturing.schedule.model import Booking, Outage, WorkCentre
from plait.overview.chart.model import Bar, Flag, Lane, Span

__all__ = ["bar_of", "cut", "flags_of", "lanes"]

MERGE_MS = 60_000


def bar_of(row: Booking, line: OrderLine | None, known: LateLine | None, *, proposed: bool) -> Bar:
    """Return a booking as a bar; ``line`` is the order line it serves, ``known`` what the plan says of it."""
    return Bar(
        job_id=row.job_id,
        order=line.id if line is not None else row.order,
        number=(line.order_no or line.id) if line is not None else row.order,
        customer=line.customer if line is not None else "",
        part_id=row.part_id,
        name=row.name,
        batch=row.batch,
        seq=row.seq,
        quantity=row.quantity,
        start=row.start,
        end=row.end,
        state="proposed" if proposed else row.state,
        late=known is not None and known.verdict == "late",
        frozen=row.frozen,
        outside=row.outside,
        why=row.why,
    )


def flags_of(bars: Mapping[str, Sequence[Bar]], due: Mapping[str, tuple[datetime, bool]], since: datetime, until: datetime) -> dict[str, list[Flag]]:
    """Return by row the flags of the orders whose date lies in the window; each stands where its order has its last bar."""
    last: dict[str, tuple[datetime, str, Bar]] = {}
    for row, found in bars.items():
        for bar in found:
            if bar.order not in last or last[bar.order][0] < bar.end:
                last[bar.order] = (bar.end, row, bar)
    flags: dict[str, list[Flag]] = {}
    for order, (_, row, bar) in sorted(last.items()):
        at, late = due.get(order, (until, False))
        if since <= at < until:
            flags.setdefault(row, []).append(Flag(order, bar.number, at, late))
    return flags


def _closed(centre: WorkCentre, since: datetime, until: datetime) -> tuple[list[Span], int]:
    """Return the closed spans of a window and its open time (ms)."""
    found: list[Span] = []
    at, open_ = ms(since), 0
    for start, end in opening(centre.calendar).spans(ms(since), ms(until)):
        if start - at >= MERGE_MS:
            found.append(Span(to_time(at), to_time(start)))
        open_ += end - start
        at = end
    if ms(until) - at >= MERGE_MS:
        found.append(Span(to_time(at), until))
    return found, open_


def _taken(bars: Sequence[Bar], since: datetime, until: datetime) -> int:
    return sum(max(0, ms(min(bar.end, until)) - ms(max(bar.start, since))) for bar in bars)


def lanes(
    centres: Sequence[WorkCentre],
    bars: Mapping[str, Sequence[Bar]],
    outages: Sequence[Outage],
    flags: Mapping[str, list[Flag]],
    since: datetime,
    until: datetime,
) -> list[Lane]:
    """Return a row for each work centre, by site, group and id, and one for steps outside when there are any in the window."""
    groups: dict[str, list[str]] = {}
    for centre in centres:
        groups.setdefault(centre.group, []).append(centre.id)
    found = []
    for centre in centres:
        closed, open_ = _closed(centre, since, until)
        down = [Span(out.start, out.end, out.reason) for out in outages if out.work_centre == centre.id and out.start < until and out.end > since]
        mine = list(bars.get(centre.id, ()))
        share = min(1.0, _taken(mine, since, until) / open_) if open_ else 0.0
        others = [id for id in groups[centre.group] if id != centre.id]
        found.append(
            Lane(centre.id, centre.group, centre.site_id, centre.machine_id, mine, closed, down, list(flags.get(centre.id, ())), others, round(share, 3))
        )
    if bars.get(""):
        found.append(Lane("", "", "", "", list(bars[""]), [], [], list(flags.get("", ())), []))
    return found


def cut(bars: dict[str, list[Bar]], limit: int) -> tuple[dict[str, list[Bar]], int]:
    """Return the first ``limit`` bars by start, and how many were left out."""
    every = sorted(((bar.start, row, place) for row, found in bars.items() for place, bar in enumerate(found)), key=lambda each: each[:3])
    if len(every) <= limit:
        return bars, 0
    kept: dict[str, list[Bar]] = {}
    for _, row, place in every[:limit]:
        kept.setdefault(row, []).append(bars[row][place])
    return kept, len(every) - limit

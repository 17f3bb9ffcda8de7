"""The ticks of the time axis: local days first, then as much of the day as has room (pure)."""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

import msgspec

from plait.kernel.texts import Texts
from plait.overview.braid.labels import width_of
from plait.overview.braid.weaving import Scale

__all__ = ["Tick", "day_and_time", "short_day", "ticks"]

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LEVELS = tuple(timedelta(minutes=minutes) for minutes in (30 * 1440, 7 * 1440, 1440, 720, 360, 180, 60, 30, 10, 5, 1))
DAY = timedelta(days=1)
MOST = 120
SIZE = 11


class Tick(msgspec.Struct, frozen=True):
    """A mark of the axis: where, what it says, and whether a day begins there."""

    along: float
    said: str
    day: bool


def short_day(when: datetime, texts: Texts, *, year: bool = False) -> str:
    """Return a local date as short as it is written there: ``3 Mar``, ``03.03.``, ``3月3日``."""
    local = when.astimezone(texts.zone)
    if texts.language == "de":
        return f"{local:%d.%m.}{local.year if year else ''}"
    if texts.language == "zh":
        return f"{local.year}年{local.month}月{local.day}日" if year else f"{local.month}月{local.day}日"
    return f"{local.day} {MONTHS[local.month - 1]}{f' {local.year}' if year else ''}"


def day_and_time(when: datetime, texts: Texts) -> str:
    """Return a local date and time of day, short."""
    return f"{short_day(when, texts)} {when.astimezone(texts.zone):%H:%M}"


def ticks(scale: Scale, texts: Texts, apart: float, *, tall: bool = False) -> list[Tick]:
    """Return the ticks by place, no two labels less than ``apart`` pixels from one another."""
    found: list[tuple[float, float, Tick]] = []
    year = scale.until - scale.since > timedelta(days=330)
    for level in LEVELS:
        if (scale.until - scale.since) / level > MOST and found:
            break
        for when in _round(scale.since, scale.until, level, texts.zone):
            along = scale.at(when)
            local = when.astimezone(texts.zone)
            day = local.hour == local.minute == 0
            said = short_day(when, texts, year=year) if day else f"{local:%H:%M}"
            half = SIZE / 2 if tall else width_of(said, SIZE) / 2
            if all(along + half + apart <= start or end + apart <= along - half for start, end, _ in found):
                found.append((along - half, along + half, Tick(along, said, day)))
    return [tick for _, _, tick in sorted(found, key=lambda each: each[0])]


def _round(since: datetime, until: datetime, level: timedelta, zone: tzinfo) -> Iterator[datetime]:
    """Yield the local times between two that are whole multiples of ``level`` since local midnight (of days: midnights)."""
    day = since.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    if level >= DAY:
        days = level // DAY
        while day <= until:
            if since <= day and (day.day == 1 if days == 30 else day.weekday() == 0 if days == 7 else True):
                yield day
            day = (day.replace(tzinfo=None) + DAY).replace(tzinfo=zone)
        return
    while day <= until:
        when = day
        for _ in range(DAY // level):
            if since <= when <= until and when != day:
                yield when
            when = (when.replace(tzinfo=None) + level).replace(tzinfo=zone)
        day = (day.replace(tzinfo=None) + DAY).replace(tzinfo=zone)

"""Stations: where jobs run, and when they are manned."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Scope
from plait.manufacturing.schedule import tables
from plait.manufacturing.schedule.calendar import opening

__all__ = ["Opening", "Station", "StationsOf", "open_at", "stations"]


class Opening(Protocol):
    """A calendar: tells whether work may begin at a moment, and if not, when next."""

    def next_open(self, when: datetime) -> datetime:
        """Return ``when`` itself if open, else the next opening."""
        ...


class Station(msgspec.Struct, frozen=True):
    """A work centre as the line sees it; ``machine_id`` is empty for work by hand, ``calendar`` None when always open."""

    id: str
    group: str
    machine_id: str = ""
    calendar: Opening | None = None


StationsOf = Callable[[Connection], Sequence[Station]]


def stations(conn: Connection) -> Sequence[Station]:
    """Return the work centres of the schedule as stations, by id."""
    rows = tables.centres(conn, Scope(everything=True))
    return [Station(row.id, row.group, row.machine_id, opening(row.calendar)) for _, row in sorted(rows.items())]


def open_at(station: Station, now: datetime) -> datetime | None:
    """Return None when ``station`` may begin work now, else when it opens."""
    if station.calendar is None:
        return None
    opens = station.calendar.next_open(now)
    return None if opens <= now + timedelta(milliseconds=1) else opens

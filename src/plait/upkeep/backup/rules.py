"""When a backup is due, which ones are kept, which names may stand in one: pure decisions."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta, tzinfo
from pathlib import PurePosixPath

from plait.kernel.problems import INVALID, Problem
from plait.upkeep.backup.model import ENDING

__all__ = ["EARLY", "allowed", "due", "early", "file_name", "made_at", "read_time", "surplus"]

_NAME = re.compile(rf"plait-(?P<party>[0-9a-f]{{8}})-(?P<at>\d{{8}}T\d{{6}}Z){re.escape(ENDING)}")
_LAKE = r"lake/\d{12}\.seg|lake/(?:raw|minute|hour)-\d{12}-\d{12}\.parquet"
_MQTT = r"mqtt/state|mqtt/certificate\.pem|mqtt/log/\d{12}\.seg|sparkplug/[0-9a-f]{32}\.births|sparkplug/edge\.json"
_ENTRY = re.compile(rf"(plait\.db|events\.db|plait\.toml|clock|keys/[A-Za-z0-9._-]{{1,60}}|{_LAKE}|{_MQTT}|blobs/[0-9a-f]{{2}}/[0-9a-f]{{64}})")
# What is copied before the databases, in this order: what devices sent is in the lake when a listener's place says so, and the databases know every
# series of the lake.
EARLY = ("mqtt/state", "mqtt/log/*.seg", "mqtt/certificate.pem", "sparkplug/*", "lake/*.seg")


def file_name(party: str, at: datetime) -> str:
    """Return the name of a backup of ``party`` made ``at`` (UTC)."""
    return f"plait-{party.replace('-', '')[-8:]}-{at:%Y%m%dT%H%M%SZ}{ENDING}"


def made_at(name: str, party: str) -> datetime | None:
    """Return when the backup of ``party`` called ``name`` was made, None for any other file."""
    found = _NAME.fullmatch(name)
    if found is None or found["party"] != party.replace("-", "")[-8:]:
        return None
    return datetime.strptime(f"{found['at'][:-1]}+0000", "%Y%m%dT%H%M%S%z")


def allowed(entry: str) -> bool:
    """Tell whether a backup may hold a file of that name: nothing else is ever put on disk from one."""
    return _ENTRY.fullmatch(entry) is not None and ".." not in entry


def early(entry: str) -> bool:
    """Tell whether a file is copied before the databases."""
    return any(PurePosixPath(entry).match(pattern) for pattern in EARLY)


def read_time(text: str) -> time:
    """Return the time of day in ``text`` (HH:MM); raise ``invalid``."""
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise Problem(INVALID, f"backup.at: {text!r} is no time of day such as 02:00") from error


def due(at: time, zone: tzinfo, last: datetime | None, now: datetime) -> datetime:
    """Return when the next backup is to be made: at the time of day after the last good one; at once when that was missed."""
    if last is None or last > now:
        return now
    local = last.astimezone(zone)
    planned = datetime.combine(local.date(), at, zone)
    if planned <= local:
        planned = datetime.combine(local.date() + timedelta(days=1), at, zone)
    return max(planned, now)


def surplus(made: Iterable[datetime], daily: int, weekly: int, monthly: int) -> list[datetime]:
    """Return which backups may go: not the latest of each of the last days, weeks and months that have one. The latest always stays."""
    newest = sorted(set(made), reverse=True)
    kept = set(newest[:1])
    for number, period in ((daily, _day), (weekly, _week), (monthly, _month)):
        kept |= set(_latest(newest, period)[:number])
    return sorted(set(newest) - kept)


def _day(at: datetime) -> tuple[int, ...]:
    return (at.year, at.month, at.day)


def _week(at: datetime) -> tuple[int, ...]:
    return at.isocalendar()[:2]


def _month(at: datetime) -> tuple[int, ...]:
    return (at.year, at.month)


def _latest(newest: Sequence[datetime], period: object) -> list[datetime]:
    assert callable(period)
    first: dict[object, datetime] = {}
    for at in newest:
        first.setdefault(period(at), at)
    return list(first.values())

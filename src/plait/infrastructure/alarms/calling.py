"""Which messages go out for an alarm, by which channel and when (pure but for the row they become)."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from plait.infrastructure.alarms import tables
from plait.infrastructure.alarms.model import Alarm
from plait.kernel.actor import Scope
from plait.kernel.clock import iso
from plait.kernel.settings import Alarms
from plait.store import Tx, from_ms, ms_of

__all__ = ["FLOOD", "channels", "post", "quiet_until"]

ALL = Scope(everything=True)
FLOOD = 10
FLOOD_MS = 600_000


def channels(settings: Alarms) -> tuple[str, ...]:
    """Return the channels that are set."""
    return tuple(name for name, there in (("webhook", settings.webhook), ("mail", settings.mail_host and settings.mail_to)) if there)


def quiet_until(settings: Alarms, now: datetime, zone: str) -> datetime | None:
    """Return when the quiet hours end in which ``now`` lies, None when it lies in none. They may go over midnight."""
    if not settings.quiet_from or not settings.quiet_until:
        return None
    local = now.astimezone(ZoneInfo(zone))
    begin, end = (time.fromisoformat(text) for text in (settings.quiet_from, settings.quiet_until))
    inside = begin <= local.time() < end if begin < end else local.time() >= begin or local.time() < end
    if not inside or begin == end:
        return None
    day = local.date() + timedelta(days=1 if begin > end and local.time() >= begin else 0)
    return datetime.combine(day, end, local.tzinfo)


def post(tx: Tx, settings: Alarms, zone: str, machine: str, alarm: Alarm, value: float | str | None, at: int) -> None:
    """Enter the messages for an alarm that is raised.

    Of more than ``FLOOD`` messages in ten minutes one says so and then only critical alarms call; in the quiet hours only they do, the others
    wait for their end.
    """
    ways = channels(settings)
    if not ways:
        return
    now = ms_of(tx.at)
    many = tables.count_since(tx.conn, ALL, now - FLOOD_MS) // len(ways)
    subject = f"[{alarm.severity}] {machine}: {alarm.text or alarm.kind}"
    said = {
        "type": "alarm.raised",
        "alarm": alarm.id,
        "machine": alarm.machine_id,
        "name": machine,
        "severity": alarm.severity,
        "text": alarm.text,
        "advice": alarm.advice,
        "value": value,
        "at": iso(from_ms(at)),
    }
    if alarm.severity != "critical":
        if many > FLOOD:
            return
        if many == FLOOD:
            subject, said = (
                f"More than {FLOOD} alarms in ten minutes",
                {"type": "alarm.flood", "text": "From here on only critical alarms call; see the list of alarms.", "at": said["at"]},
            )
    end = None if alarm.severity == "critical" else quiet_until(settings, tx.at, zone)
    due = ms_of(tx.recorded) + (0 if end is None else max(0, ms_of(end) - now))
    body = msgspec.json.encode(said).decode()
    for way in ways:
        tables.post(tx.conn, alarm.id, way, subject.replace("\n", " ")[:200], body, now, due)

"""Alarms that are raised and nobody has acknowledged."""

from collections.abc import Awaitable, Callable, Sequence

from plait.infrastructure.alarms.model import AlarmView
from plait.kernel.actor import Actor
from plait.overview import paths
from plait.overview.today.model import MOST, Need, Severity
from plait.overview.today.sources.common import rest
from plait.overview.words import moment, word

__all__ = ["alarms"]

URGENCY: dict[str, Severity] = {"critical": "now", "high": "now", "medium": "soon", "low": "note"}


def alarms(inbox: Callable[[Actor], Awaitable[Sequence[AlarmView]]]) -> Callable[[Actor], Awaitable[list[Need]]]:
    """Return the source of needs over the list of alarms that need somebody."""

    async def read(actor: Actor) -> list[Need]:
        open_ = [each for each in await inbox(actor) if each.state in ("unacknowledged", "returned")]
        return rest([_need(each) for each in open_[:MOST]], len(open_), "{count} more alarms are not acknowledged", paths.alarms())

    return read


def _need(each: AlarmView) -> Need:
    alarm = each.alarm
    over = each.state == "returned"
    text = "{machine}: {what} (over, not acknowledged)" if over else "{machine}: {what} (alarm since {since})"
    values = {"machine": word(each.machine), "what": word(alarm.text or alarm.id)}
    if each.since is not None:
        values["since"] = moment(each.since)
    severity: Severity = "note" if over and alarm.severity not in ("critical", "high") else URGENCY[alarm.severity]
    return Need(id=f"alarm/{alarm.id}", kind="alarm", severity=severity, text=text, values=values, link=paths.alarms(), subject=alarm.id, since=each.since)

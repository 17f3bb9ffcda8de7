"""What comes first, and how many there are (pure)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from plait.overview.today.model import Need, Severity, Step
from plait.overview.words import Value, count

__all__ = ["by_urgency", "counted", "end_of", "first_start", "urgency"]

ORDER = {"now": 0, "soon": 1, "note": 2}
FAR = datetime(9999, 1, 1, tzinfo=UTC)


def by_urgency(needs: Iterable[Need]) -> list[Need]:
    """Return needs in the order in which they want a person: by severity, then the earliest date, then what has waited longest."""
    return sorted(needs, key=lambda need: (ORDER[need.severity], need.due or FAR, need.since or FAR, need.id))


def counted(needs: Iterable[Need]) -> dict[str, int]:
    """Return how many things of each kind there are, also those that are not named."""
    found: Counter[str] = Counter()
    for need in needs:
        found[need.kind] += need.count
    return dict(sorted(found.items()))


def urgency(due: datetime, now: datetime, ahead: timedelta) -> Severity:
    """Return ``now`` for what is due within ``ahead`` or past, else ``soon``."""
    return "now" if due - now <= ahead else "soon"


def end_of(day: date, zone: str) -> datetime:
    """Return the end of a local day."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)


def first_start(steps: Sequence[Step]) -> list[Need]:
    """Return the next step of the first start as a need, standing for all that are open."""
    ahead = [step for step in steps if step.state == "open"]
    if not ahead:
        return []
    values = {"step": Value("term", ahead[0].name), "count": count(len(ahead))}
    text = "Set up: {step}" if len(ahead) == 1 else "Set up: {step} ({count} steps are open)"
    first = ahead[0]
    return [Need(id="first-start", kind="first-start", severity="note", text=text, values=values, link=first.link, subject=first.id, count=len(ahead))]

"""Alarms as the wall counts them and as a machine's picture marks them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from plait.infrastructure.alarms.model import Raised
from plait.infrastructure.alarms.service import AlarmService
from plait.kernel.actor import Actor
from plait.kernel.facts import decode
from plait.overview.wall.model import Mark
from plait.store import Store, ms_of

__all__ = ["MOST_MARKS", "waiting", "were_raised"]

MOST_MARKS = 1000
"""So many of the latest alarms are looked through for marks."""

UNSEEN = frozenset({"unacknowledged", "returned"})


async def waiting(alarms: AlarmService, actor: Actor) -> Mapping[str, int]:
    """Return by machine how many alarms nobody has acknowledged."""
    return Counter(each.alarm.machine_id for each in await alarms.inbox(actor) if each.state in UNSEEN)


async def were_raised(store: Store, machine_id: str, since: datetime, until: datetime) -> Sequence[Mark]:
    """Return the alarms of a machine that were raised in the time, in order; the caller has asked who may see the machine."""
    facts = await store.facts(limit=MOST_MARKS, kinds=["alarm.raised"], newest=True)
    bodies = [body for each in facts if isinstance(body := decode(each), Raised) and body.machine_id == machine_id and since <= body.at < until]
    return [Mark(ms_of(body.at), "alarm", body.text or body.alarm_id, body.severity) for body in sorted(bodies, key=lambda body: body.at)]

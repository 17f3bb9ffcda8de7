"""How far each machine is in its present shift, for the wall."""

from collections.abc import Mapping
from datetime import timedelta

from plait.apps.oee.model import OeeDetail
from plait.apps.service import AppService
from plait.kernel.actor import Actor

__all__ = ["shift_goals"]


async def shift_goals(apps: AppService, actor: Actor) -> Mapping[str, tuple[float | None, float]]:
    """Return by machine OEE of the shift under way (None: it cannot be said) and the goal; raise ``app-off``."""
    now = apps.clock.now()
    detail: OeeDetail = (await apps.report(actor, "oee", now - timedelta(seconds=1), now, "shift")).detail
    found = {}
    for row in detail.rows:
        if row.kind == "machine" and row.planned_min > 0:
            found[row.subject] = (row.rates.oee, detail.goal)
    return found

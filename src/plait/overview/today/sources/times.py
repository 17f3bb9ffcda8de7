"""Routings that say something else than machines take."""

from plait.kernel.actor import Actor
from plait.manufacturing.line.measured import tables as measured_tables
from plait.manufacturing.line.measured.model import Proposal
from plait.overview import paths
from plait.overview.today.model import MOST, Need
from plait.overview.today.sources.common import Ground, rest
from plait.overview.words import count, word

__all__ = ["times"]


async def times(ground: Ground, actor: Actor) -> list[Need]:
    """Return the proposals to correct a routing that wait for a person."""
    scope = ground.scope(actor, "part.read", "part.times")
    rows = await ground.read(lambda conn: measured_tables.proposals(conn, scope, "open"))
    return rest([_need(row) for row in rows[:MOST]], len(rows), "{count} more routings differ from what machines take", paths.parts())


def _need(row: Proposal) -> Need:
    if row.seq == 0:
        text = "Scrap of {part}: {was} % is allowed for, machines say {now} % ({jobs} jobs)"
        values = {"part": word(row.part_id), "was": count(round(row.cycle_was * 100, 1)), "now": count(round(row.cycle_now * 100, 1))}
    elif row.cycle_was != row.cycle_now:
        text = "{operation} of {part}: the routing says {was} min, machines say {now} min ({jobs} jobs)"
        values = {"operation": word(row.name), "part": word(row.part_id), "was": count(row.cycle_was), "now": count(row.cycle_now)}
    else:
        text = "Set-up for {operation} of {part}: the routing says {was} min, machines say {now} min ({jobs} jobs)"
        values = {"operation": word(row.name), "part": word(row.part_id), "was": count(row.setup_was or 0), "now": count(row.setup_now or 0)}
    return Need(
        id=f"times-measured/{row.id}",
        kind="times-measured",
        severity="note",
        text=text,
        values={**values, "jobs": count(row.jobs)},
        link=paths.part(row.part_id),
        subject=row.part_id,
        since=row.at,
    )

"""Calls for help from the machines."""

from plait.kernel.actor import Actor
from plait.manufacturing.line.floor import tables as floor_tables
from plait.manufacturing.line.floor.model import CallQuery
from plait.overview import paths
from plait.overview.today.model import MOST, Need
from plait.overview.today.sources.common import Ground, rest
from plait.overview.words import Value, word

__all__ = ["calls"]

ALL = 200


async def calls(ground: Ground, actor: Actor) -> list[Need]:
    """Return the calls that nobody has answered, the oldest first."""
    scope = ground.scope(actor, "line.read", "line.run")
    rows = await ground.read(lambda conn: floor_tables.calls(conn, scope, CallQuery(state="open", limit=ALL)))
    oldest = sorted(rows, key=lambda row: (row.at, row.id))
    needs = [
        Need(
            id=f"help-called/{row.id}",
            kind="help-called",
            severity="now",
            text="{station} calls for help" + (": {note}" if row.note else ""),
            values={"station": word(row.station), "note": Value("term", row.note), "run": word(row.run)},
            link=paths.calls(),
            subject=row.id,
            since=row.at,
        )
        for row in oldest[:MOST]
    ]
    return rest(needs, len(oldest), "{count} more calls for help", paths.calls())

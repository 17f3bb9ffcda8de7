"""What the story of a thing reads from other rooms' tables."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, select

from plait.kernel.actor import Scope
from plait.manufacturing.part.tables import part_table

__all__ = ["names"]

CHUNK = 500


class _Named(msgspec.Struct, frozen=True):
    """Of a part's specification only what it is called."""

    name: str = ""


_named = msgspec.json.Decoder(_Named).decode


def names(conn: Connection, scope: Scope, gtins: Iterable[str]) -> dict[str, str]:
    """Return GTIN to the name of our part that bears it; only our own people are told."""
    if not scope.everything:
        return {}
    wanted = sorted({spelled for gtin in gtins if gtin for spelled in (gtin, gtin.lstrip("0"))})
    found: dict[str, str] = {}
    for start in range(0, len(wanted), CHUNK):
        query = select(part_table.c.gtin, part_table.c.spec).where(part_table.c.current + 0 == 1, part_table.c.gtin.in_(wanted[start : start + CHUNK]))
        found |= {row.gtin.rjust(14, "0"): _named(row.spec).name for row in conn.execute(query)}
    return found

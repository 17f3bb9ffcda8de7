"""Rooms, rows and short ways for the tests of master data."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from plait.kernel.clock import SimulatedClock
from plait.manufacturing.desk.inbox.model import Change, Context
from plait.manufacturing.desk.masters.appliers import APPLIERS
from plait.manufacturing.desk.masters.service import MastersService
from plait.manufacturing.desk.reading.model import DocumentKind, Record, Value
from plait.manufacturing.line.model import Run, RunOrder
from plait.manufacturing.line.tables import put_run
from plait.manufacturing.part.model import Part, Stock
from plait.manufacturing.part.service import PartService
from plait.manufacturing.schedule.model import WorkCentre
from plait.manufacturing.schedule.service import ScheduleService
from plait.manufacturing.schedule.site.service import SiteService
from tests.manufacturing.house import ME, HouseGuard
from tests.support.stores import make_store

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
CONTEXT = Context("clerk@oakmill.example", NOW, "EUR", "Europe/Berlin", "IN-00001")


def rows(*values: dict[str, Value]) -> list[Record]:
    """Return records numbered from row 2 on, as below a line of titles."""
    return [Record(number, each) for number, each in enumerate(values, 2)]


class Rooms:
    """The rooms that master data go into."""

    def __init__(self, masters: MastersService, clock: SimulatedClock) -> None:
        self.masters, self.clock, self.store = masters, clock, masters.store
        guard = HouseGuard()
        self.parts = PartService(self.store, guard, clock)
        self.schedule = ScheduleService(self.store, guard, clock)
        self.sites = SiteService(self.store, guard, clock)

    async def put(self, kind: DocumentKind, *values: dict[str, Value], whole: bool = False) -> list[Change]:
        """Apply rows; first make sure that comparing says the same and writes nothing."""
        context = msgspec.structs.replace(CONTEXT, whole=whole)
        records, applier = rows(*values), APPLIERS[kind]
        head = await self.store.head()
        told = await self.store.read(lambda conn: applier.compare(conn, records, context))
        assert await self.store.head() == head
        done: list[Change] = await self.store.write(ME, lambda tx: applier.apply(tx, records, context), result=list[Change])
        assert done == told
        return done

    async def again(self, kind: DocumentKind, *values: dict[str, Value], whole: bool = False) -> None:
        """Apply rows once more: nothing new may follow."""
        head = await self.store.head()
        assert {change.action for change in await self.put(kind, *values, whole=whole)} <= {"same", "refused"}
        assert await self.store.head() == head

    async def part(self, id: str, revision: str | None = None) -> Part:
        return await self.parts.get(ME, id, revision)

    async def stock(self, part: str | None = None) -> Sequence[Stock]:
        return await self.parts.on_hand(ME, part)

    async def centres(self) -> dict[str, WorkCentre]:
        return {row.id: row for row in await self.schedule.work_centres(ME)}

    async def made(self, part: str, revision: str = "A") -> None:
        """Let a run of a part be known to the line."""
        order = RunOrder(f"SO-{part}-{revision}", part, part, revision, "", 10, 10, ())
        await self.store.write(ME, lambda tx: put_run(tx.conn, Run(order, "finished", 10, 0)))


@asynccontextmanager
async def open_rooms(folder: Path) -> AsyncIterator[Rooms]:
    """Open the rooms of helix in ``folder``."""
    async with make_store(folder) as store:
        assert isinstance(store.clock, SimulatedClock)
        yield Rooms(MastersService(store, HouseGuard(), store.clock), store.clock)

"""Goods in: what a despatch advice announced is here."""

from collections.abc import Sequence

from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard
from plait.kernel.problems import Problem, register
from plait.manufacturing.desk import tables
from plait.manufacturing.desk.model import Arrival, GoodsArrived
from plait.store import Store, Tx

__all__ = ["ArrivalDesk"]

NOT_EXPECTED = register("not-expected", 404, "These goods are not expected", "Check the despatch advice; it may have been received already.")
ALL = Scope(everything=True)


class ArrivalDesk:
    """Announced goods. With ``auto`` they are booked in at the announced time; otherwise a person (or scanner) does it."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, auto: bool) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.auto = auto

    async def open(self) -> None:
        """Take up the timers of goods still on their way after a restart."""
        for arrival, _ in await self.store.read(lambda conn: tables.arrivals(conn, ALL)):
            self._await(arrival)

    def _await(self, arrival: Arrival) -> None:
        if not self.auto:
            return

        async def come() -> None:
            await self.receive(system_actor(self.guard.firm().party_id, "goods-in"), arrival.doc_id)

        self.clock.at(max(arrival.eta, self.clock.now()), f"desk/goods/{arrival.number}", come)

    async def announce(self, actor: Actor, arrival: Arrival, body: GoodsArrived, once: str) -> None:
        """Note that goods are on their way."""
        await self.store.write(actor, lambda tx: tables.put_arrival(tx.conn, arrival, body), once=once)
        if await self.store.read(lambda conn: tables.expected(conn, ALL, arrival.doc_id)) is not None:
            self._await(arrival)

    async def receive(self, actor: Actor, doc_id: str) -> None:
        """Book announced goods in; raise ``not-expected`` when they are not, or no longer, on their way."""

        def work(tx: Tx) -> None:
            pair = tables.expected(tx.conn, ALL, doc_id)
            if pair is None:
                raise Problem(NOT_EXPECTED, f"no goods are expected under {doc_id}")
            arrival, body = pair
            tables.put_arrival(tx.conn, Arrival(arrival.doc_id, arrival.number, arrival.eta, "arrived"), body)
            tx.append(f"arrival/{arrival.number}", body)

        await self.store.write(actor, work)

    async def expected(self, actor: Actor) -> Sequence[GoodsArrived]:
        """Return what is on its way, by time."""
        scope = self.guard.scope(actor, "read", "desk.arrival")
        return [body for _, body in await self.store.read(lambda conn: tables.arrivals(conn, scope))]

"""The sources of needs, the figures and the steps put together, for ``node.py``."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from plait.kernel.actor import Actor
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Directory, Guard
from plait.manufacturing.desk.late.service import LateService
from plait.overview.today.done import done
from plait.overview.today.figures.service import Figures
from plait.overview.today.model import Source
from plait.overview.today.service import TodayService
from plait.overview.today.sources import help, orders, requests, rooms, times
from plait.overview.today.sources.common import Ground
from plait.overview.today.sources.orders import LateOrders
from plait.overview.today.sources.repairs import Finding, Repairs
from plait.store import Store

__all__ = ["TodayRoom", "build_today"]


@dataclass(frozen=True)
class TodayRoom:
    """What the node needs of it: the service, and what is to be closed."""

    service: TodayService
    late: LateOrders


def build_today(
    store: Store,
    guard: Guard,
    clock: BusinessClock,
    directory: Directory,
    late: LateService,
    examine: Callable[[Actor], Awaitable[Sequence[Finding]]],
    phones: Callable[[], bool],
    more: Mapping[str, Source] | None = None,
) -> TodayRoom:
    """Put it together. ``examine`` asks the doctor, ``phones`` tells whether telephones can reach the node, ``more`` are sources of other rooms by name."""
    ground = Ground(store, guard, clock, directory)
    late_orders = LateOrders(ground, late)
    sources: dict[str, Source] = {
        "calls for help": partial(help.calls, ground),
        "late orders": late_orders,
        "orders to confirm": partial(orders.orders_to_confirm, ground),
        "requests": partial(requests.requests_of_partners, ground),
        "requests without a node": partial(requests.requests_outside, ground),
        "offers": partial(requests.offers_out, ground),
        "inbox": partial(rooms.files, ground),
        "machines": partial(rooms.machines, ground),
        "measured times": partial(times.times, ground),
        "contracts": partial(rooms.contracts, ground),
        "deliveries": partial(rooms.letters, ground),
        "repairs": Repairs(examine, lambda actor: guard.require(actor, "admin.health")),
        **(more or {}),
    }
    figures = Figures(ground, late_orders)
    counters = {
        "open orders": figures.open_orders,
        "deliveries on time": figures.deliveries,
        "machines running": figures.machines,
        "value of orders": figures.value,
        "offers won": figures.offers,
    }
    return TodayRoom(TodayService(store, guard, clock, sources, counters, partial(done, ground, phones)), late_orders)

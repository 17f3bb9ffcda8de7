"""HTTP of signals: ``/api/v1/signals``."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from plait.infrastructure.signals.model import Series, SeriesView
from plait.infrastructure.signals.service import SignalService
from plait.kernel.actor import Actor
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("signals", SignalService)


class Span(msgspec.Struct, frozen=True):
    """Which values: ``since`` <= time < ``until``, at most ``limit``; ``step`` in seconds asks for means."""

    since: datetime | None = None
    until: datetime | None = None
    limit: int = 10_000
    step: float | None = None


@API.get("/api/v1/signals", action="signals.read", summary="All series with their latest values")
async def all_series(service: SignalService, actor: Actor) -> Sequence[Series]:
    """Answer with every series the actor may see."""
    return await service.series(actor)


@API.get("/api/v1/signals/{series}", action="signals.read", summary="Values of one series")
async def query(service: SignalService, actor: Actor, series: str, query: Span) -> SeriesView:
    """Answer with the values of one series, and its gaps."""
    return await service.query(actor, series, query.since, query.until, query.limit, query.step)


ROUTES = API

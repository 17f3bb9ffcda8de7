"""HTTP of signals: ``/api/v1/signals``."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from plait.infrastructure.signals.model import PictureView, Series, SeriesView
from plait.infrastructure.signals.service import SignalService
from plait.infrastructure.signals.shapes import Figure, Fill
from plait.kernel.actor import Actor
from plait.kernel.ids import new_id
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("signals", SignalService)
PARQUET = "application/vnd.apache.parquet"


class Span(msgspec.Struct, frozen=True):
    """Which values: ``since`` <= time < ``until``, at most ``limit``.

    ``step`` in seconds asks for a ``figure`` of each step; ``fill`` says what stands in steps without values.
    """

    since: datetime | None = None
    until: datetime | None = None
    limit: int = 10_000
    step: float | None = None
    figure: Figure = "mean"
    fill: Fill = "none"


class Frame(msgspec.Struct, frozen=True):
    """What a picture shows: ``since`` <= time < ``until``, in at most ``points`` values."""

    since: datetime | None = None
    until: datetime | None = None
    points: int = 2000


class Moment(msgspec.Struct, frozen=True):
    """Which series, several by commas, and ``at`` which moment (default: now)."""

    series: str
    at: datetime | None = None


class Wanted(msgspec.Struct, frozen=True):
    """What to export: ``since`` <= time < ``until``; ``series``, several by commas (default: all)."""

    since: datetime
    until: datetime
    series: str = ""


@API.get("/api/v1/signals", action="signals.read", summary="All series with their latest values")
async def all_series(service: SignalService, actor: Actor) -> Sequence[Series]:
    """Answer with every series the actor may see."""
    return await service.series(actor)


@API.get("/api/v1/signals/{series}", action="signals.read", summary="Values of one series, or figures of steps")
async def query(service: SignalService, actor: Actor, series: str, query: Span) -> SeriesView:
    """Answer with the values of one series, and its gaps."""
    return await service.query(actor, series, query.since, query.until, query.limit, query.step, query.figure, query.fill)


@API.get("/api/v1/signals/{series}/picture", action="signals.read", summary="Few values of one series that look like all of them")
async def picture(service: SignalService, actor: Actor, series: str, query: Frame) -> PictureView:
    """Answer with values for a chart: every peak is among them."""
    return await service.picture(actor, series, query.since, query.until, query.points)


@API.get("/api/v1/signals-at", action="signals.read", summary="Several series at one moment")
async def at_moment(service: SignalService, actor: Actor, query: Moment) -> Sequence[Series]:
    """Answer with the last value of each series at or before the moment."""
    return await service.at(actor, [name for name in query.series.split(",") if name], query.at)


@API.get("/api/v1/signals-export", action="signals.read", summary="Values as one Parquet file")
async def export(service: SignalService, actor: Actor, query: Wanted) -> FileResponse:
    """Answer with a Parquet file of series, time, value, text, quality, sorted by series and time."""
    target = service.space() / f"export-{new_id()}.parquet"
    try:
        await service.export(actor, target, query.since, query.until, [name for name in query.series.split(",") if name])
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return FileResponse(target, media_type=PARQUET, filename="signals.parquet", background=BackgroundTask(target.unlink, missing_ok=True))


ROUTES = API

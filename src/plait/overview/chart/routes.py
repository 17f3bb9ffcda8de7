"""HTTP of the schedule as a picture."""

from typing import Annotated

import msgspec

from plait.kernel.actor import Actor
from plait.manufacturing.schedule.model import Moment
from plait.overview.chart.model import Chart
from plait.overview.chart.service import MOST, ChartService
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("overview", ChartService)
ROUTES = API


class ChartQuery(msgspec.Struct, frozen=True):
    """The window (default: the next seven days), one ``site``, and how many bars at most."""

    since: Moment | None = None
    until: Moment | None = None
    site: Annotated[str, msgspec.Meta(max_length=200)] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST)] = 800


@API.get("/api/v1/schedule/chart", action="schedule.read", summary="Show what runs where and when, with closed time, dates and what will be late")
async def chart(service: ChartService, actor: Actor, query: ChartQuery) -> Chart:
    """Return the rows of the chart."""
    return await service.chart(actor, query.since, query.until, query.site, query.limit)

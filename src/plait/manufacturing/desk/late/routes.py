"""HTTP of late or not."""

from typing import Annotated, Literal

import msgspec

from plait.kernel.actor import Actor
from plait.manufacturing.desk.late.model import Adopted, Applied, DateAnswer, DateQuestion, LateReport, LineDetail, WhatIf, WhatIfAnswer
from plait.manufacturing.desk.late.service import LateService
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("desk", LateService)
ROUTES = API


class LateQuery(msgspec.Struct, frozen=True):
    """Only lines of one ``verdict``; at most ``limit`` of them (the counts are of all)."""

    verdict: Literal["late", "on_time", "unplanned"] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 10_000


@API.get("/api/v1/desk/late", action="desk.read", summary="Say which open orders will be late, why, and what would help")
async def late(service: LateService, actor: Actor, query: LateQuery) -> LateReport:
    """Return all open lines with date, slack, verdict, reason and remedy, the latest first."""
    answer = await service.report(actor)
    rows = [line for line in answer.lines if query.verdict in (None, line.verdict)][: query.limit]
    return msgspec.structs.replace(answer, lines=rows)


@API.get("/api/v1/desk/late/{line}", action="desk.read", summary="Show the operations of one open order and everything that would help it")
async def line(service: LateService, actor: Actor, line: str) -> LineDetail:
    """Return one line in detail."""
    return await service.line(actor, line)


@API.post("/api/v1/desk/what-if", action="desk.read", summary="Try changes on the plan of all open orders; nothing is written")
async def what_if(service: LateService, actor: Actor, body: WhatIf) -> WhatIfAnswer:
    """Return which orders become late or on time, and every date that moves."""
    return await service.what_if(actor, body)


@API.post("/api/v1/desk/date", action="desk.read", summary="Ask for the earliest date of something new; nothing is held")
async def date(service: LateService, actor: Actor, body: DateQuestion) -> DateAnswer:
    """Return the date that may be promised, and why not sooner."""
    return await service.date(actor, body)


@API.post("/api/v1/desk/apply", action="desk.write", summary="Make changes that were tried: longer hours, another date, priority or quantity")
async def apply(service: LateService, actor: Actor, body: WhatIf, once: str | None) -> Applied:
    """Make them, all or nothing."""
    return await service.apply(actor, body, once)


@API.post("/api/v1/desk/plan", action="desk.write", summary="Take the plan of all open orders over into the schedule")
async def adopt(service: LateService, actor: Actor, once: str | None) -> Adopted:
    """Book the plan."""
    return await service.adopt(actor, once)

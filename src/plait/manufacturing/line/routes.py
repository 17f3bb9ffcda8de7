"""HTTP of the line."""

from typing import Annotated

import msgspec

from plait.kernel.actor import Actor
from plait.manufacturing.line.model import Batch, Job, Run
from plait.manufacturing.line.service import LineService
from plait.web import Api, Latest

__all__ = ["ROUTES"]

API = Api("line", LineService)
ROUTES = API


class RunView(msgspec.Struct, frozen=True):
    """A run with its batches and jobs."""

    run: Run
    batches: list[Batch]
    jobs: list[Job]


class Returned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many good pieces came back; ``lot``: what they are called (empty: as the batch)."""

    quantity: Annotated[int, msgspec.Meta(ge=0)]
    lot: str = ""


@API.get("/api/v1/line/runs", action="line.read", summary="List the runs of the line")
async def runs(service: LineService, actor: Actor, query: Latest) -> list[Run]:
    """Return the latest runs the caller may see, by number."""
    return list(await service.runs(actor, query.limit))


@API.get("/api/v1/line/runs/{number}", action="line.read", summary="Show one run with batches and jobs")
async def run(service: LineService, actor: Actor, number: str) -> RunView:
    """Return one run."""
    found, batches, jobs = await service.run(actor, number)
    return RunView(found, list(batches), list(jobs))


@API.post("/api/v1/line/batches/{id}/returned", action="line.write", summary="A batch is back from the supplier of its step")
async def returned(service: LineService, actor: Actor, id: str, body: Returned, once: str | None) -> RunView:
    """Take a batch back; return its run."""
    number = await service.back(actor, id, body.quantity, body.lot, once)
    found, batches, jobs = await service.run(actor, number)
    return RunView(found, list(batches), list(jobs))


@API.post("/api/v1/line/stop", action="line.stop", summary="Stop every machine now")
async def stop(service: LineService, actor: Actor) -> None:
    """Stop the line: asks nothing, stops everything."""
    await service.stop(actor)

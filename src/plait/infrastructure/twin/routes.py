"""HTTP of twins: ``/aas/api/v3.0`` (AAS part 2, API 3.0), read-only, with the error bodies it prescribes."""

from collections.abc import Mapping, Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from plait.infrastructure.twin.model import JSON, Nameplate, Page
from plait.infrastructure.twin.query import decode_id
from plait.infrastructure.twin.service import TwinService
from plait.kernel.actor import Actor
from plait.kernel.clock import SYSTEM, iso
from plait.kernel.problems import Problem
from plait.web import Api

__all__ = ["PLATES", "ROUTES"]

BASE = "/aas/api/v3.0"


def _result(problem: Problem, request: Request) -> Response:
    """A refusal as the Result object of AAS part 2: exactly ``messages``, nothing beside it."""
    del request
    kind = "Exception" if problem.status >= 500 else "Error"
    message = {"code": problem.code, "messageType": kind, "text": problem.detail or problem.kind.title, "timestamp": iso(SYSTEM.now())}
    return Response(msgspec.json.encode({"messages": [message]}), problem.status, media_type="application/json")


API = Api("twins", TwinService, problems=_result)
PLATES = Api("twins", TwinService)


def _asked(request: Request) -> Mapping[str, Sequence[str]]:
    return {name: request.query_params.getlist(name) for name in request.query_params}


def _page(page: Page) -> JSON:
    return {"paging_metadata": {"cursor": page.cursor} if page.cursor else {}, "result": page.result}


@API.get(f"{BASE}/shells", action="twins.read", summary="Asset Administration Shells")
async def shells(service: TwinService, actor: Actor, request: Request) -> JSON:
    """Answer with a page of shells."""
    return _page(await service.shells(actor, _asked(request)))


@API.get(f"{BASE}/shells/{{id}}", action="twins.read", summary="One Asset Administration Shell")
async def shell(service: TwinService, actor: Actor, id: str) -> JSON:
    """Answer with one shell."""
    return await service.shell(actor, decode_id(id))


@API.get(f"{BASE}/submodels", action="twins.read", summary="Submodels")
async def submodels(service: TwinService, actor: Actor, request: Request) -> JSON:
    """Answer with a page of submodels."""
    return _page(await service.submodels(actor, _asked(request)))


@API.get(f"{BASE}/submodels/{{id}}", action="twins.read", summary="One submodel")
async def submodel(service: TwinService, actor: Actor, id: str, request: Request) -> JSON:
    """Answer with one submodel."""
    return await service.submodel(actor, decode_id(id), _asked(request))


@API.get(f"{BASE}/submodels/{{id}}/$value", action="twins.read", summary="The values of one submodel")
async def value(service: TwinService, actor: Actor, id: str, request: Request) -> JSON:
    """Answer with the values of one submodel."""
    return await service.value(actor, decode_id(id), _asked(request))


@API.get(f"{BASE}/description", action=None, summary="Which service profiles this server implements in full")
async def description(service: TwinService) -> JSON:
    """Answer with the self-description."""
    return service.description()


@PLATES.put("/api/v1/machines/{id}/nameplate", action="twins.write", summary="Say what a machine's nameplate reads")
async def put_plate(service: TwinService, actor: Actor, id: str, body: Nameplate) -> None:
    """Write the nameplate of a machine."""
    await service.put_machine_plate(actor, id, body)


ROUTES = API

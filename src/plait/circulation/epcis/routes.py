"""HTTP of the event store (GS1 EPCIS 2.0, section 12: REST binding)."""

from typing import Any, Literal, cast
from urllib.parse import quote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from plait.circulation.epcis import service as limits
from plait.circulation.epcis.document import merge_contexts, query_document, stamp, translate
from plait.circulation.epcis.errors import NOT_ACCEPTABLE, VALIDATION, shape
from plait.circulation.epcis.links import canonical
from plait.circulation.epcis.model import Answer, CaptureJob
from plait.circulation.epcis.service import EpcisService
from plait.circulation.epcis.vocabulary import CONTEXT
from plait.kernel.actor import Actor
from plait.kernel.clock import iso
from plait.kernel.problems import Problem
from plait.web import Api, Reply

__all__ = ["ROUTES"]

VERSIONS = {"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0"}
CAPABILITIES = {
    **VERSIONS,
    "GS1-EPCIS-Min": "2.0.0",
    "GS1-EPCIS-Max": "2.0.0",
    "GS1-CBV-Min": "2.0.0",
    "GS1-CBV-Max": "2.0.0",
    "GS1-EPC-Format": "Always_GS1_Digital_Link, No_Preference, Never_Translates",
    "GS1-Vendor-Version": "plait/1",
}
CAPTURE_CAPABILITIES = {
    **CAPABILITIES,
    "GS1-EPCIS-Capture-Limit": str(limits.CAPTURE_EVENTS),
    "GS1-EPCIS-Capture-File-Size-Limit": str(limits.CAPTURE_BYTES),
    "GS1-Capture-Error-Behaviour": "rollback, proceed",
}
FORMATS = ("Always_GS1_Digital_Link", "No_Preference", "Never_Translates")
JSON = ("application/json", "application/ld+json")
RESOURCES = ["capture", "events", "eventTypes"]


def _problem(problem: Problem, request: Request) -> Response:
    del request
    headers = {**VERSIONS, **({"WWW-Authenticate": 'Bearer realm="plait"'} if problem.status == 401 else {})}
    return Response(msgspec.json.encode(shape(problem)), problem.status, headers, "application/problem+json")


API = Api("epcis", EpcisService, problems=_problem)
ROUTES = API


def _format(request: Request) -> str:
    wanted = request.headers.get("GS1-EPC-Format", FORMATS[0])
    if wanted not in FORMATS:
        raise Problem(NOT_ACCEPTABLE, f"GS1-EPC-Format {wanted}: company prefixes are not known here, so no URN can be made")
    return wanted


def _shown(answer: Answer, wanted: str) -> list[msgspec.Raw]:
    if wanted != FORMATS[0]:
        return answer.events
    return [msgspec.Raw(translate(bytes(raw), canonical)) for raw in answer.events]


def _headers(wanted: str) -> dict[str, str]:
    return {**VERSIONS, "GS1-EPC-Format": wanted}


@API.get("/epcis/", action="epcis.read", summary="List the resources of the event store")
async def resources(service: EpcisService, actor: Actor) -> Reply:
    """Return the collection of resources (section 12.2)."""
    del service, actor
    return Reply({"@context": CONTEXT, "type": "Collection", "member": RESOURCES}, headers=VERSIONS)


@API.post("/epcis/capture", action="epcis.capture", ok=202, summary="Capture a document of events", accepts=JSON, limit=limits.CAPTURE_BYTES)
async def capture(service: EpcisService, actor: Actor, body: bytes, request: Request, once: str | None) -> Reply:
    """Capture; the job named in Location tells what became of each event (section 12.6.1)."""
    behaviour = request.headers.get("GS1-Capture-Error-Behaviour", "rollback")
    if behaviour not in ("rollback", "proceed"):
        raise Problem(VALIDATION, f"GS1-Capture-Error-Behaviour {behaviour!r}: rollback or proceed")
    known = cast("Literal['rollback', 'proceed']", behaviour)
    job = await service.capture(actor, body, once, known)
    headers = {**VERSIONS, "Location": f"/epcis/capture/{job.captureID}", "GS1-Capture-Error-Behaviour": behaviour}
    return Reply(b"", 202, headers, "application/json")


@API.get("/epcis/capture", action="epcis.read", summary="List the newest capture jobs")
async def jobs(service: EpcisService, actor: Actor) -> list[CaptureJob]:
    """Return the newest jobs."""
    return await service.jobs(actor)


@API.get("/epcis/capture/{id}", action="epcis.read", summary="Show what became of a capture")
async def job(service: EpcisService, actor: Actor, id: str) -> CaptureJob:
    """Return a job (section 12.6.2)."""
    return await service.job(actor, id)


@API.get("/epcis/events", action="epcis.read", summary="Query events")
async def events(service: EpcisService, actor: Actor, request: Request) -> Reply:
    """Return a page of events as an EPCISQueryDocument; ``Link`` leads to the next one (section 12.7)."""
    return await _answer(service, actor, request, dict(request.query_params))


async def _answer(service: EpcisService, actor: Actor, request: Request, parameters: dict[str, str]) -> Reply:
    wanted = _format(request)
    answer = await service.events(actor, parameters)
    headers = _headers(wanted)
    if answer.next is not None:
        shown = {name: value for name, value in request.query_params.items() if name != "nextPageToken"}
        headers["Link"] = f'<{request.url.path}?{urlencode({**shown, "nextPageToken": answer.next})}>; rel="next"'
    return Reply(query_document(_shown(answer, wanted), answer.contexts, iso(service.clock.now())), headers=headers)


@API.post("/epcis/events", action="epcis.capture", ok=201, summary="Capture one event", accepts=JSON, limit=limits.CAPTURE_BYTES)
async def capture_one(service: EpcisService, actor: Actor, body: bytes, once: str | None) -> Reply:
    """Capture a bare event; refused when its eventID is taken (section 12.7.1)."""
    id = await service.capture_one(actor, body, once)
    return Reply(b"", 201, {**VERSIONS, "Location": f"/epcis/events/{quote(id, safe='')}"}, "application/json")


@API.get("/epcis/events/{id}", action="epcis.read", summary="Show one event")
async def event(service: EpcisService, actor: Actor, id: str, request: Request) -> Reply:
    """Return one event with its own ``@context``."""
    wanted = _format(request)
    answer = await service.event(actor, id)
    raw = stamp(bytes(_shown(answer, wanted)[0]), {"@context": merge_contexts(answer.contexts)})
    return Reply(raw, headers=_headers(wanted), media_type="application/json")


@API.get("/epcis/eventTypes", action="epcis.read", summary="List the types of events held")
async def event_types(service: EpcisService, actor: Actor) -> Reply:
    """Return the event types (section 12.3)."""
    return Reply({"@context": CONTEXT, "type": "Collection", "member": await service.event_types(actor)}, headers=VERSIONS)


@API.get("/epcis/eventTypes/{type}/events", action="epcis.read", summary="Query events of one type")
async def events_of_type(service: EpcisService, actor: Actor, type: str, request: Request) -> Reply:
    """Return a page of events of one type; ``eventType`` may not be asked for again."""
    return await _answer(service, actor, request, {**request.query_params, "eventType": type})


def _options(allow: str, headers: dict[str, str]) -> Any:
    async def options(request: Request) -> Reply:
        del request
        return Reply(None, 204, {**headers, "Allow": allow})

    return options


for _path, _allow, _headers_ in (
    ("/epcis/", "GET, OPTIONS", CAPABILITIES),
    ("/epcis/capture", "GET, POST, OPTIONS", CAPTURE_CAPABILITIES),
    ("/epcis/capture/{id}", "GET, OPTIONS", CAPABILITIES),
    ("/epcis/events", "GET, POST, OPTIONS", CAPABILITIES),
    ("/epcis/events/{id}", "GET, OPTIONS", CAPABILITIES),
    ("/epcis/eventTypes", "GET, OPTIONS", CAPABILITIES),
    ("/epcis/eventTypes/{type}/events", "GET, OPTIONS", CAPABILITIES),
):
    API.route("OPTIONS", _path, action=None, ok=204, summary="Say what this address can do")(_options(_allow, _headers_))

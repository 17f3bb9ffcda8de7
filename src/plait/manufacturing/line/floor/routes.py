"""HTTP of what people at the machines tell."""

from plait.kernel.actor import Actor
from plait.manufacturing.line.floor.model import Act, Board, Call, CallQuery, Note, NoteQuery, StationView
from plait.manufacturing.line.floor.service import FloorService
from plait.web import Api, Reply

__all__ = ["ROUTES"]

API = Api("line", FloorService)
ROUTES = API
PICTURES = ("image/jpeg", "image/png", "image/webp")


@API.get("/api/v1/line/stations", action="line.read", summary="List machines and places of work with their state")
async def stations(service: FloorService, actor: Actor) -> list[StationView]:
    """Return the stations."""
    return await service.stations(actor)


@API.get("/api/v1/line/stations/{id}", action="line.read", summary="Show a machine's jobs in order, and its calls for help")
async def board(service: FloorService, actor: Actor, id: str) -> Board:
    """Return the board of one station."""
    return await service.board(actor, id)


@API.get("/api/v1/line/stations/{id}/code", action="line.read", summary="Return a machine's QR code, which opens its page", produces=("image/svg+xml",))
async def code(service: FloorService, actor: Actor, id: str) -> Reply:
    """Return the code as SVG, to be printed and put on the machine."""
    return Reply(await service.code(actor, id), media_type="image/svg+xml")


@API.put("/api/v1/line/stations/{id}/attended", action="line.work", summary="Somebody works here: its jobs wait for a person")
async def attend(service: FloorService, actor: Actor, id: str) -> StationView:
    """Attend a station."""
    return await service.attend(actor, id)


@API.delete("/api/v1/line/stations/{id}/attended", action="line.write", summary="Nobody works here: its jobs go by the clock again")
async def by_clock(service: FloorService, actor: Actor, id: str) -> None:
    """Let a station go by the clock."""
    await service.by_clock(actor, id)


@API.post("/api/v1/line/acts", action="line.work", summary="Begin, stop, count or finish a job, call for help, answer", limit=8192)
async def act(service: FloorService, actor: Actor, body: Act, once: str | None) -> Board:
    """Do one thing at a machine; return its board."""
    return await service.act(actor, body, once)


@API.get("/api/v1/line/notes", action="line.read", summary="List what was told at the machines: begun, stopped and why, counted, photos")
async def notes(service: FloorService, actor: Actor, query: NoteQuery) -> list[Note]:
    """Return notes, the latest first."""
    return await service.notes(actor, query)


@API.get("/api/v1/line/photos/{id}", action="line.read", summary="Return a photo as it came from the telephone", produces=PICTURES)
async def photo(service: FloorService, actor: Actor, id: str) -> Reply:
    """Return the photo of a note."""
    note, content = await service.photo(actor, id)
    return Reply(content, headers={"Cache-Control": "private, max-age=86400"}, media_type=note.media)


@API.get("/api/v1/line/help", action="line.read", summary="List calls for help")
async def calls(service: FloorService, actor: Actor, query: CallQuery) -> list[Call]:
    """Return calls, the latest first."""
    return await service.calls(actor, query)


@API.post("/api/v1/line/help/{id}/answer", action="line.work", summary="Answer a call for help")
async def answer(service: FloorService, actor: Actor, id: str, once: str | None) -> Call:
    """Answer a call."""
    return await service.answer(actor, id, once)

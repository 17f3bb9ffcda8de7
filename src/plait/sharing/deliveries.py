"""Deliveries to partners as people see them: what waits, what was refused, try again, give up."""

from datetime import datetime

import msgspec

from plait.store import Letter, Store, from_ms
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("deliveries", Store)
ROUTES = API


class Which(msgspec.Struct, frozen=True):
    """Which deliveries: to one ``party``, in one ``state`` (waiting, delivered, refused, given-up)."""

    party: str | None = None
    state: str | None = None
    limit: int = 500


class Delivery(msgspec.Struct, frozen=True):
    """One message to a partner; ``due`` is when it is tried next, ``error`` why it has not arrived."""

    id: int
    party: str
    path: str
    state: str
    tries: int
    due: datetime | None
    error: str


def view(letter: Letter) -> Delivery:
    """Return a row of the outbox without its content."""
    due = from_ms(letter.due) if letter.due is not None else None
    error = "" if letter.state == "delivered" else letter.answer.decode("utf-8", "replace")[:500]
    return Delivery(letter.id, letter.party, letter.path, letter.state, letter.tries, due, error)


@API.get("/api/v1/deliveries", action="deliveries.read", summary="List messages to partners")
async def deliveries(service: Store, query: Which) -> list[Delivery]:
    """Return the newest messages with where each stands."""
    return [view(letter) for letter in await service.outbox.rows(query.party, query.state, min(query.limit, 5000))]


@API.post("/api/v1/deliveries/{id}/retry", action="deliveries.write", summary="Try a message again now")
async def retry(service: Store, id: str) -> Delivery:
    """Put a message that waits or was refused at the head of the line again."""
    return view(await service.outbox.retry(int(id) if id.isdigit() else 0))


@API.post("/api/v1/deliveries/{id}/give-up", action="deliveries.write", summary="Give a message up")
async def give_up(service: Store, id: str) -> Delivery:
    """Never deliver this message."""
    return view(await service.outbox.give_up(int(id) if id.isdigit() else 0))

"""Deliveries to partners as people see them: what waits and why, what was refused, try again, give up."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec

from plait.kernel.actor import Actor
from plait.kernel.clock import SYSTEM
from plait.kernel.ports import Directory, Guard
from plait.kernel.problems import NOT_FOUND, Problem
from plait.store import Letter, LetterGivenUp, LetterRetried, Queue, Store, Tx, from_ms, now_ms
from plait.web import Api, PartnerClient, origin_of

__all__ = ["ROUTES", "Delivery", "DeliveryService", "PartnerLine"]

LIMIT = 500


class Which(msgspec.Struct, frozen=True):
    """Which deliveries: to one ``party``, in one ``state``."""

    party: str | None = None
    state: Literal["waiting", "delivered", "refused", "given-up"] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=5000)] = LIMIT


class Why(msgspec.Struct, frozen=True):
    """Why a delivery is given up."""

    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


class Delivery(msgspec.Struct, frozen=True):
    """One message to a partner; ``due`` is when it is tried next, ``error`` why it has not arrived."""

    id: int
    party: str
    name: str
    path: str
    state: str
    tries: int
    due: datetime | None
    status: int
    error: str


class PartnerLine(msgspec.Struct, frozen=True):
    """How a partner is reached.

    ``line``: closed (calls go through), open (not called until ``next``, after failures) or trying. ``waiting``: how many messages wait,
    the oldest since ``oldest`` (business time); ``refused``: how many a person must decide on; ``why``: what went wrong last.
    """

    party: str
    name: str
    url: str
    line: str
    waiting: int
    refused: int
    oldest: str
    next: datetime | None
    why: str


class DeliveryService:
    """What a person can see and do about the outbox."""

    def __init__(self, store: Store, guard: Guard, directory: Directory, client: PartnerClient) -> None:
        self.store = store
        self.guard = guard
        self.directory = directory
        self.client = client

    def _view(self, letter: Letter) -> Delivery:
        due = from_ms(letter.due) if letter.due is not None else None
        error = "" if letter.state == "delivered" else letter.answer.decode("utf-8", "replace")[:500]
        return Delivery(letter.id, letter.party, self._name(letter.party), letter.path, letter.state, letter.tries, due, letter.status, error)

    def _name(self, party: str) -> str:
        member = self.directory.member(party)
        return member.name if member is not None else ""

    async def deliveries(self, actor: Actor, which: Which) -> list[Delivery]:
        """Return the newest messages with where each stands."""
        self.guard.require(actor, "deliveries.read")
        return [self._view(letter) for letter in await self.store.outbox.rows(which.party, which.state, which.limit)]

    async def partners(self, actor: Actor) -> list[PartnerLine]:
        """Return the partners for whom something waits or was refused, or who are not called now, by name."""
        self.guard.require(actor, "deliveries.read")
        queues = {queue.party: queue for queue in await self.store.outbox.queues()}
        heads = {letter.party: letter for letter in await self.store.outbox.heads()}
        shut = self.client.breakers.lines()
        parties = set(queues) | {member.party_id for member in self.directory.members() if origin_of(member.url) in shut}
        lines = [self._line(party, queues.get(party) or Queue(party, 0, "", 0), heads.get(party)) for party in parties]
        return sorted(lines, key=lambda line: (line.name, line.party))

    def _line(self, party: str, queue: Queue, head: Letter | None) -> PartnerLine:
        member = self.directory.member(party)
        if member is None:
            return PartnerLine(party, "", "", "unknown", queue.waiting, queue.refused, queue.oldest, None, "It is no firm this node knows.")
        line = self.client.breakers.line(origin_of(member.url))
        due = from_ms(head.due) if head is not None and head.due is not None else None
        opens = SYSTEM.now() + timedelta(seconds=line.seconds) if line.state == "open" else None
        why = line.why or (head.answer.decode("utf-8", "replace")[:500] if head is not None and head.tries else "")
        return PartnerLine(party, member.name, member.url, line.state, queue.waiting, queue.refused, queue.oldest, opens or due, why)

    async def retry(self, actor: Actor, id: int) -> Delivery:
        """Have a message tried now, whatever its back-off; raise ``not-found`` or ``conflict``."""
        self.guard.require(actor, "deliveries.write")

        def work(tx: Tx) -> Letter:
            letter = tx.reopen(id, "waiting", now_ms())
            tx.append(f"outbox/{letter.party}", LetterRetried(letter.id, letter.party, letter.path))
            return letter

        letter = await self.store.write(actor, work)
        self._call(letter.party)
        return self._view(letter)

    async def retry_all(self, actor: Actor, party: str) -> list[Delivery]:
        """Have everything that waits for a partner tried now, in order; what it refused is left as it is. Raise ``not-found``."""
        self.guard.require(actor, "deliveries.write")
        member = self.directory.member(party)
        if member is None:
            raise Problem(NOT_FOUND, f"{party} is no firm this node knows.")
        waiting = await self.store.outbox.rows(member.party_id, "waiting", 5000)

        def work(tx: Tx) -> None:
            for letter in waiting:
                tx.reopen(letter.id, "waiting", now_ms())

        self._call(member.party_id)
        await self.store.write(actor, work)
        return [self._view(letter) for letter in await self.store.outbox.rows(member.party_id, "waiting", LIMIT)]

    def _call(self, party: str) -> None:
        member = self.directory.member(party)
        if member is not None:
            self.client.breakers.close(origin_of(member.url))

    async def give_up(self, actor: Actor, id: int, reason: str) -> Delivery:
        """Never deliver a message; those behind it go on. Raise ``not-found`` or ``conflict``."""
        self.guard.require(actor, "deliveries.write")

        def work(tx: Tx) -> Letter:
            letter = tx.reopen(id, "given-up", None)
            tx.append(f"outbox/{letter.party}", LetterGivenUp(letter.id, letter.party, letter.path, reason))
            return letter

        return self._view(await self.store.write(actor, work))


API = Api("deliveries", DeliveryService)
ROUTES = API


def _number(id: str) -> int:
    return int(id) if id.isascii() and id.isdigit() and len(id) < 19 else 0


@API.get("/api/v1/deliveries", action="deliveries.read", summary="List messages to partners")
async def deliveries(service: DeliveryService, actor: Actor, query: Which) -> list[Delivery]:
    """Return the newest messages with where each stands."""
    return await service.deliveries(actor, query)


@API.get("/api/v1/deliveries/partners", action="deliveries.read", summary="How each partner is reached, and why not")
async def partners(service: DeliveryService, actor: Actor) -> list[PartnerLine]:
    """Return the partners for whom something waits or was refused, or who are not called now."""
    return await service.partners(actor)


@API.post("/api/v1/deliveries/partners/{party}/retry", action="deliveries.write", summary="Try a partner again now")
async def retry_all(service: DeliveryService, actor: Actor, party: str) -> list[Delivery]:
    """Have everything that waits for a partner tried now."""
    return await service.retry_all(actor, party)


@API.post("/api/v1/deliveries/{id}/retry", action="deliveries.write", summary="Try a message again now")
async def retry(service: DeliveryService, actor: Actor, id: str) -> Delivery:
    """Have a message that waits or was refused tried now."""
    return await service.retry(actor, _number(id))


@API.post("/api/v1/deliveries/{id}/give-up", action="deliveries.write", summary="Give a message up")
async def give_up(service: DeliveryService, actor: Actor, id: str, query: Why) -> Delivery:
    """Never deliver this message; say why with ``reason``."""
    return await service.give_up(actor, _number(id), query.reason)

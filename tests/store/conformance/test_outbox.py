"""What every store must do with letters to partners."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from plait.kernel.actor import Actor
from plait.kernel.clock import SYSTEM
from plait.kernel.facts import decode
from plait.kernel.problems import Problem
from plait.store import Store


class Carrier:
    """A ``PartnerMail`` whose replies are a script: a status, a Problem, or an event to wait for, per party."""

    def __init__(self, **replies: list[Any]) -> None:
        self.replies = replies
        self.sent: list[tuple[str, str, str]] = []
        self.wanted = 0
        self.enough = asyncio.Event()

    async def deliver(self, party: str, path: str, body: bytes, media_type: str, idempotency_key: str) -> tuple[int, bytes]:
        """Reply with the next entry of the script, 200 when it is used up."""
        self.sent.append((party, body.decode(), idempotency_key))
        if len(self.sent) == self.wanted:
            self.enough.set()
        script = self.replies.get(party, [])
        reply = script.pop(0) if script else 200
        if isinstance(reply, asyncio.Event):
            await reply.wait()
            reply = 200
        if isinstance(reply, Exception):
            raise reply
        return reply, b"answer"


async def post(store: Store, me: Actor, *letters: tuple[str, str]) -> None:
    """Post (party, body) rows in one transaction; the body is the key."""
    await store.write(me, lambda tx: [tx.post(party, "/in", body.encode(), key=body) for party, body in letters] and None)


@pytest.fixture(params=["run", "turns"])
async def start(request: pytest.FixtureRequest, store: Store) -> Any:
    """Start deliveries in either mode; ``settle`` returns when nothing more is to be done."""
    tasks: list[asyncio.Task[None]] = []

    def begin(carrier: Carrier) -> None:
        if request.param == "run":
            tasks.append(asyncio.create_task(store.outbox.run(carrier)))
        else:
            store.outbox.turns(store.clock, carrier)

    async def settle() -> None:
        await asyncio.sleep(0)
        for task in tasks:
            assert not task.done(), task.exception()
        if request.param == "turns":
            await store.clock.run_for(timedelta(0))
        await store.activity.wait_idle()

    yield begin, settle
    for task in tasks:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_in_order_for_each_partner(store: Store, me: Actor, start: Any) -> None:
    """Tests that each partner gets its letters in the order they were posted, and they count as delivered."""
    begin, settle = start
    carrier = Carrier()
    begin(carrier)
    await post(store, me, ("p", "1"), ("q", "2"), ("p", "3"), ("q", "4"))
    await post(store, me, ("p", "5"))
    await settle()
    for party, bodies in (("p", ["1", "3", "5"]), ("q", ["2", "4"])):
        assert [body for to, body, _ in carrier.sent if to == party] == bodies
    assert {row.state for row in await store.outbox.rows()} == {"delivered"}
    assert await store.outbox.pending() == 0


async def test_posted_before_the_start(store: Store, me: Actor, start: Any) -> None:
    """Tests that what was posted before deliveries began goes out."""
    begin, settle = start
    await post(store, me, ("p", "1"))
    assert await store.outbox.pending() == 1
    begin(carrier := Carrier())
    await settle()
    assert [body for _, body, _ in carrier.sent] == ["1"]


async def test_same_key_once(store: Store, me: Actor, start: Any) -> None:
    """Tests that a second post to the same partner under the same key sends nothing; another partner's key is his own."""
    begin, settle = start
    begin(carrier := Carrier())
    await post(store, me, ("p", "1"), ("p", "1"), ("q", "1"))
    await post(store, me, ("p", "1"))
    await settle()
    assert sorted(carrier.sent) == [("p", "1", "1"), ("q", "1", "1")]


@pytest.mark.parametrize("reply", [500, 503, 408, 425, 429, 302, Problem("partner-unreachable"), OSError("reset")], ids=str)
async def test_tried_again(store: Store, me: Actor, start: Any, reply: Any) -> None:
    """Tests that a partner that is away or busy is tried again with the same key, in order, and the node is busy meanwhile."""
    begin, settle = start
    begin(carrier := Carrier(p=[reply]))
    await post(store, me, ("p", "1"), ("p", "2"))
    await settle()
    await settle()
    assert [body for _, body, _ in carrier.sent] == ["1", "1", "2"]
    assert sorted(row.tries for row in await store.outbox.rows("p")) == [1, 2]


@pytest.mark.parametrize("reply", [400, 403, 404, 409, 422, Problem("not-found")], ids=str)
async def test_dead_letter(store: Store, me: Actor, start: Any, reply: Any) -> None:
    """Tests that a refusal is final, told by a fact, and does not hold up the letters behind it; a person may send it again."""
    begin, settle = start
    begin(carrier := Carrier(p=[reply]))
    await post(store, me, ("p", "1"), ("p", "2"))
    await settle()
    assert [body for _, body, _ in carrier.sent] == ["1", "2"]
    (dead,) = await store.outbox.rows(state="refused")
    status = reply if isinstance(reply, int) else reply.status
    assert (dead.key, dead.status, dead.due) == ("1", status, None)
    (told,) = await store.facts(kinds={"store.letter_refused"})
    assert (decode(told).key, decode(told).status) == ("1", status)
    await store.outbox.retry(dead.id)
    await settle()
    assert [body for _, body, _ in carrier.sent] == ["1", "2", "1"]
    assert await store.outbox.rows(state="refused") == []


async def test_give_up(store: Store, me: Actor) -> None:
    """Tests that a letter given up is never sent, those behind it are, and a delivered one can be neither given up nor sent again."""
    await post(store, me, ("p", "1"), ("p", "2"))
    first = (await store.outbox.rows("p"))[-1]
    await store.outbox.give_up(first.id)
    carrier = Carrier()
    store.outbox.mail = carrier
    assert await store.outbox.deliver_one()
    assert not await store.outbox.deliver_one()
    assert [body for _, body, _ in carrier.sent] == ["2"]
    with pytest.raises(Problem, match="conflict"):
        await store.outbox.retry(first.id + 1)
    with pytest.raises(Problem, match="not-found"):
        await store.outbox.give_up(999)


async def test_dead_partner_slows_nobody(store: Store, me: Actor) -> None:
    """Tests that in real time a partner that never answers does not keep another's letters back."""
    stuck = asyncio.Event()
    carrier = Carrier(p=[stuck])
    carrier.wanted = 3
    running = asyncio.create_task(store.outbox.run(carrier))
    await post(store, me, ("p", "1"), ("q", "2"), ("q", "3"))
    await carrier.enough.wait()
    assert [body for to, body, _ in carrier.sent if to == "q"] == ["2", "3"]
    stuck.set()
    await store.activity.wait_idle()
    assert await store.outbox.pending() == 0
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_one_turn_a_letter(store: Store, me: Actor) -> None:
    """Tests that in stepped time nothing leaves by itself: each letter waits for its own turn on the agenda."""
    carrier = Carrier()
    store.outbox.turns(store.clock, carrier)
    await store.activity.wait_idle()
    await post(store, me, ("q", "1"), ("p", "2"), ("q", "3"))
    await store.activity.wait_idle()
    assert carrier.sent == []
    for turn in (1, 2, 3):
        assert store.clock.next_wake() == store.clock.now()
        await store.clock.fire(store.clock.now(), one=True)
        assert len(carrier.sent) == turn
    assert [body for _, body, _ in carrier.sent] == ["1", "2", "3"]
    assert store.clock.next_wake() is None


async def test_due(store: Store, me: Actor) -> None:
    """Tests that only the first waiting letter of a partner is due, and none of one in back-off before its time."""
    store.outbox.mail = Carrier(p=[503])
    await post(store, me, ("p", "1"), ("p", "2"), ("q", "3"))
    later = SYSTEM.now() + timedelta(minutes=2)
    assert [row.key for row in await store.outbox.due(later)] == ["1", "3"]
    now = SYSTEM.now()
    await store.outbox.deliver_one()
    assert [row.key for row in await store.outbox.due(now)] == ["3"]
    assert [row.key for row in await store.outbox.due(later)] == ["1", "3"]


async def test_waiting_letters_survive(make: Callable[[], Store], me: Actor) -> None:
    """Tests that letters posted before a stop go out after the next start."""
    store = make()
    await store.open()
    await post(store, me, ("p", "1"))
    await store.close()
    store = make()
    await store.open()
    store.outbox.mail = carrier = Carrier()
    assert await store.outbox.deliver_one()
    assert [body for _, body, _ in carrier.sent] == ["1"]
    await store.close()


async def test_closing_ends_deliveries(make: Callable[[], Store], me: Actor) -> None:
    """Tests that closing the store stops deliveries in either mode, leaves nothing held, and what was not settled still waits."""
    for mode in ("run", "turns"):
        store = make()
        await store.open()
        running = None
        if mode == "run":
            carrier = Carrier(p=[asyncio.Event()])
            carrier.wanted = 1
            running = asyncio.create_task(store.outbox.run(carrier))
            await post(store, me, ("p", "1"))
            await carrier.enough.wait()
        else:
            store.outbox.turns(store.clock, Carrier())
        await store.close()
        assert running is None or running.cancelled()
        assert store.clock.next_wake() is None
        assert store.activity.busy() == {}
        with pytest.raises(Problem, match="unavailable"):
            await store.outbox.pending()
    store = make()
    await store.open()
    assert await store.outbox.pending() == 1
    await store.close()

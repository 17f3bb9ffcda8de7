"""What every store must do for those who follow its facts."""

import asyncio
from collections.abc import Callable
from typing import Any

from plait.kernel.actor import Actor
from plait.kernel.facts import Fact
from plait.store import Store
from tests.support.kinds import Noted


async def note(store: Store, me: Actor, count: int = 1) -> None:
    """Append ``count`` facts in one transaction."""
    await store.write(me, lambda tx: [tx.append("test/1", Noted(str(n))) for n in range(count)] and None)


def collector(into: list[Any], name: str = "") -> Callable[[Fact], Any]:
    """Return a handler that notes whom it served with which fact."""

    async def handle(fact: Fact) -> None:
        into.append((fact.seq, name) if name else fact.seq)

    return handle


async def test_order(store: Store, me: Actor) -> None:
    """Tests that followers are served fact by fact in order, and within a fact in order of registration."""
    seen: list[Any] = []
    for name in ("z", "a", "m"):
        store.follow(name, None, collector(seen, name))
    await note(store, me, 3)
    await store.activity.wait_idle()
    assert seen == [(seq, name) for seq in (1, 2, 3) for name in ("z", "a", "m")]


async def test_many_batches(store: Store, me: Actor) -> None:
    """Tests that a long backlog is followed to its end, once."""
    await note(store, me, 1234)
    seen: list[int] = []
    store.follow("all", None, collector(seen), start="begin")
    await store.activity.wait_idle()
    assert seen == list(range(1, 1235))


async def test_start_and_kinds(store: Store, me: Actor) -> None:
    """Tests that ``now`` skips what was before, ``begin`` does not, and other kinds are passed over."""
    await note(store, me, 2)
    now: list[int] = []
    begin: list[int] = []
    other: list[int] = []
    store.follow("now", None, collector(now))
    store.follow("begin", frozenset({"test.noted"}), collector(begin), start="begin")
    store.follow("other", frozenset({"test.other"}), collector(other), start="begin")
    await note(store, me, 1)
    await store.activity.wait_idle()
    assert (now, begin, other) == ([3], [1, 2, 3], [])
    assert [(view.name, view.seq, view.behind) for view in store.followers()] == [("now", 3, 0), ("begin", 3, 0), ("other", 3, 0)]


async def test_cursor_lasts(make: Callable[[], Store], me: Actor) -> None:
    """Tests that after a restart a follower goes on behind the last fact it did, also with facts written while it was away."""
    seen: list[int] = []
    store = make()
    store.follow("one", None, collector(seen), start="begin")
    await store.open()
    await note(store, me, 3)
    await store.activity.wait_idle()
    await store.close()
    store = make()
    await store.open()
    await note(store, me, 2)
    store.follow("one", None, collector(seen), start="begin")
    await store.activity.wait_idle()
    await store.close()
    assert seen == [1, 2, 3, 4, 5]


async def test_now_is_remembered(make: Callable[[], Store], me: Actor) -> None:
    """Tests that ``now`` is the end of the log at the first registration, not at each."""
    seen: list[int] = []
    store = make()
    await store.open()
    store.follow("one", None, collector(seen))
    await store.close()
    store = make()
    await store.open()
    await note(store, me, 2)
    store.follow("one", None, collector(seen))
    await store.activity.wait_idle()
    await store.close()
    assert seen == [1, 2]


async def test_failing_handler_is_parked(store: Store, me: Actor) -> None:
    """Tests that a handler that raises is given the same fact again until it succeeds, keeps the node busy, and delays nobody."""
    seen: list[Any] = []
    tries: list[int] = []
    busy: list[bool] = []
    last = asyncio.Event()

    async def shaky(fact: Fact) -> None:
        tries.append(fact.seq)
        if fact.seq == 2 and not (last.is_set() and store.followers()[0].tries >= 2):
            raise RuntimeError("not yet")
        if fact.seq == 2:
            busy.append(not store.activity.idle)

    store.follow("shaky", None, shaky)

    async def steady(fact: Fact) -> None:
        seen.append(fact.seq)
        if fact.seq == 3:
            last.set()

    store.follow("steady", None, steady)
    await note(store, me, 3)
    await last.wait()
    async with asyncio.timeout(60):
        while not store.followers()[0].error:
            await asyncio.sleep(0.001)
    parked = store.followers()[0]
    assert (parked.seq, parked.error) == (1, "RuntimeError: not yet")
    assert parked.tries >= 1
    assert store.activity.busy().get("parked:shaky") == 1
    await store.activity.wait_idle()
    assert tries[0] == 1
    assert tries[-1] == 3
    assert set(tries[1:-1]) == {2}
    assert len(tries) >= 5
    assert seen == [1, 2, 3]
    assert busy == [True]
    assert store.followers()[0].tries == 0


async def test_busy_from_commit_to_handler(store: Store, me: Actor) -> None:
    """Tests that from the moment a write is answered the process is busy until the last follower has done the fact."""
    release = asyncio.Event()

    async def slow(fact: Fact) -> None:
        await release.wait()

    store.follow("slow", None, slow)
    await store.activity.wait_idle()
    await note(store, me)
    for _ in range(5):
        assert not store.activity.idle
        await asyncio.sleep(0)
    release.set()
    await store.activity.wait_idle()
    assert store.followers()[0].behind == 0


async def test_handler_may_write(store: Store, me: Actor) -> None:
    """Tests that a reaction's own facts are followed too, and idleness comes only after the last of them."""

    async def react(fact: Fact) -> None:
        if fact.seq < 5:
            await store.write(me, lambda tx: tx.append("test/2", Noted("next")) and None, once=f"react:{fact.id}")

    store.follow("react", None, react)
    await note(store, me)
    await store.activity.wait_idle()
    assert await store.head() == 5
    assert store.followers()[0].seq == 5

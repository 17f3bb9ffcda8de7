"""What every store must do with facts."""

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from plait.kernel.actor import Actor
from plait.kernel.clock import SYSTEM, iso
from plait.kernel.facts import GENESIS, decode, fact_hash
from plait.kernel.once import Once
from plait.kernel.problems import Problem
from plait.store import Store
from plait.store.tables import log, number
from tests.support.kinds import Noted


async def note(store: Store, me: Actor, *numbers: str, stream: str = "test/1") -> list[Any]:
    """Append one fact a number in one transaction."""
    return await store.write(me, lambda tx: [tx.append(stream, Noted(one)) for one in numbers])


async def test_append_and_read(store: Store, me: Actor) -> None:
    """Tests that a fact read back equals the one appended, header, body and all."""
    appended = await note(store, me, "A", "B")
    assert await store.facts() == appended
    assert [fact.seq for fact in appended] == [1, 2]
    assert decode(appended[1]) == Noted("B")
    assert appended[0].actor == "system:node"
    assert appended[0].at == store.clock.now()


async def test_chain(store: Store, me: Actor) -> None:
    """Tests that each fact's hash covers its header, its body and the fact before it, from the genesis hash on."""
    first, second = await note(store, me, "A", "B")
    assert first.prev_hash == GENESIS
    assert second.prev_hash == first.hash
    header = (second.id, second.stream, second.kind, str(second.version), iso(second.at), iso(second.recorded), second.actor)
    assert second.hash == fact_hash(first.hash, header, second.body_hash)


async def test_read_selection(store: Store, me: Actor) -> None:
    """Tests that facts are selected by position, stream, kind and limit."""
    await note(store, me, "A", "B", stream="one")
    await note(store, me, "C", stream="two")
    assert [fact.seq for fact in await store.facts(after=1)] == [2, 3]
    assert [fact.seq for fact in await store.facts(stream="two")] == [3]
    assert [fact.seq for fact in await store.facts(limit=2)] == [1, 2]
    assert await store.facts(kinds={"test.other"}) == []
    assert len(await store.facts(kinds={"test.other", "test.noted"})) == 3


async def test_failed_job_leaves_nothing(store: Store, me: Actor) -> None:
    """Tests that what a job changed before it raised is undone, alone: its neighbours in the group stay, numbers have no gap."""

    def bad(tx: Any) -> None:
        tx.append("test/1", Noted("bad"))
        tx.number("series")
        tx.post("p", "/x", b"{}", key="bad")
        raise ValueError("no")

    def good(name: str) -> Callable[[Any], int]:
        return lambda tx: (tx.append("test/1", Noted(name)), tx.number("series"))[1]

    jobs = [store.write(me, fn) for fn in (good("A"), bad, good("B"))]
    results = await asyncio.gather(*jobs, return_exceptions=True)
    assert results[0] == 1
    assert isinstance(results[1], ValueError)
    assert results[2] == 2
    assert [decode(fact).number for fact in await store.facts()] == ["A", "B"]
    assert (await store.verify()).ok
    assert await store.outbox.pending() == 0


async def test_database_error_leaves_nothing(store: Store, me: Actor) -> None:
    """Tests that a statement the database refuses undoes its own job only."""

    def twice(tx: Any) -> None:
        tx.append("test/1", Noted("bad"))
        tx.conn.execute(number.insert().values(series="s", last=1))
        tx.conn.execute(number.insert().values(series="s", last=1))

    results = await asyncio.gather(note(store, me, "A"), store.write(me, twice), note(store, me, "B"), return_exceptions=True)
    assert isinstance(results[1], Exception)
    assert [decode(fact).number for fact in await store.facts()] == ["A", "B"]
    assert await store.write(me, lambda tx: tx.number("s")) == 1


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("body", b'{"number":"Z","count":1}', "body"),
        ("actor", "person:nobody", "header"),
        ("prev_hash", "0" * 64, "follow"),
        ("seq", 7, "missing"),
    ],
)
async def test_verify_finds_tampering(store: Store, me: Actor, column: str, value: Any, reason: str) -> None:
    """Tests that a change to any part of a fact already on disk is found, and where."""
    await note(store, me, "A", "B", "C")
    await store.write(me, lambda tx: tx.conn.execute(log.update().where(log.c.seq == 3).values({column: value})) and None)
    report = await store.verify()
    assert not report.ok
    assert reason in report.reason
    assert report.broken_at == (7 if column == "seq" else 3)


async def test_erase_keeps_the_chain(store: Store, me: Actor) -> None:
    """Tests that an erased body is gone, a fact says so, and the chain still verifies."""
    first, _ = await note(store, me, "secret", "B")
    await store.erase(first.id, "asked by the person", me)
    facts = await store.facts()
    assert facts[0].body is None
    assert decode(facts[0]) is None
    assert msgspec.to_builtins(decode(facts[2])) == {"fact": first.id, "reason": "asked by the person"}
    report = await store.verify()
    assert (report.ok, report.facts, report.erased) == (True, 3, 1)


async def test_erase_beside_appends(store: Store, me: Actor) -> None:
    """Tests that facts appended in the same group as an erasure, or as one that is refused, are all there."""
    (first,) = await note(store, me, "A")
    gate = threading.Event()
    jobs = [
        store.write(me, lambda tx: gate.wait(5)),
        note(store, me, "B"),
        store.erase("no-such-fact"),
        note(store, me, "C"),
        store.erase(first.id),
        note(store, me, "D"),
    ]
    running = [asyncio.ensure_future(job) for job in jobs]
    await asyncio.sleep(0)
    gate.set()
    answers = await asyncio.gather(*running, return_exceptions=True)
    assert isinstance(answers[2], Problem)
    assert answers[2].code == "not-found"
    facts = await store.facts()
    assert facts[0].body is None
    assert [decode(fact).number for fact in facts[1:] if fact.kind == "test.noted"] == ["B", "C", "D"]
    assert (await store.verify()).ok


async def test_numbers_have_no_gap(store: Store, me: Actor) -> None:
    """Tests that a series counts 1, 2, 3 with many writers at once, each series for itself."""
    drawn = await asyncio.gather(*(store.write(me, lambda tx: tx.number("PO")) for _ in range(50)))
    assert sorted(drawn) == list(range(1, 51))
    assert await store.write(me, lambda tx: (tx.number("Q"), tx.number("PO"))) == (1, 51)


async def test_once(store: Store, me: Actor) -> None:
    """Tests that a repeat under the same key gives the first answer and does nothing, also at the same moment."""

    def job(tx: Any) -> Noted:
        tx.append("s", Noted("A"))
        return Noted("A", 5)

    answers = await asyncio.gather(*(store.write(me, job, once="key", result=Noted) for _ in range(5)))
    assert answers == [Noted("A", 5)] * 5
    assert await store.write(me, job, once="key") == {"number": "A", "count": 5}
    assert len(await store.facts()) == 1


async def test_once_belongs_to_the_actor(store: Store, me: Actor) -> None:
    """Tests that another actor's use of the same key is his own."""
    await store.write(me, lambda tx: 1, once="key")
    assert await store.write(Actor("partner", "did:web:x", "p2"), lambda tx: 2, once="key") == 2


async def test_once_notices_another_content(store: Store, me: Actor) -> None:
    """Tests that a key used for one content is refused for another, gives the first answer for the same, and that keys without content still work."""
    assert await store.write(me, lambda tx: 1, once=Once("key", "d1")) == 1
    assert await store.write(me, lambda tx: 2, once=Once("key", "d1")) == 1
    assert await store.write(me, lambda tx: 3, once="key") == 1
    with pytest.raises(Problem) as refused:
        await store.write(me, lambda tx: 4, once=Once("key", "d2"))
    assert refused.value.code == "key-reused"


async def test_once_follows_a_partner_that_moves(store: Store) -> None:
    """Tests that a partner's repeat is known after its DID has changed, and one kept under an old DID still is."""
    before, after = Actor("partner", "did:web:a", "p2"), Actor("partner", "did:web:b", "p2")
    await store.write(before, lambda tx: 1, once="key")
    assert await store.write(after, lambda tx: 2, once="key") == 1
    await store.write(Actor("partner", "did:web:a", ""), lambda tx: 5, once="early")
    assert await store.write(before, lambda tx: 6, once="early") == 5


async def test_old_keys_are_forgotten(store: Store, me: Actor) -> None:
    """Tests that keys from before a moment are forgotten and later ones kept."""
    await store.write(me, lambda tx: 1, once="old")
    assert await store.tidy(SYSTEM.now() - timedelta(days=1)) == 0
    assert await store.tidy(SYSTEM.now() + timedelta(days=1)) == 1
    assert await store.write(me, lambda tx: 2, once="old") == 2


async def test_once_is_not_spent_by_a_refusal(store: Store, me: Actor) -> None:
    """Tests that after a refusal the same key may be tried again."""

    def refuse(tx: Any) -> None:
        raise Problem("conflict")

    with pytest.raises(Problem):
        await store.write(me, refuse, once="key")
    assert await store.write(me, lambda tx: "done", once="key") == "done"


async def test_reading_is_one_snapshot_and_cannot_write(store: Store, me: Actor) -> None:
    """Tests that a read may not change anything and does not see a write that is going on."""
    with pytest.raises(Exception, match=r"(?i)read-?only"):
        await store.read(lambda conn: conn.execute(number.insert().values(series="x", last=1)) and None)
    seen = await store.write(me, lambda tx: (tx.number("x"), store.read_now(lambda conn: conn.execute(text("SELECT count(*) FROM store_number")).scalar())))
    assert seen == (1, 0)


async def test_listeners_hear_what_is_on_disk(store: Store, me: Actor) -> None:
    """Tests that listeners get each committed fact in order, none of a failed job, and nothing after leaving."""
    heard: list[int] = []
    leave = store.listen(lambda fact: heard.append(fact.seq))
    await note(store, me, "A", "B")
    leave()
    await note(store, me, "C")
    assert heard == [1, 2]


async def test_closed_store_refuses(make: Callable[[], Store], me: Actor) -> None:
    """Tests that a store that is not open refuses to write, and one that is closed finishes what was queued."""
    store = make()
    with pytest.raises(Problem, match="unavailable"):
        await note(store, me, "A")
    await store.open()
    last = asyncio.ensure_future(note(store, me, "A"))
    await asyncio.sleep(0)
    await store.close()
    assert [fact.seq for fact in await last] == [1]
    with pytest.raises(Problem, match="unavailable"):
        await note(store, me, "B")


async def test_second_writer_is_refused(store: Store, make: Callable[[], Store], me: Actor) -> None:
    """Tests that a second store on the same database is refused, and may write once the first is closed."""
    await note(store, me, "A")
    second = make()
    with pytest.raises(Problem, match="store-locked"):
        await second.open()
    await store.close()
    await second.open()
    try:
        assert [fact.seq for fact in await note(second, me, "B")] == [2]
        assert (await second.verify()).ok
    finally:
        await second.close()

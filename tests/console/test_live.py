"""One publisher for all who look."""

import asyncio
from types import SimpleNamespace

from plait.console import live
from plait.console.live import Hub, Watcher
from plait.kernel.actor import Actor
from plait.kernel.problems import FORBIDDEN, UNAUTHENTICATED, Problem


class Log:
    """The part of a store that tells of facts."""

    def __init__(self):
        self.calls = []

    def listen(self, call):
        self.calls.append(call)
        return lambda: self.calls.remove(call)

    def tell(self, kind):
        for call in self.calls:
            call(SimpleNamespace(kind=kind))


class Somebody:
    """A person at a page."""

    def __init__(self, role="viewer"):
        self.role = role
        self.here = True
        self.got = asyncio.Queue()
        self.lost = asyncio.Event()

    async def actor(self):
        if not self.here:
            raise Problem(UNAUTHENTICATED)
        return Actor("person", "x", "p", frozenset({self.role}))

    def watcher(self):
        return Watcher(self, self.got.put_nowait, self.lost.set)


def hub_of(monkeypatch):
    monkeypatch.setattr(live, "SETTLE_S", 0.0)
    log = Log()
    return log, Hub(log)


async def test_one_reading_serves_all(monkeypatch):
    """Tests that two people of one role are served by one reading, another role by its own, and other facts by none."""
    log, hub = hub_of(monkeypatch)
    read = []

    async def fetch(actor):
        read.append(set(actor.roles))
        return len(read)

    people = [Somebody(), Somebody(), Somebody("admin")]
    for one in people:
        hub.watch("orders", ("trade.",), 0, fetch, one.watcher())
    log.tell("machine.state_changed")
    log.tell("trade.ordered")
    got = [await asyncio.wait_for(one.got.get(), 60) for one in people]
    assert sorted(map(tuple, read)) == [("admin",), ("viewer",)]
    assert got[0] == got[1] != got[2]
    hub.close()


async def test_nobody_looks_nothing_is_read(monkeypatch):
    """Tests that a view is given up with its last watcher, and the log with the hub."""
    log, hub = hub_of(monkeypatch)
    read = []

    async def fetch(_):
        read.append(1)

    leave = hub.watch("orders", ("trade.",), 0.001, fetch, Somebody().watcher())
    leave()
    leave()
    log.tell("trade.ordered")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert read == []
    hub.close()
    assert log.calls == []


async def test_an_ended_session_gets_nothing_more(monkeypatch):
    """Tests that whoever's session has ended is told so once and is read nothing more, while others go on."""
    log, hub = hub_of(monkeypatch)

    async def fetch(_):
        return "news"

    gone, there = Somebody(), Somebody()
    for one in (gone, there):
        hub.watch("orders", ("trade.",), 0, fetch, one.watcher())
    gone.here = False
    log.tell("trade.ordered")
    assert await asyncio.wait_for(there.got.get(), 60) == "news"
    assert gone.lost.is_set()
    assert gone.got.empty()
    hub.close()


async def test_a_reading_that_fails_is_not_the_end(monkeypatch):
    """Tests that a refusal and an error of one reading leave the publisher going."""
    log, hub = hub_of(monkeypatch)
    answers = [Problem(FORBIDDEN), ValueError("tripped"), None]
    turns = asyncio.Queue()

    async def fetch(_):
        answer = answers.pop(0)
        turns.put_nowait(answer)
        if answer is not None:
            raise answer
        return "well"

    one = Somebody()
    hub.watch("orders", ("trade.",), 0, fetch, one.watcher())
    for _ in range(3):
        log.tell("trade.ordered")
        await asyncio.wait_for(turns.get(), 60)
    assert await asyncio.wait_for(one.got.get(), 60) == "well"
    hub.close()

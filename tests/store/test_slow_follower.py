"""Tests that a handler that takes long delays only its own follower."""

import asyncio
from datetime import UTC, datetime

from plait.kernel.activity import Activity
from plait.kernel.facts import Fact
from plait.store.follow import Followers

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def fact(seq: int) -> Fact:
    return Fact(seq, str(seq), "test", "test.noted", 1, NOW, NOW, "", b"{}", "", "", "")


class Log:
    """A log in memory with followers."""

    def __init__(self, count: int) -> None:
        self.saved: dict[str, int] = {}
        self.count = count
        self.activity = Activity()
        self.followers = Followers(self.read, self.save, self.activity, patience_s=0.04)

    async def read(self, after: int, limit: int) -> list[Fact]:
        return [fact(seq) for seq in range(after + 1, min(after + limit, self.count) + 1)]

    async def save(self, cursors: dict[str, int]) -> None:
        self.saved |= cursors

    def begin(self) -> None:
        self.followers.take(self.count)
        self.followers.start()


async def test_the_others_go_on() -> None:
    """Tests that the others follow to the end while one handler hangs, which is shown, and that this one goes on in order afterwards."""
    log = Log(5)
    gate, done = asyncio.Event(), asyncio.Event()
    slow: list[int] = []
    quick: list[int] = []

    async def hang(each: Fact) -> None:
        if each.seq == 2:
            await gate.wait()
        slow.append(each.seq)

    async def go(each: Fact) -> None:
        quick.append(each.seq)
        if each.seq == 5:
            done.set()

    log.followers.add("slow", None, hang, 0)
    log.followers.add("quick", None, go, 0)
    log.begin()
    await asyncio.wait_for(done.wait(), 60)
    first, _ = log.followers.views()
    assert (first.name, first.seq, slow, quick) == ("slow", 1, [1], [1, 2, 3, 4, 5])
    assert "takes long" in first.error
    assert log.activity.busy() == {"slow:slow": 1} or not log.activity.idle
    gate.set()
    await asyncio.wait_for(log.activity.wait_idle(), 60)
    assert slow == [1, 2, 3, 4, 5]
    assert quick == [1, 2, 3, 4, 5]
    assert [view.error for view in log.followers.views()] == ["", ""]
    await log.followers.stop()
    assert log.saved == {"slow": 5, "quick": 5}
    assert log.activity.idle


async def test_several_hang_and_the_node_stops() -> None:
    """Tests that each of several that hang stands aside, and that stopping interrupts them and keeps where they stood."""
    log = Log(3)
    done = asyncio.Event()

    async def hang(each: Fact) -> None:
        await asyncio.Event().wait()

    async def go(each: Fact) -> None:
        if each.seq == 3:
            done.set()

    for name in ("a", "b", "c"):
        log.followers.add(name, None, hang, 0)
    log.followers.add("d", None, go, 0)
    log.begin()
    await asyncio.wait_for(done.wait(), 60)
    await log.followers.stop()
    assert [(view.name, view.seq) for view in log.followers.views()] == [("a", 0), ("b", 0), ("c", 0), ("d", 3)]
    assert log.activity.idle


async def test_a_slow_failure_is_tried_again() -> None:
    """Tests that a handler that fails after standing aside is parked and given the same fact again."""
    log = Log(2)
    seen: list[int] = []

    async def fail_late(each: Fact) -> None:
        seen.append(each.seq)
        if len(seen) == 1:
            await asyncio.sleep(0.12)
            raise RuntimeError("late")

    log.followers.add("late", None, fail_late, 0)
    log.begin()
    await asyncio.wait_for(log.activity.wait_idle(), 60)
    assert seen == [1, 1, 2]
    await log.followers.stop()

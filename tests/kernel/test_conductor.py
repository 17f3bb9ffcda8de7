"""Stepped time: one moment at a time, one participant at a time, and only while nobody is busy."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from plait.kernel.activity import Activity
from plait.kernel.clock import SteppedClock
from plait.kernel.conductor import Conductor
from plait.kernel.stepped import Participant

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


class Player:
    """A participant that notes what it did when."""

    def __init__(self, name, conductor, log):
        self.name, self.log = name, log
        self.activity = Activity()
        self.clock = SteppedClock(self.activity, START)
        address, _, secret = conductor.address.partition("/")
        self.participant = Participant(name, address, secret, self.clock, self.activity)

    def note(self, what):
        self.log.append((self.name, what, int((self.clock.now() - START).total_seconds())))

    def after(self, seconds, what, then=None):
        async def call():
            self.note(what)
            if then:
                await then()

        self.clock.at(START + timedelta(seconds=seconds), what, call)


@asynccontextmanager
async def stage(*names):
    """A conductor with players that have joined."""
    conductor, log = Conductor(START), []
    await conductor.open()
    players = {name: Player(name, conductor, log) for name in names}
    for name in names:
        conductor.expect(name)
    tasks = []
    for player in players.values():
        await player.participant.join()
        tasks.append(asyncio.create_task(player.participant.run()))
    try:
        yield conductor, players, log
    finally:
        await conductor.close()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_earliest_first_then_by_name():
    """Tests that wake-ups are released in the order of time, and of names at one time."""
    async with stage("b", "a") as (conductor, players, log):
        players["b"].after(10, "x")
        players["a"].after(10, "y")
        players["a"].after(5, "z")
        await _until(conductor, 10)
        assert log == [("a", "z", 5), ("a", "y", 10), ("b", "x", 10)]


async def _until(conductor, seconds):
    await conductor.reach(START + timedelta(seconds=seconds))


async def test_time_waits_for_work_handed_over():
    """Tests that time stands while one participant works on what another gave it, even when no timer is due."""
    async with stage("a", "b") as (conductor, players, log):
        done = asyncio.Event()

        async def give():
            token = players["b"].activity.hold("work")

            async def work():
                for _ in range(50):
                    await asyncio.sleep(0)
                players["b"].note("worked")
                token.release()
                done.set()

            players["b"].task = asyncio.create_task(work())

        players["a"].after(1, "give", give)
        players["a"].after(2, "later")
        await _until(conductor, 2)
        assert log == [("a", "give", 1), ("b", "worked", 1), ("a", "later", 2)]


async def test_unacknowledged_beats_stop_time_until_seen():
    """Tests that time waits for a live link to see the last beat written to it."""
    async with stage("plant", "node") as (conductor, players, log):
        players["node"].activity.mark_seen("link", 0)

        async def beat():
            players["plant"].activity.mark_sent("link", 1)

        players["plant"].after(1, "beat", beat)
        players["plant"].after(2, "later")
        going = asyncio.create_task(_until(conductor, 2))
        while not log:
            await asyncio.sleep(0)
        for _ in range(200):
            await asyncio.sleep(0)
        assert log == [("plant", "beat", 1)]
        players["node"].activity.mark_seen("link", 1)
        await going
        assert log[-1] == ("plant", "later", 2)


async def test_absent_participant_stops_time():
    """Tests that nobody moves while an expected participant is missing, and that a stranger with a wrong secret is no participant."""
    async with stage("a") as (conductor, players, log):
        conductor.expect("b")
        players["a"].after(1, "x")
        going = asyncio.create_task(_until(conductor, 1))
        for _ in range(200):
            await asyncio.sleep(0)
        assert log == []
        assert conductor.missing() == ["b"]
        late = Player("b", conductor, log)
        await late.participant.join()
        task = asyncio.create_task(late.participant.run())
        await going
        assert log == [("a", "x", 1)]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

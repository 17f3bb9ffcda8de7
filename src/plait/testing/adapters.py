"""What every machine adapter must do, whatever it speaks. Suites of tests to inherit from: name the plug-in and give it a machine.

``AdapterSuite``: every adapter. ``SignalSuite``: those whose signals somebody chooses. ``JobSuite``: those whose machines take jobs.
"""

import asyncio
import sys
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Protocol

import msgspec
import pytest

from plait.infrastructure.machines.model import Around, Batch, Choice, Link, LinkLost, Machine, Offered
from plait.infrastructure.machines.plugins import ADAPTERS
from plait.kernel.ports import JobOrder, JobState
from plait.kernel.problems import Problem

__all__ = ["CAPABILITIES", "AdapterSuite", "JobSuite", "SignalSuite", "Works"]

TIERS = ("bronze", "silver", "gold", "platinum")
CAPABILITIES = {"state", "jobs", "commands", "signals", "beats", "write"}
JOB = JobOrder("PO-1/1/10", "turn", "P1", "PO-1/1", 20, 10.0, 3.0)


class Works(Protocol):
    """A machine to test against: how to reach it, and power over it."""

    async def start(self) -> None:
        """Switch it on."""
        ...

    async def kill(self) -> None:
        """Take its power away."""
        ...


class AdapterSuite:
    """Inherit, set ``name``, and override ``works`` and ``config``; ``chosen`` where signals are chosen."""

    name: str
    chosen: tuple[Choice, ...] = ()
    folder = Path(gettempdir()) / "plait-adapter"

    @asynccontextmanager
    async def works(self, folder: Path) -> AsyncIterator[Works]:
        """Run a machine to test against."""
        raise NotImplementedError
        yield

    def config(self, works: Any) -> dict[str, Any]:
        """Return the adapter's config for that machine."""
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _at(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "adapter"

    def around(self, works: Any) -> Around:
        """Return what the adapter finds around it."""
        return Around(20, Path(getattr(works, "folder", self.folder)))

    @asynccontextmanager
    async def linked(self, works: Any) -> AsyncIterator[Link]:
        """Link the machine as ``m``."""
        plugin = ADAPTERS.load(self.name)
        raw = self.config(works)
        link = plugin.link(msgspec.convert(raw, plugin.config), self.around(works))
        try:
            await link.connect()
            await link.watch(Machine("m", "Machine", "any", self.name, raw, signals=self.chosen))
            yield link
        finally:
            await link.close()

    @staticmethod
    async def hear(link: Link, true: Any) -> Batch:
        """Return the first batch of which ``true`` holds."""
        async with asyncio.timeout(60):
            while not true(batch := await link.next()):
                pass
        return batch

    @staticmethod
    def speaks(batch: Batch) -> bool:
        """Whether the batch says anything of the machine."""
        return "m" in batch.statuses or "m" in batch.readings

    def test_the_plugin_describes_itself(self) -> None:
        """Tests that name, title, summary, config and capabilities are there and the folder has its README and quality file."""
        plugin = ADAPTERS.load(self.name)
        assert plugin.name == self.name
        assert plugin.title
        assert plugin.summary
        assert issubclass(plugin.config, msgspec.Struct)
        assert plugin.capabilities <= CAPABILITIES
        assert all(line.strip() for line in plugin.advice)
        module = sys.modules[plugin.config.__module__]
        assert module.__file__ is not None
        folder = Path(module.__file__).parent
        assert (folder / "README.md").read_text("utf-8").startswith("# ")
        quality = tomllib.loads((folder / "quality.toml").read_text("utf-8"))
        assert quality["tier"] in TIERS
        assert all(rule == "done" or rule.get("exempt") for rule in quality["rules"].values())

    def test_the_config_refuses_what_it_does_not_know(self) -> None:
        """Tests that a wrong or unknown setting is an error."""
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"no-such-setting": 1}, ADAPTERS.load(self.name).config)

    async def test_a_lost_link_is_told(self, tmp_path: Path) -> None:
        """Tests that a machine that vanishes ends ``next``, that nobody is linked then, that closing is quiet, and that it comes back."""
        async with self.works(tmp_path) as works, self.linked(works) as link:
            await self.hear(link, self.speaks)
            await works.kill()
            with pytest.raises(LinkLost):
                await self.hear(link, lambda batch: False)
            with pytest.raises(LinkLost):
                async with self.linked(works):
                    pass
            await link.close()
            await works.start()
            async with self.linked(works) as again:
                await self.hear(again, self.speaks)


class SignalSuite(AdapterSuite):
    """For adapters whose signals are chosen: set ``chosen`` too, and ``written`` (a chosen signal's name and a value for it) where they can be written."""

    written: tuple[str, float] | None = None

    async def browsed(self, works: Any) -> list[Offered]:
        """Return what the machine offers."""
        plugin = ADAPTERS.load(self.name)
        assert plugin.browse is not None
        return list(await plugin.browse(msgspec.convert(self.config(works), plugin.config), self.around(works)))

    async def test_browsing_names_what_can_be_chosen(self, tmp_path: Path) -> None:
        """Tests that every chosen signal is among what the machine offers, each with its own address, a name and a value or why there is none."""
        async with self.works(tmp_path) as works:
            offered = await self.browsed(works)
            assert len({each.address for each in offered}) == len(offered)
            assert {each.address for each in self.chosen} <= {each.address for each in offered}
            assert all(each.name and (each.value is not None or each.why) for each in offered)

    async def test_browsing_what_is_not_there_says_so(self, tmp_path: Path) -> None:
        """Tests that a machine that is off is a refusal in words."""
        async with self.works(tmp_path) as works:
            await works.kill()
            with pytest.raises((LinkLost, Problem), match=r"\w{4,}"):
                await self.browsed(works)

    async def test_chosen_signals_come_with_times(self, tmp_path: Path) -> None:
        """Tests that the present value of every chosen signal comes of itself, under its name, with a time in UTC."""
        async with self.works(tmp_path) as works, self.linked(works) as link:
            missing = {each.name for each in self.chosen}
            async with asyncio.timeout(60):
                while missing:
                    for reading in (await link.next()).readings.get("m", ()):
                        assert reading.at.tzinfo is not None
                        missing.discard(reading.signal)

    async def test_writing(self, tmp_path: Path) -> None:
        """Tests that a written value is the machine's value afterwards, or that a machine that cannot be written says so; an unknown signal is refused."""
        async with self.works(tmp_path) as works, self.linked(works) as link:
            await self.hear(link, self.speaks)
            if self.written is None:
                with pytest.raises(Problem, match="machine-refused"):
                    await link.write("m", self.chosen[0].name, 1.0)
                return
            name, value = self.written
            await link.write("m", name, value)
            await self.hear(link, lambda batch: any((each.signal, each.value) == (name, value) for each in batch.readings.get("m", ())))
            with pytest.raises(Problem):
                await link.write("m", "no-such-signal", 1.0)


class JobSuite(AdapterSuite):
    """For adapters whose machines take jobs."""

    async def ended(self, link: Link) -> JobState:
        """Wait for the one job to end."""

        def over(batch: Batch) -> bool:
            return any(job.state == "ended" for job in batch.jobs.get("m", ()))

        (job,) = (await self.hear(link, over)).jobs["m"]
        return job

    async def test_the_first_batch_is_the_whole_state(self, tmp_path: Path) -> None:
        """Tests that a machine's state and job list come of themselves after ``watch``."""
        async with self.works(tmp_path) as works, self.linked(works) as link:
            batch = await self.hear(link, lambda batch: "m" in batch.statuses)
            assert batch.statuses["m"][-1].state == "idle"
            assert batch.statuses["m"][-1].at.tzinfo is not None
            assert batch.jobs["m"] == []
            assert batch.lost == 0

    async def test_a_job_runs_and_is_told_with_its_result(self, tmp_path: Path) -> None:
        """Tests that a started job is told with counts and times once it has ended."""
        async with self.works(tmp_path) as works, self.linked(works) as link:
            await link.start("m", JOB)
            await link.start("m", JOB)
            job = await self.ended(link)
            assert (job.job_id, job.good + job.scrap) == (JOB.id, JOB.quantity)
            assert job.started is not None
            assert job.ended is not None
            assert job.started < job.ended
            assert [known.state for known in await link.jobs("m")] == ["ended"]
            await link.clear("m", JOB.id)
            await link.clear("m", JOB.id)
            assert not await link.jobs("m")

    async def test_aborting_twice_is_no_error(self, tmp_path: Path) -> None:
        """Tests that an aborted job leaves the list and an unknown one is no error."""
        async with self.works(tmp_path) as works, self.linked(works) as link:
            await link.start("m", JOB)
            await link.abort("m", JOB.id)
            await link.abort("m", JOB.id)
            assert not await link.jobs("m")

    async def test_stop_and_reset(self, tmp_path: Path) -> None:
        """Tests that a stop is told as down, that stopping twice is no error, and that a reset makes the machine ready."""
        async with self.works(tmp_path) as works, self.linked(works) as link:
            await link.stop("m")
            await link.stop("m")
            await self.hear(link, lambda batch: [one.state for one in batch.statuses.get("m", ())][-1:] == ["down"])
            await link.reset("m")
            await self.hear(link, lambda batch: [one.state for one in batch.statuses.get("m", ())][-1:] == ["idle"])

    async def test_a_wrong_job_is_refused(self, tmp_path: Path) -> None:
        """Tests that the machine's refusal is a refusal and not a lost link."""
        async with self.works(tmp_path) as works, self.linked(works) as link:
            with pytest.raises(Problem, match="machine-refused"):
                await link.start("m", msgspec.structs.replace(JOB, quantity=0))
            assert not await link.jobs("m")

    async def test_commands_fail_without_a_link(self, tmp_path: Path) -> None:
        """Tests that a command to a machine that has vanished is a lost link."""
        async with self.works(tmp_path) as works, self.linked(works) as link:
            await self.hear(link, lambda batch: "m" in batch.statuses)
            await works.kill()
            with pytest.raises(LinkLost):
                await self.hear(link, lambda batch: False)
            with pytest.raises(LinkLost):
                await link.jobs("m")

"""Sparkplug in a node: host application of its own listener, edge node elsewhere, each where it is set."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from plait.infrastructure.machines.model import Ingest
from plait.infrastructure.mqtt.ingest import BrokerIngest
from plait.infrastructure.signals import SignalService
from plait.infrastructure.sparkplug.service import LISTENER, SparkplugHost
from plait.kernel.actor import Actor
from plait.kernel.settings import Settings

__all__ = ["Job", "expect_sparkplug", "sparkplug_jobs"]


class Job(NamedTuple):
    """A standing job, and what is to be done after it has ended."""

    run: Callable[[], Coroutine[Any, Any, None]]
    close: Callable[[], Awaitable[None]]


async def _nothing() -> None:
    pass


async def expect_sparkplug(settings: Settings, ingest: BrokerIngest) -> None:
    """Keep what will come for the host application; to be called before the listener lets anybody in: a birth is said only once."""
    if settings.mqtt.port and settings.sparkplug.host:
        await ingest.keep(LISTENER)


def sparkplug_jobs(settings: Settings, ingest: Ingest, signals: SignalService, me: Callable[[], Actor], folder: Path) -> Sequence[Job]:
    """Return what is to run; the libraries are loaded with the first message. ``folder`` is a folder of its own in the data folder."""
    jobs = []
    wanted = settings.sparkplug
    if settings.mqtt.port and wanted.host:
        host = SparkplugHost(ingest, signals, folder, wanted.host)
        jobs.append(Job(host.run, host.close))
    if wanted.server:
        from plait.infrastructure.mqtt.client import server_of
        from plait.infrastructure.sparkplug.edge import EdgePublisher

        files = (str(folder.parent / name) if name else "" for name in (wanted.password_file, wanted.ca_file))
        server = server_of(wanted.server, wanted.user, *files)
        jobs.append(Job(EdgePublisher(wanted, server, signals, me, folder).run, _nothing))
    return jobs

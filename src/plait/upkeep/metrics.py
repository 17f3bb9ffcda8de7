"""``GET /metrics``: the node's figures for Prometheus. No names of partners, parts or people, and no business values."""

import asyncio
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

from plait import __version__
from plait.infrastructure.mqtt import Broker
from plait.kernel.activity import Activity
from plait.kernel.actor import Actor
from plait.kernel.clock import SYSTEM
from plait.kernel.os import cpu_seconds, free_bytes, rss_mb
from plait.kernel.ports import Guard
from plait.kernel.settings import Settings
from plait.store import Store
from plait.upkeep import tables
from plait.upkeep.backup.service import BackupService
from plait.upkeep.health.folder import local
from plait.upkeep.mqtt import samples as mqtt_samples
from plait.web import Api, Reply, Request
from plait.web.border import Seen
from plait.web.breaker import Breakers
from plait.web.security import by_tls

__all__ = ["METRICS", "ROUTES", "STATES", "MetricsService"]

METRICS = {
    "plait_node": ("info", "the version of the node", ""),
    "plait_store_head_facts": ("gauge", "number of the last fact in the log", ""),
    "plait_store_size_bytes": ("gauge", "size of a database file", "store"),
    "plait_followers_behind_facts": ("gauge", "facts the slowest follower has still to do", ""),
    "plait_followers_parked": ("gauge", "followers that cannot go on", ""),
    "plait_outbox_letters": ("gauge", "letters to partners in each state", "state"),
    "plait_activity_tokens": ("gauge", "pieces of work under way", ""),
    "plait_disk_free_bytes": ("gauge", "bytes free where the data folder lies", ""),
    "plait_process_memory_bytes": ("gauge", "resident memory of the process", ""),
    "plait_process_threads": ("gauge", "threads of the process", ""),
    "plait_process_cpu_seconds": ("counter", "processor time the process has taken", ""),
    "plait_process_start_seconds": ("gauge", "when the node was started, in seconds since 1970", ""),
    "plait_store_groups": ("counter", "groups of jobs committed together", ""),
    "plait_store_jobs": ("counter", "jobs committed", ""),
    "plait_store_commit_seconds": ("counter", "time spent in committing groups", ""),
    "plait_partners_not_called": ("gauge", "partners whose line is open after failures", ""),
    "plait_backup_age_seconds": ("gauge", "age of the last good backup; absent when there is none", ""),
    "plait_mqtt_connections": ("gauge", "devices connected by MQTT", ""),
    "plait_mqtt_received_bytes": ("counter", "bytes of publications taken by MQTT", ""),
    "plait_mqtt_waiting_bytes": ("gauge", "bytes that came by MQTT and are not on disk yet", ""),
    "plait_mqtt_log_bytes": ("gauge", "size of what came by MQTT and is kept", ""),
    "plait_http_requests": ("counter", "requests answered, by class of status", "status"),
    "plait_http_request_seconds": ("histogram", "time to answer a request, live answers left out", ""),
}
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
STATES = ("waiting", "delivered", "refused", "given-up")

Samples = dict[str, dict[str, float]]


class _Collector:
    """Hands one reading to the library (a registry of its own for each, so that nothing is global)."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples

    def collect(self) -> Iterator[Any]:
        """Yield every metric with its samples."""
        from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily

        for name, (kind, meaning, label) in METRICS.items():
            if kind == "info":
                yield InfoMetricFamily(name, meaning, value={"version": __version__})
                continue
            found = self._samples.get(name, {})
            if kind == "histogram":
                buckets = [(edge, found[edge]) for edge in found if edge != "sum"]
                yield HistogramMetricFamily(name, meaning, buckets=buckets, sum_value=found["sum"])
                continue
            family = (CounterMetricFamily if kind == "counter" else GaugeMetricFamily)(name, meaning, labels=[label] if label else [])
            for value, figure in found.items():
                family.add_metric([value] if label else [], figure)
            yield family


class MetricsService:
    """Reads the figures; needs ``metrics.read`` unless ``metrics.open`` is set and the node listens on this computer alone."""

    def __init__(
        self,
        store: Store,
        guard: Guard,
        activity: Activity,
        folder: Path,
        settings: Settings,
        lines: Breakers,
        backups: BackupService,
        mqtt: Broker,
    ) -> None:
        self.store = store
        self.guard = guard
        self._lines = lines
        self._backups = backups
        self._mqtt = mqtt
        self._started = SYSTEM.now()
        self._answered: Counter[str] = Counter()
        self._times = [0] * (len(BUCKETS) + 1)
        self._time = 0.0
        self._activity = activity
        self._folder = folder
        self._open = settings.metrics.open and local(settings.http.host)

    def seen(self, seen: Seen) -> None:
        """Count a request that was answered."""
        if seen.status:
            self._answered[f"{seen.status // 100}xx"] += 1
        if not seen.route.endswith("/stream"):
            self._times[bisect_left(BUCKETS, seen.seconds)] += 1
            self._time += seen.seconds

    def _http(self) -> Samples:
        edges = [*(str(edge) for edge in BUCKETS), "+Inf"]
        times = dict(zip(edges, accumulate(self._times), strict=True))
        return {"plait_http_requests": dict(self._answered), "plait_http_request_seconds": {**times, "sum": self._time}}

    async def _backup(self) -> Samples:
        last = await self._backups.last_good()
        return {"plait_backup_age_seconds": {"": (SYSTEM.now() - last).total_seconds()}} if last is not None else {}

    async def text(self, actor: Actor, accept: str) -> tuple[bytes, str]:
        """Return the figures and their media type: OpenMetrics where ``accept`` asks for it, else Prometheus text."""
        if by_tls() or not self._open:
            self.guard.require(actor, "metrics.read")
        return await asyncio.to_thread(_render, await self.samples(), accept)

    async def samples(self) -> Samples:
        """Return each metric's figures by label value (empty text: no label)."""
        views, states = self.store.followers(), await self.store.read(tables.outbox_states)
        work = self.store.work
        files = {name: self._folder / f"{name}.db" for name in ("plait", "events")}
        return {
            "plait_store_head_facts": {"": await self.store.head()},
            "plait_store_size_bytes": {name: file.stat().st_size for name, file in files.items() if file.exists()},
            "plait_followers_behind_facts": {"": max((view.behind for view in views), default=0)},
            "plait_followers_parked": {"": sum(1 for view in views if view.tries)},
            "plait_outbox_letters": {state: states.get(state, 0) for state in STATES},
            "plait_activity_tokens": {"": sum(self._activity.busy().values())},
            "plait_disk_free_bytes": {"": free_bytes(self._folder)},
            "plait_process_memory_bytes": {"": rss_mb() * 1e6},
            "plait_process_threads": {"": threading.active_count()},
            "plait_process_cpu_seconds": {"": cpu_seconds()},
            "plait_process_start_seconds": {"": self._started.timestamp()},
            "plait_store_groups": {"": work.groups},
            "plait_store_jobs": {"": work.jobs},
            "plait_store_commit_seconds": {"": work.seconds},
            "plait_partners_not_called": {"": len(self._lines.lines())},
            **mqtt_samples(self._mqtt),
            **self._http(),
            **await self._backup(),
        }


def _render(samples: Samples, accept: str) -> tuple[bytes, str]:
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import choose_encoder

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(samples))
    encode, media = choose_encoder(accept)
    return encode(registry), media


API = Api("metrics", MetricsService)
ROUTES = API


@API.get("/metrics", action=None, summary="The node's figures for Prometheus", produces=("text/plain", "application/openmetrics-text"))
async def metrics(service: MetricsService, actor: Actor, request: Request) -> Reply:
    """Return the figures as Prometheus text or OpenMetrics."""
    content, media = await service.text(actor, request.headers.get("accept", ""))
    return Reply(content, media_type=media)

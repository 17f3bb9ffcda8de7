"""How often and how many at once somebody may ask: token buckets and counts, for each caller (OWASP API4:2023)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from plait.kernel.clock import SYSTEM
from plait.kernel.problems import LIMITED, UNAVAILABLE, Problem
from plait.kernel.settings import Limits

__all__ = ["Limiter"]

BURST_S = 10.0
CALLERS = 20_000


class _Bucket:
    __slots__ = ("at", "left")

    def __init__(self, left: float, at: float) -> None:
        self.left = left
        self.at = at


class Limiter:
    """Keeps count of callers. A rate of 0 is no limit; a caller may save up ten seconds' worth."""

    def __init__(self, limits: Limits, now: Callable[[], float] = SYSTEM.monotonic) -> None:
        self.limits = limits
        self._now = now
        self._rates = {"anonymous": limits.anonymous_per_s, "partner": limits.partner_per_s, "own": limits.own_per_s}
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._running: dict[str, int] = {}
        self._total = 0
        self._streams: dict[str, int] = {}
        self._sockets: dict[str, int] = {}

    def take(self, kind: str, who: str, cost: float = 1.0) -> None:
        """Count a request of ``who`` (an address, or an actor's id) among callers of ``kind``; raise ``rate-limited`` when there were too many."""
        rate = self._rates[kind]
        if not rate:
            return
        now, key = self._now(), (kind, who)
        bucket = self._buckets.pop(key, None) or _Bucket(rate * BURST_S, now)
        bucket.left = min(rate * BURST_S, bucket.left + rate * (now - bucket.at))
        bucket.at = now
        self._buckets[key] = bucket
        if len(self._buckets) > CALLERS:
            del self._buckets[next(iter(self._buckets))]
        if bucket.left < cost:
            wait = max(1, round((cost - bucket.left) / rate))
            raise Problem(LIMITED, f"More than {rate:g} requests a second; try again in {wait} s.", retry_after=wait)
        bucket.left -= cost

    @contextmanager
    def running(self, address: str) -> Iterator[None]:
        """Count a request while it is under way; raise ``unavailable`` or ``rate-limited`` when there are too many at once."""
        mine, most = self._running.get(address, 0), self.limits.at_once
        if self._total >= most:
            raise Problem(UNAVAILABLE, f"{most} requests are under way.", retry_after=1)
        if mine >= max(1, most // 2):
            raise Problem(LIMITED, f"{mine} requests of this address are under way.", retry_after=1)
        self._total += 1
        self._running[address] = mine + 1
        try:
            yield
        finally:
            self._total -= 1
            _less(self._running, address)

    @contextmanager
    def stream(self, who: str) -> Iterator[None]:
        """Count a live answer while it runs; raise ``rate-limited`` when there are too many."""
        with self._counted(self._streams, who, self.limits.streams, 4):
            yield

    @contextmanager
    def socket(self, who: str) -> Iterator[None]:
        """Count a live connection of a browser while it is open; raise ``rate-limited`` when there are too many."""
        with self._counted(self._sockets, who, self.limits.sockets, 2):
            yield

    @contextmanager
    def _counted(self, counts: dict[str, int], who: str, most: int, part: int) -> Iterator[None]:
        mine = counts.get(who, 0)
        if sum(counts.values()) >= most or mine >= max(1, most // part):
            raise Problem(LIMITED, f"{mine} live answers to this address run already.", retry_after=5)
        counts[who] = mine + 1
        try:
            yield
        finally:
            _less(counts, who)


def _less(counts: dict[str, int], key: str) -> None:
    if counts[key] == 1:
        del counts[key]
    else:
        counts[key] -= 1

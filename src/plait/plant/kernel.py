"""The event kernel of the simulated plant: a heap of (time, sequence, handler, argument), no threads, one seed."""

import heapq
import random
from collections.abc import Callable
from typing import Any, TypeAlias

__all__ = ["Handler", "Kernel", "minutes"]

Handler: TypeAlias = Callable[[Any], None]


def minutes(value: float) -> int:
    """Return ``value`` minutes in the kernel's unit, whole milliseconds."""
    return round(value * 60_000)


class Kernel:
    """Discrete events in whole milliseconds from 0 on; events of the same moment run in the order they were entered."""

    __slots__ = ("_heap", "_turn", "now", "seed")

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.now = 0
        self._heap: list[tuple[int, int, Handler, Any]] = []
        self._turn = 0

    def at(self, time: int, handler: Handler, argument: Any = None) -> None:
        """Enter ``handler(argument)`` for ``time``; ValueError when that has passed.

        An event cannot be taken back: a handler that may have become pointless finds that out from its argument.
        """
        if time < self.now:
            raise ValueError(f"time {time} has passed, it is {self.now}")
        self._turn += 1
        heapq.heappush(self._heap, (time, self._turn, handler, argument))

    def next_time(self) -> int | None:
        """Return when the next event is due, None when there is none."""
        return self._heap[0][0] if self._heap else None

    def run_until(self, end: int) -> int:
        """Run every event up to and including ``end``, set the time to ``end``, and return how many events ran."""
        heap, pop = self._heap, heapq.heappop
        ran = 0
        while heap and heap[0][0] <= end:
            self.now, _, handler, argument = pop(heap)
            handler(argument)
            ran += 1
        self.now = max(self.now, end)
        return ran

    def stream(self, *names: object) -> random.Random:
        """Return the random numbers that belong to ``names`` under this seed, whoever asked for others before."""
        return random.Random("/".join(map(str, (self.seed, *names))))  # noqa: S311 - a simulation, not a secret

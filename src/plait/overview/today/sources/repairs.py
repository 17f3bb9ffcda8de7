"""What the doctor finds wrong with the node."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from plait.kernel.actor import Actor
from plait.kernel.clock import SYSTEM
from plait.overview import paths
from plait.overview.today.model import Need
from plait.overview.words import Value

__all__ = ["Finding", "Repairs"]

FRESH_S = 60.0
ELSEWHERE = frozenset({"deliveries"})
"""Checks that another source tells of one by one."""


class Finding(Protocol):
    """One check of the doctor: what is so, and what to do."""

    @property
    def name(self) -> str:
        """What was looked at."""
        ...

    @property
    def verdict(self) -> str:
        """``ok``, ``look`` or ``bad``."""
        ...

    @property
    def what(self) -> str:
        """What is so, in one sentence."""
        ...

    @property
    def do(self) -> str:
        """What to do about it, in one sentence."""
        ...


class Repairs:
    """Asks the doctor (``examine``), whose answer is kept for a minute."""

    def __init__(self, examine: Callable[[Actor], Awaitable[Sequence[Finding]]], may: Callable[[Actor], None]) -> None:
        self._examine = examine
        self._may = may
        self._kept: tuple[datetime, Sequence[Finding]] | None = None

    async def __call__(self, actor: Actor) -> list[Need]:
        """Return the findings that are not in order; raise ``forbidden`` for whoever may not see the doctor's report."""
        self._may(actor)
        now = SYSTEM.now()
        if self._kept is None or (now - self._kept[0]).total_seconds() >= FRESH_S:
            self._kept = (now, await self._examine(actor))
        return [_need(each) for each in self._kept[1] if each.verdict != "ok" and each.name not in ELSEWHERE]


def _need(finding: Finding) -> Need:
    return Need(
        id=f"repair/{finding.name}",
        kind="repair",
        severity="now" if finding.verdict == "bad" else "note",
        text="{what} {do}" if finding.do else "{what}",
        values={"what": Value("finding", finding.what), "do": Value("finding", finding.do)},
        link=paths.repair(finding.name),
        subject=finding.name,
    )

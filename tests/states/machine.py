"""A rule-based state machine whose rules call coroutines, on a loop and in a folder of its own."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine

from plait.kernel.problems import Problem

T = TypeVar("T")
EXAMPLES = int(os.environ.get("PLAIT_STATE_EXAMPLES", "25"))
# To make a failing run small takes minutes: on demand.
PHASES = [Phase.generate, Phase.shrink] if "PLAIT_STATE_SHRINK" in os.environ else [Phase.generate]


def settings_of(steps: int, share: float = 1.0) -> settings:
    """Return how long and how often a machine runs: the same on every run.

    ``PLAIT_STATE_EXAMPLES`` asks for more, ``PLAIT_STATE_SHRINK`` for the smallest failing run.
    """
    return settings(
        max_examples=max(1, round(EXAMPLES * share)),
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
    )


class AsyncMachine(RuleBasedStateMachine):
    """Subclasses open what they need in ``begin`` (on ``self.stack``) and say in ``finish`` what must hold in the end."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="plait-states-"))
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.run(self.begin())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run ``work`` to its end."""
        return self.runner.run(work)

    def attempt(self, work: Coroutine[Any, Any, T]) -> T | Problem:
        """Run ``work`` to its end or to a refusal, which must not be an error of ours."""
        try:
            return self.run(work)
        except Problem as refusal:
            assert refusal.status < 500, refusal
            return refusal

    async def begin(self) -> None:
        """Open what the machine works on."""

    def finish(self) -> None:
        """Look once more when all rules have run."""

    def teardown(self) -> None:
        """Close everything."""
        try:
            self.finish()
        finally:
            self.run(self.stack.aclose())
            self.runner.close()
            shutil.rmtree(self.folder)

"""The verbs of what needs doing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

import msgspec
import structlog

from plait.kernel.actor import Actor
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard
from plait.kernel.problems import FORBIDDEN, NOT_FOUND, Problem
from plait.kernel.texts import Texts
from plait.overview.today import rules, tables
from plait.overview.today.model import NO_STEP, Figure, Need, Source, Step, StepSkipped, StepTakenUp, Today
from plait.overview.today.steps import STEPS, steps_of
from plait.overview.words import said
from plait.store import Store, Tx

__all__ = ["Counter", "TodayService"]

R = TypeVar("R")
Counter = Callable[[Actor], Awaitable[Figure]]
"""Where a figure comes from; what it raises is treated as with a ``Source``."""

_log = structlog.get_logger("plait.overview")
HIDDEN = frozenset({FORBIDDEN, NOT_FOUND})


class TodayService:
    """Says what needs a person, from ``sources`` and ``figures`` by name, and which steps of the first start are ``done``."""

    def __init__(
        self,
        store: Store,
        guard: Guard,
        clock: BusinessClock,
        sources: Mapping[str, Source],
        figures: Mapping[str, Counter],
        done: Callable[[], Awaitable[frozenset[str]]],
    ) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.sources = dict(sources)
        self.figures = dict(figures)
        self._done = done

    async def today(self, actor: Actor, language: str = "en") -> Today:
        """Return what needs the actor, its figures, and the steps of the first start to whoever may take them. Needs ``overview.read``."""
        self.guard.require(actor, "overview.read")
        self.guard.scope(actor, "read", "overview").own("What needs doing")
        texts = Texts(language, self.guard.firm().zone)
        missing: list[str] = []
        found = await asyncio.gather(*(self._asked(name, source, actor, missing) for name, source in self.sources.items()))
        figures = await asyncio.gather(*(self._asked(name, count, actor, missing) for name, count in self.figures.items()))
        steps = await self.steps(actor)
        needs = [*(need for needs in found for need in needs or ()), *rules.first_start(steps)]
        return Today(
            self.clock.now(),
            [msgspec.structs.replace(need, said=_said(texts, need)) for need in rules.by_urgency(needs)],
            rules.counted(needs),
            [_spoken(texts, figure) for figure in figures if figure is not None],
            [msgspec.structs.replace(step, said=texts(step.name), text=texts(step.text)) for step in steps],
            missing,
        )

    async def _asked(self, name: str, ask: Callable[[Actor], Awaitable[R]], actor: Actor, missing: list[str]) -> R | None:
        """Return what a source says, None when the actor may not read it; one that trips is named in ``missing`` and takes nothing else with it."""
        try:
            return await ask(actor)
        except Problem as problem:
            if problem.code not in HIDDEN:
                missing.append(name)
                _log.warning("a part of today could not be read", part=name, problem=str(problem))
        except Exception as error:  # noqa: BLE001 - the rest of the page must not go without it
            missing.append(name)
            _log.error("a part of today could not be read", part=name, exc_info=error)
        return None

    async def steps(self, actor: Actor) -> Sequence[Step]:
        """Return the steps of the first start as they stand now; none to whoever may not take them (``overview.write``)."""
        try:
            self.guard.require(actor, "overview.write")
        except Problem:
            return ()
        scope = self.guard.scope(actor, "read", "overview")
        skipped = await self.store.read(lambda conn: tables.skipped(conn, scope))
        return steps_of(await self._done(), skipped)

    async def skip(self, actor: Actor, id: str) -> list[Step]:
        """Ask no more for a step; one that is skipped already stays so. Raise ``no-such-step``."""
        return await self._set(actor, id, skipped=True)

    async def take_up(self, actor: Actor, id: str) -> list[Step]:
        """Ask for a step again. Raise ``no-such-step``."""
        return await self._set(actor, id, skipped=False)

    async def _set(self, actor: Actor, id: str, *, skipped: bool) -> list[Step]:
        self.guard.require(actor, "overview.write")
        if id not in {step.id for step in STEPS}:
            raise Problem(NO_STEP, f"{id} is no step")

        def work(tx: Tx) -> None:
            if tables.set_skipped(tx.conn, id, skipped=skipped):
                tx.append("overview", StepSkipped(id) if skipped else StepTakenUp(id))

        await self.store.write(actor, work)
        return list(await self.steps(actor))


def _said(texts: Texts, need: Need) -> str:
    """Return a need's sentence; where a source's template and values do not fit, the template."""
    try:
        return said(texts, need.text, need.values)
    except (LookupError, ValueError, ArithmeticError):
        return need.text


def _spoken(texts: Texts, figure: Figure) -> Figure:
    """Return a figure with its words in the language of ``texts``; a word that is not there stays empty."""
    part, before = (texts(name) if name else "" for name in (figure.part_name, figure.before_name))
    return msgspec.structs.replace(figure, said=texts(figure.name), part_name=part, before_name=before)

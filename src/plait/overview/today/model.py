"""What needs a person, the figures of the day, and the steps of a first start."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from plait.kernel.actor import Actor
from plait.kernel.facts import fact
from plait.kernel.problems import register
from plait.overview.words import Values

__all__ = ["MOST", "NO_STEP", "Figure", "Need", "Severity", "Source", "Step", "StepId", "StepSkipped", "StepTakenUp", "Today"]

NO_STEP = register("no-such-step", 404, "There is no such step of the first start", "The steps are listed with what needs doing: plait today.")

MOST = 10
"""So many needs of one kind are named one by one; the rest of them is one need that says how many there are."""

Severity: TypeAlias = Literal["now", "soon", "note"]
StepId: TypeAlias = Literal["orders", "firm", "class", "capability", "machine", "partner", "people", "phones"]


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that needs a person.

    ``id`` is the same as long as the need is the same. ``kind``: late-order, order-to-confirm, request-waiting, offer-expiring, offer-replied,
    doubt-in-inbox, machine-stopped, machine-silent, contract-to-sign, delivery-dead-letter, repair, help-called, times-measured, alarm,
    first-start (further sources may bring others).

    ``severity``: ``now`` costs something each hour, ``soon`` has a date ahead, ``note`` can wait. ``text`` is English with ``{name}``, filled from
    ``values``; ``said`` is the sentence in the language asked for. ``since`` it is so, ``due`` it must be done (business time). ``link`` is the
    console page of ``subject`` (its id there). ``count``: how many things it stands for.
    """

    id: str
    kind: str
    severity: Severity
    text: str
    values: Values = {}
    link: str
    subject: str = ""
    since: datetime | None = None
    due: datetime | None = None
    count: int = 1
    said: str = ""


Source: TypeAlias = Callable[[Actor], Awaitable[list[Need]]]
"""Where needs come from. It raises ``forbidden`` or ``not-found`` when the actor may not read what it looks at, and is left out then."""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One number of the day.

    ``id``: open-orders, on-time, machines, order-value, offers. ``name`` says in English what it is, ``said`` in the language asked for, as are
    ``part_name`` and ``before_name``. ``value`` is None when there is nothing to count; ``unit``: empty for a count, ``%``, or a currency. ``part`` of it
    (``part_name``: late, down...) where that says more, ``whole`` what it is out of. ``before`` is the value it is compared with, ``before_name``
    which that is. ``better`` tells which way is good.
    """

    id: str
    name: str
    value: float | None
    unit: str = ""
    part: float | None = None
    part_name: str = ""
    whole: float | None = None
    before: float | None = None
    before_name: str = ""
    better: Literal["up", "down", ""] = ""
    link: str
    said: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the first start. ``state`` is computed from what there is; a step that is not done may be ``skipped``.

    ``name`` is English; ``said`` is it in the language asked for, as is ``text``, what the step is good for.
    """

    id: StepId
    name: str
    text: str
    state: Literal["done", "skipped", "open"]
    link: str
    said: str = ""


class Today(msgspec.Struct, frozen=True):
    """What needs the person who asks, the most urgent first.

    ``counts``: how many things there are of each kind, also those not named. ``missing`` are the sources that could not be read now.
    """

    at: datetime
    needs: list[Need]
    counts: dict[str, int]
    figures: list[Figure]
    steps: list[Step]
    missing: list[str] = []


@fact("overview.step_skipped", key="step")
class StepSkipped(msgspec.Struct, frozen=True):
    """A person does not want a step of the first start to be asked for."""

    step: str


@fact("overview.step_taken_up", key="step")
class StepTakenUp(msgspec.Struct, frozen=True):
    """A step of the first start that had been skipped is asked for again."""

    step: str

"""What an app is given, what it answers, and what it is."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal, TypeAlias

import msgspec

from plait.infrastructure.past.model import Cycle, Stretch, Work
from plait.infrastructure.signals.model import Value
from plait.kernel.facts import fact
from plait.kernel.money import Money
from plait.kernel.problems import register

__all__ = [
    "APP_OFF",
    "BAD_APP",
    "NEEDS",
    "NO_APP",
    "AppPlugin",
    "AppReport",
    "AppSet",
    "AppSetting",
    "AppView",
    "Figure",
    "Inputs",
    "Period",
    "Split",
    "Unit",
]

NO_APP = register("no-such-app", 404, "There is no such app", "`plait apps` lists the apps there are.")
BAD_APP = register("bad-app", 422, "The app cannot be used as asked", "Correct the named setting or the time asked for.")
APP_OFF = register("app-off", 409, "The app is switched off", "Switch it on under Apps, or with `plait apps on`.")

NEEDS = frozenset({"hours", "states", "jobs", "cycles", "signals"})
"""What an app may ask to be given."""

Split: TypeAlias = Literal["span", "shift", "day", "week"]


class Period(msgspec.Struct, frozen=True, order=True):
    """A piece of time that figures are for; ``name`` of a shift: its hours, ``06:00-14:00``."""

    since: datetime
    until: datetime
    name: str = ""


class Unit(msgspec.Struct, frozen=True):
    """A machine as apps see it. ``open`` are the hours it is meant to work in the time asked for, None when nobody has said.

    ``periods`` are the pieces of time to be told apart, ``rate`` the price of an hour.
    """

    id: str
    name: str
    group: str
    place: str = ""
    site: str = ""
    open: tuple[tuple[datetime, datetime], ...] | None = None
    periods: tuple[Period, ...] = ()
    rate: Money | None = None


class Inputs(msgspec.Struct, frozen=True):
    """What an app is given, as far as its ``needs`` ask for it: machines, and by machine what they did from ``since`` until ``until``.

    Nothing lies after ``now``. ``signals`` holds values by the series' name.
    """

    since: datetime
    until: datetime
    now: datetime
    zone: str
    split: Split
    units: tuple[Unit, ...] = ()
    states: dict[str, tuple[Stretch, ...]] = {}
    jobs: dict[str, tuple[Work, ...]] = {}
    cycles: dict[str, tuple[Cycle, ...]] = {}
    signals: dict[str, tuple[Value, ...]] = {}


class Figure(msgspec.Struct, frozen=True):
    """One number an app has found: ``name`` of it, for ``subject`` (a machine, a group, or the firm) in ``period``.

    ``value`` None: it cannot be said, and ``note`` says why; ``note`` also says what is doubtful about one that can. ``unit``: UN/ECE Rec 20 (P1 is percent)
    or a currency.
    """

    name: str
    value: float | None
    unit: str
    subject: str
    kind: Literal["machine", "group", "firm"]
    period: Period
    note: str = ""


class AppReport(msgspec.Struct, frozen=True):
    """An app's answer: its figures, and ``detail`` in a shape of its own for its page."""

    figures: tuple[Figure, ...]
    detail: Any = None


class AppPlugin(msgspec.Struct, frozen=True):
    """An app: the ``PLUGIN`` value of its folder.

    ``config``: the Struct of its settings, each with a default; ``needs``: what it is given (of ``NEEDS``); ``series(config)``: which signals, by name.
    ``report(inputs, config)`` is pure: the same inputs give the same answer, whatever their order. ``tell(inputs, config)``: facts that are to be written
    once a day for the day before; the same day gives the same facts. ``screen``: its page in the console below /console.
    """

    name: str
    title: str
    summary: str
    config: type[msgspec.Struct]
    needs: frozenset[str]
    report: Callable[[Inputs, Any], AppReport]
    series: Callable[[Any], Sequence[str]] | None = None
    tell: Callable[[Inputs, Any], Sequence[msgspec.Struct]] | None = None
    screen: str = ""


class AppSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the firm uses an app, and with which settings (what is left out is at its default)."""

    on: bool = True
    config: dict[str, Any] = {}


class AppView(msgspec.Struct, frozen=True):
    """An app as people see it: all its settings as they are now; ``trouble``: why it cannot be loaded."""

    name: str
    title: str
    summary: str
    on: bool
    config: dict[str, Any]
    screen: str = ""
    trouble: str = ""


@fact("app.set", key="app")
class AppSet(msgspec.Struct, frozen=True):
    """A person switched an app on or off, or changed its settings."""

    app: str
    on: bool
    config: dict[str, Any]

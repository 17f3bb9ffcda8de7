"""What a device's metrics say of its machine. Pure functions."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from plait.infrastructure.machines.model import Choice, Machine, Reading, State, Status
from plait.infrastructure.machines.mqtt.rules import Sense, StateRule
from plait.infrastructure.machines.rules import five
from plait.wire.packml import State as Unit

__all__ = ["Bound", "rule_of"]

PACKML, EXECUTION = "StateCurrent", "Execution"
_WORDS: dict[str, State] = {
    "ACTIVE": "running",
    "READY": "idle",
    "STOPPED": "idle",
    "WAIT": "idle",
    "OPTIONAL_STOP": "idle",
    "PROGRAM_STOPPED": "idle",
    "PROGRAM_COMPLETED": "idle",
    "PROGRAM_OPTIONAL_STOP": "idle",
    "INTERRUPTED": "down",
    "FEED_HOLD": "down",
    "UNAVAILABLE": "silent",
}


def rule_of(names: Iterable[str]) -> StateRule | None:
    """Return by which metric the state is told when nobody has said so: one that is called as PackML or MTConnect call it."""
    for name in sorted(names):
        last = name.rpartition("/")[2]
        if last == PACKML:
            return StateRule(name, {str(int(unit)): five(unit) for unit in Unit})
        if last == EXECUTION:
            return StateRule(name, _WORDS)
    return None


class Bound:
    """A machine and the device (or edge node) it is: its chosen signals, its state."""

    def __init__(self, machine: Machine, rule: StateRule | None) -> None:
        self.machine = machine
        self._fixed = rule
        self._chosen: dict[str, list[Choice]] = {}
        for choice in machine.signals:
            self._chosen.setdefault(choice.address, []).append(choice)
        self._learn(rule)

    def _learn(self, rule: StateRule | None) -> None:
        self._rule = rule
        self._sense = Sense(rule) if rule is not None else None

    def born(self, names: Mapping[str, object] | Iterable[str], at: datetime) -> list[Status]:
        """The device is there with these metrics; without a metric that tells its state it counts as idle."""
        self._learn(self._fixed or rule_of(names))
        return [] if self._sense is not None else [Status("idle", at, "no metric tells its state")]

    def gone(self, at: datetime) -> Status:
        """The device is gone."""
        return Status("silent", at, "its edge node said that it is gone")

    def value(self, name: str, at: datetime, value: float | str, quality: int, *, past: bool) -> tuple[Status | None, list[Reading]]:
        """Return what a value says: a state when it is another one, readings of the signals chosen at that metric."""
        status = None
        if self._sense is not None and self._rule is not None and name == self._rule.address and not past and not quality:
            status = self._sense.follow(value, at)
        return status, [Reading(choice.name, at, value, quality) for choice in self._chosen.get(name, ())]

"""One machine behind a server: where its variables are, their last values, and what they mean."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from plait.infrastructure.machines.model import Batch, Reading, Status
from plait.infrastructure.machines.opcua.codec import job_states, number
from plait.infrastructure.machines.rules import five
from plait.wire.packml import State as Unit
from plait.wire.packml import state_text

__all__ = ["LIST", "RESPONSES", "Cell", "Change"]

STATE, ALARM, REPAIR = "State", "AlarmText", "ExpectedRepairMinutes"
LIST, RESPONSES = "JobOrderControl/JobOrderList", "JobOrderResults/JobOrderResponseList"
_MOVES = (ALARM, REPAIR, STATE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Change(NamedTuple):
    """One notification: which variable (path under the cell), since when, its value, 0 good 1 uncertain 2 bad."""

    name: str
    at: datetime | None
    value: Any
    quality: int


class Cell:
    """``nodes`` gives the node id of each variable by its path under the cell."""

    def __init__(self, machine_id: str, objects: dict[str, Any], nodes: dict[str, Any]) -> None:
        self.machine_id = machine_id
        self.objects = objects
        self.nodes = nodes
        self.handles: list[int] = []
        self.values: dict[str, Any] = {}
        self.known = False
        self._last: Status | None = None
        self._state_at = _EPOCH

    def missing(self, names: Iterable[str]) -> bool:
        """Whether some variable has not been heard of, ``names`` being about to be."""
        return bool(self.nodes.keys() - self.values.keys() - set(names))

    def take(self, changes: Iterable[Change], batch: Batch, now: datetime) -> bool:
        """Take changes over in order of time into ``batch``; return whether job lists are among them.

        States that lasted no time (several changes of one moment) count as the last of them.
        """
        moments: dict[datetime, list[Change]] = {}
        for change in changes:
            moments.setdefault(change.at or now, []).append(change)
        jobs = False
        statuses: list[Status] = []
        for at, group in sorted(moments.items(), key=lambda entry: entry[0]):
            for change in group:
                jobs |= self._one(change, at, batch)
            if self.known and any(change.name in _MOVES for change in group):
                statuses += self._status(at)
        if not self.known:
            self.known = not self.missing(())
            statuses = self._status(self._state_at) if self.known else []
        if statuses:
            batch.statuses.setdefault(self.machine_id, []).extend(statuses)
        return jobs

    def _one(self, change: Change, at: datetime, batch: Batch) -> bool:
        if change.quality < 2:
            self.values[change.name] = change.value
        else:
            self.values.setdefault(change.name, None)
        if change.name == STATE:
            self._state_at = at
        value = number(change.value)
        if change.name.startswith("Signals/") and value is not None:
            batch.readings.setdefault(self.machine_id, []).append(Reading(change.name.removeprefix("Signals/"), at, value, change.quality))
        return change.name in (LIST, RESPONSES)

    def _status(self, at: datetime) -> list[Status]:
        raw = self.values.get(STATE)
        if raw is None or raw not in Unit.__members__.values():
            return []
        unit = Unit(raw)
        state = five(unit)
        if state == "down":
            minutes = number(self.values.get(REPAIR)) or 0.0
            now = Status(state, at, str(self.values.get(ALARM) or state_text(unit)), minutes)
        else:
            now = Status(state, at)
        same = self._last is not None and (self._last.state, self._last.reason, self._last.expected_minutes) == (now.state, now.reason, now.expected_minutes)
        if same:
            return []
        self._last = now
        return [now]

    def list_jobs(self, batch: Batch) -> None:
        """Put the whole job list, as last heard, into ``batch``."""
        batch.jobs[self.machine_id] = job_states(self.machine_id, self.values.get(LIST), self.values.get(RESPONSES))

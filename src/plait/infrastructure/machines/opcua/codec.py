"""Job orders and lists between ours and the structures of ISA-95 Job Control V2 (OPC 10031-4, clause 7)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from plait.infrastructure.machines.opcua.lib import ua
from plait.kernel.ports import JobOrder, JobState
from plait.wire.isa95 import State

__all__ = ["agree", "job_order", "job_states", "number", "utc"]

_STATES = {
    State.NOT_ALLOWED_TO_START: "waiting",
    State.ALLOWED_TO_START: "waiting",
    State.RUNNING: "running",
    State.INTERRUPTED: "interrupted",
    State.ENDED: "ended",
    State.ABORTED: "aborted",
}


def utc(when: datetime | None) -> datetime | None:
    """Return an OPC UA time, which is UTC without saying so, as an aware one."""
    if when is None:
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def number(value: object) -> float | None:
    """Return ``value`` as a float if it is a number, else None."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def job_order(job: JobOrder) -> Any:
    """Return the ISA95JobOrderDataType of ``job``; the structures must have been loaded from the server."""
    text, real, whole = ua.VariantType.String, ua.VariantType.Double, ua.VariantType.Int32
    parameters = (
        ("SetupMinutes", ua.Variant(job.setup_min, real)),
        ("CycleMinutes", ua.Variant(job.cycle_min, real)),
        ("Quantity", ua.Variant(job.quantity, whole)),
        ("Lot", ua.Variant(job.lot, text)),
        ("Part", ua.Variant(job.part, text)),
    )
    order = ua.ISA95JobOrderDataType()
    order.JobOrderID = job.id
    order.Description = [ua.LocalizedText(job.operation)]
    order.Priority = job.priority
    order.JobOrderParameters = [ua.ISA95ParameterDataType(ID=name, Value=value) for name, value in parameters]
    if job.program:
        order.WorkMasterID = [ua.ISA95WorkMasterDataType(ID=job.program)]
    return order


def _top(states: Iterable[Any] | None) -> State | None:
    first = next(iter(states or ()), None)
    return None if first is None else State(first.StateNumber)


def agree(listed: Iterable[Any] | None, responses: Iterable[Any] | None) -> bool:
    """Whether every job that has begun has a response that speaks of the same state: the two lists are of one moment."""
    answered = {one.JobOrderID: _top(one.JobState) for one in responses or ()}
    for entry in listed or ():
        state = _top(entry.State)
        if state in (State.RUNNING, State.INTERRUPTED, State.ENDED) and answered.get(entry.JobOrder.JobOrderID) != state:
            return False
    return True


def job_states(machine_id: str, listed: Iterable[Any] | None, responses: Iterable[Any] | None) -> list[JobState]:
    """Return the jobs of JobOrderList with what JobOrderResponseList says of them."""
    answered = {one.JobOrderID: one for one in responses or ()}
    found = []
    for entry in listed or ():
        state = _top(entry.State)
        if state is None:
            continue
        job_id = str(entry.JobOrder.JobOrderID)
        answer = answered.get(job_id)
        if answer is None:
            found.append(JobState(job_id, machine_id, _STATES[state]))
            continue
        data = {one.ID: one.Value.Value for one in answer.JobResponseData or () if one.Value is not None}
        found.append(
            JobState(
                job_id,
                machine_id,
                _STATES[state],
                int(number(data.get("Good")) or 0),
                int(number(data.get("Scrap")) or 0),
                utc(answer.StartTime),
                utc(answer.EndTime),
                number(data.get("EnergyKWh")) or 0.0,
                str(data.get("Reason") or ""),
            )
        )
    return found

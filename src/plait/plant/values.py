"""The plant's state as OPC UA values, and a client's job order as ours."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from plait.plant.cell import Cell
from plait.plant.job import Job, Order
from plait.plant.model import Plant
from plait.plant.opcua import ua
from plait.wire import isa95, packml, packml_model
from plait.wire.isa95 import Refused, ReturnStatus, State
from plait.wire.packml import State as Unit

__all__ = ["Entry", "Values"]

MOST_PIECES = 1_000_000
_SUBSTATES = {State.INTERRUPTED: "InterruptedSubstates", State.ENDED: "EndedSubstates", State.ALLOWED_TO_START: "AllowedToStartSubstates"}


class Entry(NamedTuple):
    """One value to show: where, what, of which type; ``inactive``: it does not apply now (Bad_StateNotActive)."""

    path: str
    value: Any
    type: Any
    inactive: bool = False


def _refuse(detail: str) -> Refused:
    return Refused(ReturnStatus.INVALID_REQUEST, detail)


def _number(values: dict[str, Any], name: str, default: float | None = None) -> float:
    value = values.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _refuse(f"{name} is missing or no number")
    return float(value)


def _text(values: dict[str, Any], name: str) -> str:
    value = values.get(name) or ""
    if not isinstance(value, str):
        raise _refuse(f"{name} is no text")
    return value


class Values:
    """Turns states of ``plant`` into values; ``isa`` and ``pml`` are the indices of the published namespaces."""

    def __init__(self, plant: Plant, isa: int, pml: int) -> None:
        self._plant = plant
        self._isa = isa
        self._pml = pml

    def order(self, raw: Any) -> Order:
        """Read an ISA95JobOrderDataType; raise ``Refused`` (invalid request) naming what is missing or out of range."""
        if not raw.JobOrderID:
            raise _refuse("JobOrderID is empty")
        values = {row.ID: row.Value.Value for row in raw.JobOrderParameters or () if row.Value is not None}
        setup, cycle, quantity = _number(values, "SetupMinutes", 0.0), _number(values, "CycleMinutes"), _number(values, "Quantity")
        if setup < 0 or cycle <= 0 or not 1 <= quantity <= MOST_PIECES or quantity != int(quantity):
            raise _refuse("SetupMinutes >= 0, CycleMinutes > 0 and a whole Quantity >= 1 are needed")
        begin = raw.StartTime
        if begin is not None and begin.tzinfo is None:
            begin = begin.replace(tzinfo=UTC)
        return Order(
            str(raw.JobOrderID),
            setup,
            cycle,
            int(quantity),
            _text(values, "Lot"),
            _text(values, "Part"),
            str(raw.WorkMasterID[0].ID) if raw.WorkMasterID else "",
            int(raw.Priority or 0),
            max(0, self._plant.ms(begin)) if begin is not None else 0,
        )

    def states(self, job: Job) -> list[Any]:
        """Return the ISA95StateDataType entries of a job: the top state, then the substate."""
        entries = [ua.ISA95StateDataType(ua.RelativePath(), ua.LocalizedText(isa95.state_text(job.state)), int(job.state))]
        if job.sub is not None:
            name = _SUBSTATES.get(job.state, "NotAllowedToStartSubstates")
            step = ua.RelativePathElement(ua.NodeId(47, 0), False, True, ua.QualifiedName(name, self._isa))
            path = ua.RelativePath([step])
            entries.append(ua.ISA95StateDataType(path, ua.LocalizedText(isa95.state_text(job.sub)), int(job.sub)))
        return entries

    def response(self, job: Job) -> Any:
        """Return the ISA95JobResponseDataType of a job that has begun."""
        good, scrap = job.counts(self._plant.kernel.now)
        data = (
            ("Good", ua.Variant(good, ua.VariantType.Int32)),
            ("Scrap", ua.Variant(scrap, ua.VariantType.Int32)),
            ("EnergyKWh", ua.Variant(round(job.energy_kwh, 6), ua.VariantType.Double)),
            ("Lot", ua.Variant(job.order.lot, ua.VariantType.String)),
            ("Part", ua.Variant(job.order.part, ua.VariantType.String)),
            ("Reason", ua.Variant(job.reason, ua.VariantType.String)),
        )
        answer = ua.ISA95JobResponseDataType()
        answer.JobResponseID = answer.JobOrderID = job.id
        answer.StartTime = self._time(job.started)
        answer.EndTime = self._time(job.ended)
        answer.JobState = self.states(job)
        answer.JobResponseData = [ua.ISA95ParameterDataType(ID=id, Value=value) for id, value in data]
        return answer

    def _time(self, moment: int | None) -> datetime | None:
        return None if moment is None else self._plant.time(moment)

    def responses(self, cell: Cell) -> list[Any]:
        """Return the responses of all jobs of ``cell`` that have begun."""
        return [self.response(job) for job in cell.orders() if job.started is not None]

    def job_lists(self, cell: Cell) -> Iterator[Entry]:
        """Give JobOrderList and JobOrderResponseList."""
        entries = [ua.ISA95JobOrderAndStateDataType(job.raw, self.states(job)) for job in cell.orders()]
        yield Entry(f"{cell.id}/JobOrderControl/JobOrderList", entries, ua.VariantType.ExtensionObject)
        yield self.response_list(cell)

    def response_list(self, cell: Cell) -> Entry:
        """Give JobOrderResponseList alone."""
        return Entry(f"{cell.id}/JobOrderResults/JobOrderResponseList", self.responses(cell), ua.VariantType.ExtensionObject)

    def constants(self, cell: Cell) -> Iterator[Entry]:
        """Give what does not change."""
        control, unit = f"{cell.id}/JobOrderControl", f"{cell.id}/PackML"
        yield Entry(f"{control}/WorkMaster", [], ua.VariantType.ExtensionObject)
        for name in ("MaterialClassID", "MaterialDefinitionID", "PersonnelID", "PhysicalAssetID"):
            yield Entry(f"{control}/{name}", [], ua.VariantType.String)
        yield Entry(f"{control}/EquipmentID", [cell.id], ua.VariantType.String)
        yield Entry(f"{control}/MaxDownloadableJobOrders", cell.config.max_jobs, ua.VariantType.UInt16)
        yield Entry(f"{unit}/Admin/MachDesignSpeed", 100.0, ua.VariantType.Float)
        modes = ua.NodeId(packml_model.MODEL.enums[0][0], self._pml)
        yield Entry(f"{unit}/Status/UnitSupportedModes", modes, ua.VariantType.NodeId)

    def details(self, cell: Cell) -> Iterator[Entry]:
        """Give everything of ``cell`` but its states and job lists."""
        signals = cell.signals()
        for name, value in zip(("SpindleLoad", "Temperature", "Power", "EnergyKWh", "ToolWear"), signals, strict=True):
            yield Entry(f"{cell.id}/Signals/{name}", value, ua.VariantType.Double)
        yield Entry(f"{cell.id}/AlarmText", cell.alarm, ua.VariantType.String)
        yield Entry(f"{cell.id}/ExpectedRepairMinutes", float(cell.repair_min), ua.VariantType.Double)
        yield Entry(f"{cell.id}/JobOrderID", cell.job.id if cell.job else "", ua.VariantType.String)
        yield Entry(f"{cell.id}/InputBuffer", cell.arrived, ua.VariantType.Int32)
        yield Entry(f"{cell.id}/OutputBuffer", len(cell.out), ua.VariantType.Int32)
        yield from self._status(cell)
        yield from self._admin(cell)

    def _status(self, cell: Cell) -> Iterator[Entry]:
        path = f"{cell.id}/PackML/Status"
        yield Entry(f"{path}/UnitModeCurrent", int(cell.mode), ua.VariantType.Int32)
        yield Entry(f"{path}/MachSpeed", cell.speed, ua.VariantType.Float)
        yield Entry(f"{path}/CurMachSpeed", cell.speed if cell.unit is Unit.EXECUTE else 0.0, ua.VariantType.Float)
        yield Entry(f"{path}/EquipmentBlocked", bool(cell.blocked), ua.VariantType.Boolean)
        yield Entry(f"{path}/EquipmentStarved", cell.starved, ua.VariantType.Boolean)

    def _admin(self, cell: Cell) -> Iterator[Entry]:
        path = f"{cell.id}/PackML/Admin"
        good, scrap = cell.job.counts(self._plant.kernel.now) if cell.job else (0, 0)
        before = (cell.job.good, cell.job.scrap) if cell.job else (0, 0)
        defective = cell.defective + scrap - before[1]
        processed = cell.processed + good + scrap - sum(before)
        for name, count in (("ProdConsumedCount", processed), ("ProdProcessedCount", processed), ("ProdDefectiveCount", defective)):
            value = ua.PackMLCountDataType(ID=1, Name="pieces", Unit=ua.EUInformation(), Count=count, AccCount=count)
            yield Entry(f"{path}/{name}", [value], ua.VariantType.ExtensionObject)
        at = self._plant.time(cell.alarm_at)
        reason = ua.PackMLAlarmDataType(
            ID=1 if cell.alarm else 0, Value=0, Message=cell.alarm, Category=0, DateTime=at, AckDateTime=at, Trigger=bool(cell.alarm)
        )
        yield Entry(f"{path}/StopReason", reason, ua.VariantType.ExtensionObject)

    def machines(self, cell: Cell) -> Iterator[Entry]:
        """Give the current state of each nested PackML machine."""
        nested = packml.containers(cell.unit)
        path = f"{cell.id}/PackML"
        for depth, name in enumerate(("BaseStateMachine", "MachineState", "ExecuteState")):
            path = f"{path}/{name}"
            state = nested[depth] if depth < len(nested) else None
            inactive = state is None
            text = None if state is None else ua.LocalizedText(packml.state_text(state))
            node = None if state is None else ua.NodeId(packml_model.STATE_IDS[state], self._pml)
            yield Entry(f"{path}/CurrentState", text, ua.VariantType.LocalizedText, inactive)
            yield Entry(f"{path}/CurrentState/Id", node, ua.VariantType.NodeId, inactive)
            yield Entry(f"{path}/CurrentState/Number", None if state is None else int(state), ua.VariantType.UInt32, inactive)

"""The configuration of a plant (TOML)."""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from plait.kernel.problems import Problem, register

__all__ = ["ROBOT", "CellConfig", "Failures", "FaultConfig", "Kilowatts", "PlantConfig", "load"]

BAD_PLANT = register("bad-plant", 422, "The plant's configuration cannot be used", "Correct the named entry of the plant's TOML file.")
ROBOT = "robot"

NotNegative = Annotated[float, msgspec.Meta(ge=0)]
Positive = Annotated[float, msgspec.Meta(gt=0)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class Kilowatts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Electric power drawn in each state, kW."""

    idle: NotNegative = 1.0
    setup: NotNegative = 2.0
    run: NotNegative = 8.0
    down: NotNegative = 0.2


class Failures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Breakdowns after a Weibull distributed running time (``shape``, ``scale_h`` hours), each repaired in about ``repair_min``."""

    shape: Positive = 1.5
    scale_h: Positive = 200.0
    repair_min: Positive = 60.0
    reason: str = "unplanned stop"


class CellConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One cell.

    ``spread``: standard deviation of the logarithm of a piece's time (median: the order's cycle time). ``scrap``: share of
    bad pieces with a new tool, ``scrap_wear`` more at the end of its life. ``tool_life_min``: cutting minutes of a tool
    (0: does not wear), changed in ``tool_change_min``. Buffers in batches, 0: unlimited.
    """

    id: Name
    name: str = ""
    kind: str = "machine"
    spread: NotNegative = 0.05
    scrap: Share = 0.0
    scrap_wear: Share = 0.0
    tool_life_min: NotNegative = 0.0
    tool_change_min: NotNegative = 5.0
    in_buffer: Count = 0
    out_buffer: Count = 0
    max_jobs: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 200
    kw: Kilowatts = Kilowatts()
    failures: Failures | None = None


class FaultConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of the fault script. ``at``: hours since the plant's start, or a time with offset."""

    at: float | datetime
    cell: str
    minutes: Positive
    reason: str
    kind: Literal["breakdown"] = "breakdown"

    def moment(self, start: datetime) -> datetime:
        """Return the business time of the fault for a plant that starts at ``start``."""
        return self.at if isinstance(self.at, datetime) else start + timedelta(hours=self.at)


class PlantConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A plant: its cells, whether a robot (median ``robot_min`` minutes a move) carries batches, signals each ``sample_min``."""

    cell: tuple[CellConfig, ...] = ()
    name: str = "plant"
    seed: int = 1
    robot: bool = False
    robot_min: Positive = 2.0
    sample_min: Positive = 15.0
    fault: tuple[FaultConfig, ...] = ()

    @property
    def cells(self) -> tuple[CellConfig, ...]:
        """All cells, the robot last."""
        if not self.robot:
            return self.cell
        return (*self.cell, CellConfig(ROBOT, "Transfer robot", "robot", 0.1, kw=Kilowatts(0.3, 0.3, 1.5, 0.1)))


def _check(config: PlantConfig) -> None:
    ids = [cell.id for cell in config.cells]
    if not config.cell:
        raise ValueError("a plant needs at least one [[cell]]")
    if len(set(ids)) < len(ids):
        raise ValueError(f"two cells have the same id: {', '.join(sorted(ids))}")
    for fault in config.fault:
        if fault.cell not in ids:
            raise ValueError(f"[[fault]] names the cell {fault.cell!r}; there are {', '.join(ids)}")
        if isinstance(fault.at, datetime) and fault.at.tzinfo is None:
            raise ValueError(f"[[fault]] at {fault.at} has no offset")


def load(path: Path) -> PlantConfig:
    """Read a plant's TOML file; raise ``bad-plant`` naming what is wrong."""
    try:
        config = msgspec.convert(tomllib.loads(path.read_text("utf-8")), PlantConfig)
        _check(config)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as error:
        raise Problem(BAD_PLANT, f"{path}: {error}") from error
    faults = tuple(msgspec.structs.replace(f, at=f.at.astimezone(UTC)) if isinstance(f.at, datetime) else f for f in config.fault)
    return msgspec.structs.replace(config, fault=faults)

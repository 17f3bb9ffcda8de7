"""What an MTConnect device's observations mean for us: its state, readings, units (pure functions)."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from plait.infrastructure.machines.model import Reading, State
from plait.infrastructure.machines.mtconnect.xml import DataItem, Observation

__all__ = ["UNAVAILABLE", "UNITS", "Wanted", "is_number", "readings", "state"]

UNAVAILABLE = "UNAVAILABLE"
# MTConnect units (part 2, units of a data item) by UN/ECE Recommendation 20 common codes.
UNITS = {
    "AMPERE": "AMP",
    "CELSIUS": "CEL",
    "COUNT": "C62",
    "CUBIC_MILLIMETER": "MMQ",
    "DECIBEL": "2N",
    "DEGREE": "DD",
    "DEGREE/SECOND": "E96",
    "DEGREE_3D": "DD",
    "GRAM": "GRM",
    "HERTZ": "HTZ",
    "JOULE": "JOU",
    "KILOGRAM": "KGM",
    "LITER": "LTR",
    "LITER/SECOND": "G51",
    "MICRO_RADIAN": "B97",
    "MILLIGRAM": "MGM",
    "MILLIMETER": "MMT",
    "MILLIMETER/SECOND": "C16",
    "MILLIMETER/SECOND^2": "M41",
    "MILLIMETER_3D": "MMT",
    "NEWTON": "NEW",
    "NEWTON_METER": "NU",
    "OHM": "OHM",
    "PASCAL": "PAL",
    "PASCAL_SECOND": "C65",
    "PERCENT": "P1",
    "REVOLUTION/MINUTE": "RPM",
    "SECOND": "SEC",
    "VOLT": "VLT",
    "VOLT_AMPERE": "D46",
    "VOLT_AMPERE_REACTIVE": "D44",
    "WATT": "WTT",
    "WATT_SECOND": "J55",
}
_COUNTS = frozenset({"PART_COUNT", "LINE_NUMBER", "PATH_FEEDRATE_OVERRIDE", "AXIS_FEEDRATE_OVERRIDE", "ROTARY_VELOCITY_OVERRIDE", "CYCLE_COUNT", "LOAD_COUNT"})
_RUNNING = frozenset({"ACTIVE"})
_SETTING_UP = frozenset({"MANUAL", "MANUAL_DATA_INPUT", "EDIT"})
_STOPS = {
    "INTERRUPTED": "program interrupted",
    "FEED_HOLD": "feed hold",
    "PROGRAM_STOPPED": "program stopped",
    "OPTIONAL_STOP": "optional stop",
    "WAIT": "waits",
}
_LONG = 200


class Wanted(NamedTuple):
    """A chosen signal: its name, the data item it reads, and which ``place`` of several numbers (None: the whole)."""

    name: str
    item: DataItem
    place: int | None


def is_number(item: DataItem) -> bool:
    """Whether values of ``item`` are numbers."""
    return item.category == "sample" or bool(item.units) or item.type in _COUNTS


def _words(observation: Observation) -> str:
    return observation.kind.upper() if observation.category == "condition" else observation.text[:_LONG]


def readings(wanted: Wanted, observation: Observation, before: float | str | None) -> list[Reading]:
    """Return what an observation says of a signal; while it is unavailable its value ``before`` is repeated as bad (none: nothing is said)."""
    name, item, place = wanted
    text = _words(observation)
    if text in (UNAVAILABLE, "UNREADABLE"):
        value = before if is_number(item) else UNAVAILABLE
        return [] if value is None else [Reading(name, observation.at, value, 2)]
    if not is_number(item):
        return [Reading(name, observation.at, text)]
    try:
        numbers = [float(each) for each in observation.text.split()]
    except ValueError:
        return [] if before is None else [Reading(name, observation.at, before, 2)]
    if item.representation == "TIME_SERIES" and place is None:
        # The time stamp is that of the last value of the series.
        step = timedelta(seconds=1 / observation.rate) if observation.rate > 0 else timedelta(0)
        return [Reading(name, observation.at - step * (len(numbers) - 1 - number), value) for number, value in enumerate(numbers)]
    return [Reading(name, observation.at, numbers[place or 0])] if (place or 0) < len(numbers) else []


def state(items: Iterable[DataItem], latest: Mapping[str, Observation], faults: Mapping[str, str]) -> tuple[State, str] | None:
    """Return the state a device is in and why; None while that is still to come.

    ``latest``: the last observation of each data item, ``faults``: texts of conditions that are faults now. Unavailable is silent; an emergency
    stop, a fault and maintenance are down; a program that is active runs, in manual modes it sets up; what is interrupted or ready is idle.
    """
    words: dict[str, str] = {}
    for item in items:
        observation = latest.get(item.id)
        if observation is not None and item.category == "event":
            words.setdefault(item.type, observation.text)
    if words.get("AVAILABILITY") == UNAVAILABLE:
        return "silent", "the agent has lost the machine"
    execution = words.get("EXECUTION")
    if words.get("EMERGENCY_STOP") == "TRIGGERED":
        return "down", "emergency stop"
    if faults:
        return "down", "; ".join(sorted(set(faults.values())))[:_LONG]
    functional = words.get("FUNCTIONAL_MODE")
    if functional in ("MAINTENANCE", "TEARDOWN"):
        return "down", str(functional).lower()
    if execution == UNAVAILABLE:
        return "silent", "the control does not tell its state"
    if execution is None:
        return None if "EXECUTION" in {item.type for item in items} else ("idle", "")
    if functional == "SETUP" or words.get("CONTROLLER_MODE") in _SETTING_UP:
        return "setup", ""
    return ("running", "") if execution in _RUNNING else ("idle", _STOPS.get(execution, ""))

"""What a signal means, in vocabularies that others know too: a small table, and which entry a signal's name, unit and value make plain.

Ids are OPC UA ExpandedNodeIds in text form (OPC 10000-6, 5.3.1.11): data item types of MTConnect as numbered by OPC 30070 (2.00.01), and what
PackML counts and tells (OPC 30050, 1.01). Nothing is proposed that a name or unit does not say.
"""

import re
from typing import NamedTuple

__all__ = ["MEANINGS", "Meaning", "known", "meaning_of", "unit_in"]

MTCONNECT, PACKML = "nsu=http://opcfoundation.org/UA/MTConnect/v2/;i=", "nsu=http://opcfoundation.org/UA/PackML/;i="
PIECES = frozenset({"C62", "H87"})


class Meaning(NamedTuple):
    """A concept: its ``id``, its ``term`` there, ``words`` for people (English); ``units`` it may bear (codes), ``plain`` ones say it by themselves.

    ``names``: how a signal called so may be named; ``says``: whether its values are words (None: either).
    """

    id: str
    term: str
    words: str
    names: "re.Pattern[str]"
    units: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    says: bool | None = None


def _of(id: str, term: str, words: str, names: str, units: str = "", plain: str = "", *, says: bool | None = None) -> Meaning:
    return Meaning(id, term, words, re.compile(names), frozenset(f"{units} {plain}".split()), frozenset(plain.split()), says)


def _mt(number: int, term: str, words: str, names: str, units: str = "", plain: str = "", *, says: bool | None = False) -> Meaning:
    return _of(f"{MTCONNECT}{number}", term, words, names, units, plain, says=says)


def _pack(number: int, term: str, words: str, names: str, units: str = "") -> Meaning:
    return _of(f"{PACKML}{number}", term, words, names, units)


# The first that fits counts, so the narrower stand before the wider. Names are looked for in small letters, with spaces between their words.
MEANINGS: tuple[Meaning, ...] = (
    _pack(232, "CurMachSpeed", "speed of the line now (PackML)", r"\bcur mach speed\b|curmachspeed"),
    _pack(219, "MachSpeed", "speed the line shall have (PackML)", r"\bmach speed\b|machspeed"),
    _pack(120, "ProdProcessedCount", "pieces processed (PackML)", r"prod ?processed", "C62 H87"),
    _pack(124, "ProdConsumedCount", "material used (PackML)", r"prod ?consumed", "C62 H87"),
    _pack(119, "ProdDefectiveCount", "pieces spoilt", r"prod ?defective|\bscrap|\brejects?\b|\bdefective\b|ausschuss|废品", "C62 H87"),
    _pack(244, "StopReason", "why it stopped (PackML)", r"stop ?reason\b"),
    _pack(200, "UnitModeCurrent", "mode of the unit (PackML)", r"unit ?mode ?current"),
    _mt(2357, "ROTARY_VELOCITY_OVERRIDE", "spindle override", r"(spindle|speed|rotary velocity).*\b(override|ovr)\b", "P1"),
    _mt(3628, "PATH_FEEDRATE_OVERRIDE", "feed override", r"feed.*\b(override|ovr)\b", "P1"),
    _mt(2319, "ROTARY_VELOCITY", "speed of rotation", r"\brpm\b|(spindle|rotary|motor|shaft).*(speed|velocity)|drehzahl|转速", "E96", "RPM"),
    _mt(2325, "TEMPERATURE", "temperature", r"temperature?\b|\btemp\b|temperatur\b|温度", "", "CEL KEL FAH"),
    _mt(2311, "POWER_FACTOR", "power factor", r"power ?factor|\bcos ?phi\b|功率因数", "P1 C62"),
    _mt(2218, "POWER_STATE", "is the power on?", r"power ?state", says=True),
    _mt(2333, "VOLT_AMPERE", "apparent power", r"apparent power|scheinleistung", "", "D46 KVA"),
    _mt(2337, "VOLT_AMPERE_REACTIVE", "reactive power", r"reactive power|blindleistung", "", "D44 KVR"),
    _mt(2343, "WATTAGE", "electric power", r"\bpower\b(?! (on|off))|\bwattage\b|\bleistung\b|wirkleistung|功率", "", "WTT KWT MAW"),
    _mt(2287, "ELECTRICAL_ENERGY", "electric energy", r"\benergy\b|\benergie\b|stromverbrauch|电能|能耗", "JOU", "WHR KWH MWH J55"),
    _mt(2313, "PRESSURE", "pressure", r"\bpressure\b|druck\b|压力", "", "BAR MBR PAL KPA MPA PS"),
    _mt(2265, "ACCELERATION", "vibration or acceleration", r"vibration|acceleration|schwingung|beschleunigung|振动", "", "MSK M41"),
    _mt(2335, "VELOCITY", "velocity, also of a vibration", r"vibration|\bvelocity\b|schwinggeschwindigkeit|振动", "MTS C16"),
    _mt(2285, "DISPLACEMENT", "displacement, also of a vibration", r"vibration|displacement|schwingweg|振动", "4H MMT"),
    _mt(2273, "AMPERAGE", "electric current", r"\bamp(s|erage|eres?)?\b|(?<!state )(?<!mode )\bcurrent$|\bstrom\b|motorstrom|电流", "", "AMP 4K"),
    _mt(2341, "VOLTAGE", "voltage", r"\bvoltage\b|\bvolts?\b|\bspannung\b|电压", "", "VLT 2Z"),
    _mt(2293, "FLOW", "flow", r"\bflow( ?rate)?\b|durchfluss|流量", "", "L2 MQH G51"),
    _mt(2331, "TORQUE", "torque", r"\btorque\b|drehmoment|扭矩", "", "NU"),
    _mt(2299, "LINEAR_FORCE", "force", r"\bforce\b|kraft\b|\b力\b", "", "NEW B47"),
    _mt(2303, "PATH_FEEDRATE", "feed rate", r"feed ?rate|\bfeed\b|vorschub|进给", "C16 H81 2X"),
    _mt(2291, "FILL_LEVEL", "how full a tank is", r"fill ?level|tank level|(coolant|oil).*level|füllstand|液位", "P1"),
    _mt(2281, "CONCENTRATION", "concentration", r"concentration|konzentration|浓度", "P1"),
    _mt(2263, "LOAD", "load, as a share of what it can", r"\bload\b(?! cell)|auslastung|负载", "P1"),
    _mt(2301, "MASS", "weight", r"\bweight\b|\bmass\b|gewicht|重量", "", "KGM GRM TNE MGM"),
    _mt(2295, "FREQUENCY", "frequency", r"\bfrequency\b|frequenz|频率", "", "HTZ KHZ"),
    _mt(2321, "SOUND_LEVEL", "sound level", r"sound|noise|schallpegel|噪声", "", "2N"),
    _mt(2275, "ANGLE", "angle", r"\bangle\b|winkel|角度", "DD"),
    _mt(2309, "POSITION", "position of an axis", r"\bposition\b|\bpos\b|位置", "MMT MTR INH 4H"),
    _mt(2355, "PART_COUNT", "pieces made", r"part ?count|parts? (made|done|produced)|piece ?count|\bpieces\b|stückzahl|teilezähler|产量|件数", "C62 H87"),
    _mt(2391, "TOOL_NUMBER", "number of the tool", r"tool ?(number|no|nr)\b|werkzeugnummer|刀号", says=None),
    _mt(2353, "LINE_NUMBER", "line of the program", r"line ?number", says=None),
    _mt(2379, "PROGRAM", "name of the program", r"\bprogram(me)?( name)?$|programm(name)?$|程序", says=True),
    _mt(2377, "PART_NUMBER", "number of the part made", r"part ?(number|no)\b|teilenummer|零件号", says=True),
    _mt(2149, "AVAILABILITY", "can the machine be reached?", r"\bavail(ability)?\b", says=True),
    _mt(2185, "EMERGENCY_STOP", "emergency stop", r"e ?stop\b|emergency stop|not ?halt|急停", says=True),
    _mt(2182, "DOOR_STATE", "is the door open?", r"door( state)?$", says=True),
    _mt(2167, "CONTROLLER_MODE", "mode of the control", r"controller ?mode", says=True),
    _mt(2194, "FUNCTIONAL_MODE", "production, set-up or maintenance", r"functional ?mode", says=True),
    _mt(2170, "EXECUTION", "what the program does (runs, waits, stopped)", r"\bexec(ution)?\b", says=True),
)
_BY_ID = {each.id: each for each in MEANINGS}
_BY_TERM = {each.term: each for each in MEANINGS}
_BY_UNIT = {unit: each for each in reversed(MEANINGS) for unit in each.plain}
# What a name's last word says of the unit; single letters say nothing.
_LAST = {
    "rpm": "RPM", "kwh": "KWH", "wh": "WHR", "kw": "KWT", "watt": "WTT", "watts": "WTT", "degc": "CEL", "celsius": "CEL", "bar": "BAR", "mbar": "MBR",
    "kpa": "KPA", "hz": "HTZ", "khz": "KHZ", "kg": "KGM", "percent": "P1", "pct": "P1", "amps": "AMP", "ampere": "AMP", "volts": "VLT",
}  # fmt: skip
_EXECUTION = frozenset(
    {"ACTIVE", "READY", "INTERRUPTED", "FEED_HOLD", "STOPPED", "WAIT", "OPTIONAL_STOP", "PROGRAM_STOPPED", "PROGRAM_COMPLETED", "PROGRAM_OPTIONAL_STOP"}
)


def known(id: str) -> Meaning | None:
    """Return the entry with this id, None for what is not in the table."""
    return _BY_ID.get(id)


def _words(name: str) -> str:
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[\W_]+", " ", parted).lower().split())


def unit_in(name: str) -> str:
    """Return the code of the unit that a signal's name ends with (``spindle_rpm``), "" where it ends with none; what counts pieces has pieces."""
    words = _words(name)
    return _LAST.get(words.rpartition(" ")[2], "") or ("H87" if _BY_TERM["PART_COUNT"].names.search(words) else "")


def meaning_of(name: str, kind: str, unit: str, value: float | str | None) -> Meaning | None:
    """Return what a signal means, None where nothing says it plainly.

    ``kind`` as the adapter tells it (MTConnect: ``sample rotary_velocity``), ``unit`` as a code, ``value`` its present one.
    """
    category, _, rest = kind.partition(" ")
    if category in ("sample", "event") and rest:
        told = _BY_TERM.get(rest.partition(" ")[0].upper())
        return told if told is not None and (not unit or unit in told.units or not told.units) else None
    words = _words(name)
    spoken = isinstance(value, str)
    named = [each for each in MEANINGS if each.names.search(words)]
    for each in named:
        if (each.says is None or value is None or each.says == spoken) and _fits(each, words, unit):
            return each
    if spoken and str(value).upper() in _EXECUTION and re.search(r"\bstat(e|us)\b|zustand|状态", words):
        return _BY_TERM["EXECUTION"]
    # A unit alone says it only where the name does not say something else.
    return _BY_UNIT.get(unit) if unit and not spoken and not named else None


def _fits(each: Meaning, words: str, unit: str) -> bool:
    """Whether the unit allows it; a vibration is one of three things, and only its unit says which."""
    if unit:
        return unit in each.units or (not each.units and unit in PIECES)
    return not re.search(r"vibration|schwing|振动", words)

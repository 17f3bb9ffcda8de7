"""Units as devices write them, and their codes of UN/ECE Recommendation 20."""

from plait.kernel.units import UNITS

__all__ = ["code_of", "shown"]

_MORE: dict[str, tuple[str, ...]] = {
    "AMP": ("A", "amp", "ampere", "amperes"),
    "4K": ("mA", "milliampere"),
    "VLT": ("V", "volt", "volts"),
    "2Z": ("mV", "millivolt"),
    "WTT": ("W", "watt", "watts"),
    "KWT": ("kW", "kilowatt"),
    "MAW": ("MW", "megawatt"),
    "WHR": ("Wh", "watt_hour"),
    "MWH": ("MWh",),
    "D46": ("VA", "volt_ampere"),
    "KVA": ("kVA",),
    "D44": ("var", "volt_ampere_reactive"),
    "KVR": ("kvar",),
    "HTZ": ("Hz", "hertz"),
    "KHZ": ("kHz",),
    "BAR": ("bar",),
    "MBR": ("mbar",),
    "PAL": ("Pa", "pascal"),
    "KPA": ("kPa",),
    "MPA": ("MPa",),
    "PS": ("psi",),
    "NEW": ("N", "newton"),
    "B47": ("kN",),
    "NU": ("Nm", "N·m", "N.m", "newton_meter"),
    "RPM": ("rpm", "1/min", "min-1", "r/min", "U/min", "rev/min", "revolution/minute"),
    "MTS": ("m/s",),
    "C16": ("mm/s", "millimeter/second"),
    "H81": ("mm/min",),
    "2X": ("m/min",),
    "MSK": ("m/s²", "m/s2", "m/s^2"),
    "4H": ("µm", "μm", "um", "micron"),
    "DD": ("°", "deg", "degree", "degrees"),
    "KEL": ("K", "kelvin"),
    "FAH": ("°F", "degF", "fahrenheit"),
    "L2": ("l/min",),
    "MQH": ("m³/h", "m3/h"),
    "C26": ("ms", "millisecond"),
    "2N": ("dB", "decibel"),
    "LUX": ("lx", "lux"),
}
_WORDS: dict[str, str] = {
    "°c": "CEL", "degc": "CEL", "c": "CEL", "celsius": "CEL", "pct": "P1", "percent": "P1", "pcs": "H87", "piece": "H87", "pieces": "H87", "stk": "H87",
    "stück": "H87", "count": "C62", "sec": "SEC", "second": "SEC", "seconds": "SEC", "minute": "MIN", "minutes": "MIN", "hour": "HUR", "hours": "HUR",
    "millimeter": "MMT", "meter": "MTR", "inch": "INH", "kilogram": "KGM", "gram": "GRM", "liter": "LTR", "kilowatt_hour": "KWH", "joule": "JOU",
}  # fmt: skip
# As written first: what differs only by case (mW and MW) stays apart.
_EXACT = {symbol: code for code, (_, symbol, _) in UNITS.items() if code != "C62"} | {text: code for code, texts in _MORE.items() for text in texts}
_LOOSE: dict[str, str] = {}
for _text, _code in _EXACT.items():
    _LOOSE[_text.lower()] = _code if _LOOSE.setdefault(_text.lower(), _code) == _code else ""
_LOOSE |= _WORDS


def code_of(text: str) -> str:
    """Return the code for a unit as a device writes it (``°C``, ``rpm``, ``CEL``), "" when it is not known or could mean two."""
    said = text.strip()
    if said in UNITS or (said in _MORE and said not in _EXACT):
        return said
    return _EXACT.get(said) or _LOOSE.get(said.lower(), "")


def shown(code: str) -> str:
    """Return the sign of a unit's code for people; the code itself when there is none."""
    if code in ("C62", ""):
        return ""
    return UNITS[code][1] if code in UNITS else _MORE[code][0] if code in _MORE else code

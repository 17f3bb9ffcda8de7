"""Units of measure by their UN/ECE Recommendation 20 codes, and what they are worth in the base unit of their kind."""

from decimal import Decimal

__all__ = ["UNITS", "convert", "known"]

UNITS: dict[str, tuple[str, str, Decimal]] = {
    "C62": ("count", "pc", Decimal(1)),
    "H87": ("count", "pc", Decimal(1)),
    "SET": ("count", "set", Decimal(1)),
    "PR": ("count", "pair", Decimal(2)),
    "DZN": ("count", "dozen", Decimal(12)),
    "KGM": ("mass", "kg", Decimal(1)),
    "GRM": ("mass", "g", Decimal("0.001")),
    "TNE": ("mass", "t", Decimal(1000)),
    "LBR": ("mass", "lb", Decimal("0.45359237")),
    "MTR": ("length", "m", Decimal(1)),
    "CMT": ("length", "cm", Decimal("0.01")),
    "MMT": ("length", "mm", Decimal("0.001")),
    "INH": ("length", "in", Decimal("0.0254")),
    "FOT": ("length", "ft", Decimal("0.3048")),
    "YRD": ("length", "yd", Decimal("0.9144")),
    "KMT": ("length", "km", Decimal(1000)),
    "MTK": ("area", "m²", Decimal(1)),
    "MTQ": ("volume", "m³", Decimal(1)),
    "LTR": ("volume", "l", Decimal("0.001")),
    "SEC": ("time", "s", Decimal(1)),
    "MIN": ("time", "min", Decimal(60)),
    "HUR": ("time", "h", Decimal(3600)),
    "DAY": ("time", "d", Decimal(86400)),
    "KWH": ("energy", "kWh", Decimal(3600000)),
    "JOU": ("energy", "J", Decimal(1)),
    "CEL": ("temperature", "°C", Decimal(1)),
    "P1": ("ratio", "%", Decimal("0.01")),
}


def known(code: str) -> bool:
    """Tell whether ``code`` is a unit this node understands."""
    return code in UNITS


def convert(value: Decimal, unit: str, to: str) -> Decimal:
    """Return ``value`` of ``unit`` expressed in ``to``; ValueError when they measure different things."""
    if unit == to:
        return value
    if unit not in UNITS or to not in UNITS or UNITS[unit][0] != UNITS[to][0]:
        raise ValueError(f"{unit} cannot be expressed in {to}")
    return value * UNITS[unit][2] / UNITS[to][2]

"""Values between a server's types and ours."""

import math
from datetime import datetime
from typing import Any

from plait.infrastructure.machines.model import REFUSED
from plait.infrastructure.machines.opcua.codec import utc
from plait.infrastructure.machines.opcua.lib import ua
from plait.kernel.clock import iso
from plait.kernel.problems import Problem

__all__ = ["kept", "unit_code", "variant"]

LONG = 500
_WHOLE = {"SByte": (-(2**7), 2**7), "Byte": (0, 2**8), "Int16": (-(2**15), 2**15), "UInt16": (0, 2**16), "Int32": (-(2**31), 2**31), "UInt32": (0, 2**32)}
_WHOLE |= {"Int64": (-(2**63), 2**63), "UInt64": (0, 2**64)}
_TRUE, _FALSE = {"true", "1", "on", "yes"}, {"false", "0", "off", "no"}


def kept(value: Any) -> float | str | None:
    """Return a value as a number (truth is 1 and 0) or as words; None for what is neither (arrays, structures, nothing)."""
    if isinstance(value, (bool, int, float)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, str):
        return value[:LONG]
    if isinstance(value, datetime):
        when = utc(value)
        return None if when is None else iso(when)
    if isinstance(value, ua.LocalizedText):
        return str(value.Text or "")[:LONG]
    return None


def variant(value: Any, kind: Any, what: str) -> Any:
    """Return ``value`` as a Variant of the server's type ``kind``; raise ``machine-refused`` when it is none of that type."""
    name = kind.name
    try:
        if name == "Boolean":
            text = str(value).lower() if isinstance(value, str) else str(float(value) != 0).lower()
            if text not in _TRUE | _FALSE:
                raise ValueError
            return ua.Variant(text in _TRUE, kind)
        if name in _WHOLE:
            number = float(value)
            low, high = _WHOLE[name]
            if number != int(number) or not low <= number < high:
                raise ValueError
            return ua.Variant(int(value) if isinstance(value, (int, str)) and str(value).lstrip("-").isdigit() else int(number), kind)
        if name in ("Float", "Double"):
            return ua.Variant(float(value), kind)
        if name in ("String", "LocalizedText"):
            text = value if isinstance(value, str) else f"{value:g}"
            return ua.Variant(text if name == "String" else ua.LocalizedText(text), kind)
    except (ValueError, OverflowError, TypeError) as error:
        raise Problem(REFUSED, f"{what}: {value!r} is no {name}.") from error
    raise Problem(REFUSED, f"{what}: values of type {name} cannot be written from here.")


def unit_code(information: Any) -> str:
    """Return the UN/ECE code of an EUInformation (OPC 10000-8, 5.6.3: the id holds the code's letters), else the unit as the server shows it."""
    if information is None or not hasattr(information, "UnitId"):
        return ""
    number = int(information.UnitId or 0)
    if "cefact" in str(information.NamespaceUri or "") and 0 < number < 1 << 24:
        code = number.to_bytes(3, "big").lstrip(b"\0")
        if code.isascii() and code.decode("ascii").isalnum():
            return code.decode("ascii")
    text = information.DisplayName
    return str(text.Text or "")[:20] if text is not None else ""

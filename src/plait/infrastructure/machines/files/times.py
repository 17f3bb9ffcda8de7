"""Times and numbers as machines and spreadsheets write them (pure functions)."""

import math
import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

__all__ = ["Times", "number", "zone_of"]

_EXCEL = datetime(1899, 12, 30, tzinfo=UTC)
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
_DAY = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})[T ,]*(.*)")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,:](\d{1,9}))?)?\s*([AaPp][Mm])?\s*(Z|[-+]\d{2}:?\d{2})?")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})[T_ -]?(\d{2})(\d{2})(\d{2})?")
_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (1e8, 1.0))
_CELL = re.compile(r"[-+]?[\d.,' \u00a0]*\d[\d.,]*([eE][-+]?\d+)?")


def zone_of(name: str) -> tzinfo:
    """Return the IANA time zone; ValueError when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"zone: {name!r} is no time zone; it looks like Europe/Berlin") from error


class Times:
    """Reads times of one file; ``form`` auto, unix, excel or a strptime pattern. Which of day and month comes first is learnt from the rows read."""

    def __init__(self, form: str, zone: tzinfo) -> None:
        self._form = form
        self._zone = zone
        self._day_first: bool | None = None

    def learn(self, cells: list[Any]) -> None:
        """Find out from ``cells`` whether 03/04/2026 is in March or in April; with points between, the day comes first."""
        for cell in cells:
            found = _DAY.fullmatch(str(cell).strip())
            if found and len(found[1]) <= 2 and "." not in str(cell)[:3] and max(int(found[1]), int(found[2])) > 12:
                self._day_first = int(found[1]) > 12
                return

    def read(self, cell: Any) -> datetime:
        """Return the moment in UTC; ValueError in words."""
        if isinstance(cell, datetime):
            return self._utc(cell)
        if isinstance(cell, (int, float)):
            return self._counted(float(cell))
        text = str(cell).strip().strip('"')
        if self._form not in ("auto", "unix", "excel"):
            return self._utc(datetime.strptime(text, self._form))  # noqa: DTZ007 - the zone is given beside it
        if _NUMBER.fullmatch(text) and not _PACKED.fullmatch(text):
            return self._counted(float(text))
        return self._written(text)

    def _utc(self, when: datetime) -> datetime:
        return (when.replace(tzinfo=self._zone) if when.tzinfo is None else when).astimezone(UTC)

    def _counted(self, value: float) -> datetime:
        if not math.isfinite(value):
            raise ValueError("no time")
        try:
            if self._form == "excel" or (self._form == "auto" and 20_000 <= value < 80_000):
                return self._utc((_EXCEL + timedelta(days=value)).replace(tzinfo=None))
            for least, per_second in _UNITS:
                if abs(value) >= least or (self._form == "unix" and least == 1e8):
                    return datetime.fromtimestamp(value / per_second, UTC)
        except (OverflowError, OSError) as error:
            raise ValueError(f"{value:g} is no time") from error
        raise ValueError(f"{value:g} is no time: say time_format (unix, excel, or as %d.%m.%Y %H:%M)")

    def _written(self, text: str) -> datetime:
        try:
            return self._utc(datetime.fromisoformat(text))
        except ValueError:
            pass
        packed = _PACKED.fullmatch(text)
        if packed:
            return self._utc(datetime(*(int(part or 0) for part in packed.groups())))  # type: ignore[arg-type]  # noqa: DTZ001 - the zone is given beside it
        day = _DAY.fullmatch(text)
        clock = _CLOCK.fullmatch(day[4].strip() or "0:00") if day else None
        if day is None or clock is None:
            raise ValueError(f"{text[:40]!r} is no time that is known here: say time_format (as %d.%m.%Y %H:%M:%S)")
        hour = int(clock[1]) % 12 + 12 * (clock[5].lower() == "pm") if clock[5] else int(clock[1])
        micro = int((clock[4] or "0").ljust(6, "0")[:6])
        when = datetime(*self._date(text, day), hour, int(clock[2]), int(clock[3] or 0), micro)  # noqa: DTZ001 - the zone is given beside it
        if clock[6]:
            offset = "+00:00" if clock[6] == "Z" else clock[6]
            return datetime.fromisoformat(f"{when.isoformat()}{offset}").astimezone(UTC)
        return self._utc(when)

    def _date(self, text: str, day: "re.Match[str]") -> tuple[int, int, int]:
        one, two, three = int(day[1]), int(day[2]), int(day[3])
        if len(day[1]) == 4:
            return one, two, three
        year = three if len(day[3]) == 4 else 2000 + three
        day_first = True if "." in text[:3] else self._day_first
        if day_first is None:
            raise ValueError(f"{text[:40]!r}: which is the day and which the month? Say time_format (as %d/%m/%Y %H:%M or %m/%d/%Y %H:%M)")
        return (year, two, one) if day_first else (year, one, two)


def number(cell: Any, decimal: str) -> float | str | None:
    """Return a cell as a number, or as its words; None when it is empty or says that there is no value."""
    if cell is None or isinstance(cell, (bool, int, float)):
        return None if cell is None or not math.isfinite(cell) else float(cell)
    text = str(cell).strip()
    if not text or text.lower() in ("nan", "null", "none", "n/a", "-", "#n/a"):
        return None
    if not _CELL.fullmatch(text):
        return {"true": 1.0, "false": 0.0}.get(text.lower(), text[:500])
    bare = text.replace(" ", "").replace("\u00a0", "").replace("'", "")
    comma = decimal == "," or (decimal == "auto" and bare.rfind(",") > bare.rfind("."))
    bare = bare.replace(".", "").replace(",", ".") if comma else bare.replace(",", "")
    try:
        return float(bare)
    except ValueError:
        return text[:500]

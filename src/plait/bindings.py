"""What the composition root hands to rooms so that none of them knows another: the clock of a data folder, drawings, stock for the line."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from plait.kernel.activity import Activity
from plait.kernel.clock import SteppedClock, WallClock
from plait.kernel.os import write_whole
from plait.kernel.problems import Problem, register
from plait.kernel.settings import Settings
from plait.manufacturing.line.model import Lot
from plait.manufacturing.part.service import PartService
from plait.store import Tx

__all__ = ["badge_drawn", "clock_of", "symbol", "taking"]

OTHER_CLOCK = register("other-clock", 409, "This data folder goes by another kind of time", "Start it with the clock it was made with, or use a new folder.")

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def clock_of(settings: Settings, activity: Activity, folder: Path) -> WallClock | SteppedClock:
    """Return the business clock; a data folder remembers its kind and refuses another (``other-clock``)."""
    kind = settings.clock.kind
    file = folder / "clock"
    known = file.read_bytes().decode("utf-8", "replace").strip() if file.exists() else ""
    if known and known != kind:
        raise Problem(OTHER_CLOCK, f"{folder} goes by {known} time, not {kind}")
    if not known:
        write_whole(file, kind.encode())
    if kind == "stepped":
        return SteppedClock(activity, EPOCH)
    return WallClock(activity, settings.clock.factor if kind == "scaled" else 1.0)


def symbol(kind: Literal["qr", "code128"], text: str) -> str:
    """Draw a symbol for a paper; the library is loaded with the first."""
    from plait.labour.studio.codes import svg

    return svg(kind, text)


def badge_drawn(firm: str, name: str, url: str, number: str, form: str) -> bytes:
    """Draw a badge; the libraries are loaded with the first."""
    from plait.labour.studio.badge import badge

    return badge(firm, name, url, number, form)


def taking(parts: PartService) -> Callable[[Tx, str, Decimal, str], Sequence[Lot]]:
    """Bind the line's need for material to the stock of the parts room."""

    def take(tx: Tx, part: str, quantity: Decimal, order: str) -> Sequence[Lot]:
        return [Lot(use.part, use.gtin, use.lot, use.quantity, use.unit, use.serials) for use in parts.take(tx, part, quantity, order)]

    return take

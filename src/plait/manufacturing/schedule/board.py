"""The live board: every work centre with its bookings and free gaps, kept in memory between promises."""

import heapq
from collections.abc import Iterable, Mapping

import msgspec

from plait.kernel.problems import Problem, register
from plait.manufacturing.schedule.gaps import Gaps, never_fits
from plait.manufacturing.schedule.model import WorkCentre

__all__ = ["NO_CENTRE", "Board", "Slot"]

NO_CENTRE = register("no-work-centre", 409, "No work centre can do this operation", "Enter a work centre of that group, or correct the routing.")


class Slot(msgspec.Struct, frozen=True):
    """A span (ms) taken on a work centre, by hold ``hold_id`` (also after it became an order) or by none."""

    work_centre: str
    start: int
    end: int
    hold_id: str = ""


class Board:
    """Work centres and what is booked on them from ``since`` (ms) on; ``untils`` says which holds free themselves when."""

    def __init__(self, centres: Iterable[WorkCentre], slots: Iterable[Slot], since: int, untils: Mapping[str, int] | None = None) -> None:
        self.centres = {centre.id: centre for centre in sorted(centres, key=lambda c: c.id)}
        self.groups: dict[str, list[WorkCentre]] = {}
        for centre in self.centres.values():
            self.groups.setdefault(centre.group, []).append(centre)
        self._since = since
        self._slots: dict[str, list[Slot]] = {}
        self._places: dict[str, set[str]] = {}
        for slot in slots:
            self._slots.setdefault(slot.work_centre, []).append(slot)
            self._places.setdefault(slot.hold_id, set()).add(slot.work_centre)
        self._gaps: dict[str, Gaps] = {}
        self._untils = dict(untils or {})
        self._expiries = [(until, hold) for hold, until in self._untils.items()]
        heapq.heapify(self._expiries)

    def gaps(self, centre: str) -> Gaps:
        """Return the free time of a work centre."""
        found = self._gaps.get(centre)
        if found is None:
            rows = sorted(((s.start, s.end) for s in self._slots.get(centre, ())), reverse=True)
            found = self._gaps[centre] = Gaps(self.centres[centre], self._since, rows)
        return found

    def of_group(self, group: str) -> list[WorkCentre]:
        """Return the work centres of ``group``; raise ``no-work-centre``."""
        if group not in self.groups:
            raise Problem(NO_CENTRE, f"no work centre belongs to the group {group!r}")
        return self.groups[group]

    def earliest(self, group: str, after: int, work: int) -> tuple[WorkCentre, int, int]:
        """Return the work centre of ``group`` where ``work`` ends first, with start and end; ties go to the lower id."""
        best: tuple[int, int, WorkCentre] | None = None
        centres = self.of_group(group)
        for centre in centres:
            span = self.gaps(centre.id).earliest(after, work)
            if span is not None and (best is None or span[1] < best[0]):
                best = (span[1], span[0], centre)
        if best is None:
            raise never_fits(" or ".join(centre.id for centre in centres), work)
        return best[2], best[1], best[0]

    def take(self, slot: Slot) -> None:
        """Book a span found by ``earliest``."""
        self._slots.setdefault(slot.work_centre, []).append(slot)
        self._places.setdefault(slot.hold_id, set()).add(slot.work_centre)
        self.gaps(slot.work_centre).take(slot.start, slot.end)

    def undo(self, slots: Iterable[Slot]) -> None:
        """Take back spans just taken."""
        for slot in slots:
            self._slots[slot.work_centre].remove(slot)
            self._gaps[slot.work_centre].give(slot.start, slot.end)

    def keep(self, hold_id: str, until: int | None) -> None:
        """Let the spans of a hold free themselves at ``until`` (None: never)."""
        if until is None:
            self._untils.pop(hold_id, None)
        else:
            self._untils[hold_id] = until
            heapq.heappush(self._expiries, (until, hold_id))

    def drop(self, hold_id: str) -> None:
        """Free all spans of a hold."""
        self._untils.pop(hold_id, None)
        for centre in self._places.pop(hold_id, ()):
            self._slots[centre] = [slot for slot in self._slots[centre] if slot.hold_id != hold_id]
            self._gaps.pop(centre, None)

    def expire(self, now: int) -> None:
        """Free the spans of every hold that has expired at ``now`` (ms)."""
        while self._expiries and self._expiries[0][0] <= now:
            until, hold_id = heapq.heappop(self._expiries)
            if self._untils.get(hold_id) == until:
                self.drop(hold_id)

"""The board of the present state, kept between calls, and the writing of repairs. Used inside transactions only."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from plait.kernel.actor import Scope
from plait.kernel.ids import new_id
from plait.manufacturing.schedule import rules, tables
from plait.manufacturing.schedule.board import Board, Slot
from plait.manufacturing.schedule.calendar import ms, to_time
from plait.manufacturing.schedule.model import Booking, Repair, ScheduleRepaired, Shift
from plait.manufacturing.schedule.repair import Down, Leads, repair
from plait.store import Tx

__all__ = ["BoardKeeper", "apply_repair", "changed", "leads_of", "try_repair"]

R = TypeVar("R")
ALL = Scope(everything=True)


def _load(conn: Connection, now: int) -> Board:
    rows = tables.live(conn, ALL, now)
    holds = tables.holds(conn, ALL, {row.hold_id for row in rows if row.state == "held"})
    slots = rules.slots_of([row for row in rows if row.state != "ended"])
    slots += [Slot(outage.work_centre, ms(outage.start), ms(outage.end)) for outage in tables.outages(conn, ALL, now)]
    return Board(tables.centres(conn, ALL).values(), slots, now, {id: hold.until for id, hold in holds.items()})


class BoardKeeper:
    """Keeps one board for the state last seen; a changed or undone transaction shows in the stamp and makes it load anew."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stamp: str | None = None
        self._board: Board | None = None

    def use(self, conn: Connection, now: int, call: Callable[[Board], R], change: str | None = None) -> R:
        """Return ``call(board)`` for the state that ``conn`` sees.

        With ``change`` (a new stamp, already written through ``conn``) what ``call`` does to the board is kept; else ``call``
        leaves the board as it found it.
        """
        seen = tables.stamp(conn)
        with self._lock:
            board = self._board if self._board is not None and self._stamp == seen else None
            if board is None:
                board = _load(conn, now)
            self._board, self._stamp = None, None
            board.expire(now)
            result = call(board)
            if change is not None:
                tables.put_stamp(conn, change)
            self._board, self._stamp = board, seen if change is None else change
            return result


def changed(tx: Tx) -> None:
    """Mark the schedule as changed, so that every board is loaded anew."""
    tables.put_stamp(tx.conn, new_id())


def leads_of(conn: Connection, rows: Sequence[Booking]) -> Leads:
    """Return the working days of the outside steps among ``rows`` whose time is not given in minutes."""
    holds = tables.holds(conn, ALL, {row.hold_id for row in rows if row.outside and row.state != "ended"})
    return {
        (hold.id, op.seq): op.lead_days for hold in holds.values() for op in hold.request.operations if op.outside and op.seq not in hold.request.step_leads
    }


def _finish(rows: Sequence[Booking]) -> datetime:
    return max(row.end for row in rows)


def _shifts(conn: Connection, before: Sequence[Booking], after: Sequence[Booking], reason: str) -> Repair:
    was = {row.job_id: row for row in before}
    by_hold: dict[str, list[Booking]] = {}
    for row in after:
        by_hold.setdefault(row.hold_id, []).append(row)
    moved = {
        id: [row for row in rows if row.job_id in was and (was[row.job_id].start, was[row.job_id].end) != (row.start, row.end)] for id, rows in by_hold.items()
    }
    known = tables.holds(conn, ALL, [id for id, rows in moved.items() if rows])
    orders: list[Shift] = []
    held: list[Shift] = []
    for id, hold in known.items():
        rows = by_hold[id]
        old = _finish([was[row.job_id] for row in rows if row.job_id in was])
        promised = hold.due if hold.order else hold.promised
        shift = Shift(hold.order or hold.number, old, _finish(rows), to_time(promised) if promised is not None else None, reason, len(moved[id]))
        (orders if hold.order else held).append(shift)
    return Repair(sorted(orders, key=lambda s: s.order), sorted(held, key=lambda s: s.order))


def _repaired(conn: Connection, rows: Sequence[Booking], now: int) -> list[Booking]:
    downs = [Down(outage.work_centre, ms(outage.start), ms(outage.end)) for outage in tables.outages(conn, ALL, now)]
    return repair(rows, tables.centres(conn, ALL), downs, now, leads_of(conn, rows))


def try_repair(conn: Connection, before: Sequence[Booking], now_rows: Sequence[Booking], now: int, reason: str) -> Repair:
    """Return what ``apply_repair`` would move at ``now`` (ms); nothing is written."""
    return _shifts(conn, before, _repaired(conn, now_rows, now), reason)


def apply_repair(tx: Tx, before: Sequence[Booking], now_rows: Sequence[Booking], reason: str, *, loud: bool) -> Repair:
    """Repair the plan ``now_rows`` (``before`` with a disturbance worked in), write what changed and say what moved.

    ``loud``: a ``schedule.repaired`` fact for every order with a booking moved; else only for orders whose finish moved
    past their date.
    """
    after = _repaired(tx.conn, now_rows, ms(tx.at))
    known = {row.job_id: row for row in before}
    tables.put_bookings(tx.conn, [row for row in after if known.get(row.job_id) != row])
    changed(tx)
    result = _shifts(tx.conn, before, after, reason)
    for shift in result.orders:
        if loud or (shift.now > shift.was and shift.late):
            body = ScheduleRepaired(shift.order, shift.was, shift.now, shift.promised, reason, shift.moved)
            tx.append(f"run/{shift.order}", body)
    return result

"""Batches cut to what fits between opening and closing, where a whole batch never would (pure)."""

import msgspec

from plait.kernel.problems import Problem
from plait.manufacturing.part.model import Operation
from plait.manufacturing.schedule import rules
from plait.manufacturing.schedule.board import Board
from plait.manufacturing.schedule.calendar import NEVER_OPEN
from plait.manufacturing.schedule.dispatch import Shop
from plait.manufacturing.schedule.model import PromiseRequest

__all__ = ["planned"]

MOST_BATCHES = 2000
MINUTE_MS = 60_000


def planned(request: PromiseRequest, board: Board, now: int, hold_id: str = "") -> tuple[PromiseRequest, rules.Plan]:
    """Place a request (see ``rules.plan``); when no opening is long enough for a whole batch, in smaller ones. Return it as it was placed.

    Raise as ``rules.plan``; then the board is as before.
    """
    try:
        return request, rules.plan(request, board, now, hold_id)
    except Problem as problem:
        smaller = _cut(request, board, now) if problem.code == NEVER_OPEN else request
        if smaller == request:
            raise
    return smaller, rules.plan(smaller, board, now, hold_id)


def _cut(request: PromiseRequest, board: Board, now: int) -> PromiseRequest:
    """Return the request in the largest batches whose every operation fits into a usual opening; as it is when there are none."""
    shop = Shop(board.centres.values(), (), now)
    whole = size = min(request.batch_size, request.quantity)
    for op in request.operations:
        if op.outside:
            continue
        usual = shop.usual_of(op.group)
        if rules.work_of(op, size) > usual:
            size = _room(op, usual) or min(1, _room(op, shop.longest_of(op.group)))
    if not 0 < size < whole or -(-request.quantity // size) > MOST_BATCHES:
        return request
    return msgspec.structs.replace(request, batch_size=size)


def _room(op: Operation, span: int) -> int:
    room = span - op.setup_min * MINUTE_MS
    return max(0, int(room // (op.cycle_min * MINUTE_MS))) if op.cycle_min > 0 else 0

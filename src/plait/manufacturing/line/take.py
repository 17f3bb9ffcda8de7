"""Taking a batch's material from stock, all of it or none."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from plait.kernel.problems import Problem
from plait.manufacturing.line.model import Lot, RunOrder
from plait.store import Tx

__all__ = ["TakeMaterial", "try_take"]

TakeMaterial = Callable[[Tx, str, Decimal, str], Sequence[Lot]]


def try_take(tx: Tx, take: TakeMaterial, order: RunOrder, pieces: int) -> tuple[Lot, ...] | None:
    """Take what ``pieces`` need from stock; return the lots, or None (and nothing taken) when something is short."""
    lots: list[Lot] = []
    saved = tx.conn.begin_nested()
    try:
        for material in order.materials:
            if material.supply != "customer":
                lots += take(tx, material.part_id, material.quantity * pieces, order.number)
    except Problem as problem:
        saved.rollback()
        if problem.code == "stock-short":
            return None
        raise
    saved.commit()
    return tuple(lots)

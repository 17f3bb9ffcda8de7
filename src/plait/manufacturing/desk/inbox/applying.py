"""Putting an item in and taking it back: all of it in one transaction, or nothing."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from plait.kernel.actor import Scope
from plait.kernel.problems import CONFLICT, Problem, register
from plait.manufacturing.desk.inbox import tables
from plait.manufacturing.desk.inbox.looking import ORDER, Held, by_kind, left_out
from plait.manufacturing.desk.inbox.model import Applied, Applier, ApplyOrder, Context, InboxApplied, InboxUndone, Item, Outcome, Row, Undoing
from plait.manufacturing.desk.inbox.readings import Reading
from plait.manufacturing.desk.inbox.rules import count, place_words
from plait.manufacturing.desk.reading.model import DocumentKind, Issue
from plait.store import Tx

__all__ = ["apply_in", "check", "undo_in"]

NEEDS_CONFIRMING = register("needs-confirming", 422, "A person must look at every value first", "Look at it, correct what is wrong, and confirm it.")
NO_WAY_BACK = register("no-way-back", 409, "This cannot be taken back by itself", "Change what it did by hand.")
NOTHING_TO_APPLY = register("nothing-to-apply", 422, "It holds nothing that could go in", "Correct how its columns are read, or put it away.")
ROWS_REFUSED = register("rows-refused", 422, "Some rows cannot go in", "Correct them in the file and send it again, or have only the good ones go in.")

ALL = Scope(everything=True)
SHOWN = 200
FIRST = 3


def check(item: Item, reading: Reading, held: Sequence[Held], order: ApplyOrder, appliers: Mapping[DocumentKind, Applier]) -> None:
    """Raise a Problem that says why the item cannot go in as ordered."""
    homeless = sorted({table.kind for table in held if table.kind not in appliers})
    if homeless:
        raise Problem(NOTHING_TO_APPLY, f"{item.name}: nothing here takes {', '.join(homeless)}.")
    if not any(table.records for table in held):
        reasons = "; ".join(issue.reason for issue in reading.result.issues if issue.level != "note")
        raise Problem(NOTHING_TO_APPLY, f"{item.name}: {reasons or 'no table that can be read is in it'}.")
    if reading.result.suggestion and not order.confirm:
        raise Problem(NEEDS_CONFIRMING, f"{item.name} is read from running text ({reading.result.format}).")
    rows = left_out(held)
    issues = [issue for issue in reading.result.issues if issue.level == "refused"] if not order.tables else []
    if (rows or issues) and not order.good_only:
        raise _refusal(rows, issues)
    if not any(table.good for table in held):
        raise _refusal(rows, issues)


def _refusal(rows: Sequence[Row], issues: Sequence[Issue]) -> Problem:
    said = [f"{place_words(issue.place) or f'row {row.row}'}: {issue.reason}" for row in rows for issue in row.issues if issue.level == "refused"]
    said += [f"{place_words(issue.place)}: {issue.reason}" if place_words(issue.place) else issue.reason for issue in issues]
    more = f"; and {len(said) - FIRST} more" if len(said) > FIRST else ""
    shown = [msgspec.to_builtins(row) for row in rows[:SHOWN]]
    return Problem(ROWS_REFUSED, f"{len(rows)} rows: {'; '.join(said[:FIRST])}{more}", rows=shown, issues=msgspec.to_builtins(list(issues[:SHOWN])))


def apply_in(tx: Tx, id: str, held: Sequence[Held], order: ApplyOrder, appliers: Mapping[DocumentKind, Applier], context: Callable[..., Context]) -> Outcome:
    """Put the tables in; raise ``rows-refused`` when one of their rows is not taken and not ``good_only``."""
    item = tables.item(tx.conn, ALL, id=id)
    assert item is not None
    before = tables.applied(tx.conn, ALL, item=id)
    source = id if not before else f"{id}.{len(before) + 1}"
    about = context(item, id, whole=order.whole)
    done = {kind: appliers[kind].apply(tx, records, about) for kind, records in by_kind(held).items()}
    changes = [change for each in done.values() for change in each]
    left = left_out(held, done)
    if not order.good_only and any(change.action == "refused" for change in changes):
        raise _refusal(left, ())
    counts = count(changes)
    moved = any(change.action in ("new", "changed", "gone") for change in changes)
    if moved or item.state != "applied":
        kinds = tuple(sorted({table.kind for table in held}))
        keys = tuple(dict.fromkeys(change.key for change in changes if change.action in ("new", "changed", "same")))
        item = msgspec.structs.replace(item, state="applied", applied=item.applied + 1)
        tables.put_applied(tx.conn, Applied(source, id, tx.at, tx.actor.label, counts, kinds, keys, order.whole))
        tables.put_item(tx.conn, item)
        tx.append(f"inbox/{id}", InboxApplied(id, item.name, kinds, counts, source, order.whole))
    return Outcome(item, source, counts, [change for change in changes if change.action != "same"][:SHOWN], left[:SHOWN])


def undo_in(tx: Tx, id: str, appliers: Mapping[DocumentKind, Applier]) -> Item:
    """Take back what an item has put in, whether at once or by and by; what others build on goes last."""
    item = tables.item(tx.conn, ALL, id=id)
    assert item is not None
    times = [each for each in tables.applied(tx.conn, ALL, item=id) if not each.undone]
    if not times:
        raise Problem(CONFLICT, f"{item.name} has not gone in.")
    things = 0
    for kind in sorted({kind for each in times for kind in each.kinds}, key=ORDER.index, reverse=True):
        applier = appliers.get(kind)
        if not isinstance(applier, Undoing):
            raise Problem(NO_WAY_BACK, f"What {item.name} has changed in {kind} is not kept as it was before.")
        things += applier.undo(tx, id)
    item = msgspec.structs.replace(item, applied=0, state="waiting")
    for each in times:
        tables.put_applied(tx.conn, msgspec.structs.replace(each, undone=True))
    tables.put_item(tx.conn, item)
    tx.append(f"inbox/{id}", InboxUndone(id, things))
    return item

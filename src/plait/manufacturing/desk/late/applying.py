"""Making tried changes real: longer hours of work centres, and another date, priority or quantity of open lines, all together or not at all."""

from collections.abc import Sequence

import msgspec

from plait.kernel.problems import Problem
from plait.manufacturing.desk.book import rules as book_rules
from plait.manufacturing.desk.book import tables as book_tables
from plait.manufacturing.desk.book.model import LineChanged
from plait.manufacturing.desk.late.model import Applied, Change, Changed, ExtraShift, Overtime
from plait.manufacturing.desk.late.prepare import Books
from plait.manufacturing.desk.late.whatif import BAD_CHANGE, changed_books
from plait.manufacturing.schedule.service import put_centres
from plait.store import Tx

__all__ = ["apply_in", "check_real"]


def check_real(changes: Sequence[Change]) -> None:
    """Return when every change is one that can be made by itself; raise ``bad-change`` otherwise (an order is entered or closed as such)."""
    for index, change in enumerate(changes):
        if not isinstance(change, Overtime | ExtraShift | Changed):
            raise Problem(BAD_CHANGE, f"changes[{index}]: this can be tried, but not be made from here")


def apply_in(tx: Tx, books: Books, changes: Sequence[Change], source: str) -> Applied:
    """Make changes inside a transaction; ``books`` are read in it. A work centre that had its site's hours has its own from then on."""
    check_real(changes)
    then = changed_books(books, changes)
    known = {centre.id: centre for centre in books.centres}
    centres = [msgspec.structs.replace(centre, inherits=False) for centre in then.centres if known.get(centre.id) != centre]
    if centres:
        put_centres(tx, centres, "longer hours")
    before = {line.id: line for line in books.lines}
    lines = [line for line in then.lines if before.get(line.id) != line]
    for line in lines:
        book_rules.check(line)
        book_tables.put_line(tx.conn, line)
        tx.append(f"book/{line.id}", LineChanged(line.id, book_rules.changes_of(before[line.id], line), source))
    return Applied([centre.id for centre in centres], [line.id for line in lines])

"""Lists of orders go into the book: compared with what is there, then entered, changed and closed in one transaction."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Scope
from plait.kernel.problems import Problem, register
from plait.manufacturing.desk.book import tables
from plait.manufacturing.desk.book.decide import Decision, decide, keys_of
from plait.manufacturing.desk.book.model import LineChanged, LineClosed, LineEntered, LineRemoved, OrderLine
from plait.manufacturing.desk.book.parts import Known
from plait.manufacturing.desk.book.rules import changes_of
from plait.manufacturing.desk.inbox.model import Change, Context
from plait.manufacturing.desk.reading.model import DocumentKind, Record
from plait.manufacturing.part import tables as part_tables
from plait.store import Tx

__all__ = ["CHANGED_SINCE", "BookApplier", "close_in", "enter_in"]

CHANGED_SINCE = register("changed-since", 409, "Something has changed since", "Look at what is there now and change it by hand.")
ALL = Scope(everything=True)
SERIES = "SO"


def enter_in(tx: Tx, row: OrderLine) -> None:
    """Enter the fact of a line that has come into the book."""
    body = LineEntered(row.id, row.customer, row.order_no, row.line_no, row.part_id, row.name, row.quantity, row.due, row.source)
    tx.append(f"book/{row.id}", body)


def close_in(tx: Tx, row: OrderLine) -> None:
    """Enter the fact of a line that is done or cancelled."""
    tx.append(f"book/{row.id}", LineClosed(row.id, row.state, row.reason))


class BookApplier:
    """Puts rows of orders into the order book."""

    kind: DocumentKind = "orders"

    def compare(self, conn: Connection, records: Sequence[Record], context: Context) -> list[Change]:
        """Return what ``apply`` would do."""
        return [each.change for each in self._decide(conn, records, context)]

    def _decide(self, conn: Connection, records: Sequence[Record], context: Context) -> list[Decision]:
        there = tables.lines_by_key(conn, ALL, keys_of(records, context))
        theirs = tables.lines(conn, ALL, state="open", sender=context.sender) if context.whole and context.sender else []
        numbered = tables.lines(conn, ALL) if any("customer_part_no" in record.values for record in records) else []
        known = Known(part_tables.parts(conn, ALL), numbered)
        return decide(records, there, theirs, known, context)

    def apply(self, tx: Tx, records: Sequence[Record], context: Context) -> list[Change]:
        """Do it, inside the transaction; return what was done, with the numbers of new lines in ``text``."""
        decisions = self._decide(tx.conn, records, context)
        numbers = iter(tx.numbers(SERIES, sum(each.before is None and each.after is not None for each in decisions)))
        made: list[OrderLine] = []
        images: list[tables.Image] = []
        done: list[Change] = []
        for each in decisions:
            after = each.after
            if after is None:
                done.append(each.change)
                continue
            if each.before is None:
                after = msgspec.structs.replace(after, id=f"SO-{next(numbers):05}")
                made.append(after)
                enter_in(tx, after)
                said = f"{after.id}: {each.change.text}" if each.change.text else after.id
                done.append(msgspec.structs.replace(each.change, text=said))
            else:
                tables.put_line(tx.conn, after)
                _tell(tx, each.before, after, context.source)
                done.append(each.change)
            images.append(tables.Image(after.id, each.before, after))
        tables.put_new_lines(tx.conn, made)
        tables.put_image(tx.conn, context.source, images)
        return done

    def undo(self, tx: Tx, source: str) -> int:
        """Put every line back that ``source`` has entered or changed; raise ``changed-since`` when one has been changed after that."""
        images = tables.images(tx.conn, ALL, source)
        there = tables.lines_by_id(tx.conn, ALL, [image.line_id for image in images])
        for image in images:
            if not _as_left(there.get(image.line_id), image.after):
                raise Problem(CHANGED_SINCE, f"{image.line_id} of {image.after.customer} {image.after.order_no} is no longer what the list made of it.")
        tables.drop_lines(tx.conn, [image.line_id for image in images if image.before is None])
        for image in images:
            if image.before is None:
                tx.append(f"book/{image.line_id}", LineRemoved(image.line_id, f"what {source} entered was taken back"))
            else:
                tables.put_line(tx.conn, image.before)
                _tell(tx, image.after, image.before, f"{source} was taken back")
        tables.drop_images(tx.conn, source)
        return len(images)


def _as_left(now: OrderLine | None, left: OrderLine) -> bool:
    """Whether a line is as a list left it; that its part has become known since then is no change of it."""
    return now is not None and now == (left if left.part_id else msgspec.structs.replace(left, part_id=now.part_id))


def _tell(tx: Tx, before: OrderLine, after: OrderLine, source: str) -> None:
    if before.state == "open" and after.state != "open":
        close_in(tx, after)
    elif changes := changes_of(before, after):
        tx.append(f"book/{after.id}", LineChanged(after.id, changes, source))

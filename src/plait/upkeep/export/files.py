"""The files of an export, one function each: facts, events, documents, tables, signals."""

import csv
import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, inspect

from plait.circulation.epcis.document import merge_contexts
from plait.circulation.epcis.tables import ev, term
from plait.infrastructure.signals.offline import every_series
from plait.kernel.actor import Scope
from plait.kernel.firm import Firm
from plait.kernel.os import fsync_file, safe_name
from plait.kernel.problems import Problem
from plait.manufacturing.desk.inbox import tables as inbox
from plait.manufacturing.trade import tables as trade
from plait.manufacturing.trade.ubl_write import write_ubl
from plait.store import Blobs, from_ms
from plait.store.tables import log
from plait.upkeep.export.rows import cell, columns, plain_tables, rows

__all__ = ["Listed", "Writer", "write_documents", "write_events", "write_facts", "write_inbox", "write_signals", "write_tables"]

ALL = Scope(everything=True)
FACT = ("seq", "id", "stream", "kind", "version", "at", "recorded", "actor", "body", "body_hash", "prev_hash", "hash")


class Listed(msgspec.Struct, frozen=True):
    """A file of the export: what it holds in words, how many entries, its SHA-256."""

    path: str
    holds: str
    entries: int
    bytes: int
    sha256: str


class Writer:
    """Writes the files below ``root`` durably and lists them; ``step`` is told each file's name."""

    def __init__(self, root: Path, step: Callable[[str], None]) -> None:
        self.root = root
        self.files: list[Listed] = []
        self._step = step

    def write(self, path: str, holds: str, parts: Iterator[bytes], entries: Callable[[], int]) -> None:
        """Write one file from its parts."""
        self._step(path)
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with target.open("xb") as file:
            for part in parts:
                file.write(part)
                digest.update(part)
                size += len(part)
            fsync_file(file)
        self.files.append(Listed(path, holds, entries(), size, digest.hexdigest()))


def write_facts(out: Writer, conn: Connection) -> None:
    """Write the fact log, one JSON object a line in order; ``hash`` and ``prev_hash`` let anybody verify the chain."""
    count = [0]

    def lines() -> Iterator[bytes]:
        for row in rows(conn, log, list(FACT)):
            values = dict(zip(FACT, row, strict=True))
            values["body"] = msgspec.Raw(b"null" if values["body"] is None else bytes(values["body"]))
            count[0] += 1
            yield msgspec.json.encode(values) + b"\n"

    out.write("facts.ndjson", "every business fact, in order, with the chain of hashes", lines(), lambda: count[0])


def write_events(out: Writer, conn: Connection, created: str) -> None:
    """Write all events as one EPCIS 2.0 document (ISO/IEC 19987)."""
    count = [0]
    words = {number: msgspec.json.decode(uri) if uri[:1] in '["{' else uri for number, uri in rows(conn, term, ["id", "uri"])}
    contexts = [words.get(number) for (number,) in {(row[0],) for row in rows(conn, ev, ["ctx"], "id")}]

    def parts() -> Iterator[bytes]:
        head = {"@context": merge_contexts(each for each in contexts if each), "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": created}
        yield msgspec.json.encode(head)[:-1] + b',"epcisBody":{"eventList":['
        for (document,) in rows(conn, ev, ["doc"], "id"):
            yield (b",\n" if count[0] else b"\n") + bytes(document)
            count[0] += 1
        yield b"\n]}}\n"

    out.write("events.json", "every event of goods, one EPCIS 2.0 document", parts(), lambda: count[0])


def write_documents(out: Writer, conn: Connection, firms: dict[str, Firm]) -> None:
    """Write each trade document with its signature as JSON, and as UBL 2 where UBL has a word for it."""
    taken: list[str] = []
    for document in trade.documents(conn, ALL):
        name = safe_name(f"{type(document).__name__}-{document.number}-{document.id[-12:]}", taken)
        taken.append(name)
        whole = {"document": document, "signature": trade.jws_of(conn, ALL, document.id)}
        out.write(f"documents/{name}.json", f"{type(document).__name__} {document.number}", iter([msgspec.json.encode(whole)]), lambda: 1)
        try:
            content = write_ubl(document, firms)
        except Problem:
            continue
        out.write(f"documents/{name}.xml", f"{type(document).__name__} {document.number} as UBL", iter([content]), lambda: 1)


def write_inbox(out: Writer, conn: Connection, blobs: Blobs) -> None:
    """Write what came into the order desk's inbox, as it came, and the drawings kept beside it; one that is damaged is left out."""
    if not inspect(conn).has_table(inbox.item_table.name):
        return
    every = [(item.id, item.name, item.sha256) for item in inbox.items(conn, ALL)]
    every += [(kept.item, kept.name, kept.sha256) for kept in inbox.attachments(conn, ALL)]
    taken: list[str] = []
    done: set[tuple[str, str]] = set()
    for number, name, digest in sorted(every):
        if (number, digest) in done:
            continue
        done.add((number, digest))
        shown = safe_name(f"{number} {name}", taken)
        taken.append(shown)
        with suppress(Problem):
            out.write(f"inbox/{shown}", f"what came as {number}", iter([blobs.get(digest)]), lambda: 1)


def write_tables(out: Writer, conn: Connection) -> None:
    """Write every other table as CSV (RFC 4180, UTF-8), without columns that hold secrets."""
    for table in plain_tables(conn):
        count, names = [0], columns(table)

        def lines(table: Any = table, names: list[str] = names, count: list[int] = count) -> Iterator[bytes]:
            yield _csv(names)
            for row in rows(conn, table, names):
                count[0] += 1
                yield _csv([cell(value) for value in row])

        out.write(f"tables/{table.name}.csv", f"the table {table.name}", lines(), lambda count=count: count[0])  # type: ignore[misc]


def _csv(fields: list[str]) -> bytes:
    line = StringIO()
    csv.writer(line).writerow(fields)
    return line.getvalue().encode("utf-8", "backslashreplace")


def write_signals(out: Writer, conn: Connection, lake: Path) -> None:
    """Write each series of what machines said as CSV: time (UTC), value (a number or a word), quality."""
    if not lake.is_dir():
        return
    taken: list[str] = []
    for name, points in every_series(conn, lake):
        shown = safe_name(f"{name}.csv".replace("/", "."), taken)
        taken.append(shown)
        count = [0]
        out.write(f"signals/{shown}", "what a machine said: time, value, quality", _points(points, count), lambda count=count: count[0])  # type: ignore[misc]


def _points(points: Iterator[tuple[int, float | str, int]], count: list[int]) -> Iterator[bytes]:
    yield b"time,value,quality\r\n"
    for ms, value, quality in points:
        count[0] += 1
        yield _csv([from_ms(ms).isoformat(timespec="milliseconds"), value if isinstance(value, str) else repr(value), str(quality)])

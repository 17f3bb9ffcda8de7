"""A mail as content: headers, what is new in its text, tables, and the orders or requests that the text makes."""

import re
from collections.abc import Sequence
from datetime import date

import msgspec

from plait.manufacturing.desk.reading.doubts import DOUBTS
from plait.manufacturing.desk.reading.formats.email.html import read_html
from plait.manufacturing.desk.reading.formats.email.message import Mail, address, moment, parse
from plait.manufacturing.desk.reading.formats.email.quoted import forwarded, part, sender
from plait.manufacturing.desk.reading.formats.words import is_title
from plait.manufacturing.desk.reading.headers import completed
from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.model import Content, Issue, Limits, Place, Sheet
from plait.manufacturing.desk.reading.refusals import check_size
from plait.manufacturing.desk.reading.sentences import NO_DAY, read_sentences
from plait.manufacturing.desk.reading.spans import advertises, answers_an_order, find, withdraws

__all__ = ["read"]

MOST_LINES = 5_000
_SPLITS = (re.compile(r"\t"), re.compile(r"\s*\|\s*"), re.compile(r"\s*;\s*"), re.compile(r"\s{2,}"))


def read(content: bytes, limits: Limits) -> Content:
    """Read a mail; raise ``file-broken`` or ``file-encrypted``."""
    check_size(content, limits)
    mail = parse(content, limits)
    made = Content("email", suggestion=True, attachments=mail.attachments, issues=mail.issues)
    _header(mail, made)
    lines, tables = _body(mail, limits)
    new, quoted, signature = part(lines[:MOST_LINES], forwarded(made.header.get("subject", "")))
    if forwarded(made.header.get("subject", "")) and (first := address(sender(new))[1]):
        made.header["forwarded_from"] = first
    made.text, made.quoted = "\n".join(new).rstrip(), "\n".join(quoted)
    made.sheets = [table for table in tables if _titled(table)] or _written(new, limits)
    own = ["" if off else line for line, off in zip(new, signature, strict=True)]
    _sentences(made, own)
    _withdrawn(made, own)
    if not (made.sheets or made.records or made.attachments):
        fix = "Read the mail; nothing was taken from it."
        made.issues.append(Issue("warning", "no-table", "the mail holds neither a table nor an order or request that is understood", fix, Place(path="body")))
    return made


def _header(mail: Mail, made: Content) -> None:
    said = mail.headers
    name, sender = address(said.get("from", ""))
    found = {
        "from": sender,
        "from_name": name,
        "to": address(said.get("to", ""))[1],
        "reply_to": address(said.get("reply-to", ""))[1],
        "subject": said.get("subject", ""),
        "date": moment(said.get("date", "")),
        "message_id": said.get("message-id", "").strip("<> "),
        "in_reply_to": said.get("in-reply-to", "").split(" ")[0].strip("<> "),
        "automatic": "yes" if said.get("auto-submitted", "no").lower() != "no" or said.get("precedence", "").lower() in ("bulk", "auto_reply") else "",
    }
    made.header = {field: value for field, value in found.items() if value}
    made.places = {field: Place(path=field.replace("_", "-").replace("from-name", "from")) for field in made.header}


def _body(mail: Mail, limits: Limits) -> tuple[list[str], list[Sheet]]:
    """Return the lines of the body, plain text before HTML, and the tables of its HTML."""
    lines: list[str] = []
    tables: list[Sheet] = []
    for body in mail.bodies:
        text = body.plain
        if body.html:
            reduced, found = read_html(body.html, limits, forwarded(mail.headers.get("subject", "")))
            for table in found:
                table.name = f"body table {len(tables) + 1}"
                tables.append(table)
            text = text if text.strip() else reduced
        lines.extend(text.strip("\n").split("\n"))
    return lines, tables


def _titled(sheet: Sheet) -> bool:
    """Tell whether a table is one of data: one of its first rows bears titles."""
    return any(sum(isinstance(cell, str) and is_title(cell) for cell in row) >= 2 for row in sheet.rows[:6])


def _written(lines: Sequence[str], limits: Limits) -> list[Sheet]:
    """Return tables written in plain text: a line of titles, and lines under it that part in as many cells."""
    made: list[Sheet] = []
    at = 0
    while at < len(lines):
        sheet = _table_at(lines[: at + limits.rows], at, f"text table {len(made) + 1}")
        if sheet is None or len(sheet.rows[0]) > limits.columns:
            at += 1
            continue
        made.append(sheet)
        at = max(at + 1, int(sheet.places[len(sheet.rows) - 1, 0].path.removeprefix("body:")))
    return made


def _table_at(lines: Sequence[str], at: int, name: str) -> Sheet | None:
    for pattern in _SPLITS:
        titles = _cells(pattern, lines[at])
        if len(titles) < 2 or sum(is_title(cell) for cell in titles) < max(2, len(titles) / 2):
            continue
        rows, numbers, lost = [titles], [at], False
        for index in range(at + 1, len(lines)):
            if re.fullmatch(r"[\s|+=:-]*", lines[index]):
                if rows[1:] and not lines[index].strip():
                    break
                continue
            cells = _row(pattern, lines[at], lines[index], titles)
            if cells is None:
                lost = len(_cells(pattern, lines[index])) >= max(2, len(titles) // 2)
                break
            rows.append(cells)
            numbers.append(index)
        if len(rows) >= 2:
            sheet = Sheet(name, [list(row) for row in rows])
            sheet.places = {(row, column): Place(path=f"body:{numbers[row] + 1}") for row in range(len(rows)) for column in range(len(titles))}
            sheet.doubts = {(len(rows) - 1, column): "rows-lost" for column in range(len(titles))} if lost else {}
            return sheet
    return None


def _row(pattern: re.Pattern[str], head: str, line: str, titles: Sequence[str]) -> list[str] | None:
    """Return the cells of a line under titles; where blanks part them, each stands under its title; None when they do not fit."""
    cells = _cells(pattern, line)
    if len(cells) == len(titles):
        return cells
    if pattern is not _SPLITS[-1]:
        return [*cells, *[""] * (len(titles) - len(cells))] if len(titles) / 2 < len(cells) < len(titles) else None
    if not len(titles) / 2 <= len(cells) < len(titles):
        return None
    starts = _starts(head, titles)
    found = [""] * len(titles)
    for cell, start in zip(cells, _starts(line, cells), strict=True):
        column = min(range(len(titles)), key=lambda index: min(abs(starts[index] - start), abs(starts[index] + len(titles[index]) - start - len(cell))))
        if found[column]:
            return None
        found[column] = cell
    return found


def _starts(line: str, cells: Sequence[str]) -> list[int]:
    """Return where each cell begins in its line."""
    found: list[int] = []
    at = 0
    for cell in cells:
        at = line.index(cell, at)
        found.append(at)
        at += len(cell)
    return found


def _cells(pattern: re.Pattern[str], line: str) -> list[str]:
    return [cell.strip() for cell in pattern.split(line.strip().strip("|").strip(" "))] if line.strip() else []


def _sentences(made: Content, lines: list[str]) -> None:
    """Propose records from the text, unless a table says them; take from text and subject what holds for all."""
    day = date.fromisoformat(made.header["date"][:10]) if "date" in made.header else NO_DAY
    subject = made.header.get("subject", "")
    reading = read_sentences(lines, lambda index: Place(path=f"body:{index + 1}"), day, subject)
    made.kind = reading.kind
    for field, value in reading.header.items():
        made.header.setdefault(field, value)
        made.places.setdefault(field, reading.places[field])
    if reading.kind is not None:
        for span in find(subject):
            if span.field in ("order_no", "request_no") and span.field in KINDS[reading.kind]:
                made.header.setdefault(span.field, span.text)
                made.places.setdefault(span.field, Place(path="subject"))
    if not (made.sheets or advertises(made.text)):
        made.records = [completed(record, made) for record in reading.records]


def _withdrawn(made: Content, lines: Sequence[str]) -> None:
    """Doubt every row of a mail that cancels, changes or answers an earlier order: it is no new one."""
    subject = made.header.get("subject", "")
    if withdraws("\n".join((subject, *lines))):
        doubt = DOUBTS["order-withdrawn"]
    elif answers_an_order(subject):
        doubt = DOUBTS["order-answered"]
    else:
        return
    issue = Issue("warning", doubt.code, doubt.reason, doubt.fix, Place(path="body"))
    made.issues.append(issue)
    made.records = [msgspec.structs.replace(record, issues=(*record.issues, issue)) for record in made.records]
    for sheet in made.sheets:
        for row, cells in enumerate(sheet.rows):
            sheet.doubts.update({(row, column): doubt.code for column in range(len(cells)) if (row, column) not in sheet.doubts})

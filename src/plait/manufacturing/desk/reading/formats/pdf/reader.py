"""A PDF as content: tables, what stands above them, title blocks; nothing in it is sure."""

from datetime import date

from plait.manufacturing.desk.reading.dates import written
from plait.manufacturing.desk.reading.formats.pdf.drawing import title_block
from plait.manufacturing.desk.reading.formats.pdf.header import document, header
from plait.manufacturing.desk.reading.formats.pdf.pages import Page, Paper, pages
from plait.manufacturing.desk.reading.formats.pdf.tables import Table, lines_of, sheets, tables
from plait.manufacturing.desk.reading.formats.words import is_count
from plait.manufacturing.desk.reading.headers import completed
from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.model import Content, Issue, Limits, Passage, Place
from plait.manufacturing.desk.reading.refusals import check_size
from plait.manufacturing.desk.reading.sentences import NO_DAY, read_sentences

__all__ = ["read"]

MOST_TEXT = 500_000
MOST_LINES = 5_000


def read(content: bytes, limits: Limits) -> Content:
    """Read a PDF; raise ``file-encrypted`` or ``file-broken``."""
    check_size(content, limits)
    paper = pages(content, limits)
    made = Content("pdf", suggestion=True, attachments=paper.attachments)
    made.passages = [run for page in paper.pages for run in page.passages]
    made.text = "\n".join("  ".join(run.text for run in line) for page in paper.pages for line in lines_of(page.passages))[:MOST_TEXT]
    _limits(paper, limits, made)
    if not made.passages:
        reason = "there are only pictures in it" if any(page.pictures for page in paper.pages) else "there is no text in it"
        fix = "Ask for the file it was printed from, or enter the lines by hand."
        made.issues.append(Issue("warning", "no-text", reason, fix, Place(page=1)))
        return made
    _drawings(paper.pages, made)
    free = _tables(paper.pages, made, limits)
    if not made.records:
        made.kind = document(free)
        made.header, made.places, doubts = header(free)
        made.issues.extend(doubts)
        if not made.sheets:
            _letter(paper, free, made)
    if not (made.sheets or made.records or made.attachments):
        made.issues.append(Issue("warning", "no-table", "neither a table nor a title block was recognised", "Enter the lines by hand.", Place(page=1)))
    return made


def _letter(paper: Paper, free: list[Passage], made: Content) -> None:
    """Propose rows from running text: a letter that asks or orders without a table."""
    lines = [line for page in paper.pages for line in lines_of([run for run in free if run.page == page.number])][:MOST_LINES]
    texts = ["  ".join(run.text for run in line) for line in lines]
    # a letter's paragraphs part where the gap between lines is wide
    spread: list[tuple[str, int]] = []
    for index, line in enumerate(lines):
        before = lines[index - 1] if index else line
        if line[0].page != before[0].page or line[0].box[1] - before[0].box[3] > 0.9 * (line[0].box[3] - line[0].box[1]):
            spread.append(("", index))
        spread.append((texts[index], index))

    def place(at: int) -> Place:
        boxes = [run.box for run in lines[spread[at][1]]]
        box = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
        return Place(page=lines[spread[at][1]][0].page, box=box)

    reading = read_sentences([text for text, _ in spread], place, _day(paper, made))
    if reading.records:
        made.kind = made.kind or reading.kind
        fields = KINDS[made.kind or "request"]
        made.records = [completed(record, made) for record in reading.records if record.values.keys() <= fields.keys()]


def _day(paper: Paper, made: Content) -> date:
    """Return the day by which dates without a year are read: the letter's own, else the file's."""
    for said in (made.header.get("ordered", ""), paper.created.removeprefix("D:")[:8]):
        found = written(said, NO_DAY, forward=False)
        if found.ways and not found.doubts:
            return found.by("dmy") or found.ways[0][1]
    return NO_DAY


def _limits(paper: Paper, limits: Limits, made: Content) -> None:
    if paper.total > len(paper.pages):
        made.issues.append(Issue("warning", "pages-limit", f"{paper.total} pages; only the first {limits.pages} were read", "Split the file."))
    if paper.attachments_left:
        made.issues.append(Issue("warning", "attachments-limit", f"{paper.attachments_left} files in it were not read", "Send them separately."))


def _tables(found: list[Page], made: Content, limits: Limits) -> list[Passage]:
    """Read the tables of all pages; return the runs that belong to none."""
    every: list[Table] = []
    free: list[Passage] = []
    for page in found:
        here, used = tables(page, every[-1] if every else None)
        if any(record.row == page.number for record in made.records):
            # the cells of a title block look like a small table, a list of parts above it is one
            here = [table for table in here if any(is_count(name) for name in table.names)]
        every.extend(here)
        free.extend(run for run in page.passages if run not in used)
    made.sheets = sheets(every)
    for sheet in made.sheets:
        if len(sheet.rows) > limits.rows:
            del sheet.rows[limits.rows :]
            sheet.places = {cell: place for cell, place in sheet.places.items() if cell[0] < limits.rows}
            made.issues.append(Issue("warning", "rows-limit", f"only the first {limits.rows} rows were read", "Split the file.", Place(sheet=sheet.name)))
    return free


def _drawings(found: list[Page], made: Content) -> None:
    """Read the title block of each page; the sheets of one drawing are one part."""
    seen: set[tuple[object, object]] = set()
    for page in found:
        block = title_block(page)
        if block is None:
            continue
        record, beside, spots = block
        key = (record.values.get("drawing_no"), record.values.get("part_no"))
        if key in seen and any(key):
            continue
        seen.add(key)
        made.kind = "parts"
        made.records.append(record)
        for field, value in beside.items():
            made.header.setdefault(field, value)
            made.places.setdefault(field, spots[field])

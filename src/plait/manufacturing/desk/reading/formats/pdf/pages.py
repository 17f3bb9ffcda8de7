"""The text of a PDF's pages in runs with boxes, and its ruled lines: what PDFium says, in points from the upper left corner of the page as it is seen."""

import ctypes
import math
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Any

import msgspec

from plait.kernel.problems import Problem
from plait.manufacturing.desk.reading.model import Attachment, Limits, Passage
from plait.manufacturing.desk.reading.refusals import FILE_BROKEN, FILE_ENCRYPTED

__all__ = ["Box", "Page", "Paper", "pages"]

Box = tuple[float, float, float, float]
Turn = Callable[[float, float], tuple[float, float]]

# PDFium is not thread-safe: one file at a time
_LOCK = threading.Lock()
MOST_SIGNS = 100_000
MOST_SEGMENTS = 6_000
# a single written blank may be wide (fixed pitch); where none is written, the gap itself must be that of a word
GAP = 0.75
NARROW = 0.45
SEAM = 0.35
BLANK = 0.12
LEVEL = 0.97
NO_SIGNS = "\x00\ufffe\xad"


class Page(msgspec.Struct):
    """One page: its number from 1, its size, its runs of text from top to bottom, its ruled lines, whether it bears pictures.

    ``uprights`` are (x, top, bottom), ``levels`` (y, left, right), each sorted.
    """

    number: int
    width: float
    height: float
    passages: list[Passage]
    uprights: list[Box] = []
    levels: list[Box] = []
    pictures: bool = False


class Paper(msgspec.Struct):
    """What a PDF holds: the pages that were read, how many there are, when it was made (``D:20260302...``), the files in it."""

    pages: list[Page]
    total: int
    created: str = ""
    attachments: list[Attachment] = []
    attachments_left: int = 0


def pages(content: bytes, limits: Limits) -> Paper:
    """Read the pages; raise ``file-encrypted`` or ``file-broken``."""
    import pypdfium2 as pdfium
    from pypdfium2 import raw

    with _LOCK:
        try:
            document = pdfium.PdfDocument(content)
        except pdfium.PdfiumError as error:
            if getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
                raise Problem(FILE_ENCRYPTED, "the PDF can only be opened with a password") from error
            raise Problem(FILE_BROKEN, f"no PDF that can be opened: {error}") from error
        try:
            total = len(document)
            made = Paper([_page(document, index) for index in range(min(total, limits.pages))], total, document.get_metadata_value("CreationDate"))
            _attachments(document, limits, made)
        except (pdfium.PdfiumError, ValueError) as error:
            raise Problem(FILE_BROKEN, f"a page cannot be read: {error}") from error
        finally:
            document.close()
    return made


def _attachments(document: Any, limits: Limits, paper: Paper) -> None:
    room = limits.unpacked
    count = document.count_attachments()
    for index in range(min(count, limits.attachments)):
        one = document.get_attachment(index)
        data = bytes(one.get_data())
        room -= len(data)
        if room < 0:
            break
        paper.attachments.append(Attachment(one.get_name()[:200] or f"attachment-{index + 1}", "application/octet-stream", data))
    paper.attachments_left = count - len(paper.attachments)


def _opened(document: Any, index: int) -> Any:
    """Return a page with what was filled into its form and noted on it as part of its text."""
    from pypdfium2 import raw

    page = document[index]
    if raw.FPDFPage_GetAnnotCount(page.raw) <= 0:
        return page
    raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY)
    page.close()
    return document[index]


def _page(document: Any, index: int) -> Page:
    page = _opened(document, index)
    try:
        left, bottom, right, top = page.get_cropbox()
        turn = _turn(page.get_rotation(), left, bottom, right, top)
        width, height = page.get_size()
        uprights, levels, pictures = _lines(page, turn)
        text = page.get_textpage()
        try:
            runs = _runs(text, page.get_rotation(), turn, uprights)
        finally:
            text.close()
        inside = [(words, box) for words, box in _seamed(runs, uprights) if box[2] > 0 and box[3] > 0 and box[0] < width and box[1] < height]
        return Page(index + 1, width, height, [Passage(words, index + 1, _clip(box, width, height)) for words, box in inside], uprights, levels, pictures)
    finally:
        page.close()


def _clip(box: Box, width: float, height: float) -> Box:
    left, top, right, bottom = box
    return (round(max(0.0, left), 1), round(max(0.0, top), 1), round(min(width, right), 1), round(min(height, bottom), 1))


def _turn(rotation: int, left: float, bottom: float, right: float, top: float) -> Turn:
    turns: dict[int, Turn] = {
        90: lambda x, y: (y - bottom, x - left),
        180: lambda x, y: (right - x, y - bottom),
        270: lambda x, y: (top - y, right - x),
    }
    return turns.get(rotation, lambda x, y: (x - left, top - y))


def _box(turn: Turn, left: float, bottom: float, right: float, top: float) -> Box:
    (a, b), (c, d) = turn(left, bottom), turn(right, top)
    return (min(a, c), min(b, d), max(a, c), max(b, d))


def _lines(page: Any, turn: Turn) -> tuple[list[Box], list[Box], bool]:
    """Return the vertical and the horizontal ruled lines and whether there are pictures."""
    from pypdfium2 import raw

    uprights: set[Box] = set()
    levels: set[Box] = set()
    pictures, room = False, MOST_SEGMENTS
    for thing in page.get_objects(max_depth=1):
        if room <= 0:
            break
        room -= 1
        if thing.type in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM):
            pictures = True
        if thing.type != raw.FPDF_PAGEOBJ_PATH:
            continue
        for a, b in _segments(thing.raw, room):
            room -= 1
            (ax, ay), (bx, by) = turn(*a), turn(*b)
            if abs(ax - bx) < 1 and abs(ay - by) > 6:
                uprights.add((round((ax + bx) / 2, 1), min(ay, by), max(ay, by), 0.0))
            elif abs(ay - by) < 1 and abs(ax - bx) > 20:
                levels.add((round((ay + by) / 2, 1), min(ax, bx), max(ax, bx), 0.0))
    return sorted(uprights), sorted(levels), pictures


def _segments(path: Any, room: int) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    from pypdfium2 import raw

    matrix = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(path, matrix):
        return []
    found: list[tuple[tuple[float, float], tuple[float, float]]] = []
    start = last = (0.0, 0.0)
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(min(raw.FPDFPath_CountSegments(path), room)):
        segment = raw.FPDFPath_GetPathSegment(path, index)
        if not raw.FPDFPathSegment_GetPoint(segment, x, y):
            continue
        here = (matrix.a * x.value + matrix.c * y.value + matrix.e, matrix.b * x.value + matrix.d * y.value + matrix.f)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = here
        elif kind == raw.FPDF_SEGMENT_LINETO:
            found.append((last, here))
        if raw.FPDFPathSegment_GetClose(segment):
            found.append((here, start))
        last = here
    return found


def _parted(uprights: list[Box], left: float, right: float, middle: float) -> bool:
    """Tell whether a vertical line stands between two signs."""
    first, last = bisect_left(uprights, (left - 0.5,)), bisect_right(uprights, (right + 0.5,))
    return any(top <= middle <= bottom for _, top, bottom, _ in uprights[first:last])


class _Run(msgspec.Struct):
    """A run of signs while it grows; ``level``: it is read from left to right on the page as it is seen."""

    signs: list[str]
    box: Box
    level: bool = True

    @property
    def text(self) -> str:
        """Its text, with signs beyond the first plane made whole."""
        return "".join(self.signs).encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()


def _runs(text: Any, rotation: int, turn: Turn, uprights: list[Box]) -> list[_Run]:
    """Gather signs to runs: the same line, no gap wider than a blank or two, no ruled line between."""
    from pypdfium2 import raw

    done: list[_Run] = []
    blank, written = False, 0
    rect = raw.FS_RECTF()
    for index in range(min(raw.FPDFText_CountChars(text), MOST_SIGNS)):
        code = raw.FPDFText_GetUnicode(text, index)
        # PDFium gives 2 for a hyphen at the end of a line
        sign = "-" if code == 2 else chr(code) if code < 0x110000 else "\ufffd"
        if sign.isspace() or sign in NO_SIGNS:
            blank = blank or sign not in NO_SIGNS
            written += sign == " " and not raw.FPDFText_IsGenerated(text, index)
            continue
        if not raw.FPDFText_GetLooseCharBox(text, index, rect):
            continue
        box = _box(turn, rect.left, rect.bottom, rect.right, rect.top)
        level = math.cos(raw.FPDFText_GetCharAngle(text, index) - math.radians(rotation)) > LEVEL
        run = done[-1] if done else None
        if run is not None and run.level == level and (_goes_on(run.box, box, uprights, GAP if written == 1 else NARROW) if level else _near(run.box, box)):
            run.signs.append(" " + sign if blank else sign)
            run.box = _union(run.box, box)
        else:
            done.append(_Run([sign], box, level))
        blank, written = False, 0
    return [run for run in done if run.text]


def _union(one: Box, other: Box) -> Box:
    return (min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))


def _near(run: Box, box: Box) -> bool:
    """Tell whether a sign of text that runs upwards, downwards or upside down touches its run."""
    size = max(min(box[2] - box[0], box[3] - box[1]), 1.0)
    return max(run[0] - box[2], box[0] - run[2], run[1] - box[3], box[1] - run[3]) < size


def _goes_on(run: Box, box: Box, uprights: list[Box], widest: float) -> bool:
    height = max(min(run[3] - run[1], box[3] - box[1]), 1.0)
    if abs((run[1] + run[3]) - (box[1] + box[3])) > height:
        return False
    gap = box[0] - run[2]
    return -height < gap < widest * height and not _parted(uprights, run[2], box[0], (box[1] + box[3]) / 2)


def _seamed(runs: list[_Run], uprights: list[Box]) -> list[tuple[str, Box]]:
    """Join runs of one line that touch: a program may write a word in pieces, and in any order."""
    ordered = sorted((run for run in runs if run.level), key=lambda run: (round((run.box[1] + run.box[3]) / 6), run.box[0]))
    made: list[tuple[str, Box]] = []
    for run in ordered:
        words, box = run.text, run.box
        if made:
            before, last = made[-1]
            height = max(min(last[3] - last[1], box[3] - box[1]), 1.0)
            gap, level = box[0] - last[2], abs((last[1] + last[3]) - (box[1] + box[3])) < height / 2
            if level and -0.2 * height < gap < SEAM * height and not _parted(uprights, last[2], box[0], (box[1] + box[3]) / 2):
                made[-1] = (before + (" " if gap > BLANK * height else "") + words, _union(last, box))
                continue
        made.append((words, box))
    made.extend((run.text, run.box) for run in runs if not run.level)
    return sorted(made, key=lambda run: (run[1][1], run[1][0]))

"""A text table's bytes to ``Content``: its encoding, its separator, its cells."""

import csv
import io
import re
from itertools import pairwise
from pathlib import PurePath

from plait.kernel.problems import Problem
from plait.manufacturing.desk.reading.model import Content, Issue, Limits, Place, Raw, Sheet
from plait.manufacturing.desk.reading.refusals import FILE_BROKEN, TABLE_TOO_LARGE, check_size

__all__ = ["decoded", "read"]

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SEP = re.compile(r"^\"?sep=(.)\"?\s*$", re.IGNORECASE)
_RULE = re.compile(r"^\s*(?:-{2,}|={2,})(?: +(?:-{2,}|={2,})){2,}\s*$")
_SIGNS = ";\t,|"
_CELL = 100_000
_DECIMAL = re.compile(r"^\s*[+-]?\d{1,3}([.']\d{3})*$")
_FOUR = re.compile(rb"[\x81-\x84][0-9][\x81-\xfe][0-9]")
_USUAL = rb"\x80\x82\x84\x85\x91-\x97\xa7\xae\xb0-\xb5\xb7\xbd\xc4\xd6\xd7\xdc\xdf\xe4\xe9\xf6\xfc\xd8\xf8"
_ODD = re.compile(rb"(?:(?<!m)\xb3|[\xd8\xf8](?![ \d,.])|[\x80-\xff](?<![" + _USUAL + rb"]))")
_TRADITIONAL = re.compile(r"[數單價號碼稱戶訂編規圖貨額備註產個質]")
_DOS = frozenset(b"\x81\x84\x8e\x94\x99\x9a\xe1")
"""The German letters in the code page of DOS."""
_GUARDED = re.compile(r'^="(.*)"$', re.DOTALL)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_COMMON_HAN = re.compile(r"[的数量单价号码名称日期客户订物料编规格型图交货金额备注公司产品件个月年]")


def decoded(content: bytes) -> tuple[str, str, bool]:
    """Return the text of a file, its encoding, and whether that is sure; raise ``file-broken`` when it is no text."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return content.decode(encoding), encoding, True
            except UnicodeDecodeError as error:
                raise Problem(FILE_BROKEN, f"the text is not {encoding}, though it begins so") from error
    if b"\0" in content[:4096]:
        return _wide(content)
    try:
        return content.decode("utf-8"), "utf-8", True
    except UnicodeDecodeError:
        return _guessed(content)


def _wide(content: bytes) -> tuple[str, str, bool]:
    for encoding, zeros in (("utf-16-le", content[1:4096:2]), ("utf-16-be", content[0:4096:2])):
        if zeros.count(0) > 0.3 * len(zeros):
            try:
                return content.decode(encoding), encoding, True
            except UnicodeDecodeError:
                continue
    raise Problem(FILE_BROKEN, "the file is no text")


def _traditional(content: bytes) -> str:
    """Return the text when it is traditional Chinese in Big5, else ""."""
    try:
        text = content.decode("big5")
    except UnicodeDecodeError:
        return ""
    common = len(_TRADITIONAL.findall(text[:100_000]))
    return text if common >= max(3, 0.1 * len(_HAN.findall(text[:100_000]))) else ""


def _guessed(content: bytes) -> tuple[str, str, bool]:
    """Tell GB 18030 from Windows-1252: Chinese text is full of common signs, German has single bytes between ASCII letters."""
    high = re.findall(rb"[\x80-\xff]+", content[:200_000])
    lone = sum(len(run) == 1 for run in high)
    traditional = _traditional(content)
    if traditional:
        return traditional, "big5", True
    if lone and set(b"".join(high)) <= _DOS:
        return content.decode("cp850"), "cp850", False
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if text and _FOUR.search(content):
        return text, "gb18030", True
    if text and not lone and all(sign.isalpha() and sign < "\u0250" for sign in text if not sign.isascii()):
        return text, "gb18030", True
    if text and lone <= 0.2 * len(high):
        han = len(_HAN.findall(text[:100_000]))
        if han and len(_COMMON_HAN.findall(text[:100_000])) >= 0.03 * han:
            return text, "gb18030", True
        if han and not lone and _common(high):
            return text, "gb18030", False
    from charset_normalizer import from_bytes

    best = from_bytes(content[:100_000]).best() if not lone else None
    encoding = best.encoding if best is not None else "cp1252"
    if lone or encoding in {"ascii", "latin_1", "iso8859_1", "iso8859_15", "cp1250", "cp1252"}:
        encoding = "cp1252"
    try:
        return content.decode(encoding), encoding, encoding == "cp1252" and not _ODD.search(content)
    except UnicodeDecodeError:
        return content.decode("latin-1"), "latin-1", False


def _common(runs: list[bytes]) -> bool:
    """Tell whether pairs of high bytes are mostly signs of the first level of GB 2312, which German pairs such as "öß" are not."""
    pairs = [run[place] for run in runs for place in range(0, len(run), 2)]
    return sum(0xB0 <= first <= 0xD7 for first in pairs) >= 0.7 * len(pairs)


def _separator(text: str) -> tuple[str, str]:
    """Return the separator of a table, and the text without a ``sep=`` line."""
    first, _, rest = text.partition("\n")
    said = _SEP.match(first.strip("\r"))
    if said:
        return said.group(1), "\n" + rest
    sample = text[:200_000]
    best, best_score = ",", -1.0
    for sign in _SIGNS:
        score = _regular(sample, sign)
        if score > best_score:
            best, best_score = sign, score
    return best, text


def _regular(sample: str, sign: str) -> float:
    """Return how regularly a sign parts the lines: how many lines have the usual number of cells, and how many cells these are."""
    try:
        rows = [row for _, row in zip(range(300), csv.reader(io.StringIO(sample, newline=""), delimiter=sign), strict=False)]
    except csv.Error:
        return -1.0
    counts = [len(row) for row in rows if any(row)]
    wide = [count for count in counts if count > 1]
    if not wide:
        return -1.0
    usual = max(set(wide), key=lambda count: (wide.count(count), count))
    score = wide.count(usual) / len(counts) * (1 + min(usual, 12) / 12)
    if sign == ",":
        pairs = [(left, right) for row in rows[:100] for left, right in pairwise(row)]
        torn = sum(1 for left, right in pairs if _DECIMAL.match(left) and re.match(r"^\d{1,3}\s*(€|EUR|kg|$)", right) and right[:1] != " ")
        if torn > 0.3 * len(rows):
            score *= 0.5
    return score


def read(content: bytes, name: str, limits: Limits) -> Content:
    """Read a text table."""
    check_size(content, limits)
    text, encoding, sure = decoded(content)
    if "\0" in text:
        raise Problem(FILE_BROKEN, "the file is no text: it holds zero bytes")
    if '"' not in text and text.count("\n") > limits.rows:
        raise Problem(TABLE_TOO_LARGE, f"the table has more than {limits.rows} rows")
    label = PurePath(name).name or "table"
    ruled = _ruled(text, limits)
    if ruled is not None:
        return Content("csv", [Sheet(label, ruled, doubts={} if sure else _unsure_cells(ruled))], issues=[] if sure else [_unsure(encoding, label)])
    sign, text = _separator(text)
    csv.field_size_limit(max(csv.field_size_limit(), _CELL))
    rows: list[list[Raw]] = []
    guarded = '="' in text
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign):
            if len(rows) >= limits.rows:
                raise Problem(TABLE_TOO_LARGE, f"the table has more than {limits.rows} rows")
            if len(row) > limits.columns * 4:
                raise Problem(TABLE_TOO_LARGE, f"a row has {len(row)} cells, more than {limits.columns}")
            rows.append([_GUARDED.sub(r"\1", cell) for cell in row] if guarded else list(row))
    except csv.Error as error:
        raise Problem(FILE_BROKEN, f"the table cannot be read after row {len(rows)}: {error}") from error
    issues = [] if sure else [_unsure(encoding, label)]
    if text.count('"') % 2:
        issues.append(
            Issue(
                "warning",
                "quotes-odd",
                "a quotation mark is open at the end of the file; rows may have run together",
                "Check the last rows.",
                Place(sheet=label),
            )
        )
    doubts = {} if sure else _unsure_cells(rows)
    return Content("csv", [Sheet(label, rows, doubts=doubts)], issues=issues)


def _ruled(text: str, limits: Limits) -> list[list[Raw]] | None:
    """Return the cells of a table whose columns stand under one another, with a line of dashes under each title; None when it is none."""
    lines = text[:_CELL].splitlines()
    at = next((number for number, line in enumerate(lines[:60]) if _RULE.match(line)), -1)
    if at < 1:
        return None
    spans = [found.span() for found in re.finditer(r"[-=]+", lines[at])]
    edges = [start for start, _ in spans]
    rows: list[list[Raw]] = []
    for number, line in enumerate(text.splitlines()):
        if len(rows) >= limits.rows:
            raise Problem(TABLE_TOO_LARGE, f"the table has more than {limits.rows} rows")
        if number < at - 1:
            rows.append([line.strip()])
        elif number != at and not _RULE.match(line):
            rows.append([line[start : edges[index + 1] if index + 1 < len(edges) else None].strip() for index, start in enumerate(edges)])
    return rows


def _unsure_cells(rows: list[list[Raw]]) -> dict[tuple[int, int], str]:
    """Return the cells whose letters depend on the encoding."""
    cells = ((row, column, raw) for row, line in enumerate(rows) for column, raw in enumerate(line))
    return {(row, column): "letters-doubtful" for row, column, raw in cells if isinstance(raw, str) and not raw.isascii()}


def _unsure(encoding: str, name: str) -> Issue:
    return Issue(
        "warning",
        "encoding-doubtful",
        f"the letters were read as {encoding}, which is a guess",
        "Check names with umlauts or signs; save as UTF-8.",
        Place(sheet=name),
    )

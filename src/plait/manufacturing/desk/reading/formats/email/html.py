"""HTML as text and tables. Scripts, styles, forms, hidden parts and everything to be fetched from elsewhere are left out."""

import re
from typing import Any

from plait.manufacturing.desk.reading.model import Limits, Sheet

__all__ = ["read_html"]

DROPPED = frozenset(
    {
        *("script", "style", "head", "title", "template", "noscript", "svg", "math", "object", "embed", "iframe", "applet"),
        *("audio", "video", "canvas", "select", "textarea", "button", "s", "strike", "del"),
    }
)
BLOCKS = frozenset(
    {
        *("p", "div", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "pre", "blockquote", "section", "article"),
        *("header", "footer", "form", "dl", "dt", "dd", "center", "hr", "address", "fieldset"),
    }
)
HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|mso-hide\s*:\s*all|text-decoration[\w-]*\s*:[^;]*line-through", re.IGNORECASE
)
QUOTES = re.compile(r"gmail_quote|moz-cite|yahoo_quoted|divRplyFwdMsg|OLK_SRC_BODY_SECTION", re.IGNORECASE)
BLANKS = re.compile(r"[ \t\n\r\f\v\u00a0]+")
_HEAD = re.compile(
    r"(?:from|von|发件人|寄件者)\s*[:：].{1,200}?(?:sent|gesendet|date|datum|发送时间|日期)\s*[:：].{1,300}?(?:subject|betreff|主题|主旨)\s*[:：]",
    re.IGNORECASE | re.DOTALL,
)
MOST_SPAN = 200
MOST_COVERED = 200_000
MOST_TEXT = 2_000_000


def _root(html: str) -> Any:
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        return etree.fromstring(html.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _hidden(element: Any) -> bool:
    return element.get("hidden") is not None or bool(HIDDEN.search(element.get("style") or ""))


def _clean(root: Any) -> None:
    """Take away what nobody sees."""
    for element in list(root.iter()):
        if isinstance(element.tag, str) and element is not root and (element.tag in DROPPED or _hidden(element)):
            parent, tail = element.getparent(), element.tail
            if parent is None:
                continue
            before = element.getprevious()
            if tail:
                if before is not None:
                    before.tail = (before.tail or "") + tail
                else:
                    parent.text = (parent.text or "") + tail
            element.tail = None
            parent.remove(element)


def read_html(html: str, limits: Limits, passes_on: bool = False) -> tuple[str, list[Sheet]]:
    """Return the text of an HTML body, with ``> `` before quoted lines, and its tables of data.

    Tables below the head of an earlier mail are left out, unless the mail passes that on.
    """
    root = _root(html[:MOST_TEXT])
    if root is None:
        return "", []
    _clean(root)
    return _text(root), _tables(root, limits, passes_on)


class _Writer:
    def __init__(self) -> None:
        self.lines: list[str] = [""]
        self.depth = 0

    def say(self, text: str | None, plain: bool = False) -> None:
        """Add text, its blanks evened out unless it is preformatted."""
        if not text:
            return
        if plain:
            first, *rest = text.split("\n")
            self.lines[-1] += first
            for line in rest:
                self.line(force=True)
                self.lines[-1] += line
            return
        words = BLANKS.sub(" ", text)
        if self.lines[-1].strip("> ") == "" or self.lines[-1].endswith((" ", "\t")):
            words = words.lstrip()
        self.lines[-1] += words

    def line(self, force: bool = False) -> None:
        """Begin a new line, unless this one is empty."""
        if force or self.lines[-1].strip("> \t"):
            self.lines[-1] = self.lines[-1].rstrip()
            self.lines.append("> " * self.depth)
        else:
            self.lines[-1] = "> " * self.depth


def _text(root: Any) -> str:
    from lxml import etree

    out = _Writer()
    preformatted = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if tag == "br":
                out.line(force=True)
            elif tag == "blockquote":
                out.depth += 1
                out.line()
            elif tag in BLOCKS:
                out.line()
            if tag == "li":
                out.say("- ")
            preformatted += tag == "pre"
            if tag:
                out.say(element.text, preformatted > 0)
            continue
        preformatted -= tag == "pre"
        if tag == "blockquote":
            out.depth -= 1
        if tag in ("td", "th") and element.getnext() is not None:
            out.lines[-1] = out.lines[-1].rstrip(" ") + "\t"
        elif tag in BLOCKS:
            out.line()
            if tag == "p":
                out.line(force=True)
        out.say(element.tail, preformatted > 0)
    text = "\n".join(line.rstrip() for line in out.lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def _earlier(element: Any) -> bool:
    """Tell whether the head of an earlier mail stands in an element."""
    text = " ".join("".join(element.itertext()).split()) if element.find(".//table") is None else ""
    return len(text) < 1500 and bool(_HEAD.match(text))


def _tables(root: Any, limits: Limits, passes_on: bool) -> list[Sheet]:
    sheets: list[Sheet] = []
    for table in root.iter("table", "p", "div"):
        if table.tag != "table":
            if not passes_on and _earlier(table):
                break
            continue
        if len(sheets) >= limits.attachments:
            break
        if table.find(".//table") is not None or _in_quote(table):
            continue
        rows, merged = _grid(table, limits)
        filled = [row for row in rows if any(row)]
        if len(filled) >= 2 and max(sum(1 for cell in row if cell) for row in filled) >= 2:
            sheets.append(Sheet(f"body table {len(sheets) + 1}", [list(row) for row in rows], tuple(merged)))
    return sheets


def _in_quote(element: Any) -> bool:
    while element is not None:
        if element.tag == "blockquote" or QUOTES.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            return True
        element = element.getparent()
    return False


def _grid(table: Any, limits: Limits) -> tuple[list[list[str | None]], list[tuple[int, int, int, int]]]:
    """Return a table's cells, those under a span empty, and the spans."""
    rows: list[list[str | None]] = []
    merged: list[tuple[int, int, int, int]] = []
    covered: set[tuple[int, int]] = set()
    for at, row in enumerate(table.iter("tr")):
        if at >= min(limits.rows, 20_000):
            break
        cells: list[str | None] = []
        for cell in row.iterchildren("td", "th"):
            while (at, len(cells)) in covered:
                cells.append(None)
            if len(cells) >= limits.columns:
                break
            column = len(cells)
            down, across = _number(cell.get("rowspan")), min(_number(cell.get("colspan")), limits.columns - column)
            cells.append(BLANKS.sub(" ", " ".join(_words(cell))).strip() or None)
            if (down > 1 or across > 1) and len(covered) < MOST_COVERED:
                merged.append((at, column, at + down - 1, column + across - 1))
                covered.update((at + i, column + j) for i in range(down) for j in range(across) if i or j)
        rows.append(cells)
    bottom = len(rows) - 1
    return rows, [(top, left, min(low, bottom), right) for top, left, low, right in merged]


def _words(cell: Any) -> list[str]:
    """Return the pieces of text of a cell; those that follow without a block or line break are one word."""
    pieces = [cell.text or ""]
    for each in cell.iterdescendants():
        breaks = not isinstance(each.tag, str) or each.tag == "br" or each.tag in BLOCKS
        for text in ((each.text if isinstance(each.tag, str) else "") or "", each.tail or ""):
            if breaks:
                pieces.append(text)
            else:
                pieces[-1] += text
    return pieces


def _number(said: str | None) -> int:
    try:
        return max(1, min(int(said or 1), MOST_SPAN))
    except ValueError:
        return 1

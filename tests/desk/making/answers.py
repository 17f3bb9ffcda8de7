"""What a careful clerk reads in a file, written as a small table.

A cell is a value; ``-`` where there is none; ``value?`` where the value is right but a doubt must be spoken; ``?`` where any value is a guess,
so a doubt must be spoken; ``!`` where nothing can be read and the row must be refused; ``a..b`` for a span of days that all are right.
The column ``*`` holds ``?`` for a row that must bear a doubt about anything, ``!`` for a row that must be refused.
"""

from typing import Any

__all__ = ["CASES", "case", "problem", "table"]

CASES: dict[str, tuple[bytes, dict[str, Any]]] = {}
"""Content and answer by file name."""


def table(kind: str, text: str, **said: str) -> dict[str, Any]:
    """Return the answer of one table of ``kind``; ``said`` are fields with one value in all rows."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    titles, *body = lines
    answer: dict[str, Any] = {"kind": kind, "rows": [], "refused": [], "warned": []}
    for number, cells in enumerate(body, 1):
        assert len(cells) == len(titles), (titles, cells)
        row = dict(said)
        for field, cell in zip(titles, cells, strict=True):
            if cell.endswith("?"):
                answer["warned"].append({"row": number, "field": field})
            if cell == "!":
                answer["refused"].append({"row": number, "field": field})
            value = cell.removesuffix("?")
            if value not in {"", "-", "!"} and field != "*":
                row[field] = value.replace("\\n", "\n")
        answer["rows"].append(row)
    return {key: value for key, value in answer.items() if value or key in {"kind", "rows"}}


def case(name: str, content: bytes | str, *tables: dict[str, Any], sender: str = "") -> None:
    """Add a file that can be read."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    answer = {**tables[0]} if len(tables) == 1 else {"tables": list(tables)}
    CASES[name] = (data, {"sender": sender, **answer} if sender else answer)


def problem(name: str, content: bytes, *codes: str, **limits: int) -> None:
    """Add a file that must be refused as a whole, with one of ``codes``, when read within ``limits``."""
    answer: dict[str, Any] = {"problem": list(codes) if len(codes) > 1 else codes[0]}
    CASES[name] = (content, answer | ({"limits": limits} if limits else {}))

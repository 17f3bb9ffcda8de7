"""How the desk's answers look on a terminal of 80 columns."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console", "counted", "show_changes", "show_issues", "show_mapping", "show_rows", "table"]

MOST = 40
WHOLE = frozenset({"row", "due", "quantity", "open quantity", "price", "currency", "unit", "id", "open", "promised", "came (UTC)", "state", "sure"})
MEASURED = frozenset({"quantity", "open_quantity", "delivered", "price", "amount", "price_per", "weight_kg", "batch_size", "setup_min", "cycle_min"})
LEVELS = {"refused": "[red]refused[/red]", "warning": "[yellow]look[/yellow]", "note": "note"}


def console() -> "Console":
    """Return where people read; values are never taken for mark-up or coloured."""
    from rich.console import Console

    return Console(highlight=False)


def table(names: Sequence[str], rows: Iterable[Sequence[Any]], *, marked: bool = False, title: str = "") -> None:
    """Print a table that folds long cells; at most 40 rows, then how many more there are. ``marked``: the first column bears mark-up."""
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    out, every = console(), list(rows)
    made = Table(box=SIMPLE_HEAD, title=escape(title) or None, title_justify="left", pad_edge=False)
    for name in names:
        made.add_column(name, overflow="fold", no_wrap=name in WHOLE)
    for row in every[:MOST]:
        made.add_row(*(str(cell) if marked and not at else escape(_plain(cell)) for at, cell in enumerate(row)))
    out.print(made)
    if len(every) > MOST:
        out.print(f"and {len(every) - MOST} more; see them with --json")


def _plain(cell: Any) -> str:
    return "" if cell is None else "".join(sign if sign.isprintable() else " " for sign in str(cell))


def letters(index: int) -> str:
    """Return a column's letters: 0 is A, 26 is AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def counted(counts: dict[str, int]) -> str:
    """Return counts in words: ``3 new, 1 changed``."""
    return ", ".join(f"{number} {word}" for word, number in counts.items() if number) or "nothing"


def show_mapping(mapping: dict[str, Any]) -> None:
    """Print how the columns of a table are read."""
    out = console()
    first, last = mapping["header"]
    where = f"titles in row {first + 1}" if first == last else f"titles in rows {first + 1} to {last + 1}"
    source = mapping.get("source", "proposed")
    out.print(f"{mapping['sheet'] or 'the text'}: {mapping['kind']}, {where}, {source} ({mapping.get('confidence', 0.0):.0%} sure)", markup=False)
    rows = []
    for column in mapping["columns"]:
        sure = f"{column.get('confidence', 0.0):.0%}" if column.get("field") else ""
        unit = column.get("unit", "") if column.get("field") in MEASURED else ""
        rows.append((letters(column["index"]), column["title"], column.get("field") or "-", unit, sure, column.get("why", "")))
    if rows:
        table(("", "title", "is read as", "unit", "sure", "because"), rows)
    for name, value in mapping.get("constants", {}).items():
        out.print(f"  {name}: {value} (for all rows)", markup=False)


def show_rows(rows: Sequence[dict[str, Any]], first: int = 8) -> None:
    """Print the first rows as they are understood, at most seven fields of each."""
    if not rows:
        return
    names: list[str] = []
    for row in rows[:first]:
        names += [name for name in row["values"] if name not in names]
    order = ("order_no", "line_no", "customer", "part_no", "customer_part_no", "name", "quantity", "open_quantity", "unit", "due", "price", "currency")
    names = sorted(names, key=lambda name: order.index(name) if name in order else len(order))[:7]
    table(("row", *(name.replace("_", " ") for name in names)), [(row["row"], *(row["values"].get(name, "") for name in names)) for row in rows[:first]])


def place(issue: dict[str, Any]) -> str:
    """Return where an issue stands."""
    where = issue.get("place", {})
    if where.get("page"):
        return f"page {where['page']}"
    return " ".join(part for part in (where.get("sheet", ""), where.get("cell", "")) if part) or str(where.get("path", ""))


def show_issues(rows: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]] = ()) -> None:
    """Print what is wrong: cell, reason, fix; what cannot go in first."""
    told = [(issue, place(issue) or f"row {row['row']}") for row in rows for issue in row.get("issues", ())]
    told += [(issue, place(issue)) for issue in others]
    if not told:
        return
    rank = {"refused": 0, "warning": 1, "note": 2}
    told.sort(key=lambda each: rank[each[0]["level"]])
    lines = [(LEVELS[issue["level"]], where, issue.get("text", ""), issue["reason"], issue["fix"]) for issue, where in told]
    table(("", "where", "says", "what is wrong", "what to do"), lines, marked=True)


def show_changes(changes: Sequence[dict[str, Any]]) -> None:
    """Print what differs, row by row; what is the same is left out."""
    lines = []
    for change in changes:
        if change["action"] == "same" and not change.get("text"):
            continue
        said = "; ".join(f"{each['field']}: {each['was'] or 'nothing'} -> {each['now'] or 'nothing'}" for each in change.get("changes", ()))
        lines.append((change["action"], change["row"] or "", change["key"], "; ".join(part for part in (change.get("text", ""), said) if part)))
    if lines:
        table(("", "row", "what", "how"), lines)

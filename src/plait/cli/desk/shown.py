"""How the desk's answers look on a terminal of 80 columns."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console", "counted", "plain", "say", "show_changes", "show_issues", "show_mapping", "show_rows", "table"]

MOST = 40
MOST_FIELDS = 7
MOMENTS = ("from (UTC)", "until (UTC)", "ready", "was", "now")
WHOLE = frozenset({"row", "due", "quantity", "open quantity", "price", "currency", "unit", "id", "open", "promised", "came (UTC)", "state", "sure", *MOMENTS})
NUMBERS = frozenset({"row", "quantity", "open", "open quantity", "price", "sure", "lines", "batch", "op"})
MEASURED = frozenset({"quantity", "open_quantity", "delivered", "price", "amount", "price_per", "weight_kg", "batch_size", "setup_min", "cycle_min"})
LEVELS = {"refused": "[red]refused[/red]", "warning": "[yellow]look[/yellow]", "note": "note"}


def console() -> "Console":
    """Return where people read; values are never taken for mark-up or coloured."""
    from rich.console import Console

    return Console(highlight=False)


def plain(text: object) -> str:
    """Return a text without signs that would act on a terminal; every blank is a space."""
    return "" if text is None else "".join(sign if sign.isprintable() else " " for sign in str(text))


def say(text: str, indent: int = 0, hang: int | None = None, mark: str = "") -> None:
    """Print a text folded at words within the terminal, further lines ``hang`` (left out: ``indent``) in; ``mark`` is mark-up before it."""
    from rich.cells import cell_len
    from rich.markup import escape
    from rich.text import Text

    out = console()
    lead = Text.from_markup(mark)
    first = indent + cell_len(lead.plain)
    rest = indent if hang is None else hang
    words, lines, room = plain(text).split(), [""], out.width - first
    for word in words:
        if lines[-1] and cell_len(f"{lines[-1]} {word}") > room:
            lines.append("")
            room = out.width - rest
        lines[-1] = f"{lines[-1]} {word}".strip()
    for place, line in enumerate(lines):
        out.print(" " * (rest if place else indent) + ("" if place else mark) + escape(line), soft_wrap=True)


def table(names: Sequence[str], rows: Iterable[Sequence[Any]], *, marked: bool = False, title: str = "") -> None:
    """Print a table that folds long cells; at most 40 rows, then how many more there are. ``marked``: the first column bears mark-up."""
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    out, every = console(), list(rows)
    made = Table(box=SIMPLE_HEAD, title=escape(title) or None, title_justify="left", pad_edge=False, padding=(0, 1, 0, 0))
    for name in names:
        widest = max((len(word) for word in name.split()), default=None)
        made.add_column(name, overflow="fold", no_wrap=name in WHOLE, justify="right" if name in NUMBERS else "left", min_width=widest)
    for row in every[:MOST]:
        made.add_row(*(str(cell) if marked and not at else escape(plain(cell)) for at, cell in enumerate(row)))
    out.print(made)
    if len(every) > MOST:
        out.print(f"and {len(every) - MOST} more; see them with --json")


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
    if not mapping["columns"]:
        say(f"{mapping['sheet'] or 'the text'}: {mapping['kind']}")
        return
    first, last = mapping["header"]
    where = f"titles in row {first + 1}" if first == last else f"titles in rows {first + 1} to {last + 1}"
    source = mapping.get("source", "proposed")
    say(f"{mapping['sheet'] or 'the text'}: {mapping['kind']}, {where}, {source} ({mapping.get('confidence', 0.0):.0%} sure)")
    rows = []
    for column in mapping["columns"]:
        sure = f"{column.get('confidence', 0.0):.0%}" if column.get("field") else ""
        unit = column.get("unit", "") if column.get("field") in MEASURED else ""
        rows.append((letters(column["index"]), column["title"], column.get("field") or "-", unit, sure, column.get("why", "")))
    if rows:
        table(("", "title", "is read as", "unit", "sure", "because"), rows)
    for name, value in mapping.get("constants", {}).items():
        say(f"{name}: {value} (for all rows)", 2, 4)


def show_rows(rows: Sequence[dict[str, Any]], first: int = 8) -> None:
    """Print the first rows as they are understood, at most seven fields of each."""
    if not rows:
        return
    shown = [(row["row"], _joined(row["values"])) for row in rows[:first]]
    names: list[str] = []
    for _, values in shown:
        names += [name for name in values if name not in names]
    order = ("order", "customer", "part_no", "customer_part_no", "name", "quantity", "open_quantity", "unit", "due", "price", "currency")
    names = sorted(names, key=lambda name: order.index(name) if name in order else len(order))[:MOST_FIELDS]
    table(("row", *(name.replace("_", " ") for name in names)), [(row, *(values.get(name, "") for name in names)) for row, values in shown])


def _joined(values: dict[str, Any]) -> dict[str, Any]:
    """Return a row's values with number and line of its order in one."""
    if "order_no" not in values:
        return values
    rest = {name: value for name, value in values.items() if name not in ("order_no", "line_no")}
    return {"order": "/".join(str(values[name]) for name in ("order_no", "line_no") if values.get(name)), **rest}


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

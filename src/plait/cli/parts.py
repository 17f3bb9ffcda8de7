"""``plait parts``: parts with what is in stock and what open orders take; goods taken in, stock corrected by a count."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="parts", help="List parts with their stock, show one, take goods in, correct stock by a count.")

Json = Annotated[bool, Parameter(name="--json")]


def _amount(text: Any) -> str:
    return f"{float(text):g}"


@app.default
def parts(text: str = "", *, shown: Literal["all", "stock", "short"] = "all", after: str = "", data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """List parts with what is free, reserved, ordered and missing.

    Parameters
    ----------
    text
        What occurs in number, name, drawing or GTIN.
    shown
        All parts, those in stock, or those of which too little is here for open orders.
    after
        Go on behind this part.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import say, table
    from plait.cli.http import call

    answer = call(data, "GET", f"/api/v1/stock/parts?shown={shown}&text={quote(text, safe='')}&after={quote(after, safe='')}")
    if as_json:
        print(json.dumps(answer))
        return
    table(("part", "rev", "name", "free", "reserved", "ordered", "missing"), [_row(row) for row in answer["rows"]])
    say(f"too little is here of {answer['short']} parts" if answer["short"] else "nothing is missing for open orders")
    if answer["after"]:
        say(f"more follow: --after {answer['after']}")


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    amounts = row["amounts"]
    return (row["id"], row["revision"], row["name"], *(_amount(amounts[name]) for name in ("free", "reserved", "ordered")), _amount(row["short"]))


@app.command
def show(part: str, /, *, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Show one part: its lots, its operations, who takes it, what moved.

    Parameters
    ----------
    part
        Its number.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import say, table
    from plait.cli.http import call

    answer = call(data, "GET", f"/api/v1/stock/parts/{quote(part, safe='')}")
    if as_json:
        print(json.dumps(answer))
        return
    told = answer["part"]
    say(f"{told['id']} {told['revision']}  {told['name']}")
    table(("lot", "quantity", "unit", "for order"), [(lot["lot"], _amount(lot["quantity"]), lot["unit"], lot["order"] or "-") for lot in answer["lots"]])
    steps = [
        (op["seq"], op["name"], op.get("supplier") or op.get("group") or "-", op.get("setup_min", 0), op.get("cycle_min", 0)) for op in told.get("routing", ())
    ]
    if steps:
        table(("op", "what", "where", "set-up min", "min a piece"), steps)
    if answer["takers"]:
        table(
            ("order", "customer", "quantity", "due"), [(each["number"], each["customer"], _amount(each["quantity"]), each["due"]) for each in answer["takers"]]
        )
    if answer["movements"]:
        moves = [(each["at"][:16].replace("T", " "), each["kind"], _amount(each["quantity"]), each["lot"], each["by"]) for each in answer["movements"]]
        table(("when (UTC)", "", "quantity", "lot", "by"), moves)


@app.command
def receive(part: str, quantity: str, lot: str, /, *, order: str = "", data: Path = Path("plait-data")) -> None:
    """Take goods into stock.

    Parameters
    ----------
    part
        Its number.
    quantity
        How much, in the part's unit.
    lot
        Under which lot.
    order
        Our order they are reserved for.
    data
        The node's data folder.
    """
    from plait.cli.http import call

    unit = call(data, "GET", f"/api/v1/parts/{quote(part, safe='')}").get("unit", "C62")
    told = call(data, "POST", "/api/v1/stock", {"part_id": part, "lot": lot, "quantity": quantity, "unit": unit, "order": order})
    print(f"{_amount(told['quantity'])} {told['unit']} of {part} are in stock under {lot}")


@app.command
def count(part: str, quantity: str, /, *, lot: str = "", dry_run: bool = False, data: Path = Path("plait-data")) -> None:
    """Book what was counted of a part, or of one lot of it; with --dry-run only say what would change.

    Parameters
    ----------
    part
        Its number.
    quantity
        How much was counted, in the part's unit.
    lot
        Of which lot; of all our lots.
    dry_run
        Only say what would change.
    data
        The node's data folder.
    """
    from plait.cli.http import call

    told = call(data, "POST", "/api/v1/stock/count", {"part_id": part, "quantity": quantity, "lot": lot, "dry": dry_run})
    more = float(told["more"])
    change = "nothing changes" if not more else f"{abs(more):g} {'come in' if more > 0 else 'go out'}"
    print(f"{_amount(told['booked'])} booked, {_amount(told['counted'])} counted: {change}{' (only said)' if dry_run else ''}")

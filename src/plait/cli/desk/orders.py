"""``plait desk orders``: the order book."""

import json
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from cyclopts import Parameter

__all__ = ["orders"]


def orders(
    *,
    state: str = "open",
    customer: str = "",
    text: str = "",
    part: str = "",
    limit: int = 40,
    data: Path = Path("plait-data"),
    as_json: Annotated[bool, Parameter(name="--json")] = False,
) -> None:
    """List customers' order lines, the earliest due first.

    Parameters
    ----------
    state
        Only these: open, done, cancelled or all.
    customer
        Only of this customer (its whole name).
    text
        Only with this in number, order, part or name.
    part
        Only of this part (its id here).
    limit
        How many at most.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import table
    from plait.cli.http import call

    asked = {"state": state, "customer": customer, "text": text, "part": part, "limit": str(limit)}
    rows = call(data, "GET", f"/api/v1/desk/orders?{urlencode({name: value for name, value in asked.items() if value})}")
    if as_json:
        print(json.dumps(rows))
        return
    if not rows:
        print("There are none.")
        return
    lines = []
    for row in rows:
        order = f"{row['order_no']}/{row['line_no']}" if row["line_no"] else row["order_no"]
        part_shown = row["part_id"] or f"{row['part_no'] or row['customer_part_no'] or row['name']} (not known here)"
        shown = "" if row["state"] == "open" else f" {row['state']}"
        lines.append((row["id"], row["customer"], order, part_shown, f"{row['quantity']}{shown}", row["due"], (row["promised"] or "")[:10]))
    table(("id", "customer", "order", "part", "open", "due", "promised"), lines)

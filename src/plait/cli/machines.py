"""``plait machines``: what runs and what stands; simulated machines to try things out with."""

import json
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="machines", help="See what runs and what stands; run simulated machines to try things out with.")
Json = Annotated[bool, Parameter(name="--json")]
Data = Path("plait-data")


def _call(data: Path, method: str, path: str) -> Any:
    from plait.cli.http import call

    return call(data, method, path)


@app.default
def list_(*, data: Path = Data, as_json: Json = False) -> None:
    """List machines with their present state.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    rows = _call(data, "GET", "/api/v1/machines")
    if as_json:
        print(json.dumps(rows))
        return
    if not rows:
        print("No machine yet. `plait machines practice` runs two simulated ones.")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("machine", "name", "group", "state", "since", "reason")
    for row in rows:
        machine = row["machine"]
        state = row["state"] if row["linked"] else "silent"
        table.add_row(machine["id"], machine["name"], machine["group"], state, str(row["since"] or "")[:16], row["reason"])
    Console().print(table)


@app.command
def practice(*, end: Annotated[bool, Parameter(name="--end")] = False, data: Path = Data, as_json: Json = False) -> None:
    """Run two simulated machines beside the node, or take them away.

    Parameters
    ----------
    end
        Take them away; what they said stays.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    view = _call(data, "DELETE" if end else "POST", "/api/v1/practice")
    if as_json:
        print(json.dumps(view))
    elif view["running"]:
        print(f"Simulated machines run: {', '.join(view['machines'])}. `plait machines` shows them, `plait machines practice --end` takes them away.")
    else:
        print("No simulated machines run.")

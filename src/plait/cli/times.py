"""``plait times``: what machines took for operations, and corrections of routings that follow."""

import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="times", help="See where machines take other times than routings say; take over what they say, leave it, take it back.")
Json = Annotated[bool, Parameter(name="--json")]
Data = Path("plait-data")


def _words(row: dict[str, Any]) -> str:
    if row["seq"] == 0:
        return f"scrap allowance {row['cycle_was'] * 100:.1f} % -> {row['cycle_now'] * 100:.1f} %"
    found = [f"{row['cycle_was']:g} -> {row['cycle_now']:g} min a piece"] if row["cycle_was"] != row["cycle_now"] else []
    if row["setup_now"] is not None:
        found.append(f"set-up {row['setup_was']:g} -> {row['setup_now']:g} min")
    return ", ".join(found)


@app.default
def list_(*, state: str = "open", data: Path = Data, as_json: Json = False) -> None:
    """List proposals to correct a routing.

    Parameters
    ----------
    state
        open, accepted, declined or undone; empty: all.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import say, table
    from plait.cli.http import call

    rows = call(data, "GET", f"/api/v1/times/proposals?state={quote(state, safe='')}")
    if as_json:
        print(json.dumps(rows))
    elif rows:
        table(
            ("id", "part", "op", "operation", "routing -> machines", "jobs", "state"),
            [(row["id"], row["part_id"], row["seq"], row["name"], _words(row), row["jobs"], row["state"]) for row in rows],
        )
    else:
        say("Routings say what machines take, as far as is known.")


@app.command
def show(part: str, *, data: Path = Data, as_json: Json = False) -> None:
    """Show what machines took for each operation of a part.

    Parameters
    ----------
    part
        The part.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import say, table
    from plait.cli.http import call

    rows = call(data, "GET", f"/api/v1/times/parts/{quote(part, safe='')}")
    if as_json:
        print(json.dumps(rows))
    elif rows:
        table(
            ("op", "operation", "group", "routing", "measured", "half of them", "set-up", "measured set-up", "scrap", "jobs"),
            [_row(row) for row in rows],
        )
    else:
        say("No machine has finished a job of it in its present revision.")


def _row(row: dict[str, Any]) -> tuple[Any, ...]:
    setup = "-" if row["setup_min"] is None else f"{row['setup_min']:g}"
    spread = f"{row['cycle_low']:g}-{row['cycle_high']:g}"
    times = (f"{row['routing_cycle_min']:g}", f"{row['cycle_min']:g}", spread, f"{row['routing_setup_min']:g}", setup)
    return (row["seq"], row["name"], row["group"], *times, f"{row['scrap'] * 100:.1f} %", row["jobs"])


@app.command
def accept(id: str, *, data: Path = Data, as_json: Json = False) -> None:
    """Make measured times those of the routing; quotes and schedules use them from then on.

    Parameters
    ----------
    id
        The proposal.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    _decide(id, "accept", None, data, as_json)


@app.command
def decline(id: str, *, reason: str = "", data: Path = Data, as_json: Json = False) -> None:
    """Leave the routing as it is.

    Parameters
    ----------
    id
        The proposal.
    reason
        Why.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    _decide(id, "decline", {"reason": reason}, data, as_json)


@app.command
def undo(id: str, *, data: Path = Data, as_json: Json = False) -> None:
    """Take accepted times back: the routing says again what it said before.

    Parameters
    ----------
    id
        The proposal.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    _decide(id, "undo", None, data, as_json)


def _decide(id: str, verb: str, body: Any, data: Path, as_json: bool) -> None:
    from plait.cli.http import call

    row = call(data, "POST", f"/api/v1/times/proposals/{quote(id, safe='')}/{verb}", body)
    print(json.dumps(row) if as_json else f"{row['part_id']} {row['name'] or 'scrap'}: {_words(row)}: {row['state']}.")

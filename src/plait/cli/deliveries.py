"""``plait deliveries``: what waits for which partner and why, try again, give up."""

import json
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="deliveries", help="See what waits for partners and why; try again or give up.")
Json = Annotated[bool, Parameter(name="--json")]


def _call(data: Path, method: str, path: str, **query: str) -> Any:
    from urllib.parse import urlencode

    from plait.cli.http import call

    asked = urlencode({name: value for name, value in query.items() if value})
    return call(data, method, f"{path}?{asked}" if asked else path)


def _table(rows: list[dict[str, Any]], names: tuple[str, ...], as_json: bool, empty: str) -> None:
    if as_json:
        print(json.dumps(rows))
        return
    if not rows:
        print(empty)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*names)
    for row in rows:
        table.add_row(*(str(row[name] or "")[:19] if name in {"due", "next", "oldest"} else str(row[name]) for name in names))
    Console().print(table)


@app.default
def partners(*, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Show for which partners something waits or was refused, who is not reached, and why.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    rows = _call(data, "GET", "/api/v1/deliveries/partners")
    _table(rows, ("name", "line", "waiting", "refused", "oldest", "next", "why"), as_json, "Everything sent to partners has arrived.")


@app.command(name="list")
def list_(*, party: str = "", state: str = "", data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """List messages, the newest first.

    Parameters
    ----------
    party
        Only to this partner (its party_id).
    state
        Only these: waiting, delivered, refused or given-up.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    rows = _call(data, "GET", "/api/v1/deliveries", party=party, state=state)
    _table(rows, ("id", "name", "path", "state", "tries", "due", "error"), as_json, "There are none.")


@app.command
def retry(which: str, /, *, data: Path = Path("plait-data")) -> None:
    """Try again now: one message, or all that wait for a partner.

    Parameters
    ----------
    which
        The number of a message, or a partner's party_id.
    data
        The node's data folder.
    """
    if which.isdigit():
        _call(data, "POST", f"/api/v1/deliveries/{which}/retry")
        print(f"message {which} is tried now")
        return
    print(f"{len(_call(data, 'POST', f'/api/v1/deliveries/partners/{which}/retry'))} messages are tried now")


@app.command(name="give-up")
def give_up(id: int, /, *, reason: str, data: Path = Path("plait-data")) -> None:
    """Never deliver a message; those behind it go on.

    Parameters
    ----------
    id
        Its number.
    reason
        Why; it is kept in the log of facts.
    data
        The node's data folder.
    """
    _call(data, "POST", f"/api/v1/deliveries/{id}/give-up", reason=reason)
    print(f"message {id} is given up")

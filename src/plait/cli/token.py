"""``plait token``: make, list and end access tokens of a running node."""

import json
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="token", help="Make, list and revoke access tokens.")


def _call(data: Path, method: str, path: str, body: Any = None) -> Any:
    from plait.cli.http import call

    return call(data, method, path, body)


@app.command
def new(*, role: str = "viewer", label: str = "", scope: tuple[str, ...] = (), data: Path = Path("plait-data"), days: int = 365) -> None:
    """Make a token and print it once.

    Parameters
    ----------
    role
        viewer, operator, manager or admin.
    label
        What it is for.
    scope
        Only these actions, such as trade.read or epcis.* (default: all that the role may do).
    data
        The node's data folder.
    days
        How long it is valid.
    """
    print(_call(data, "POST", "/api/v1/tokens", {"role": role, "label": label, "days": days, "scopes": list(scope)})["token"])


@app.command(name="list")
def list_(*, data: Path = Path("plait-data"), as_json: Annotated[bool, Parameter(name="--json")] = False) -> None:
    """List the tokens (never the secrets themselves).

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    rows = _call(data, "GET", "/api/v1/tokens")
    if as_json:
        print(json.dumps(rows))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("id", "role", "scopes", "label", "expires", "used")
    for row in rows:
        table.add_row(row["id"], row["role"], " ".join(row["scopes"]) or "all", row["label"], row["expires"][:10], (row["used"] or "never")[:10])
    Console().print(table)


@app.command
def renew(token_id: str, *, data: Path = Path("plait-data")) -> None:
    """Give a token a new secret and print it once; the old one ends at once.

    Parameters
    ----------
    token_id
        Its id, as `plait token list` shows it.
    data
        The node's data folder.
    """
    print(_call(data, "POST", f"/api/v1/tokens/{token_id}/renew")["token"])


@app.command
def revoke(token_id: str, *, data: Path = Path("plait-data")) -> None:
    """End a token now.

    Parameters
    ----------
    token_id
        Its id, as `plait token list` shows it.
    data
        The node's data folder.
    """
    _call(data, "DELETE", f"/api/v1/tokens/{token_id}")
    print(f"token {token_id} is no longer valid")

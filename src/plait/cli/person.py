"""``plait person``: who works here, their codes and sessions."""

import json
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="person", help="Enter people, let them set a password, end their sessions.")
Json = Annotated[bool, Parameter(name="--json")]


def _call(data: Path, method: str, path: str, body: Any = None) -> Any:
    from plait.cli.http import call

    return call(data, method, path, body)


def _table(rows: list[dict[str, Any]], names: tuple[str, ...], as_json: bool) -> None:
    if as_json:
        print(json.dumps(rows))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*names)
    for row in rows:
        table.add_row(*(str(row[name])[:19].replace("T", " ") if name in {"since", "seen", "at"} else str(row[name]) for name in names))
    Console().print(table)


def _find(data: Path, name: str) -> dict[str, Any]:
    from plait.kernel.problems import NOT_FOUND, Problem

    found = [person for person in _call(data, "GET", "/api/v1/people") if name in {person["name"], person["id"]}]
    if not found:
        raise Problem(NOT_FOUND, f"Nobody works here under {name}.")
    one: dict[str, Any] = found[0]
    return one


@app.command
def add(name: str, /, *, role: str = "viewer", data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Enter somebody (or change their role) and print a one-time code with which they set their password.

    Parameters
    ----------
    name
        Their name; they sign in with it.
    role
        viewer, operator, manager or admin.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    person = _call(data, "POST", "/api/v1/people", {"name": name, "role": role})
    made = _call(data, "POST", f"/api/v1/people/{person['id']}/code")
    print(json.dumps(made) if as_json else f"{name} sets a password with the code {made['code']} until {made['expires'][:16].replace('T', ' ')} UTC")


@app.command
def code(name: str, /, *, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Print a new one-time code for somebody who has lost their password.

    Parameters
    ----------
    name
        Their name.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    made = _call(data, "POST", f"/api/v1/people/{_find(data, name)['id']}/code")
    print(json.dumps(made) if as_json else f"{name} sets a password with the code {made['code']} until {made['expires'][:16].replace('T', ' ')} UTC")


@app.command(name="list")
def list_(*, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """List who works here.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    _table(_call(data, "GET", "/api/v1/people"), ("name", "role", "id"), as_json)


@app.command
def remove(name: str, /, *, data: Path = Path("plait-data")) -> None:
    """Take somebody out who no longer works here; their sessions and tokens end at once.

    Parameters
    ----------
    name
        Their name.
    data
        The node's data folder.
    """
    _call(data, "DELETE", f"/api/v1/people/{_find(data, name)['id']}")
    print(f"{name} can no longer sign in")


@app.command
def sessions(*, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """List who is signed in, where and since when.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    _table(_call(data, "GET", "/api/v1/sessions"), ("name", "device", "address", "since", "seen", "id"), as_json)


@app.command
def end(session: str, /, *, data: Path = Path("plait-data")) -> None:
    """End a session.

    Parameters
    ----------
    session
        Its id, as `plait person sessions` shows it.
    data
        The node's data folder.
    """
    _call(data, "DELETE", f"/api/v1/sessions/{session}")
    print(f"session {session} has ended")


@app.command
def audit(*, about: str = "", kind: str = "", after: int = 0, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Show who did what: sign-ins, passwords, tokens, roles, backups.

    Parameters
    ----------
    about
        Only what concerns this person (name or id).
    kind
        Only one kind, such as identity.signed_in.
    after
        From this number on.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from urllib.parse import urlencode

    page = _call(data, "GET", f"/api/v1/audit?{urlencode({'person': about, 'kind': kind, 'after': after})}")
    _table(page["items"], ("seq", "at", "actor", "what", "about"), as_json)


@app.command
def badge(name: str, /, *, out: Path | None = None, back: bool = False, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Make a badge for the pages at the machines, or take it back; an earlier badge ends. Its number is shown this once.

    Parameters
    ----------
    name
        The person's name.
    out
        Write the badge in the size of a bank card here: .pdf, .png or .svg.
    back
        Take the badge back instead.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    place = f"/api/v1/people/{_find(data, name)['id']}/badge"
    if back:
        _call(data, "DELETE", place)
        print(f"{name} has no badge any more")
        return
    if out is None:
        made = _call(data, "POST", place)
        print(json.dumps(made) if as_json else f"{made['number']}\n{made['url']}")
        return
    from plait.cli.http import call

    drawn = call(data, "POST", f"{place}/print?form={out.suffix.lstrip('.').lower()}")
    out.write_bytes(drawn)
    state = _call(data, "GET", place)
    print(f"{out} is {name}'s badge" + ("" if state["pin"] else f'; set a PIN with `plait person pin "{name}"`'))


@app.command
def pin(name: str, /, *, data: Path = Path("plait-data")) -> None:
    """Ask for a PIN of 4 to 8 digits and set it for somebody's badge; a badge that was blocked opens again.

    Parameters
    ----------
    name
        The person's name.
    data
        The node's data folder.
    """
    import sys
    from getpass import getpass

    person = _find(data, name)
    given = getpass(f"PIN for {person['name']}: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    _call(data, "PUT", f"/api/v1/people/{person['id']}/pin", {"pin": given})
    print(f"the PIN of {person['name']} is set")

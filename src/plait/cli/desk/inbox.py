"""``plait desk inbox, show, apply, undo, set-aside``: what came and what becomes of it."""

import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from cyclopts import Parameter

__all__ = ["apply", "inbox", "set_aside", "show", "undo"]

Json = Annotated[bool, Parameter(name="--json")]
PATIENCE_S = 300.0
LONGEST = 60


def _call(data: Path, method: str, path: str, body: Any = None) -> Any:
    from plait.cli.http import call

    return call(data, method, f"/api/v1/desk/inbox{path}", body, patience_s=PATIENCE_S)


def inbox(*, state: str = "", sender: str = "", text: str = "", limit: int = 40, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """List what came, the newest first.

    Parameters
    ----------
    state
        Only these: new, waiting, applied, nothing or set-aside.
    sender
        Only from this sender.
    text
        Only with this in name, sender or summary.
    limit
        How many at most.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import table

    asked = {"state": state, "sender": sender, "text": text, "limit": str(limit)}
    rows = _call(data, "GET", f"?{urlencode({name: value for name, value in asked.items() if value})}")
    if as_json:
        print(json.dumps(rows))
    elif rows:
        names = ("id", "came (UTC)", "name", "sender", "state", "holds")
        table(names, [(row["id"], row["received"][5:16].replace("T", " "), row["name"], row["sender"], row["state"], _short(row["summary"])) for row in rows])
    else:
        print("Nothing has come.")


def _short(text: str) -> str:
    """Return the beginning of a long sentence: its title, before the detail."""
    return text if len(text) <= LONGEST else text.partition(": ")[0][:LONGEST].rstrip() + " ..."


def show(id: str, /, *, whole: bool = False, first: int = 8, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Show how an item is read and what it would change; nothing is changed.

    Parameters
    ----------
    id
        The item, e.g. IN-000001.
    whole
        As if it were the whole list of its sender.
    first
        How many rows of each table are shown.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import counted, say, show_changes, show_issues, show_mapping, show_rows

    seen = _call(data, "GET", f"/{id}/preview?{urlencode({'whole': str(whole).lower(), 'first': first})}")
    if as_json:
        print(json.dumps(seen))
        return
    item = seen["item"]
    say(f"{item['id']} {item['name']} from {item['sender'] or 'nobody named'}, {item['state']}: {item['summary']}")
    for each in seen.get("attachments", []):
        say(f"kept: {each['name']} {each['drawing_no']} {each['revision']}".rstrip(), 2, 4)
    for child in seen.get("children", []):
        say(f"attached: {child['id']} {child['name']}, {child['state']}: {child['summary']}", 2, 4)
    for table in seen["tables"]:
        show_mapping(table["mapping"])
        show_rows(table["rows"], first)
        say(f"{table['good']} rows can go in, {table['refused']} cannot: {counted(table['counts'])}.")
        show_changes(table["changes"])
        show_issues(table["rows"])
    show_issues((), seen["issues"])
    if seen.get("missing"):
        say(f"In the list before ({item['previous']}) and not in this one: {', '.join(seen['missing'][:20])}")


def apply(
    id: str,
    /,
    *,
    good_only: bool = False,
    whole: bool = False,
    confirm: bool = False,
    data: Path = Path("plait-data"),
    as_json: Json = False,
) -> None:
    """Put in what an item holds: all of it, or nothing.

    Parameters
    ----------
    id
        The item, e.g. IN-000001.
    good_only
        Leave out rows that cannot go in.
    whole
        It is the whole list of its sender: what is missing in it is no longer so.
    confirm
        You have looked at what was read from running text (mail, PDF).
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.doubts import show_doubts
    from plait.cli.desk.shown import counted, show_changes, show_issues

    done = _call(data, "POST", f"/{id}/apply", {"good_only": good_only, "whole": whole, "confirm": confirm})
    if as_json:
        print(json.dumps(done))
        return
    print(f"{done['item']['id']}: {counted(done['counts'])}")
    show_changes(done["changes"])
    show_issues(done.get("left", []))
    show_doubts(data, id)


def undo(id: str, /, *, data: Path = Path("plait-data")) -> None:
    """Take back what an item has put in, if nothing else has changed it since.

    Parameters
    ----------
    id
        The item, e.g. IN-000001.
    data
        The node's data folder.
    """
    print(f"{_call(data, 'POST', f'/{id}/undo')['id']} is taken back")


def set_aside(id: str, /, *, reason: str = "", data: Path = Path("plait-data")) -> None:
    """Put an item away without putting it in.

    Parameters
    ----------
    id
        The item, e.g. IN-000001.
    reason
        Why; it is kept in the log of facts.
    data
        The node's data folder.
    """
    print(f"{_call(data, 'POST', f'/{id}/set-aside', {'reason': reason})['id']} is put away")

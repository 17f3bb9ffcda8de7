"""``plait apps``: the firm's apps, what they find, on or off with their settings."""

import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="apps", help="List the firm's apps, see what they find, switch them on or off and set them.")
Json = Annotated[bool, Parameter(name="--json")]
Data = Path("plait-data")


def _call(data: Path, method: str, path: str, body: Any = None) -> Any:
    from plait.cli.http import call

    return call(data, method, path, body)


def _at(name: str, more: str = "") -> str:
    return f"/api/v1/apps/{quote(name, safe='')}{more}"


@app.default
def list_(*, data: Path = Data, as_json: Json = False) -> None:
    """List the apps.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    rows = _call(data, "GET", "/api/v1/apps")
    if as_json:
        print(json.dumps(rows))
        return
    from plait.cli.desk.shown import table

    table(("app", "name", "on", "what it does"), [(row["name"], row["title"], "on" if row["on"] else "off", row["trouble"] or row["summary"]) for row in rows])


@app.command
def show(name: str, *, since: str = "", until: str = "", by: str = "span", data: Path = Data, as_json: Json = False) -> None:
    """Show what an app finds.

    Parameters
    ----------
    name
        The app: oee.
    since
        From when (ISO, 2026-03-02T06:00+01:00); a day ago.
    until
        Until when; now.
    by
        Told apart by shift, day or week; span: not at all.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    asked = "&".join(f"{key}={quote(value, safe='')}" for key, value in (("since", since), ("until", until), ("by", by)) if value)
    answer = _call(data, "GET", _at(name, f"/figures?{asked}"))
    if as_json:
        print(json.dumps(answer))
        return
    from plait.cli.desk.shown import say, table

    if not answer["figures"]:
        say("No machine was there in that time.")
        return
    names = list(dict.fromkeys(each["name"] for each in answer["figures"]))[:5]
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    notes: dict[str, None] = {}
    for each in answer["figures"]:
        key = (each["period"]["since"][:16].replace("T", " "), each["period"]["name"], each["subject"] or "the firm")
        rows.setdefault(key, {})[each["name"]] = _shown(each)
        if each["note"]:
            notes[f"{key[2]}: {each['note']}"] = None
    table(("from (UTC)", "period", "what", *names), [(*key, *(row.get(name, "") for name in names)) for key, row in rows.items()])
    for note in notes:
        say(note)


def _shown(each: dict[str, Any]) -> str:
    if each["value"] is None:
        return "-"
    return f"{each['value']:.1f}{' %' if each['unit'] == 'P1' else ''}"


@app.command
def on(name: str, *, config: str = "", data: Path = Data, as_json: Json = False) -> None:
    """Switch an app on.

    Parameters
    ----------
    name
        The app.
    config
        Its settings as JSON ({"goal": 0.8}); those not named go to their default. Left out: as they are.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    _set(name, on=True, config=config, data=data, as_json=as_json)


@app.command
def off(name: str, *, data: Path = Data, as_json: Json = False) -> None:
    """Switch an app off; its settings stay.

    Parameters
    ----------
    name
        The app.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    _set(name, on=False, config="", data=data, as_json=as_json)


def _set(name: str, *, on: bool, config: str, data: Path, as_json: bool) -> None:
    from plait.kernel.problems import INVALID, Problem

    try:
        wanted = json.loads(config) if config else _call(data, "GET", _at(name))["config"]
    except ValueError as error:
        raise Problem(INVALID, f"--config is no JSON: {error}") from error
    view = _call(data, "PUT", _at(name), {"on": on, "config": wanted})
    if as_json:
        print(json.dumps(view))
        return
    print(f"{view['title']} is {'on' if view['on'] else 'off'}.")
    for key, value in view["config"].items():
        print(f"  {key} = {json.dumps(value)}")

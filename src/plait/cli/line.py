"""``plait line``: what people at the machines told, and their calls for help."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="line", help="See what was told at the machines, answer calls for help, print machines' codes.")

Json = Annotated[bool, Parameter(name="--json")]


def _call(data: Path, method: str, path: str) -> Any:
    from plait.cli.http import call

    return call(data, method, f"/api/v1/line{path}")


def _shown(rows: list[dict[str, Any]], names: tuple[str, ...], as_json: bool) -> None:
    if as_json:
        print(json.dumps(rows))
        return
    from plait.cli.desk.shown import table

    told = [{**row, "at": str(row.get("at", ""))[:16].replace("T", " "), "person": row.get("name", "")} for row in rows]
    table(names, [["" if row[name] in (0, None) else row[name] for name in names] for row in told])


@app.command
def stations(*, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """List machines and places of work with their state.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    _shown(_call(data, "GET", "/stations"), ("id", "name", "group", "state", "reason", "attended"), as_json)


@app.command
def board(station: str, /, *, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Show the jobs of a machine in order, as the people there see them.

    Parameters
    ----------
    station
        The machine's or place's id.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from urllib.parse import quote

    told = _call(data, "GET", f"/stations/{quote(station, safe='')}")
    if as_json:
        print(json.dumps(told))
        return
    _shown(told["jobs"], ("id", "part", "quantity", "good", "scrap", "state", "reason", "person"), as_json=False)


@app.command
def code(station: str, /, *, out: Path, data: Path = Path("plait-data")) -> None:
    """Write a machine's QR code (SVG), which opens its page on a telephone.

    Parameters
    ----------
    station
        The machine's or place's id.
    out
        The file to write.
    data
        The node's data folder.
    """
    from urllib.parse import quote

    out.write_bytes(_call(data, "GET", f"/stations/{quote(station, safe='')}/code"))
    print(f"{out} opens the page of {station}")


@app.command(name="by-clock")
def by_clock(station: str, /, *, data: Path = Path("plait-data")) -> None:
    """Let the jobs of a place begin and end by the clock again, with nobody there.

    Parameters
    ----------
    station
        The place's id.
    data
        The node's data folder.
    """
    from urllib.parse import quote

    _call(data, "DELETE", f"/stations/{quote(station, safe='')}/attended")
    print(f"the jobs of {station} go by the clock")


@app.command
def notes(
    *,
    run: str = "",
    job: str = "",
    kind: Literal["", "begun", "stopped", "counted", "photo"] = "",
    limit: int = 200,
    data: Path = Path("plait-data"),
    as_json: Json = False,
) -> None:
    """List what was told at the machines: jobs begun, stopped and why, pieces counted, photos.

    Parameters
    ----------
    run
        Only of this run (an order's number).
    job
        Only of this job.
    kind
        Only begun, stopped, counted or photo.
    limit
        How many at most, the latest first.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from urllib.parse import urlencode

    rows = _call(data, "GET", f"/notes?{urlencode({'run': run, 'job': job, 'kind': kind, 'limit': limit})}")
    _shown(rows, ("at", "kind", "job", "station", "person", "good", "scrap", "reason"), as_json)


@app.command
def photo(note: str, /, *, out: Path, data: Path = Path("plait-data")) -> None:
    """Write a photo to a file, as it came from the telephone.

    Parameters
    ----------
    note
        The photo's id, as `plait line notes --kind photo --json` shows it.
    out
        The file to write.
    data
        The node's data folder.
    """
    out.write_bytes(_call(data, "GET", f"/photos/{note}"))
    print(f"{out} is the photo")


@app.command(name="help")
def calls(*, state: Literal["", "open", "answered"] = "open", data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """List calls for help.

    Parameters
    ----------
    state
        open, answered, or empty for all.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    _shown(_call(data, "GET", f"/help?state={state}"), ("id", "at", "station", "job", "person", "note", "state"), as_json)


@app.command
def answer(call: str, /, *, data: Path = Path("plait-data")) -> None:
    """Answer a call for help: somebody is on the way.

    Parameters
    ----------
    call
        Its id, such as HELP-00001.
    data
        The node's data folder.
    """
    done = _call(data, "POST", f"/help/{call}/answer")
    print(f"{done['id']} of {done['name']} at {done['station']} is answered")

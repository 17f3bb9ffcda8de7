"""``plait signals``: what machines say, now and before; take it out as Parquet."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="signals", help="See what machines say, now and before; take it out as Parquet.")
Json = Annotated[bool, Parameter(name="--json")]
Data = Path("plait-data")
PATIENCE_S = 3600


def _call(data: Path, path: str, **asked: Any) -> Any:
    from plait.cli.http import call

    given = {name: value for name, value in asked.items() if value not in {None, ""}}
    return call(data, "GET", f"{path}?{urlencode(given)}" if given else path, patience_s=PATIENCE_S)


def _moment(text: str, name: str) -> str:
    """Return a moment as RFC 3339 in UTC; a day or time without an offset is of this computer's place."""
    from plait.kernel.problems import INVALID, Problem

    if not text:
        return ""
    try:
        return datetime.fromisoformat(text).astimezone(UTC).isoformat()
    except ValueError as error:
        raise Problem(INVALID, f"{name}: {text!r} is no time such as 2026-03-31 or 2026-03-31T14:00.", field=name) from error


def _rows(heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*heads)
    for row in rows:
        table.add_row(*("" if each is None else str(each) for each in row))
    Console().print(table)


QUALITY = ("", "uncertain", "bad")


def _quality(row: dict[str, Any]) -> str:
    """Return how good a value is; one that only a minute or an hour knows any more says so."""
    tier = row.get("tier", "raw")
    return ", ".join(word for word in (QUALITY[row.get("quality", 0)], "" if tier == "raw" else f"of its {tier}") if word)


def _latest(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print(json.dumps(rows))
    elif not rows:
        print("No machine has said anything yet.")
    else:
        shown = [(row["name"], row.get("title", ""), row.get("value"), row.get("unit", ""), row.get("at"), _quality(row)) for row in rows]
        _rows(("series", "title", "value", "unit", "at", "quality"), shown)


@app.default
def list_(*, data: Path = Data, as_json: Json = False) -> None:
    """List series with their latest values.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    _latest(_call(data, "/api/v1/signals"), as_json)


@app.command
def at(*series: str, time: str = "", data: Path = Data, as_json: Json = False) -> None:
    """Show several series at one moment.

    Parameters
    ----------
    series
        Names of series.
    time
        The moment, such as 2026-03-31T14:00 (default: now).
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    _latest(_call(data, "/api/v1/signals-at", series=",".join(series), at=_moment(time, "time")), as_json)


@app.command
def show(
    series: str,
    /,
    *,
    since: str = "",
    until: str = "",
    step: float | None = None,
    figure: str = "",
    fill: str = "",
    points: int | None = None,
    data: Path = Data,
    as_json: Json = False,
) -> None:
    """Show the values of one series, or figures of steps, and where values may be missing.

    Parameters
    ----------
    series
        Its name.
    since
        From when on (default: the last day).
    until
        Until when (default: now).
    step
        Seconds; shows a figure of each step instead of the values.
    figure
        mean, min, max, sum, count, first or last.
    fill
        What stands in steps without values: none, previous or linear.
    points
        At most so many values that look like all of them.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    span = {"since": _moment(since, "since"), "until": _moment(until, "until")}
    path = f"/api/v1/signals/{quote(series, safe='')}"
    view = _call(data, f"{path}/picture", points=points, **span) if points else _call(data, path, step=step, figure=figure, fill=fill, **span)
    if as_json:
        print(json.dumps(view))
        return
    counted = step is not None
    heads = ("at", f"{view['name']} {view['unit']}".strip(), "quality", *(("of",) if counted else ()))
    shown = [(each["at"], each["value"], QUALITY[each.get("quality", 0)], *((each.get("count", 1),) if counted else ())) for each in view["values"]]
    _rows(heads, shown)
    for gap in view["gaps"]:
        print(f"Between {gap['since']} and {gap['until']} values may be missing: {gap['reason']}.")
    if view.get("more"):
        print("There are more; ask for a shorter time, or for steps.")


@app.command
def export(*series: str, since: str, until: str, out: Path, data: Path = Data, as_json: Json = False) -> None:
    """Write values as one Parquet file that any engine reads: series, time, value, text, quality.

    Parameters
    ----------
    series
        Names of series (default: all).
    since
        From when on, such as 2026-03-01.
    until
        Until when.
    out
        The file; it must not exist yet.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.kernel.os import write_whole
    from plait.kernel.problems import CONFLICT, Problem

    if out.exists():
        raise Problem(CONFLICT, f"{out} exists already; name a new file.")
    asked = {"since": _moment(since, "since"), "until": _moment(until, "until"), "series": ",".join(series)}
    content = _call(data, "/api/v1/signals-export", **asked)
    write_whole(out, content)
    if as_json:
        print(json.dumps({"file": str(out), "bytes": len(content)}))
    else:
        print(f"{out}: {len(content)} bytes.")

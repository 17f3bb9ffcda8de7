"""``plait today``: what needs a person now, the figures of the day, the steps of a first start."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="today", help="Say what needs you now, the figures of the day, and what is still to set up.")
Json = Annotated[bool, Parameter(name="--json")]
MARKS = {"now": "[red] now[/red]", "soon": "[yellow]soon[/yellow]", "note": "note"}
STATES = {"done": "[green]   done[/green]", "skipped": "skipped", "open": "[yellow]   open[/yellow]"}


@app.default
def today(*, language: Literal["en", "de", "zh"] = "en", data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Say what needs you, the most urgent first.

    Parameters
    ----------
    language
        The language of the sentences.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.http import call

    answer = call(data, "GET", f"/api/v1/today?language={language}")
    if as_json:
        print(json.dumps(answer))
        return
    _needs(answer)
    _figures(answer["figures"])
    _steps([step for step in answer["steps"] if step["state"] == "open"])


def _needs(answer: dict[str, Any]) -> None:
    from plait.cli.desk.shown import say

    if not answer["needs"]:
        say("Nothing needs you now.")
    for need in answer["needs"]:
        say(need["said"], hang=5, mark=f"{MARKS[need['severity']]} ")
    if answer["missing"]:
        say(f"Could not be read now: {', '.join(answer['missing'])}. See the log.")


def _figures(figures: list[dict[str, Any]]) -> None:
    from plait.cli.desk.shown import table

    rows = [(each["said"], _shown(each["value"], each["unit"]), _part(each), _before(each)) for each in figures]
    if rows:
        table(("", "now", "of it", "compared with"), rows)


def _shown(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:,.2f} {unit}" if len(unit) == 3 else f"{value:g}{f' {unit}' if unit else ''}"


def _part(figure: dict[str, Any]) -> str:
    return "" if figure["part"] is None else f"{figure['part']:g} {figure['part_name']}"


def _before(figure: dict[str, Any]) -> str:
    return "" if figure["before"] is None else f"{_shown(figure['before'], figure['unit'])} {figure['before_name']}"


def _steps(steps: list[dict[str, Any]]) -> None:
    from plait.cli.desk.shown import say, table

    if steps:
        say("Still to set up (plait today skip STEP leaves one out):")
        table(("step", "what"), [(step["id"], step["said"]) for step in steps])


@app.command
def steps(*, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """List the steps of the first start with where each stands.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.http import call

    _listed(call(data, "GET", "/api/v1/today")["steps"], as_json)


@app.command
def skip(step: str, /, *, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Ask no more for a step of the first start.

    Parameters
    ----------
    step
        Its id, as listed by `plait today steps`.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.http import call

    _listed(call(data, "POST", f"/api/v1/today/steps/{_quoted(step)}/skip"), as_json)


@app.command(name="take-up")
def take_up(step: str, /, *, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Ask again for a step that was skipped.

    Parameters
    ----------
    step
        Its id, as listed by `plait today steps`.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.http import call

    _listed(call(data, "DELETE", f"/api/v1/today/steps/{_quoted(step)}/skip"), as_json)


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


def _listed(steps: list[dict[str, Any]], as_json: bool) -> None:
    from plait.cli.desk.shown import table

    if as_json:
        print(json.dumps(steps))
        return
    table(("state", "step", "what"), [(STATES[step["state"]], step["id"], step["said"] or step["name"]) for step in steps], marked=True)

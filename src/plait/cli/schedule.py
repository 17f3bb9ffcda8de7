"""``plait schedule``: what runs where and when; a job tried elsewhere, moved, or kept where it is."""

import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="schedule", help="Show what runs where and when; try a job elsewhere, move it, or keep it where it is.")

Json = Annotated[bool, Parameter(name="--json")]


def _job(job: str, verb: str) -> str:
    return f"/api/v1/schedule/jobs/{quote(job, safe='')}/{verb}"


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")


@app.default
def chart(*, since: str = "", until: str = "", site: str = "", limit: int = 800, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Show what runs where and when, work centre by work centre.

    Parameters
    ----------
    since
        From when (ISO, 2026-03-02T06:00+01:00); now.
    until
        Until when; seven days on.
    site
        Only work centres of this site.
    limit
        At most so many operations.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import say, table
    from plait.cli.http import call

    asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in (("since", since), ("until", until), ("site", site), ("limit", str(limit))) if value)
    answer = call(data, "GET", f"/api/v1/schedule/chart?{asked}")
    if as_json:
        print(json.dumps(answer))
        return
    late = answer["late_count"]
    say(f"{'the plan is being worked out' if late is None else f'{late} orders will be late'}; {answer['unbooked']} planned orders are not booked")
    rows = [(lane["id"] or "outside", *_bar(bar)) for lane in answer["lanes"] for bar in lane["bars"]]
    table(("where", "job", "what", "from (UTC)", "until", "state"), rows)
    if answer["left_out"]:
        say(f"{answer['left_out']} more operations; ask for fewer days or a higher --limit")


def _bar(bar: dict[str, Any]) -> tuple[str, ...]:
    state = f"{bar['state']}{', late' if bar['late'] else ''}{', kept' if bar['frozen'] else ''}"
    return bar["job_id"], bar["name"], _minute(bar["start"])[5:], _minute(bar["end"])[5:], state


@app.command
def move(job: str, /, start: str, *, on: str = "", dry_run: bool = False, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Put a job that has not begun at another time or work centre, and keep it there; with --dry-run only say what would move.

    Parameters
    ----------
    job
        The job, as the schedule names it (SO-00001-1-10).
    start
        Not before this moment (ISO, 2026-03-02T06:00+01:00).
    on
        The work centre, one of its group; where it is.
    dry_run
        Only say what would move.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import say, table
    from plait.cli.http import call

    answer = call(data, "POST", _job(job, "what-if" if dry_run else "move"), {"start": start, "work_centre": on})
    if as_json:
        print(json.dumps(answer))
        return
    say(f"{job} {'would run' if dry_run else 'runs'} on {answer['work_centre']} from {_minute(answer['start'])} to {_minute(answer['end'])} UTC")
    rows = [(each["order"], _minute(each["was"]), _minute(each["now"]), each["moved"]) for each in answer["repair"]["orders"]]
    if rows:
        table(("order", "ended (UTC)", "ends (UTC)", "operations moved"), rows)


@app.command
def keep(job: str, /, *, data: Path = Path("plait-data")) -> None:
    """Let a job keep its time when the plan is repaired.

    Parameters
    ----------
    job
        The job, as the schedule names it (SO-00001-1-10).
    data
        The node's data folder.
    """
    _freeze(job, data, frozen=True)


@app.command
def release(job: str, /, *, data: Path = Path("plait-data")) -> None:
    """Let a job move again that was kept where it is.

    Parameters
    ----------
    job
        The job, as the schedule names it (SO-00001-1-10).
    data
        The node's data folder.
    """
    _freeze(job, data, frozen=False)


def _freeze(job: str, data: Path, *, frozen: bool) -> None:
    from plait.cli.http import call

    call(data, "POST", _job(job, "freeze"), {"frozen": frozen})
    print(f"{job} {'stays where it is' if frozen else 'may move again'}")

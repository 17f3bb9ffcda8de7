"""``plait rules``: what machines' signals mean; shown, tried on a past day, set from a file or from text, taken back."""

import json
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="rules", help="Say what signals mean: see, try, set and take back the rules for machines' states and cycles.")
Json = Annotated[bool, Parameter(name="--json")]
Lines = Annotated[list[str] | None, Parameter(name="--text")]
Data = Path("plait-data")
MOST_STRETCHES = 20
OWN = "its own word"


def _call(data: Path, method: str, path: str, body: Any = None) -> Any:
    from plait.cli.http import call

    return call(data, method, path, body, patience_s=300)


def _at(machine: str, more: str = "") -> str:
    return f"/api/v1/machines/{quote(machine, safe='')}/rules{more}"


def _who(data: Path) -> dict[str, str]:
    """Return what people and tokens are called, by how rules name them."""
    people = {f"person:{each['id']}": each["name"] for each in _call(data, "GET", "/api/v1/people")}
    return people | {f"person:{each['id']}": each["label"] for each in _call(data, "GET", "/api/v1/tokens") if each["label"]}


def _minute(moment: str | None) -> str:
    return str(moment or "")[:16].replace("T", " ")


def _given(file: Path | None, lines: list[str] | None) -> str | None:
    """Return rules of a file (``-``: of what is piped in) or of lines, None when neither is named; raise ``invalid`` and ``not-found``."""
    from plait.kernel.os import read_text
    from plait.kernel.problems import INVALID, NOT_FOUND, Problem

    if file is not None and lines:
        raise Problem(INVALID, "Name a file or give --text, not both.")
    if file is None:
        return "\n".join(lines) if lines else None
    try:
        return sys.stdin.read() if str(file) == "-" else read_text(file)
    except OSError as error:
        raise Problem(NOT_FOUND, f"{file}: {error.strerror or error}") from error
    except UnicodeError as error:
        raise Problem(INVALID, f"{file} is no text in UTF-8.") from error


@app.default
def list_(*, data: Path = Data, as_json: Json = False) -> None:
    """List machines with the rules that count and what they say now.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    rows = _call(data, "GET", "/api/v1/rules")
    if as_json:
        print(json.dumps(rows))
        return
    from plait.cli.desk.shown import say, table

    if not rows:
        say("No machine yet. `plait connect` connects one.")
        return
    names = ("machine", "what counts", "state", "since (UTC)", "by", "too late")
    who = _who(data)
    table(names, [_row(row, who) for row in rows])


def _row(row: dict[str, Any], who: dict[str, str]) -> tuple[Any, ...]:
    counts = f"rules, version {row['version']}" if row["rules"].strip() else OWN
    return row["machine_id"], counts, row["state"], _minute(row["at"]), who.get(row["actor"], row["actor"]), row["late"] or ""


@app.command
def show(machine: str, *, version: int | None = None, versions: bool = False, data: Path = Data, as_json: Json = False) -> None:
    """Show a machine's rules as a text that `plait rules set` takes, or those that would fit it when it has none.

    Parameters
    ----------
    machine
        The machine.
    version
        Show the rules of this version.
    versions
        List the versions there are.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    if versions or version is not None:
        _show_past(machine, version, data, as_json)
        return
    view = _call(data, "GET", _at(machine))
    if as_json:
        print(json.dumps(view))
        return
    from plait.cli.desk.shown import plain

    if view["rules"].strip():
        now = f"; they say {view['state']} now" if view["state"] else ""
        print(f"# {machine}: version {view['version']}, set {_minute(view['at'])} UTC by {plain(_who(data).get(view['actor'], view['actor']))}{now}")
    else:
        print(f"# {machine}: no rules count, {OWN} does{'; these would fit its signals' if view['proposed'] else ''}")
    print(f"# signals: {plain(', '.join(view['signals'])) or 'none yet'}")
    print((view["rules"] if view["rules"].strip() else view["proposed"]).rstrip("\n"))


def _show_past(machine: str, version: int | None, data: Path, as_json: bool) -> None:
    from plait.cli.desk.shown import say, table
    from plait.kernel.problems import NOT_FOUND, Problem

    rows = _call(data, "GET", _at(machine, "/versions"))
    found = [row for row in rows if version in (None, row["version"])]
    if version is not None and not found:
        raise Problem(NOT_FOUND, f"{machine} has no rules of version {version}.")
    if as_json:
        print(json.dumps(found if version is None else found[0]))
    elif version is not None:
        print(found[0]["rules"].rstrip("\n"))
    elif rows:
        who = _who(data)
        lines = [(row["version"], _minute(row["at"]), who.get(row["actor"], row["actor"]), (row["rules"].strip() or OWN).splitlines()[0]) for row in rows]
        table(("version", "set (UTC)", "by", "begins"), lines)
    else:
        say(f"{machine} has had no rules.")


@app.command(name="set")
def set_(machine: str, file: Path | None = None, *, text: Lines = None, none: bool = False, data: Path = Data, as_json: Json = False) -> None:
    """Let rules count from now on; the former ones are kept.

    Parameters
    ----------
    machine
        The machine.
    file
        A file with the rules; - reads what is piped in.
    text
        A line of rules; give it again for each further line.
    none
        No rules: the machine's own word counts.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.kernel.problems import INVALID, Problem

    rules = _given(file, text)
    if none == bool((rules or "").strip()):
        why = "Name a file with rules, give --text, or --none" if not none else "--none takes no rules"
        raise Problem(INVALID, f"{why}; {machine} is as it was.")
    view = _call(data, "PUT", _at(machine), {"rules": rules or ""})
    _said(view, as_json)


@app.command(name="try")
def try_(machine: str, file: Path | None = None, *, text: Lines = None, day: str = "", data: Path = Data, as_json: Json = False) -> None:
    """Say what rules would have said of a past day; nothing is changed.

    Parameters
    ----------
    machine
        The machine.
    file
        A file with the rules; - reads what is piped in. Left out, without --text: the machine's present ones, or those that would fit it.
    text
        A line of rules; give it again for each further line.
    day
        The day at the firm's place, such as 2026-03-31 (default: the last 24 hours).
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    rules = _given(file, text)
    if rules is None:
        view = _call(data, "GET", _at(machine))
        rules = view["rules"] if view["rules"].strip() else view["proposed"]
    zone = ZoneInfo(_call(data, "GET", "/api/v1/firm")["zone"])
    asked = f"?{urlencode(_span(day, zone))}" if day else ""
    run = _call(data, "POST", _at(machine, f"/try{asked}"), {"rules": rules})
    if as_json:
        print(json.dumps(run))
    else:
        _tried(run, zone)


def _span(day: str, zone: ZoneInfo) -> dict[str, str]:
    """Return when a day begins and ends at the firm's place."""
    from plait.kernel.problems import INVALID, Problem

    try:
        begin = date.fromisoformat(day)
    except ValueError as error:
        raise Problem(INVALID, f"day: {day!r} is no day such as 2026-03-31.", field="day") from error
    ends = (datetime.combine(each, time(), zone).astimezone(UTC).isoformat() for each in (begin, begin + timedelta(days=1)))
    return dict(zip(("since", "until"), ends, strict=True))


def _tried(run: dict[str, Any], zone: ZoneInfo) -> None:
    from plait.cli.desk.shown import say, table

    def local(moment: str, form: str = "%Y-%m-%d %H:%M:%S") -> str:
        return datetime.fromisoformat(moment).astimezone(zone).strftime(form)

    states = ", ".join(f"{state} {minutes:.0f} min" for state, minutes in sorted(run["minutes"].items(), key=lambda each: -each[1]))
    span = f"{local(run['since'], '%Y-%m-%d %H:%M')} to {local(run['until'], '%Y-%m-%d %H:%M')} ({zone.key})"
    say(f"{span}, {run['points']} values: they would have said {states or 'nothing'}.")
    if run["cycles"]:
        mean = "" if run["mean_cycle_s"] is None else f", {run['mean_cycle_s']:.1f} s each"
        say(f"{run['cycles']} cycle{'s' if run['cycles'] > 1 else ''}{mean}; {run['parts']:g} good pieces, {run['scrap']:g} scrap.")
    if run["unknown"]:
        say(f"Nothing has ever been heard of: {', '.join(run['unknown'])}.")
    if run["cut"]:
        say("There were more values than can be looked at; later ones were left out.")
    if run["stretches"]:
        last = run["stretches"][-MOST_STRETCHES:]
        table(("from", "to", "state", "because"), [(local(each["since"]), local(each["until"]), each["state"], each["reason"]) for each in last])
    if len(run["stretches"]) > MOST_STRETCHES:
        say(f"{len(run['stretches']) - MOST_STRETCHES} earlier ones; see them with --json")


@app.command
def undo(machine: str, *, version: int | None = None, data: Path = Data, as_json: Json = False) -> None:
    """Let the rules count again that counted before.

    Parameters
    ----------
    machine
        The machine.
    version
        Those of this version (`plait rules show --versions`); default: the ones before the present.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    asked = "" if version is None else f"?version={version}"
    _said(_call(data, "POST", _at(machine, f"/undo{asked}")), as_json)


def _said(view: dict[str, Any], as_json: bool) -> None:
    counts = f"version {view['version']} counts" if view["rules"].strip() else f"{OWN} counts"
    print(json.dumps(view) if as_json else f"{view['machine_id']}: {counts}; plait rules undo {view['machine_id']} brings the former back.")

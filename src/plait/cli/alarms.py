"""``plait alarms``: what needs somebody now; acknowledge, shelve, set and try alarms, send a message of trial."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="alarms", help="See what machines call for; acknowledge, shelve and set alarms; try whether messages arrive.")
Json = Annotated[bool, Parameter(name="--json")]
Data = Path("plait-data")
Kind = Literal["high", "high-high", "low", "low-low", "word", "state", "silence"]
Severity = Literal["critical", "high", "medium", "low"]


def _call(data: Path, method: str, path: str, body: Any = None) -> Any:
    from plait.cli.http import call

    return call(data, method, path, body)


def _at(id: str, more: str = "") -> str:
    return f"/api/v1/alarms/{quote(id, safe='')}{more}"


def _said(row: dict[str, Any], as_json: bool) -> None:
    until = f" until {row['shelved_until'][:16].replace('T', ' ')}" if row["shelved_until"] else ""
    print(json.dumps(row) if as_json else f"{row['alarm']['id']}: {row['state']}{until}.")


@app.default
def list_(*, every: Annotated[bool, Parameter(name="--all")] = False, machine: str = "", data: Path = Data, as_json: Json = False) -> None:
    """List alarms that need somebody, the most severe first.

    Parameters
    ----------
    every
        All alarms, also those that are quiet.
    machine
        Of this machine only.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    rows = _call(data, "GET", f"/api/v1/alarms?show={'all' if every else 'open'}&machine={quote(machine, safe='')}")
    if as_json:
        print(json.dumps(rows))
        return
    from plait.cli.desk.shown import say, table

    if not rows:
        say("No alarm is set yet: plait alarms define." if every else "Nothing calls for anybody now.")
        return
    names = ("alarm", "machine", "severity", "state", "since", "value", "what")
    table(
        names,
        [
            (
                row["alarm"]["id"],
                row["machine"],
                row["alarm"]["severity"],
                row["state"],
                str(row["since"] or "")[:16].replace("T", " "),
                "" if row["value"] is None else str(row["value"]),
                row["hint"] or row["alarm"]["text"],
            )
            for row in rows
        ],
    )


@app.command
def ack(id: str, *, note: str = "", data: Path = Data, as_json: Json = False) -> None:
    """Acknowledge an alarm.

    Parameters
    ----------
    id
        The alarm.
    note
        What you say of it.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    _said(_call(data, "POST", _at(id, "/acknowledge"), {"note": note}), as_json)


@app.command
def shelve(id: str, *, reason: str, minutes: float = 60, data: Path = Data, as_json: Json = False) -> None:
    """Call nobody for an alarm for some time.

    Parameters
    ----------
    id
        The alarm.
    reason
        Why.
    minutes
        For how long, at most a week.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    _said(_call(data, "POST", _at(id, "/shelve"), {"minutes": minutes, "reason": reason}), as_json)


@app.command
def unshelve(id: str, *, data: Path = Data, as_json: Json = False) -> None:
    """Call for an alarm again.

    Parameters
    ----------
    id
        The alarm.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    _said(_call(data, "POST", _at(id, "/unshelve")), as_json)


@app.command
def define(
    id: str,
    *,
    machine: str,
    kind: Kind,
    signal: str = "",
    limit: float = 0,
    word: str = "",
    hysteresis: float = 0,
    on_delay: float = 0,
    off_delay: float = 0,
    severity: Severity = "medium",
    text: str = "",
    advice: str = "",
    dry_run: bool = False,
    data: Path = Data,
    as_json: Json = False,
) -> None:
    """Set an alarm, or see what it would have done in the last day.

    Parameters
    ----------
    id
        What it is called.
    machine
        The machine.
    kind
        A number too high or too low, a word of a signal, a state of the machine, or silence of a signal.
    signal
        The signal, as spindle.temperature.
    limit
        The number it must not go beyond.
    word
        The word, or the state.
    hysteresis
        How far it must come back.
    on_delay
        For how many seconds it must hold; with silence: for how long nothing is heard.
    off_delay
        For how many seconds it must be over.
    severity
        How much it matters.
    text
        What is wrong, in words.
    advice
        What to do.
    dry_run
        Only say what it would have done in the last day.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    body = {"id": id, "machine_id": machine, "kind": kind, "signal": signal, "limit": limit, "word": word, "hysteresis": hysteresis}
    body |= {"on_delay_s": on_delay, "off_delay_s": off_delay, "severity": severity, "text": text, "advice": advice}
    if not dry_run:
        _said(_call(data, "PUT", "/api/v1/alarms", body), as_json)
        return
    found = _call(data, "POST", "/api/v1/alarms/try", body)
    if as_json:
        print(json.dumps(found))
        return
    print(f"In the last day it would have been raised {found['raised']} times, for {found['minutes']:.0f} minutes in all ({found['points']} values).")
    if found["hint"]:
        print(found["hint"])


@app.command
def undo(id: str, *, data: Path = Data, as_json: Json = False) -> None:
    """Let an alarm be as it was before it was last set or taken away.

    Parameters
    ----------
    id
        The alarm.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    _said(_call(data, "POST", _at(id, "/undo")), as_json)


@app.command
def remove(id: str, *, data: Path = Data) -> None:
    """Take an alarm away.

    Parameters
    ----------
    id
        The alarm.
    data
        The node's data folder.
    """
    _call(data, "DELETE", _at(id))
    print(f"{id} is taken away; plait alarms undo {id} brings it back.")


@app.command
def test(*, data: Path = Data, as_json: Json = False) -> None:
    """Send a message of trial by every channel that is set.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    sent = _call(data, "POST", "/api/v1/alarms/test")
    print(json.dumps(sent) if as_json else f"A message is on its way by {' and '.join(sent['channels'])}.")

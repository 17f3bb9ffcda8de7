"""``plait desk late``, ``what-if``, ``date`` and ``plan``: which orders will be late, what would help, and what may be promised."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

__all__ = ["late", "plan", "promise", "what_if"]

Json = Annotated[bool, Parameter(name="--json")]
VERDICTS = {"late": "[red]   late[/red]", "unplanned": "[yellow]   look[/yellow]", "on_time": "[green]on time[/green]"}
WAITS = {"own": "its own operation before", "gap": "too short a gap", "machine": "another order", "down": "out of service"}
MANY = 5
"""How many lines are named that the same thing is wrong with."""


def late(line: str = "", *, all: bool = False, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Say which open orders will be late, why, and what would help.

    Parameters
    ----------
    line
        The number of one line (SO-00001): its operations and everything that would help.
    all
        Also list the orders that are in time.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.http import call

    answer = call(data, "GET", f"/api/v1/desk/late/{_quoted(line)}" if line else "/api/v1/desk/late")
    if as_json:
        print(json.dumps(answer))
    elif line:
        _one(answer)
    else:
        _report(answer, all=all)


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


def _report(answer: dict[str, Any], *, all: bool) -> None:
    from plait.cli.desk.shown import say

    say(f"{answer['total']} open lines: {answer['late']} late, {answer['unplanned']} cannot be planned, {answer['on_time']} on time")
    for row in answer["lines"]:
        if row["verdict"] != "unplanned" and (all or row["verdict"] == "late"):
            say(_head(row), hang=8, mark=f"{VERDICTS[row['verdict']]} ")
            _said(row["reason"], *((f"> {row['remedy']['text']}{_cost(row['remedy'])}",) if row.get("remedy") else ()))
    unplanned: dict[tuple[str, str], list[str]] = {}
    for row in answer["lines"]:
        if row["verdict"] == "unplanned":
            unplanned.setdefault((row["reason"], row.get("todo") or ""), []).append(row["id"])
    for (reason, todo), ids in unplanned.items():
        more = f" and {len(ids) - MANY} more" if len(ids) > MANY else ""
        say(", ".join(ids[:MANY]) + more, hang=8, mark=f"{VERDICTS['unplanned']} ")
        _said(reason, *((f"> {todo}",) if todo else ()))
    if answer["total"] and answer["on_time"] == answer["total"] and not all:
        say("Everything can be made in time; see the dates with --all.")


def _head(row: dict[str, Any]) -> str:
    ready = f", ready {row['day']}" if row.get("day") else ""
    return f"{row['id']}  {row['customer']} {row['order_no']}: {row['quantity']} x {row['name'] or row['part_id']}, due {row['due']}{ready}"


def _said(*texts: str) -> None:
    from plait.cli.desk.shown import say

    for text in texts:
        say(text, 8, 10 if text.startswith("> ") else 8)


def _cost(remedy: dict[str, Any]) -> str:
    cost = remedy.get("cost")
    return f" ({cost['amount']} {cost['currency']})" if cost and remedy["kind"] != "new_date" else ""


def _one(answer: dict[str, Any]) -> None:
    from plait.cli.desk.shown import say, table

    row = answer["line"]
    say(f"{row['id']}  {row['customer']} {row['order_no']}  {row['quantity']} x {row['name'] or row['part_id']}, due {row['due']}")
    say(row["reason"] + (f". {row['todo']}." if row.get("todo") else "."))
    for note in row.get("notes", ()):
        say(f"{note}", 2, 4)
    if answer["steps"]:
        steps = [
            (step["batch"], step["seq"], step["name"], _place(step), _minute(step["start"]), _minute(step["end"]), _waits(step)) for step in answer["steps"]
        ]
        table(("batch", "op", "what", "where", "from (UTC)", "until (UTC)", "waits for"), steps)
    if answer["remedies"]:
        rows = [("yes" if each["on_time"] else "no", each["day"], each["text"] + _cost(each), _hurts(each)) for each in answer["remedies"]]
        table(("in time", "ready", "what would help", "other orders"), rows)


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")


def _place(step: dict[str, Any]) -> str:
    return str(step["work_centre"] or step["supplier"] or "outside")


def _waits(step: dict[str, Any]) -> str:
    return ", ".join(dict.fromkeys(wait["order"] or wait["reason"] or WAITS.get(wait["kind"], wait["kind"]) for wait in step["waits"]))


def _hurts(remedy: dict[str, Any]) -> str:
    return ", ".join(f"{each['line']} {each['was']} -> {each['now']}{' (late)' if each['late'] else ''}" for each in remedy["hurts"])


def what_if(
    *,
    overtime: tuple[str, ...] = (),
    shift: tuple[str, ...] = (),
    down: tuple[str, ...] = (),
    new: tuple[str, ...] = (),
    due: tuple[str, ...] = (),
    priority: tuple[str, ...] = (),
    quantity: tuple[str, ...] = (),
    cancel: tuple[str, ...] = (),
    data: Path = Path("plait-data"),
    as_json: Json = False,
) -> None:
    """Try changes on the plan of all open orders; nothing is written. Each may be given several times.

    Parameters
    ----------
    overtime
        CENTRE,DAY,HOURS: a work centre stays open longer (hob-1,2026-03-02,2).
    shift
        GROUP,DAY,FROM,TO: a work centre or group works in these hours (hob,2026-03-07,06:00,12:00).
    down
        CENTRE,FROM,TO: a work centre is out of service (hob-1,2026-03-02T10:00,2026-03-03T10:00).
    new
        PART,QUANTITY,DUE: one more order.
    due
        LINE,DATE: another date.
    priority
        LINE,NUMBER: another priority; lower goes first.
    quantity
        LINE,QUANTITY: another quantity.
    cancel
        LINE: the line falls away.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import say, table
    from plait.cli.http import call

    changes: list[dict[str, Any]] = [{"type": "overtime", "work_centre": c, "day": d, "hours": _number(h)} for c, d, h in _split(overtime, 3)]
    changes += [{"type": "extra_shift", "group": g, "day": d, "start": s, "end": e} for g, d, s, e in _split(shift, 4)]
    changes += [{"type": "down", "work_centre": c, "start": _moment(s), "end": _moment(e)} for c, s, e in _split(down, 3)]
    for count, (part, pieces, day) in enumerate(_split(new, 3), 1):
        changes.append({"type": "new_line", "part_id": part, "quantity": pieces, "due": day, "id": f"new-{count}"})
    changes += [{"type": "changed", "line": line, "due": day} for line, day in _split(due, 2)]
    changes += [{"type": "changed", "line": line, "priority": int(_number(number))} for line, number in _split(priority, 2)]
    changes += [{"type": "changed", "line": line, "quantity": pieces} for line, pieces in _split(quantity, 2)]
    changes += [{"type": "cancel", "line": line} for line in cancel]
    answer = call(data, "POST", "/api/v1/desk/what-if", {"changes": changes})
    if as_json:
        print(json.dumps(answer))
        return
    say(f"late before: {answer['late_before']}, then: {answer['late_after']}")
    rows = [(each["line"], each["was"] or "", each["now"] or "", _turn(each)) for each in answer["effects"]]
    if rows:
        table(("line", "ready before", "then", ""), rows)
    else:
        say("no date changes")


def _turn(effect: dict[str, Any]) -> str:
    if effect["was_late"] == effect["late"]:
        return "still late" if effect["late"] else ""
    return "becomes late" if effect["late"] else "in time"


def _split(values: tuple[str, ...], count: int) -> list[list[str]]:
    from plait.kernel.problems import INVALID, Problem

    found = [[part.strip() for part in value.split(",")] for value in values]
    wrong = next((value for value, parts in zip(values, found, strict=True) if len(parts) != count), None)
    if wrong is not None:
        raise Problem(INVALID, f"{wrong!r} does not have {count} values with commas between")
    return found


def _number(text: str) -> float:
    from plait.kernel.problems import INVALID, Problem

    try:
        return float(text)
    except ValueError as error:
        raise Problem(INVALID, f"{text!r} is no number") from error


def _moment(text: str) -> str:
    from plait.kernel.problems import INVALID, Problem

    try:
        return datetime.fromisoformat(text).astimezone().isoformat()
    except ValueError as error:
        raise Problem(INVALID, f"{text!r} is no time such as 2026-03-02T10:00") from error


def promise(part: str, quantity: str, *, due: date | None = None, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Say what date may be promised for something new; nothing is held.

    Parameters
    ----------
    part
        The part's id.
    quantity
        How many.
    due
        The date the customer asks for.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import say
    from plait.cli.http import call

    answer = call(data, "POST", "/api/v1/desk/date", {"part_id": part, "quantity": quantity, "due": due})
    if as_json:
        print(json.dumps(answer))
        return
    say(answer["reason"])
    for note in answer["notes"]:
        say(f"{note}", 2, 4)


def plan(*, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Take the plan of all open orders over into the schedule, so that promises respect it.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import say
    from plait.cli.http import call

    answer = call(data, "POST", "/api/v1/desk/plan")
    if as_json:
        print(json.dumps(answer))
        return
    rest = f"; {answer['unplanned']} lines cannot be planned, see plait desk late" if answer["unplanned"] else ""
    say(f"{answer['operations']} operations of {answer['lines']} lines are booked; {answer['moved']} moved, {answer['freed']} freed{rest}")

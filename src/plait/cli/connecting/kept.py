"""``plait connect signals|settings|remove``: a machine that is connected already."""

import json
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from cyclopts import Parameter

__all__ = ["remove", "settings", "signals"]

Json = Annotated[bool, Parameter(name="--json")]
Several = Annotated[Sequence[str], Parameter()]
TRY_S = 60
QUALITY = ("", "uncertain", "old")


def signals(
    machine: str,
    /,
    *,
    add: Several = (),
    drop: Several = (),
    rename: Several = (),
    unit: Several = (),
    title: Several = (),
    means: Several = (),
    scale: Several = (),
    offset: Several = (),
    offers: Annotated[bool, Parameter(name="--offers")] = False,
    dry_run: Annotated[bool, Parameter(name="--dry-run")] = False,
    data: Path = Path("plait-data"),
    as_json: Json = False,
) -> None:
    """List the signals kept of a connected machine with their last values, or change which they are; what was kept stays.

    Parameters
    ----------
    machine
        Its short name.
    add
        A signal to keep too, as name=address or name=address:unit; several times.
    drop
        The name of a signal to keep no more; several times.
    rename
        old=new; what was kept stays under the old name.
    unit
        name=unit, as oil=°C or oil=CEL; what was kept is not converted.
    title
        name=what people call it.
    means
        name=meaning: words or the term of a meaning that is known (temperature, WATTAGE), or an id (IRDI or IRI).
    scale
        name=factor.
    offset
        name=what is added.
    offers
        Look at the machine: list what it offers, with * before what is kept.
    dry_run
        Say what would change; change nothing.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.http import call as called

    call = partial(called, data)
    path = f"/api/v1/machines/{quote(machine, safe='')}"
    if offers:
        _offers(call("POST", f"{path}/offers", {"limit": 2000, "fresh": True}, patience_s=TRY_S), as_json)
        return
    view = call("GET", f"{path}/signals")
    fields = {"unit": unit, "title": title, "semantic": means, "scale": scale, "offset": offset}
    if not (add or drop or rename or any(fields.values())):
        _kept(view, as_json)
        return
    meanings = call("GET", "/api/v1/connect/meanings") if means else []
    wanted = changed([each["choice"] for each in view["signals"]], add, drop, rename, fields, meanings)
    answer = call("PUT", f"{path}/signals", {"signals": wanted, "dry": dry_run}, patience_s=TRY_S)
    if as_json:
        print(json.dumps(answer))
    else:
        _said(answer)


def changed(
    kept: Iterable[dict[str, Any]],
    add: Iterable[str],
    drop: Iterable[str],
    rename: Iterable[str],
    fields: dict[str, Sequence[str]],
    meanings: Sequence[dict[str, Any]],
) -> list[dict[str, Any]]:
    """Return the signals as they shall be kept; raise ``invalid`` for a name that is none of them, or what has no =."""
    from plait.cli.connecting.said import signals_of

    found = {each["name"]: dict(each) for each in kept}
    for name in drop:
        _one(found, name, "--drop")
        del found[name]
    for each in signals_of(add):
        found[each["name"]] = each
    for field, texts in fields.items():
        for name, value in map(_pair, texts):
            _one(found, name, f"--{'means' if field == 'semantic' else field}")[field] = _value(field, value, meanings)
    for old, new in map(_pair, rename):
        _one(found, old, "--rename")["name"] = new
    return list(found.values())


def _pair(text: str) -> tuple[str, str]:
    from plait.kernel.problems import INVALID, Problem

    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise Problem(INVALID, f"{text!r}: write it as name=value")
    return name.strip(), value.strip()


def _one(found: dict[str, dict[str, Any]], name: str, option: str) -> dict[str, Any]:
    from plait.kernel.problems import INVALID, Problem

    if name not in found:
        raise Problem(INVALID, f"{option} {name}: no signal of this name is kept; there are {', '.join(found) or 'none'}")
    return found[name]


def _value(field: str, text: str, meanings: Sequence[dict[str, Any]]) -> Any:
    """Return what was said of a field as the node takes it."""
    from plait.infrastructure.machines.connect.units import code_of
    from plait.kernel.problems import INVALID, Problem

    if field == "unit":
        return code_of(text) or text
    if field == "semantic":
        return next((each["id"] for each in meanings if text.casefold() in (each["words"].casefold(), each["term"].casefold())), text)
    if field == "title":
        return text
    try:
        return float(text)
    except ValueError as error:
        raise Problem(INVALID, f"--{field} {text!r} is no number") from error


def _kept(view: dict[str, Any], as_json: bool) -> None:
    from plait.cli.desk.shown import say, table
    from plait.infrastructure.machines.connect.units import shown

    if as_json:
        print(json.dumps(view))
        return
    say(f"{view['path']}: {view['state']}{', ' if view['reason'] else ''}{view['reason']}. {view['title']} {view['where']}")
    rows = [
        (
            each["choice"]["name"],
            _now(each),
            shown(each["choice"]["unit"]),
            str(each["at"] or "")[:19],
            each["meaning"] or each["choice"]["semantic"],
            each["choice"]["address"],
        )
        for each in view["signals"]
    ]
    if rows:
        table(("signal", "now", "unit", "at (UTC)", "means", "address"), rows)
    elif view["chooses"]:
        say(f"No signal is kept of it yet: `plait connect signals {view['machine']['id']} --offers` shows what there is.")
    names = ", ".join(each["name"].partition(".")[2] for each in view["others"])
    if names:
        say(f"Kept before: {names}." if view["chooses"] else f"It brings these by itself: {names}.")


def _now(each: dict[str, Any]) -> str:
    if each["value"] is None:
        return "nothing yet"
    value = f"{each['value']:.6g}" if isinstance(each["value"], float) else str(each["value"])
    return f"{value} {QUALITY[each['quality']]}".strip()


def _said(answer: dict[str, Any]) -> None:
    from plait.cli.desk.shown import say

    lines = [
        ("Also kept", ", ".join(answer["added"])),
        ("No longer kept (what was kept stays)", ", ".join(answer["removed"])),
        ("Under another name (what was kept stays under the old one)", ", ".join(f"{old} -> {new}" for old, new in answer["renamed"].items())),
        ("Described anew", ", ".join(f"{name} ({', '.join(fields)})" for name, fields in answer["changed"].items())),
    ]
    said = [(what, names) for what, names in lines if names]
    if answer["dry"]:
        say("It would change:" if said else "Nothing would change.")
    elif not said:
        say("Nothing changes.")
    for what, names in said:
        say(f"{what}: {names}.", 2 if answer["dry"] else 0)


def _offers(found: dict[str, Any], as_json: bool) -> None:
    from plait.cli.desk.shown import say, table

    if as_json:
        print(json.dumps(found))
        return
    rows = [
        (
            "*" if each["chosen"] else "",
            each["choice"]["name"],
            each["choice"]["address"],
            _offered(each),
            each["choice"]["unit"] or each["unit"],
            each["meaning"],
        )
        for each in sorted(found["signals"], key=lambda each: not each["chosen"])
    ]
    table(("", "signal", "address", "now", "unit", "means"), rows)
    say("* is kept: `--add name=address:unit` keeps another one too.")


def _offered(each: dict[str, Any]) -> str:
    return str(each["why"] if each["value"] is None else each["value"])[:60]


def settings(
    machine: str,
    /,
    *,
    set_: Annotated[Sequence[str], Parameter(name="--set")] = (),
    dry_run: Annotated[bool, Parameter(name="--dry-run")] = False,
    untried: Annotated[bool, Parameter(name="--untried")] = False,
    data: Path = Path("plait-data"),
    as_json: Json = False,
) -> None:
    """Show how a machine is connected, or change it: the settings are tried first, and only taken when the machine answers.

    Parameters
    ----------
    machine
        Its short name.
    set_
        A setting as key=value, key=@file for a file's text, key= for its default; several times.
    dry_run
        Only try them.
    untried
        Take them although the machine does not answer now.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.connecting.said import config_of
    from plait.cli.desk.shown import say, table
    from plait.cli.http import call as called

    call = partial(called, data)
    path = f"/api/v1/machines/{quote(machine, safe='')}"
    known = call("GET", path)["machine"]
    if not set_:
        if as_json:
            print(json.dumps({"adapter": known["adapter"], "config": known["config"]}))
        else:
            table(("setting", "value"), [("adapter", known["adapter"]), *((key, str(value)[:60]) for key, value in sorted(known["config"].items()))])
        return
    schema: dict[str, Any] = next((each["config"] for each in call("GET", "/api/v1/connect/adapters") if each["name"] == known["adapter"]), {})
    given = config_of(set_, schema)
    config = {key: value for key, value in (known["config"] | given).items() if value not in ("", [])}
    answer = call("PUT", f"{path}/connection", {"config": config, "dry": dry_run, "untried": untried}, patience_s=TRY_S)
    if as_json:
        print(json.dumps(answer))
    else:
        say(answer["tried"]["says"])
        for line in () if answer["tried"]["ok"] else answer["tried"]["advice"]:
            say(line, 2, 4, "- ")
        say("Changed." if answer["connected"] else "Nothing was changed.")
    if not answer["connected"] and not (dry_run and answer["tried"]["ok"]):
        sys.exit(1)


def remove(machine: str, /, *, dry_run: Annotated[bool, Parameter(name="--dry-run")] = False, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Disconnect a machine: nothing new comes and it is not listed any more; its values, states and all that happened stay.

    Parameters
    ----------
    machine
        Its short name.
    dry_run
        Only say what would be disconnected and what stays.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import say
    from plait.cli.http import call

    path = f"/api/v1/machines/{quote(machine, safe='')}"
    view = call(data, "GET", f"{path}/signals")
    stays = [each["choice"]["name"] for each in view["signals"]] + [each["name"].partition(".")[2] for each in view["others"]]
    if not dry_run:
        call(data, "DELETE", path)
    if as_json:
        print(json.dumps({"machine": view["machine"]["id"], "removed": not dry_run, "stays": stays}))
        return
    say(f"{view['machine']['name']} {'would be' if dry_run else 'is'} disconnected: nothing new comes from it.")
    say(f"What was kept stays: states, and the signals {', '.join(stays)}." if stays else "What happened stays.")

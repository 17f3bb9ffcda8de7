"""``plait connect``: from a device on the network to a machine of the firm; its signals and settings afterwards."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="connect", help="Connect a machine: find it, try it, choose its signals, name it; change that later.")
_LATER = {
    "signals": "See what is kept of a connected machine; keep more or less of it, under other names, units, meanings.",
    "settings": "See how a machine is connected; try and change it.",
    "remove": "Disconnect a machine; what was kept stays.",
}
for _verb, _help in _LATER.items():
    app.command(f"plait.cli.connecting.kept:{_verb}", name=_verb, help=_help)

Json = Annotated[bool, Parameter(name="--json")]
TRY_S, FIRST_S = 60, 15.0


@app.default
def connect(
    adapter: str = "",
    *,
    set_: Annotated[Sequence[str], Parameter(name="--set")] = (),
    signal: Annotated[Sequence[str], Parameter(name="--signal")] = (),
    id: str = "",
    name: str = "",
    group: str = "",
    site: str = "",
    place: str = "",
    find: Annotated[bool, Parameter(name="--find")] = False,
    network: Annotated[Sequence[str], Parameter(name="--network")] = (),
    offers: Annotated[bool, Parameter(name="--offers")] = False,
    dry_run: Annotated[bool, Parameter(name="--dry-run")] = False,
    untried: Annotated[bool, Parameter(name="--untried")] = False,
    data: Path = Path("plait-data"),
    as_json: Json = False,
) -> None:
    """Connect a machine: asks step by step on a terminal; with ADAPTER nothing is asked.

    Parameters
    ----------
    adapter
        The kind of connection, as modbus; left out on a terminal: find and choose. Elsewhere: list the kinds there are.
    set_
        A setting as key=value, key=@file for a file's text; several times.
    signal
        A signal to keep as name=address or name=address:unit; several times. None: those that are proposed.
    id
        Short name of the machine; else made from its name.
    name
        What people call it; else as the device calls itself.
    group
        Kind of work, as in your routings.
    site
        The site it stands at.
    place
        Area and line, as hall-2/line-1.
    find
        Only search the network for devices.
    network
        Where to search, as 192.168.1.0/24; several times. None: this computer's own networks.
    offers
        Only list what the device offers.
    dry_run
        Try it and show what would be connected; connect nothing.
    untried
        Connect it although it does not answer now.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from functools import partial

    from plait.cli.http import call as called

    call = partial(called, data)
    if find:
        _find(call, adapter, network, as_json)
        return
    if not adapter and sys.stdin.isatty() and not as_json:
        from plait.cli.connecting.asked import ask_machine

        machine = ask_machine(call)
    elif not adapter:
        _adapters(call("GET", "/api/v1/connect/adapters"), as_json)
        return
    else:
        trial = _trial(call, adapter, set_)
        if offers:
            _offers(call("POST", "/api/v1/connect/offers", trial | {"limit": 2000}, patience_s=TRY_S), as_json)
            return
        machine = _machine(call, trial, signal, {"id": id, "name": name, "group": group, "site": site, "place": place}, as_json)
    if machine is None:
        sys.exit(1)
    _connect(call, machine, dry_run, untried, as_json)


def _trial(call: Any, adapter: str, said: Sequence[str]) -> dict[str, Any]:
    from plait.cli.connecting.said import config_of
    from plait.kernel.problems import NOT_FOUND, Problem

    known = {each["name"]: each for each in call("GET", "/api/v1/connect/adapters")}
    if adapter not in known:
        raise Problem(NOT_FOUND, f"There is no kind of connection {adapter!r}; there are {', '.join(known)}")
    return {"adapter": adapter, "config": config_of(said, known[adapter]["config"])}


def _machine(call: Any, trial: dict[str, Any], signals: Sequence[str], named: dict[str, str], as_json: bool) -> dict[str, Any] | None:
    """Return the machine as it was described, what was left out as it is proposed; None when the device cannot be asked (which has been said)."""
    from plait.cli.connecting.said import signals_of

    chosen = signals_of(signals)
    if chosen and named["id"] and named["name"] and named["group"]:
        return named | trial | {"signals": chosen}
    tried = call("POST", "/api/v1/connect/try", trial, patience_s=TRY_S)
    if not tried["ok"]:
        _say(tried, as_json, {"machine": None, "tried": tried, "connected": False})
        return None
    from urllib.parse import quote

    proposed = call("POST", f"/api/v1/connect/propose?title={quote(named['name'])}", trial, patience_s=TRY_S)["machine"]
    return dict(proposed) | {key: value for key, value in named.items() if value} | ({"signals": chosen} if chosen else {})


def _connect(call: Any, machine: dict[str, Any], dry: bool, untried: bool, as_json: bool) -> None:
    answer = call("POST", "/api/v1/connect", {"machine": machine, "dry": dry, "untried": untried}, patience_s=TRY_S)
    first = _first(call, machine["id"]) if answer["connected"] and answer["tried"]["ok"] else None
    _say(answer["tried"], as_json, answer | {"first": first})
    if not as_json:
        _told(answer, first, dry)
    if not answer["connected"] and not (dry and answer["tried"]["ok"]):
        sys.exit(1)


def _say(tried: dict[str, Any], as_json: bool, whole: dict[str, Any]) -> None:
    from plait.cli.desk.shown import say

    if as_json:
        print(json.dumps(whole))
        return
    say(tried["says"])
    for line in () if tried["ok"] else tried["advice"]:
        say(line, 2, 4, "- ")


def _told(answer: dict[str, Any], first: dict[str, Any] | None, dry: bool) -> None:
    from plait.cli.desk.shown import say, table

    machine = answer["machine"]
    kept = len(machine["signals"])
    if dry:
        say(f"It would be connected as {machine['id']} ({machine['name']}, {machine['group']}) with {kept} signals:")
        table(("signal", "address", "unit"), [(each["name"], each["address"], each["unit"]) for each in machine["signals"]])
    elif not answer["connected"]:
        say("Nothing was connected.")
    elif first is not None:
        value = f"{first['value']:.6g}" if isinstance(first["value"], float) else str(first["value"])
        say(f"Connected as {machine['id']} with {kept} signals. It talks: {first['name']} is {value}{' ' if first['unit'] else ''}{first['unit']}.")
    else:
        say(f"Connected as {machine['id']} with {kept} signals. `plait machines` shows it; `plait doctor` says when something is wrong.")


def _first(call: Any, id: str) -> dict[str, Any] | None:
    """Wait a little for the machine's first value and return it."""
    from plait.kernel.clock import SYSTEM

    end = SYSTEM.monotonic() + FIRST_S
    while SYSTEM.monotonic() < end:
        for each in call("GET", "/api/v1/signals"):
            if each["name"].startswith(f"{id}.") and each["value"] is not None:
                return dict(each)
        if not (call("GET", f"/api/v1/machines/{id}")["machine"]["signals"]):
            return None
        SYSTEM.pause(0.2)
    return None


def _find(call: Any, adapter: str, networks: Sequence[str], as_json: bool) -> None:
    from plait.cli.desk.shown import say, table
    from plait.kernel.clock import SYSTEM

    search = call("POST", "/api/v1/connect/find", {"adapters": [adapter] if adapter else [], "networks": list(networks)})
    while search["running"]:
        SYSTEM.pause(0.2)
        search = call("GET", "/api/v1/connect/find")
    if as_json:
        print(json.dumps(search))
        return
    for name, why in search["failed"].items():
        say(f"{name}: {why}")
    if not search["devices"]:
        say(f"No device answered ({', '.join(search['asked'])}). Connect it by its address: `plait connect` lists the kinds of connection.")
        return
    rows = [
        (each["adapter"], each["title"], " ".join(f"--set {key}={value}" for key, value in each["config"].items()), each["machine"])
        for each in search["devices"]
    ]
    table(("adapter", "device", "settings", "is machine"), rows)


def _adapters(found: Sequence[dict[str, Any]], as_json: bool) -> None:
    from plait.cli.connecting.said import wants
    from plait.cli.desk.shown import say, table

    if as_json:
        print(json.dumps(found))
        return
    for each in found:
        say(f"{each['name']}: {each['summary']}")
        needed = each["config"].get("required", ())
        fields = sorted(each["config"].get("properties", {}).items(), key=lambda field: field[0] not in needed)
        table(("setting", "takes"), [(f"{key}{' *' if key in needed else ''}", wants(field)) for key, field in fields])
    say("* must be set: `plait connect ADAPTER --set key=value`. On a terminal `plait connect` asks step by step.")


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
            each["why"] if each["value"] is None else each["value"],
            each["unit"],
        )
        for each in found["signals"]
    ]
    table(("", "signal", "address", "now", "unit"), rows)
    say("* would be kept: `--signal name=address:unit` chooses others.")

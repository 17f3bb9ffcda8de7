"""The questions ``plait connect`` asks on a terminal: find, choose, try, signals, name."""

from collections.abc import Callable
from typing import Any

from plait.cli.connecting.said import numbers, setting, wants
from plait.cli.desk.shown import console, plain, say, table
from plait.kernel.problems import Problem

__all__ = ["ask_machine"]

Call = Callable[..., Any]
FIND_S = 40
MOST_SHOWN = 40


def _ask(question: str, default: str = "") -> str:
    from rich.prompt import Prompt

    return str(Prompt.ask(question, default=default or "", show_default=bool(default))).strip()


def ask_machine(call: Call) -> dict[str, Any] | None:
    """Lead through the steps and return the machine to connect, None when it was given up."""
    adapters = {each["name"]: each for each in call("GET", "/api/v1/connect/adapters")}
    device = _found(call, adapters) or _described(adapters)
    while True:
        tried = call("POST", "/api/v1/connect/try", {"adapter": device["adapter"], "config": device["config"]}, patience_s=60)
        say(tried["says"])
        if tried["ok"]:
            break
        for line in tried["advice"]:
            say(line, 2, 4, "- ")
        if _ask("Correct it and try again? y/n", "y").lower()[:1] != "y":
            return None
        device["config"] = _settings(adapters[device["adapter"]], device["config"], tried["field"])
    trial = {"adapter": device["adapter"], "config": device["config"]}
    from urllib.parse import quote

    machine: dict[str, Any] = call("POST", f"/api/v1/connect/propose?title={quote(device['title'])}", trial, patience_s=60)["machine"]
    if tried["offered"]:
        machine["signals"] = _signals(call, trial)
    for field, question in (("name", "Name"), ("id", "Short name"), ("group", "Kind of work, as in your routings"), ("place", "Area/line it stands in")):
        machine[field] = _ask(question, machine[field])
    return machine


def _found(call: Call, adapters: dict[str, Any]) -> dict[str, Any] | None:
    if _ask("Search this network for devices? y/n", "y").lower()[:1] != "y":
        return None
    from plait.kernel.clock import SYSTEM

    search = call("POST", "/api/v1/connect/find", {"seconds": FIND_S})
    with console().status("searching …") as status:
        while search["running"]:
            SYSTEM.pause(0.3)
            search = call("GET", "/api/v1/connect/find")
            status.update(f"searching … {len(search['done'])} of {len(search['asked'])} kinds, {len(search['devices'])} found")
    for name, why in search["failed"].items():
        say(f"{name}: {why}", 2, 4, "- ")
    if not search["devices"]:
        say("Nothing answered. Describe it by hand.")
        return None
    rows = [
        (number, each["title"], adapters[each["adapter"]]["title"], f"is {each['machine']}" if each["machine"] else "")
        for number, each in enumerate(search["devices"], 1)
    ]
    table(("", "device", "connection", ""), rows)
    while True:
        said = _ask("Which? 0: none of them", "1")
        if said == "0":
            return None
        try:
            (number,) = numbers(said, len(rows))
            return dict(search["devices"][number - 1])
        except (Problem, ValueError):
            say(f"a number between 0 and {len(rows)}")


def _described(adapters: dict[str, Any]) -> dict[str, Any]:
    table(("", "kind of connection", "for"), [(number, each["title"], each["summary"]) for number, each in enumerate(adapters.values(), 1)])
    while True:
        try:
            (number,) = numbers(_ask("Which?"), len(adapters))
            break
        except (Problem, ValueError):
            say(f"a number between 1 and {len(adapters)}")
    adapter = list(adapters.values())[number - 1]
    for line in adapter["advice"]:
        say(line, 2, 4, "- ")
    return {"adapter": adapter["name"], "title": "", "config": _settings(adapter, {}, "")}


def _settings(adapter: dict[str, Any], known: dict[str, Any], wrong: str) -> dict[str, Any]:
    """Ask for what the adapter needs, and for what was wrong; all else has its default and is set with --set."""
    fields, config = adapter["config"].get("properties", {}), dict(known)
    usual = [name for name in ("host", "port", "unit", "rack", "slot", "device", "user") if name in fields]
    asked = dict.fromkeys([*adapter["config"].get("required", ()), *usual, *([wrong] if wrong in fields else [])])
    for name in asked:
        before = config.get(name, fields[name].get("default", ""))
        said = _ask(f"{name} ({plain(wants(fields[name]))})", "" if before in ("", None) else str(before))
        if said:
            config[name] = setting(adapter["config"], name, said)
    return config


def _signals(call: Call, trial: dict[str, Any]) -> list[dict[str, Any]]:
    """Show what is offered and return what was chosen of it."""
    text = ""
    while True:
        offers = call("POST", "/api/v1/connect/offers", trial | {"limit": 2000, "text": text}, patience_s=60)
        found = offers["signals"]
        rows = [
            ("*" if each["chosen"] else "", number, each["choice"]["name"], _value(each), each["choice"]["unit"] or each["unit"])
            for number, each in enumerate(found[:MOST_SHOWN], 1)
        ]
        table(("", "no.", "signal", "now", "unit"), rows)
        if len(found) > MOST_SHOWN:
            say(f"and {len(found) - MOST_SHOWN} more: narrow them with /text")
        said = _ask("Which are kept? Enter: those with *, all, 1,3-5, /text narrows")
        if said.startswith("/"):
            text = said[1:]
            continue
        if not said:
            return [each["choice"] for each in found if each["chosen"]]
        if said == "all":
            return [each["choice"] for each in found if not each["why"]]
        try:
            return [found[number - 1]["choice"] for number in numbers(said, len(found))]
        except Problem as problem:
            say(problem.detail)


def _value(each: dict[str, Any]) -> str:
    if each["value"] is None:
        return str(each["why"])[:40]
    return f"{each['value']:.6g}" if isinstance(each["value"], float) else str(each["value"])[:40]

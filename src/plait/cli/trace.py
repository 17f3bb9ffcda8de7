"""``plait trace`` and ``plait recall``: where a thing comes from and where it went, and what contains it."""

import json
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

__all__ = ["recall", "trace"]

Json = Annotated[bool, Parameter(name="--json")]
File = Annotated[Path | None, Parameter(name="--csv")]


def trace(thing: str, /, *, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Show where a thing comes from and where it went, across firms.

    Parameters
    ----------
    thing
        Its identifier: a GS1 Digital Link or its path (01/GTIN/21/SERIAL, 01/GTIN/10/LOT, 00/SSCC), or an EPC URN.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import say, table

    answer = _ask(data, "story", thing)
    if as_json:
        print(json.dumps(answer))
        return
    say(f"{answer['kind']} {answer['number']} {answer['name']}".strip())
    for each in answer["origins"]:
        say(f"began as {each['kind']} {each['number']} at {each['firm']}", 2)
    for each in answer["moves"]:
        say(f"{'came from' if each['way'] == 'in' else 'went to'} {each['firm']} {each['at'][:16].replace('T', ' ')} UTC", 2)
    table(("step", "what", "number", "name", "firm"), [_box(each) for each in sorted(answer["boxes"], key=lambda box: box["column"])])
    for each in answer["hidden"]:
        say(f"not shown by {each['firm']}: {each['number'] or 'the rest'} ({each['reason']})", 2)
    say(f"{answer['affected']} things contain it: {answer['here']} here, {answer['delivered']} delivered. `plait recall` lists them.")


def recall(thing: str, /, *, data: Path = Path("plait-data"), to: File = None, as_json: Json = False) -> None:
    """List everything here that contains a thing, and where that is.

    Parameters
    ----------
    thing
        Its identifier, as for ``plait trace``.
    data
        The node's data folder.
    to
        Write the whole list to this file (CSV).
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import say, table

    if to is not None:
        content = _ask(data, "recall.csv", thing)
        to.write_bytes(content or b"")
        say(f"Written to {to}.")
        return
    answer = _ask(data, "recall", thing)
    if as_json:
        print(json.dumps(answer))
        return
    say(f"{len(answer['items'])} things contain it.")
    if answer["items"]:
        rows = [(each["epc"].removeprefix("https://id.gs1.org/"), each["state"], ", ".join(each["delivered_to"]) or "-") for each in answer["items"]]
        table(("identifier", "state", "delivered to"), rows)
    for each in answer["gaps"]:
        say(f"{each['firm']} does not say: {each['reason']}", 2)


def _ask(data: Path, verb: str, thing: str) -> Any:
    from urllib.parse import urlencode

    from plait.cli.http import call

    epc = thing if ":" in thing.partition("/")[0] else f"https://id.gs1.org/{thing.lstrip('/')}"
    return call(data, "GET", f"/api/v1/trace/{verb}?{urlencode({'epc': epc})}", patience_s=120)


def _box(each: dict[str, Any]) -> tuple[Any, ...]:
    what = f"{each['count']} x {each['kind']}" if each["count"] > 1 else each["kind"]
    return each["step"], what, each["number"] or "-", each["name"] or each["note"] or "-", each["firm"] or "-"

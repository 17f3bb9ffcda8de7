"""``plait desk estimate``: times for parts without a routing, from past jobs, prices or a stated default."""

import json
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

__all__ = ["estimate"]

Json = Annotated[bool, Parameter(name="--json")]


def estimate(*parts: str, apply: bool = False, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Estimate the times of parts that nobody has said how to make; with --apply they are planned by, marked as estimated.

    Parts that orders name and nobody has entered are among them, and are entered with their estimate.

    Parameters
    ----------
    parts
        Only these parts; all without a routing when none is named.
    apply
        Enter the estimates; without it they are only shown.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import say, table
    from plait.cli.http import call

    answer = call(data, "POST", "/api/v1/desk/estimates", {"parts": list(parts), "apply": apply})
    if as_json:
        print(json.dumps(answer))
        return
    rows = [(each["part_id"], each["name"], _times(each), each["why"]) for each in answer["estimates"]]
    if not rows:
        say("Every part made here has a routing that somebody has entered.")
        return
    table(("part", "name", "operations: set-up + a piece", "from"), rows)
    if answer["work_centres"]:
        say(f"Assumed work centres, to be checked: {', '.join(answer['work_centres'])}")
    say("Entered, marked as estimated." if answer["applied"] else "Nothing was changed; enter them with --apply.")


def _times(each: dict[str, Any]) -> str:
    return "; ".join(f"{op['name']} {op['setup_min']:g} + {op['cycle_min']:g} min" for op in each["operations"])

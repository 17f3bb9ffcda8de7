"""``plait network``: the firms known, what goes between them and us, the latest messages."""

import json
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

__all__ = ["network"]

Json = Annotated[bool, Parameter(name="--json")]
SHOWN = 12


def network(*, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Show the firms from raw material to customer, what went between them and us, and the latest messages.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import say, table
    from plait.cli.http import call

    answer = call(data, "GET", "/api/v1/network")
    if as_json:
        print(json.dumps(answer))
        return
    names = {node["party"]: node["name"] for node in answer["nodes"]}
    table(("tier", "firm", "ISIC", "place"), [(node["tier"], _own(node), node["isic"] or "-", node["region"] or "-") for node in answer["nodes"]])
    if not answer["edges"]:
        say("Nothing has gone between them and us yet.")
        return
    rows = [(names.get(edge["source"], "?"), names.get(edge["target"], "?"), edge["strand"], edge["day"], edge["total"]) for edge in answer["edges"]]
    table(("from", "to", "strand", "24 h", "all"), rows)
    table(
        ("when (UTC)", "", "firm", "what", "number"),
        [(each["at"][5:16].replace("T", " "), each["direction"], each["name"], each["kind"], each["text"]) for each in answer["recent"][:SHOWN]],
    )


def _own(node: dict[str, Any]) -> str:
    return f"{node['name']} (we)" if node["own"] else str(node["name"])

"""``plait observatory``: what the reports of many firms show together."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["observatory"]

Json = Annotated[bool, Parameter(name="--json")]


def observatory(*, collect: bool = False, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Show who stops with whom and how concentrated each trade is, as far as firms report.

    Parameters
    ----------
    collect
        Ask every firm for its report first.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import say, table
    from plait.cli.http import call

    if collect:
        got = call(data, "POST", "/api/v1/observatory/collect", patience_s=300)
        for each in got["refused"]:
            say(f"{each['name']} gave no report: {each['reason']}", 2)
    view = call(data, "GET", "/api/v1/observatory")
    if as_json:
        print(json.dumps(view))
        return
    say(f"{len(view['firms'])} firms report" + (f"; without a report: {', '.join(view['missing'])}." if view["missing"] else "."))
    if view["stops"]:
        stops = sorted(view["stops"], key=lambda each: (-each["esri"], -each["share"]))
        rows = [
            (each["firm"], ", ".join(each["direct"]) or "-", ", ".join(each["through"]) or "-", f"{each['share']:.1%}", f"{each['esri']:.3f}") for each in stops
        ]
        table(("if this stops", "hit at once", "hit through others", "sales", "ESRI"), rows)
    if view["classes"]:
        found = [(each["isic"], each["title"], len(each["firms"]), "-" if each["hhi"] is None else f"{each['hhi']:.0f}") for each in view["classes"]]
        table(("ISIC", "class", "firms", "HHI"), found)

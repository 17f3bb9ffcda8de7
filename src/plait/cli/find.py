"""``plait find``: anything by its number, name or scanned code."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["find"]

Json = Annotated[bool, Parameter(name="--json")]


def find(text: str, /, *, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Find anything by its number, its name or the code on its label. Exit with 1 when nothing is found.

    Parameters
    ----------
    text
        A number of an order, part, lot, serial, offer or contract, a name of a machine or partner, or what a scanner read.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    import sys
    from urllib.parse import urlencode

    from plait.cli.desk.shown import say, table
    from plait.cli.http import call

    answer = call(data, "GET", f"/api/v1/find?{urlencode({'q': text})}")
    if as_json:
        print(json.dumps(answer))
    elif answer["hits"]:
        if answer["read_as"]:
            say(f"read as {answer['read_as']}")
        rows = [(hit["kind"], hit["label"], hit["why"] + ("" if hit["exact"] else " (begins so)"), hit["detail"]) for hit in answer["hits"]]
        table(("kind", "what", "found by", "more"), rows)
    else:
        say(f"Nothing here bears {text}.")
    if not answer["hits"]:
        sys.exit(1)

"""``plait order``: one order's whole life."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from cyclopts import Parameter

__all__ = ["order"]

Json = Annotated[bool, Parameter(name="--json")]
MARKS = {3: "●", 2: "○", 1: "·"}


def order(
    number: str,
    /,
    *,
    data: Path = Path("plait-data"),
    language: str = "en",
    own: Annotated[bool, Parameter(name="--own")] = False,
    everything: Annotated[bool, Parameter(name="--all")] = False,
    as_json: Json = False,
) -> None:
    """Show an order's braid: what happened, whether it will be there, and where it is.

    Parameters
    ----------
    number
        The order's number here (SO-00001), that of the document (PO-00001), or the document's id.
    data
        The node's data folder.
    language
        The language of the sentences: en, de or zh.
    own
        Ask no partner; show only what is known here.
    everything
        Also show what only a close look needs.
    as_json
        Print JSON.
    """
    from urllib.parse import quote, urlencode

    from plait.cli.http import call

    query = urlencode({"language": language, "reach": "own" if own else "all"})
    answer = call(data, "GET", f"/api/v1/orders/{quote(number, safe='')}/braid?{query}")
    if as_json:
        print(json.dumps(answer))
    else:
        _show(answer, everything=everything)


def _show(answer: dict[str, Any], *, everything: bool) -> None:
    import msgspec
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from plait.overview.braid.model import Braid
    from plait.overview.braid.terminal import STRANDS, woven

    braid = msgspec.convert(answer, Braid)
    console = Console(highlight=False)
    zone = ZoneInfo(braid.zone)

    def when(at: datetime | None) -> str:
        return f"{at.astimezone(zone):%d %b %H:%M}" if at is not None else ""

    console.print(Text(braid.title.said, style="bold"))
    console.print(Text(braid.headline.said, style="bold red" if braid.late else ""))
    console.print()
    console.print(woven(braid, min(76, console.width - 2)), end="")
    console.print(_legend(STRANDS))
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("when", "", "what", "firm"):
        table.add_column(name, no_wrap=name in ("when", ""))
    colours = dict(STRANDS)
    for knot in braid.knots:
        if knot.weight > 1 or everything:
            table.add_row(when(knot.at), Text(MARKS[knot.weight], style=colours[knot.strand]), Text(knot.title.said), Text("" if knot.ours else knot.firm))
    console.print(table)
    rest = sum(1 for knot in braid.knots if knot.weight == 1)
    if rest and not everything:
        console.print(Text(f"{rest} smaller steps are not listed: --all", style="dim"))
    for words in (*(stretch.reason for stretch in braid.stretches), *braid.left_out):
        console.print(Text(f"... {words.said}", style="dim"))
    if braid.folded:
        console.print(Text(f"folded: {', '.join(f'{count} {kind}' for kind, count in braid.folded.items())}", style="dim"))


def _legend(strands: tuple[tuple[str, str], ...]) -> Any:
    from rich.text import Text

    text = Text()
    for name, colour in strands:
        text.append(f"─ {name}  ", style=colour)
    return text

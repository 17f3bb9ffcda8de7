"""``plait label``: the label of an article, lot, piece or shipping unit as a file or on the label printer."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["label"]

To = Annotated[Path | None, Parameter(name="--to")]


def label(
    key: str,
    /,
    *,
    name: str = "",
    quantity: float | None = None,
    to: To = None,
    printed: Annotated[int, Parameter(name="--print")] = 0,
    data: Path = Path("plait-data"),
) -> None:
    """Draw a label, read it back, say what its codes say; write it to a file or print it.

    Parameters
    ----------
    key
        The path of a GS1 Digital Link: 01/GTIN/21/SERIAL, 01/GTIN/10/LOT or 00/SSCC.
    name
        The name on the label.
    quantity
        The quantity on it.
    to
        Write it to this file: .png, .pdf or .zpl.
    printed
        Print so many on the label printer.
    data
        The node's data folder.
    """
    from urllib.parse import unquote, urlencode

    from plait.cli.desk.shown import say
    from plait.cli.http import call

    more = {"name": name, "quantity": "" if quantity is None else f"{quantity:g}"}
    asked = {what: value for what, value in more.items() if value}
    found = call(data, "GET", f"/api/v1/labels/codes?{urlencode({'path': key.lstrip('/')} | asked)}")
    say(f"The label reads back: QR code {found['link']}, {found['symbol']} {found['elements']}.")
    if to is not None:
        query = f"?{found['query']}" if found["query"] else ""
        to.write_bytes(call(data, "GET", f"/api/v1/labels/{found['path']}.{to.suffix.lstrip('.')}{query}") or b"")
        say(f"Written to {to}.")
    if printed:
        parts = found["key"].removeprefix("https://id.gs1.org/").split("/")
        named = {ai: unquote(value) for ai, value in zip(parts[::2], parts[1::2], strict=False)}
        wanted = {"gtin": named.get("01", ""), "lot": named.get("10", ""), "serial": named.get("21", ""), "sscc": named.get("00", "")}
        made = call(data, "POST", f"/api/v1/labels/print?copies={printed}", wanted | {"name": name, "quantity": quantity})
        say(f"{made['copies']} sent to {made['printer']}.")

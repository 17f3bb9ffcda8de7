"""``plait phones``: let phones of this network in, or shut them out."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="phones", help="Let phones of this network in by TLS, see how that stands, shut them out.")
Json = Annotated[bool, Parameter(name="--json")]


def _call(data: Path, method: str, body: Any = None) -> Any:
    from plait.cli.http import call

    return call(data, method, "/api/v1/phones", body)


def _show(view: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(view))
        return
    if view["why"]:
        print(f"Phones are allowed but cannot come: {view['why']} It is tried again every ten minutes.")
    for url in view["urls"]:
        print(url)
    if view["urls"]:
        print(_code(view["urls"][0]))
    for sentence in view["words"]:
        print(sentence)


def _code(text: str) -> str:
    """Return a QR code as lines of half blocks with its quiet zone; on a terminal black on white, whatever its colours."""
    from plait.labour.studio.codes import qr

    picture = qr(text, 1)
    size = picture.width
    dark = {(x, y) for x in range(size) for y in range(size) if picture.getpixel((x, y)) == 0}
    blocks = {(True, True): " ", (True, False): "▄", (False, True): "▀", (False, False): "█"}
    rows = range(-2, size + 2, 2)
    colour, end = ("\x1b[97;40m", "\x1b[0m") if sys.stdout.isatty() else ("", "")
    return "\n".join(colour + "".join(blocks[(x, y) in dark, (x, y + 1) in dark] for x in range(-2, size + 2)) + end for y in rows)


@app.command
def allow(*, address: str = "", port: int = 0, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Let phones in, now and after each start, and print the address, its QR code, the certificate's fingerprint and what it means.

    Parameters
    ----------
    address
        One of this computer's addresses (default: phones.address of the settings, else all of them).
    port
        Where to listen (default: phones.port of the settings, 8443).
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    _show(_call(data, "POST", {"address": address, "port": port}), as_json)


@app.command
def status(*, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Say whether phones may come, and by which address.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    _show(_call(data, "GET"), as_json)


@app.command
def stop(*, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Shut the network out, at once and until it is allowed again.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    _show(_call(data, "DELETE"), as_json)

"""``plait login``: a link that signs in once, for whoever can read the data folder."""

import contextlib
import json
import os
import threading
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from plait.kernel.os import MACOS, WINDOWS

__all__ = ["login", "open_browser"]


Open = Annotated[bool, Parameter(name="--open")]
Json = Annotated[bool, Parameter(name="--json")]


def login(*, data: Path = Path("plait-data"), open_: Open = False, as_json: Json = False) -> None:
    """Print a link that signs in the node's first administrator, once, within ten minutes, in a browser on this computer.

    Parameters
    ----------
    data
        The node's data folder.
    open_
        Open it in the browser, too.
    as_json
        Print JSON.
    """
    from plait.cli.http import call

    made = call(data, "POST", "/api/v1/session/link")
    print(json.dumps(made) if as_json else made["url"])
    if open_ and (opening := open_browser(made["url"])) is not None:
        opening.join(5)


def open_browser(url: str) -> threading.Thread | None:
    """Open ``url`` in the person's browser and return the thread that does; None where none can be seen (no screen, another computer's terminal)."""
    import webbrowser

    seen = WINDOWS or MACOS or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not seen or os.environ.get("SSH_CONNECTION"):
        return None

    def open_it() -> None:
        with contextlib.suppress(webbrowser.Error, OSError):
            webbrowser.open(url)

    opening = threading.Thread(target=open_it, name="browser", daemon=True)
    opening.start()
    return opening

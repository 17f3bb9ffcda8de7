"""``plait up``: start the node in a folder, making it first if the folder is empty."""

import gc
import os
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["up"]


def up(
    *,
    data: Path = Path("plait-data"),
    port: int | None = None,
    mqtt_port: int | None = None,
    host: str | None = None,
    name: str | None = None,
    seed: str | None = None,
    no_browser: bool = False,
    open_: Annotated[bool, Parameter(name="--open")] = False,
) -> None:
    """Start this firm's node and keep it running until stopped.

    Parameters
    ----------
    data
        The folder that holds everything; made on first use.
    port
        Where it listens (default 8400).
    mqtt_port
        Where it listens for devices that speak MQTT (default 0: it does not).
    host
        The address it binds to (default 127.0.0.1: this computer only).
    name
        What the firm is called, at first start.
    seed
        The address of a node to join the network by.
    no_browser
        On a terminal, print the link that signs in once, but do not open it in the browser (setting http.browser).
    open_
        On a terminal, open it although the setting says not to.
    """
    gc.disable()  # all that is imported stays: looking it through again and again is a tenth of the start
    import anyio

    from plait.cli.login import open_browser
    from plait.cli.report import greet
    from plait.kernel.settings import load
    from plait.node import run

    gc.freeze()
    gc.enable()

    flags: dict[str, dict[str, object]] = {}
    browser = False if no_browser else True if open_ else None
    given = (
        ("http", "port", port),
        ("mqtt", "port", mqtt_port),
        ("http", "host", host),
        ("http", "browser", browser),
        ("firm", "name", name),
        ("network", "seed", seed),
    )
    for section, key, value in given:
        if value is not None:
            flags.setdefault(section, {})[key] = value

    def ready(name: str, url: str, folder: Path, link: str) -> None:
        greet(name, url, folder, link)
        if link and load(folder, os.environ, flags).http.browser:
            open_browser(link)

    anyio.run(partial(run, data, flags, ready, invite=sys.stdout.isatty()))

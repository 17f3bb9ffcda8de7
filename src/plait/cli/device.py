"""``plait device``: enter, list and revoke devices that speak MQTT to a running node."""

import json
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="device", help="Enter, list and revoke devices that speak MQTT to the node.")
Json = Annotated[bool, Parameter(name="--json")]
Data = Path("plait-data")


def _call(data: Path, method: str, path: str, body: Any = None) -> Any:
    from plait.cli.http import call

    return call(data, method, path, body)


@app.command
def add(name: str, *, publish: tuple[str, ...] = (), subscribe: tuple[str, ...] = (), data: Path = Data, as_json: Json = False) -> None:
    """Enter a device and print its password once.

    Parameters
    ----------
    name
        Its MQTT user name: letters, digits, - and _.
    publish
        Topics it may publish on, as an MQTT filter (default: everything below its name). May be given again.
    subscribe
        Topics it may subscribe to, as an MQTT filter (default: everything below its name). May be given again.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    made = _call(data, "POST", "/api/v1/devices", {"name": name, "publish": list(publish), "subscribe": list(subscribe)})
    if as_json:
        print(json.dumps(made))
        return
    print(f"user      {made['name']}")
    print(f"password  {made['password']}")
    print(f"publishes on {', '.join(made['publish'])}; hears {', '.join(made['subscribe'])}")


@app.command(name="list")
def list_(*, data: Path = Data, as_json: Json = False) -> None:
    """List the devices, whether they are connected, and why one was turned away.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    rows = _call(data, "GET", "/api/v1/devices")
    if as_json:
        print(json.dumps(rows))
        return
    if not rows:
        print("No device yet. `plait device add NAME` enters one.")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("device", "connected", "publishes on", "hears", "turned away")
    for row in rows:
        table.add_row(row["name"], "yes" if row["connected"] else "no", " ".join(row["publish"]), " ".join(row["subscribe"]), row["refused"])
    Console().print(table)


@app.command
def revoke(name: str, *, data: Path = Data) -> None:
    """Let a device in no more; its connections end now.

    Parameters
    ----------
    name
        Its name.
    data
        The node's data folder.
    """
    _call(data, "DELETE", f"/api/v1/devices/{name}")
    print(f"device {name} is let in no more")

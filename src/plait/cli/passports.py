"""``plait passports``: the passports of our articles, and who reads what in one."""

import json
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

__all__ = ["app"]

Json = Annotated[bool, Parameter(name="--json")]

app = App(name="passports", help="See the passports of our articles and who reads what in them; enter what they say.")


@app.default
def listed(*, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """List the passports.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import say, table
    from plait.cli.http import call

    found = call(data, "GET", "/api/v1/passports?limit=500")
    if as_json:
        print(json.dumps(found))
    elif found:
        rows = [(each["gtin"], each["fields"].get("name", "-"), each["version"], "everybody" if each["materials_public"] else "on request") for each in found]
        table(("GTIN", "name", "version", "materials"), rows)
    else:
        say("No passport yet: a part of ours that has a GTIN gets one by itself.")


@app.command
def show(key: str, /, *, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Show what anybody reads in a passport, and what others besides.

    Parameters
    ----------
    key
        The path of a GS1 Digital Link: 01/GTIN, 01/GTIN/10/LOT or 01/GTIN/21/SERIAL.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from urllib.parse import urlencode

    from plait.cli.desk.shown import say, table
    from plait.cli.http import call

    found = call(data, "GET", f"/api/v1/passports/tiers?{urlencode({'key': key})}")
    if as_json:
        print(json.dumps(found))
        return
    say(f"{found['name']}, version {found['version']}, {found['status']}")
    rows = [(_id(each), _value(each), "everybody") for each in found["public"]] + [(_id(each), _value(each), "on request") for each in found["more"]]
    table(("what", "value", "who reads it"), rows)


@app.command
def put(gtin: str, *fields: str, data: Path = Path("plait-data"), materials_public: bool = False) -> None:
    """Enter what is said of every piece of an article; what stood there before is a former version.

    Parameters
    ----------
    gtin
        The article.
    fields
        name=TEXT, several: name="Gear set" material=20CrMnTi.
    data
        The node's data folder.
    materials_public
        Everybody may see what a piece was made from.
    """
    from plait.cli.desk.shown import say
    from plait.cli.http import call

    said = {name.strip(): value.strip() for name, _, value in (field.partition("=") for field in fields)}
    made = call(data, "PUT", f"/api/v1/passports/{gtin}", {"fields": said, "materials_public": materials_public})
    say(f"Version {made['version']} of {made['gtin']}.")


def _id(each: dict[str, Any]) -> str:
    return str(each.get("element_id") or each.get("elementId"))


def _value(each: dict[str, Any]) -> str:
    value = each["value"]
    return f"{len(value)} entries" if isinstance(value, list) else str(value)

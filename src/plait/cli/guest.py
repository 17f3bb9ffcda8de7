"""``plait guest``: links for firms without a node."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="guest", help="Make links for firms without a node, see what they did, take links back.")

Json = Annotated[bool, Parameter(name="--json")]
Kind = Literal["offer", "order", "delivery", "request"]
Language = Literal["", "en", "de", "zh"]


def _call(data: Path, method: str, path: str, body: Any = None) -> Any:
    from plait.cli.http import call

    return call(data, method, f"/api/v1/guest{path}", body)


@app.command
def link(
    kind: Kind,
    thing: str = "",
    /,
    *,
    name: str,
    days: int = 0,
    language: Language = "",
    need: Path | None = None,
    qr: Path | None = None,
    data: Path = Path("plait-data"),
    as_json: Json = False,
) -> None:
    """Make a link for one thing and print it, once, as a text for a chat.

    Parameters
    ----------
    kind
        offer, order, delivery or request.
    thing
        The number of the offer (R-00001) or of an order line (SO-00001); a request has none.
    name
        Who the link is for.
    days
        How long it is good (default: guest.days of the settings).
    language
        The guest's: en, de or zh (default: the offer's).
    need
        Of a request: a JSON file with what is needed: {"lines": [{"name": "Bar 42CrMo4", "quantity": "200", "unit": "KGM", "due": "2027-03-01"}]}.
    qr
        Write the address as a QR code (SVG) here.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    body = {"kind": kind, "id": thing, "name": name, "days": days, "language": language}
    if need is not None:
        body["need"] = json.loads(need.read_text("utf-8"))
    made = _call(data, "POST", "/links", body)
    if qr is not None:
        qr.write_text(made["qr"], "utf-8")
    print(json.dumps(made) if as_json else made["text"], end="\n" if as_json else "")


@app.command(name="list")
def list_(*, state: Literal["", "open", "revoked", "expired"] = "", data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """List links, never their codes.

    Parameters
    ----------
    state
        Only these: open, revoked or expired.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    rows = _call(data, "GET", f"/links{f'?state={state}' if state else ''}")
    if as_json:
        print(json.dumps(rows))
        return
    from plait.cli.desk.shown import table

    shown = [
        (row["id"], row["kind"], row["thing"], row["name"], row["state"], row["expires"][:16], (row["opened"] or "never")[:16], row["acts"]) for row in rows
    ]
    table(("id", "kind", "thing", "for", "state", "until (UTC)", "opened", "acts"), shown)


@app.command
def show(link_id: str, /, *, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Show what was done by a link.

    Parameters
    ----------
    link_id
        Its id, as `plait guest list` shows it.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    rows = _call(data, "GET", f"/links/{link_id}/acts")
    if as_json:
        print(json.dumps(rows))
        return
    if not rows:
        print("Nothing was done by it yet.")
    for row in rows:
        typed = "; ".join(f"{name}: {value}" for name, value in row["values"].items())
        files = ", ".join(each["name"] for each in row["files"])
        print("  ".join(filter(None, (row["at"][:16], row["said"], typed, files, row["item"]))))


@app.command
def revoke(link_id: str, /, *, data: Path = Path("plait-data")) -> None:
    """Take a link back, now.

    Parameters
    ----------
    link_id
        Its id, as `plait guest list` shows it.
    data
        The node's data folder.
    """
    row = _call(data, "DELETE", f"/links/{link_id}")
    print(f"The link for {row['name']} ({row['thing']}) is {row['state']}")


@app.command
def history(name: str, /, *, to: Path | None = None, data: Path = Path("plait-data")) -> None:
    """Write all that a guest did by its links, signed by the firm (a compact JWS).

    Parameters
    ----------
    name
        Whom the links were made for.
    to
        The file (default: print it as JSON, with the signature).
    data
        The node's data folder.
    """
    from urllib.parse import quote

    told = _call(data, "GET", f"/history?name={quote(name, safe='')}")
    if to is None:
        print(json.dumps(told, ensure_ascii=False))
        return
    to.write_text(told["jws"], "ascii")
    print(f"What {name} did by {len(told['history']['links'])} links is in {to}")

"""``plait guest``: links for firms without a node."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="guest", help="Make links for firms without a node, see what they did, take links back.")

Json = Annotated[bool, Parameter(name="--json")]
Kind = Literal["offer", "order", "delivery", "request", "purchase", "passport"]
Language = Literal["", "en", "de", "zh"]


@app.command
def compare(request: str, /, *, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Compare what suppliers without a node answered to a request.

    Parameters
    ----------
    request
        Its number (RQ-00001), as its links show it.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    rows = _call(data, "GET", f"/requests/{request}")
    if as_json:
        print(json.dumps(rows))
        return
    from plait.cli.desk.shown import table

    def said(row: Any) -> tuple[str, ...]:
        price = f"{row['price']['amount']} {row['price']['currency']}" if row.get("price") else ""
        return row["supplier_name"], row["state"], price, (row.get("promised") or "")[:10], (row.get("expires") or "")[:10], row["reason"]

    table(("supplier", "state", "price", "ready on", "valid until", "reason"), [said(row) for row in rows])


@app.command
def order(
    request: str,
    /,
    *,
    name: str,
    note: str = "",
    close: bool = False,
    days: int = 0,
    language: Language = "",
    qr: Path | None = None,
    data: Path = Path("plait-data"),
    as_json: Json = False,
) -> None:
    """Order what a supplier quoted by a link, and print the link by which it confirms, once, as a text for a chat.

    Parameters
    ----------
    request
        The number of the request (RQ-00001).
    name
        The supplier, as its link was made for.
    note
        What the order says besides.
    close
        Tell the other suppliers asked that nothing more is needed.
    days
        How long the link is good (default: guest.days of the settings).
    language
        The supplier's: en, de or zh.
    qr
        Write the address as a QR code (SVG) here.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    body = {"request": request, "name": name, "note": note, "close": close, "days": days, "language": language}
    made = _call(data, "POST", "/orders", body)
    if qr is not None:
        qr.write_text(made["qr"], "utf-8")
    print(json.dumps(made) if as_json else made["text"], end="\n" if as_json else "")


@app.command(name="import")
def import_(file: Path, /, *, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Take in what your firm did by links of another firm, before it had this node: the signed record from the link's page.

    Parameters
    ----------
    file
        The file (history.jws) as it came.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.http import call

    taken = call(data, "POST", "/api/v1/guest/past", file.read_bytes(), media_type="application/jose")
    if as_json:
        print(json.dumps(taken))
        return
    print(f"{taken['firm']} has signed {taken['acts']} acts by {taken['links']} links that were not known here, and {taken['known']} that were")
    print(f"{taken['firm']} knows now that its guest {taken['guest']} is this firm" if taken["claimed"] else taken["said"])


@app.command
def past(*, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Show what your firm did as a guest of other firms.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    rows = _call(data, "GET", "/past")
    if as_json:
        print(json.dumps(rows))
        return
    from plait.cli.desk.shown import table

    acts = [(act["at"][:16], row["firm"], row["kind"], row["thing"], act["said"], act.get("by", "")) for row in rows for act in row["acts"]]
    table(("at (UTC)", "firm", "kind", "thing", "what", "by"), acts)


@app.command
def unclaim(name: str, /, *, data: Path = Path("plait-data")) -> None:
    """Say that a guest is not the firm that has claimed its links.

    Parameters
    ----------
    name
        Whom the links were made for.
    data
        The node's data folder.
    """
    from urllib.parse import quote

    row = _call(data, "DELETE", f"/claims/{quote(name, safe='')}")
    print(f"{row['name']} is no longer taken for {row['did'] or row['party']} ({len(row['links'])} links)")


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
    tier: Literal["public", "interest"] = "public",
    anyway: bool = False,
    qr: Path | None = None,
    data: Path = Path("plait-data"),
    as_json: Json = False,
) -> None:
    """Make a link for one thing and print it, once, as a text for a chat.

    Parameters
    ----------
    kind
        offer, order, delivery, request, purchase or passport.
    thing
        The number of the offer (R-00001), of an order line (SO-00001), of an order of ours on a supplier (purchase: PO-00001), or what the passport
        is of (01/09521002000016/21/A1). A new request has none; with the number of an earlier one (RQ-00001) another supplier is asked the same.
    name
        Who the link is for.
    days
        How long it is good (default: guest.days of the settings).
    language
        The guest's: en, de or zh (default: the offer's).
    need
        Of a request: a JSON file with what is needed: {"lines": [{"name": "Bar 42CrMo4", "quantity": "200", "unit": "KGM", "due": "2027-03-01"}]}.
    tier
        Of a passport: public, or interest (also materials and the whole history, for a person with a legitimate interest).
    anyway
        Also for a guest that has a node of its own by now.
    qr
        Write the address as a QR code (SVG) here.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    body = {"kind": kind, "id": thing, "name": name, "days": days, "language": language, "tier": tier, "anyway": anyway}
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

"""``plait desk offers``, ``quote``, ``accept`` and ``lost``: what was asked, what we offer, how it ended."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

__all__ = ["accept", "lost", "offers", "quote"]

Json = Annotated[bool, Parameter(name="--json")]
Reason = Literal["price", "date", "technical", "no-answer", "other"]


def _call(data: Path, method: str, path: str, body: Any = None) -> Any:
    from plait.cli.http import call

    return call(data, method, f"/api/v1/desk/offers{path}", body)


def offers(*, state: str = "", limit: int = 40, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """List offers and where each stands.

    Parameters
    ----------
    state
        Only these: draft, sent, won or lost.
    limit
        How many at most, the latest.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import table

    rows = _call(data, "GET", f"?limit={limit}{f'&state={state}' if state else ''}")
    if as_json:
        print(json.dumps(rows))
        return
    if not rows:
        print("There are none.")
        return
    shown = []
    for row in rows:
        waiting = [f"{line['index']} {line['state']}: {line['reason']}" for line in row["lines"] if line["state"] in ("new", "stuck", "suppliers", "refused")]
        said = f"answered: {row['proposal']['verdict']}" if row.get("proposal") else row["lost_reason"]
        doubts = [doubt for line in row["lines"] for doubt in line["doubts"]] if row["state"] == "draft" else []
        until = (row["until"] or "")[:16].replace("T", " ")
        told = "; ".join(waiting) or said or "; ".join(doubts)
        shown.append((row["number"], row["asked"]["customer"], row["state"], len(row["lines"]), until, told))
    table(("number", "customer", "state", "lines", "until (UTC)", "waits for, look at"), shown)


def quote(
    number: str,
    /,
    *,
    pdf: Path | None = None,
    ubl: Path | None = None,
    mail: Path | None = None,
    send: bool = False,
    link: bool = False,
    days: int = 0,
    data: Path = Path("plait-data"),
    as_json: Json = False,
) -> None:
    """Show a quotation as text for a chat; write it as PDF, UBL or e-mail; send it off.

    Parameters
    ----------
    number
        The number of the offer, such as R-00001.
    pdf
        Write it as PDF here.
    ubl
        Write it as UBL here.
    mail
        Write it as e-mail (.eml) here, ready to be sent with any mail program.
    send
        Freeze it first: price, date and slot count from now on.
    link
        Make a link by which the customer sees and answers it without a node; text and e-mail bear it.
    days
        How long the link is good (default: guest.days of the settings).
    data
        The node's data folder.
    as_json
        Print the offer with all that is known of it as JSON.
    """
    if send:
        _call(data, "POST", f"/{number}/send")
    bears = _link(data, number, days) if link else ""
    wanted = (("pdf", pdf), ("ubl", ubl), ("mail", mail))
    for name, file in wanted:
        if file is not None:
            file.write_bytes(_call(data, "GET", f"/{number}/{name}{bears if name == 'mail' else ''}"))
            print(f"{number} is in {file}")
    if as_json:
        print(json.dumps(_call(data, "GET", f"/{number}")))
    elif not any(file for _, file in wanted):
        print(_call(data, "GET", f"/{number}/text{bears}").decode("utf-8"), end="")


def _link(data: Path, number: str, days: int) -> str:
    """Make a link for an offer, print its address and return the query by which a text bears it."""
    from urllib.parse import quote as percent

    from plait.cli.http import call

    customer = _call(data, "GET", f"/{number}")["asked"]["customer"]
    made = call(data, "POST", "/api/v1/guest/links", {"kind": "offer", "id": number, "name": customer, "days": days})
    print(f"The link, good until {made['link']['expires'][:16]} UTC and shown this once: {made['url']}\n")
    return f"?link={percent(made['url'], safe='')}"


def accept(number: str, /, *lines: int, reference: str = "", data: Path = Path("plait-data")) -> None:
    """Enter that the customer accepts an offer, or some of its lines: each becomes an order.

    Parameters
    ----------
    number
        The number of the offer.
    lines
        Only these lines.
    reference
        The customer's own order number.
    data
        The node's data folder.
    """
    done = _call(data, "POST", f"/{number}/accept", {"lines": list(lines), "reference": reference, "source": "terminal"})
    taken = [str(line["index"]) for line in done["lines"] if line["state"] == "accepted"]
    print(f"{number}: line {', '.join(taken)} accepted")


def lost(number: str, /, *lines: int, reason: Reason, text: str = "", data: Path = Path("plait-data")) -> None:
    """Enter that an offer, or some of its lines, was lost, and why.

    Parameters
    ----------
    number
        The number of the offer.
    lines
        Only these lines.
    reason
        Why.
    text
        More about it.
    data
        The node's data folder.
    """
    _call(data, "POST", f"/{number}/lost", {"lines": list(lines), "reason": reason, "text": text})
    print(f"{number}: lost, {reason}")

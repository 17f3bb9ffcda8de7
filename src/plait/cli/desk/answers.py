"""``plait desk promise``, ``requests``, ``answer``, ``ask`` and ``every``: dates promised, requests answered by people, every order in one list."""

import json
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

__all__ = ["answer", "ask", "every", "promise", "requests"]

Json = Annotated[bool, Parameter(name="--json")]


def promise(order: str, day: str, /, *, reason: str = "", data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Promise a date for an order; a customer with a node is told at once.

    Parameters
    ----------
    order
        Our number of the order line, such as SO-00001.
    day
        The date: a day (2026-03-09, 16:00 at the firm's place) or a moment (2026-03-09T12:00:00Z).
    reason
        Why; the customer reads it.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from datetime import datetime, time
    from zoneinfo import ZoneInfo

    from plait.cli.desk.shown import say
    from plait.cli.http import call

    moment = day
    if "T" not in day:
        zone = ZoneInfo(call(data, "GET", "/api/v1/firm")["zone"])
        moment = datetime.combine(datetime.fromisoformat(day).date(), time(16), zone).isoformat()
    line = call(data, "POST", f"/api/v1/desk/orders/{order}/promise", {"promised": moment, "reason": reason})
    if as_json:
        print(json.dumps(line))
    else:
        say(f"{line['id']} for {line['customer']} is promised for {line['promised'][:16].replace('T', ' ')} UTC")


def every(*, shown: str = "open", text: str = "", limit: int = 40, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """List orders of every kind with whether they will be there: customers' with us, and ours with partners.

    Parameters
    ----------
    shown
        Which: open, late, placed (with partners), done or cancelled.
    text
        Only with this in number, firm, part or name.
    limit
        How many at most.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from urllib.parse import urlencode

    from plait.cli.desk.shown import say, table
    from plait.cli.http import call

    page = call(data, "GET", f"/api/v1/orders?{urlencode({'shown': shown, 'text': text, 'limit': str(limit)})}")
    standing = call(data, "GET", "/api/v1/orders/standing")
    if as_json:
        print(json.dumps({"standing": standing, **page}))
        return
    unplanned = f", {standing['unplanned']} cannot be planned" if standing["unplanned"] else ""
    say(f"{standing['late']} of {standing['open']} open orders will be late{unplanned}")
    rows = [(row["number"], row["other"], row["name"], row["quantity"], (row["promised"] or row["due"] or "")[:10], _verdict(row)) for row in page["rows"]]
    if rows:
        table(("order", "with", "what", "quantity", "date", "will it be there?"), rows)
    if page["after"]:
        say("There are more; name more with --limit, or narrow them with --text.")


def _verdict(row: dict[str, Any]) -> str:
    if row["verdict"] in ("late", "unplanned"):
        return str(row["reason"] or row["verdict"])
    if row["verdict"] == "on_time" and row["slack_days"] is not None:
        return f"on time, {row['slack_days']} days to spare"
    return str(row["state"])


def requests(*, side: str = "", text: str = "", limit: int = 40, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """List requests for price and date, the newest first.

    Parameters
    ----------
    side
        Only those received, or sent.
    text
        Only with this in number, firm or name.
    limit
        How many at most.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from urllib.parse import urlencode

    from plait.cli.desk.shown import table
    from plait.cli.http import call

    rows = call(data, "GET", f"/api/v1/requests?{urlencode({'side': side, 'text': text, 'limit': str(limit)})}")["rows"]
    if as_json:
        print(json.dumps(rows))
    elif not rows:
        print("There are none.")
    else:
        lines = [
            (row["id"], row["number"], f"{'to' if row['side'] == 'sent' else 'from'} {row['other']}", row["name"], row["quantity"], row["state"])
            for row in rows
        ]
        table(("id", "number", "with", "what", "quantity", "state"), lines)


def answer(request: str, /, *, decline: str = "", send: bool = False, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Show the price and date that an answer to a partner's request would have; with --send send it, with --decline say no. The first answer counts.

    Parameters
    ----------
    request
        The id of the request (plait desk requests).
    decline
        Say no, and why.
    send
        Send price and date, and hold the slot.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import say
    from plait.cli.http import call

    base = f"/api/v1/desk/requests/{request}"
    if decline:
        call(data, "POST", f"{base}/decline", {"reason": decline})
        say("Declined.")
        return
    proposal = call(data, "GET", f"{base}/proposal")
    if send:
        call(data, "POST", f"{base}/quote")
    if as_json:
        print(json.dumps(proposal))
    elif proposal["cost"] is None:
        say("It cannot be quoted: " + "; ".join([*proposal["waits"], *proposal["reasons"]]))
    else:
        price = proposal["cost"]["per_piece"]
        say(f"{proposal['quantity']} x {proposal['part_id']}: {price['amount']} {price['currency']} a piece, {proposal['promised'][:16].replace('T', ' ')} UTC")
        say("Sent." if send else "Nothing is sent yet (--send).")


def ask(name: str, quantity: str, process: str, /, *, material: str = "any", days: int = 3, data: Path = Path("plait-data"), as_json: Json = False) -> None:
    """Ask every firm of the network that can make it for price and date.

    Parameters
    ----------
    name
        What is wanted.
    quantity
        How many pieces.
    process
        The process, as a code of the vocabulary such as turning.
    material
        The material, as a code of the vocabulary.
    days
        In how many days answers are wanted.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from datetime import timedelta

    from plait.cli.desk.shown import say
    from plait.cli.http import call
    from plait.kernel.clock import SYSTEM, iso

    body = {"name": name, "quantity": quantity, "requirement": {"process": process, "material": material}}
    sent = call(data, "POST", "/api/v1/desk/demands", body | {"respond_by": iso(SYSTEM.now() + timedelta(days=days))})
    if as_json:
        print(json.dumps(sent))
        return
    say(f"{sent['number']}: asked {', '.join(sent['asked']) or 'nobody'}")
    for other in sent["others"]:
        say(f"not {other['firm']}: {'; '.join(other['reasons'])}")

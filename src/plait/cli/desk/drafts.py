"""``plait desk change``, ``part``, ``renew``: what a person settles about an offer before it goes out."""

from pathlib import Path
from typing import Any, Literal

__all__ = ["change", "part", "renew"]


def _call(data: Path, method: str, number: str, path: str, body: Any) -> dict[str, Any]:
    from urllib.parse import quote

    from plait.cli.http import call

    answer: dict[str, Any] = call(data, method, f"/api/v1/desk/offers/{quote(number, safe='')}{path}", body)
    return answer


def change(
    number: str,
    line: int = 0,
    /,
    *,
    price: str = "",
    date: str = "",
    quantity: str = "",
    text: str = "",
    until: str = "",
    customer: str = "",
    email: str = "",
    address: str = "",
    language: Literal["", "en", "de", "zh"] = "",
    data: Path = Path("plait-data"),
) -> None:
    """Change an offer while it is a draft: price, date, quantity or words of a line; validity, customer or words of all of it.

    Parameters
    ----------
    number
        The number of the offer.
    line
        The line that price, date and quantity are of; left out when there is only one.
    price
        The price of a piece, such as 18.40 or "18.40 EUR".
    date
        The day promised (2026-03-20).
    quantity
        How many.
    text
        Words for the line, or for the whole offer when no line is named.
    until
        The last day on which the offer holds (2026-03-20).
    customer
        The customer's name as papers bear it.
    email
        Where the offer goes.
    address
        The customer's address, its lines parted by semicolons.
    language
        The language of its papers.
    data
        The node's data folder.
    """
    from plait.kernel.problems import INVALID, Problem

    wanted: dict[str, Any] = {"customer": customer, "email": email, "language": language, "until": until and _moment(until)}
    wanted["address"] = [each.strip() for each in address.split(";") if each.strip()]
    own: dict[str, Any] = {"price": price and _money(data, price), "promised": date and _moment(date), "quantity": quantity and _number(quantity)}
    own = {name: value for name, value in own.items() if value}
    (own if line else wanted)["text"] = text
    body = {name: value for name, value in wanted.items() if value}
    own = {name: value for name, value in own.items() if value}
    if own:
        body["lines"] = [{"index": line or _only(data, number), **own}]
    if not body:
        raise Problem(INVALID, "nothing to change is named; see plait desk change --help")
    _told(_call(data, "PUT", number, "", body))


def part(
    number: str,
    line: int,
    part_id: str = "",
    /,
    *,
    new: str = "",
    name: str = "",
    like: str = "",
    family: str = "",
    data: Path = Path("plait-data"),
) -> None:
    """Say which part a line of an offer means, or make a new one after another; it is remembered for this customer.

    Parameters
    ----------
    number
        The number of the offer.
    line
        The line.
    part_id
        The part it means.
    new
        The id of a new part, made like another one or like the parts of a family; its times are estimates.
    name
        What the new part is called.
    like
        The part it is like.
    family
        The family whose parts it is like.
    data
        The node's data folder.
    """
    given = {"part_id": part_id, "id": new, "name": name, "like": like, "family": family}
    _told(_call(data, "POST", number, f"/lines/{line}/part", {key: value for key, value in given.items() if value}))


def renew(number: str, /, *, until: str = "", data: Path = Path("plait-data")) -> None:
    """Work an offer out again; one that is out is taken back and becomes a draft of the next version.

    Parameters
    ----------
    number
        The number of the offer.
    until
        The last day on which it is to hold (2026-03-20).
    data
        The node's data folder.
    """
    _told(_call(data, "POST", number, "/renew", {"until": _moment(until)} if until else {}))


def _told(offer: dict[str, Any]) -> None:
    """Print where each line stands now."""
    from plait.cli.desk.shown import say

    for line in offer["lines"]:
        money = f"{line['price']['amount']} {line['price']['currency']} each, " if line["price"] else ""
        ready = f"ready {line['promised'][:10]}" if line["promised"] else line["reason"]
        part_shown = line["part_id"] or line["asked"]["name"] or line["asked"]["part_no"]
        say(f"{offer['number']} line {line['index']}: {line['quantity']} x {part_shown}, {line['state']}: {money}{ready}")
        for doubt in line["doubts"]:
            say(f"{doubt}", 2, 4)


def _only(data: Path, number: str) -> int:
    from plait.kernel.problems import INVALID, Problem

    lines = _call(data, "GET", number, "", None)["lines"]
    if len(lines) != 1:
        raise Problem(INVALID, f"{number} has {len(lines)} lines: name one (plait desk change {number} 1 ...)")
    return int(lines[0]["index"])


def _number(text: str) -> str:
    from decimal import Decimal, InvalidOperation

    from plait.kernel.problems import INVALID, Problem

    try:
        return str(Decimal(text))
    except InvalidOperation as error:
        raise Problem(INVALID, f"{text!r} is no number like 18.40") from error


def _money(data: Path, text: str) -> dict[str, str]:
    from plait.cli.http import call

    amount, _, currency = text.strip().partition(" ")
    return {"amount": _number(amount), "currency": currency.strip() or call(data, "GET", "/api/v1/firm")["currency"]}


def _moment(text: str) -> str:
    """Return the end of a working day, or the time given, as UTC."""
    from datetime import UTC, datetime

    from plait.kernel.problems import INVALID, Problem

    try:
        moment = datetime.fromisoformat(text if "T" in text else f"{text}T16:00")
    except ValueError as error:
        raise Problem(INVALID, f"{text!r} is no date like 2026-03-20") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

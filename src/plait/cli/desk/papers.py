"""``plait desk paper``: papers for the shop and for the goods, written to a file."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

__all__ = ["paper", "write"]

Kind = Literal["route", "week", "delivery", "confirmation"]
OF_AN_OFFER = "R-"


def paper(
    kind: Kind,
    number: str = "",
    /,
    *,
    to: Path | None = None,
    day: Annotated[str, Parameter(help="Any day (2026-03-02) of the week to be printed; this week when it is left out.")] = "",
    quantity: str = "",
    lot: str = "",
    language: Literal["", "en", "de", "zh"] = "",
    data: Path = Path("plait-data"),
) -> None:
    """Write a paper to a file.

    ``route``: the route card of an order line or run (SO-00001), a bar code an operation; ``week``: the plan of a week, PDF or Excel;
    ``delivery``: the delivery note of a despatch advice, order or order line, with labels; ``confirmation``: ours of an order, line or offer.

    Parameters
    ----------
    kind
        Which paper.
    number
        The number of what it is for; a week needs none.
    to
        The file; for a week one that ends in .xlsx is an Excel file. KIND-NUMBER.pdf when it is left out.
    day
        Any day (2026-03-02) of the week to be printed; this week when it is left out.
    quantity
        Of a delivery note for an order line: how many are delivered now; all that is open when it is left out.
    lot
        Of a delivery note for an order line: the lot they are of.
    language
        The language; when it is left out the customer's, else the letterhead's.
    data
        The node's data folder.
    """
    from urllib.parse import quote, urlencode

    from plait.cli.http import call
    from plait.kernel.problems import INVALID, Problem

    if kind == "week":
        _check(day)
    elif not number:
        raise Problem(INVALID, f"number: a {kind} paper needs the number of what it is for")
    file = to or Path(f"{kind}-{_safe(number) or day or 'plan'}.pdf")
    excel = file.suffix.casefold() == ".xlsx"
    if excel and kind != "week":
        raise Problem(INVALID, "to: only the plan of a week can be an Excel file")
    query: dict[str, Any] = {"language": language, "day": day, "form": "xlsx" if excel else "", "quantity": quantity, "lot": lot}
    shown = urlencode({name: value for name, value in query.items() if value})
    content = call(data, "GET", f"{_path(kind, quote(number, safe=''))}{'?' if shown else ''}{shown}")
    write(file, content)
    print(f"{kind}{' ' if number else ''}{number} is in {file}")


def _path(kind: Kind, number: str) -> str:
    if kind == "confirmation" and number.startswith(OF_AN_OFFER):
        return f"/api/v1/desk/offers/{number}/confirmation"
    return {
        "route": f"/api/v1/desk/papers/runs/{number}",
        "week": "/api/v1/desk/papers/week",
        "delivery": f"/api/v1/desk/papers/deliveries/{number}",
        "confirmation": f"/api/v1/desk/papers/confirmations/{number}",
    }[kind]


def _check(day: str) -> None:
    from plait.kernel.problems import INVALID, Problem

    try:
        date.fromisoformat(day or "2026-01-01")
    except ValueError as error:
        raise Problem(INVALID, f"day: {day!r} is no date like 2026-03-02") from error


def _safe(number: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in number).strip(".-")


def write(file: Path, content: bytes) -> None:
    """Write a file; raise ``invalid`` with the reason when it cannot be written."""
    from plait.kernel.problems import INVALID, Problem

    try:
        file.write_bytes(content)
    except OSError as error:
        raise Problem(INVALID, f"{file} cannot be written: {error.strerror or error}") from error

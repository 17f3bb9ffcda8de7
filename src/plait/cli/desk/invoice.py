"""``plait desk invoice``: an invoice of lines of the order book, written to a file for whoever keeps the books."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

__all__ = ["invoice"]

Json = Annotated[bool, Parameter(name="--json")]
Form = Literal["xrechnung", "zugferd", "ubl", "cii", "table"]
ENDINGS = {"zugferd": ".pdf", "table": ".csv"}


def invoice(
    file: Path,
    /,
    *,
    form: Form = "xrechnung",
    columns: str = "plain",
    to: Path | None = None,
    dry_run: bool = False,
    data: Path = Path("plait-data"),
    as_json: Json = False,
) -> None:
    """Hand an invoice over: its number, dates, buyer and order lines stand in a JSON file (see docs/how-to/hand-invoices-over.md).

    Parameters
    ----------
    file
        The JSON file.
    form
        What is written: xrechnung, zugferd (a PDF), ubl, cii or table (CSV).
    columns
        The column map of a table: plain, datev, odoo, kingdee, yonyou or one of your own.
    to
        Where it is written; NUMBER with the form's ending when it is left out.
    dry_run
        Only show what the invoice would say; nothing is noted.
    data
        The node's data folder.
    as_json
        Print the invoice that would be handed over as JSON (with --dry-run).
    """
    from plait.cli.desk.papers import write
    from plait.cli.desk.shown import console, table
    from plait.cli.http import call

    wanted = _read(file)
    if not dry_run:
        content = call(data, "POST", f"/api/v1/desk/invoices?form={form}&columns={columns}", wanted)
        target = to or Path(f"{_name(wanted)}{ENDINGS.get(form, '.xml')}")
        write(target, content)
        print(f"invoice {wanted.get('number', '')} is in {target}")
        return
    draft = call(data, "POST", "/api/v1/desk/invoices/draft", wanted)
    if as_json:
        print(json.dumps(draft))
        return
    rows = [(line["name"], line["quantity"], line["unit"], line["price"], f"{line['rate']} %") for line in draft["lines"]]
    console().print(f"{draft['number']} to {draft['buyer']['name']}, {draft['currency']}", markup=False)
    table(("what", "quantity", "unit", "price", "tax"), rows)


def _read(file: Path) -> dict[str, Any]:
    from plait.kernel.problems import INVALID, Problem

    try:
        found = json.loads(file.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Problem(INVALID, f"{file}: {error}") from error
    if not isinstance(found, dict):
        raise Problem(INVALID, f"{file}: an object with number, issued, buyer and orders is needed")
    return found


def _name(wanted: dict[str, Any]) -> str:
    kept = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in str(wanted.get("number", "")))
    return kept.strip("-") or "invoice"

"""An invoice as a table by a column map: a data file that says titles, fields, delimiter, decimal mark, form of dates and encoding."""

import csv
import io
import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from plait.kernel.os import read_text
from plait.kernel.problems import Problem, register
from plait.kernel.units import UNITS
from plait.manufacturing.desk.invoices.model import Invoice
from plait.manufacturing.desk.invoices.rules import percent, totals

__all__ = ["BAD_MAP", "ColumnMap", "load_map", "map_names", "table"]

BAD_MAP = register("invoice-map", 422, "There is no such column map for invoices, or it cannot be read", "Name one of those listed, or correct the file.")

HEAD = ("number", "issued", "due", "delivered", "buyer", "buyer_vat_id", "buyer_reference", "order_no", "despatch_no", "currency", "text", "note", "terms")
LINE = ("order_line", "part_no", "customer_part_no", "name", "quantity", "unit", "unit_name", "price", "price_per", "unit_price")
SUMS = ("net", "tax", "rate", "tax_amount", "gross")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ColumnMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One map. ``columns`` are pairs of a title and a field (or ``=`` and a fixed text); ``per``: one row a line, or one a tax rate."""

    summary: str
    columns: Annotated[tuple[tuple[str, str], ...], msgspec.Meta(min_length=1)]
    per: Literal["line", "tax"] = "line"
    delimiter: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = ","
    decimal: Literal[".", ","] = "."
    date: str = "%Y-%m-%d"
    encoding: Literal["utf-8-sig", "utf-8", "cp1252", "gb18030", "utf-16"] = "utf-8-sig"


def _own(folder: Path | None) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.toml"))} if folder is not None and folder.is_dir() else {}


def map_names(folder: Path | None = None) -> list[str]:
    """Return the names of all maps: built-in ones and those in ``folder``."""
    built_in = [path.name.removesuffix(".toml") for path in (files(__package__) / "columns").iterdir() if path.name.endswith(".toml")]
    return sorted({*built_in, *_own(folder)})


def load_map(name: str, folder: Path | None = None) -> ColumnMap:
    """Return the map called ``name``, the firm's own first; raise ``invoice-map``."""
    if name not in map_names(folder):
        raise Problem(BAD_MAP, f"{name!r} is none of {', '.join(map_names(folder))}")
    own = _own(folder).get(name)
    try:
        text = read_text(own) if own is not None else (files(__package__) / "columns" / f"{name}.toml").read_text("utf-8")
        found = msgspec.convert(tomllib.loads(text), ColumnMap)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise Problem(BAD_MAP, f"{name}.toml: {error}") from error
    fields = {*HEAD, *SUMS, *(LINE if found.per == "line" else ())}
    for title, field in found.columns:
        if field not in fields and not field.startswith("="):
            raise Problem(BAD_MAP, f"{name}.toml: column {title!r} names the field {field!r}; with one row a {found.per} there are {', '.join(sorted(fields))}")
    return found


def table(invoice: Invoice, columns: ColumnMap) -> bytes:
    """Return the invoice as CSV; characters that the map's encoding lacks become question marks."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=columns.delimiter, lineterminator="\r\n")
    writer.writerow(title for title, _ in columns.columns)
    for row in _rows(invoice, columns):
        writer.writerow(_cell(field[1:] if field.startswith("=") else row.get(field, ""), columns) for _, field in columns.columns)
    return out.getvalue().encode(columns.encoding, "replace")


def _cell(value: object, columns: ColumnMap) -> str:
    if isinstance(value, date):
        return value.strftime(columns.date)
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", columns.decimal)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _rows(invoice: Invoice, columns: ColumnMap) -> Iterator[dict[str, object]]:
    head = {
        "number": invoice.number, "issued": invoice.issued, "due": invoice.due, "delivered": invoice.delivered, "buyer": invoice.buyer.name,
        "buyer_vat_id": invoice.buyer.vat_id, "buyer_reference": invoice.buyer_reference, "order_no": invoice.order_no, "despatch_no": invoice.despatch_no,
        "currency": invoice.currency, "text": f"{invoice.number} {invoice.buyer.name}"[:60], "note": invoice.note, "terms": invoice.terms,
    }  # fmt: skip
    sums = totals(invoice)
    if columns.per == "tax":
        for share in sums.shares:
            yield head | _sums(share.tax, share.rate, share.basis, share.amount)
        return
    for line, net in zip(invoice.lines, sums.lines, strict=True):
        own = {name: getattr(line, name) for name in LINE if hasattr(line, name)}
        each = {"unit_name": UNITS[line.unit][1], "unit_price": line.price / line.price_per}
        yield head | own | each | _sums(line.tax, line.rate, net, (net * line.rate / 100).quantize(Decimal("0.01")))


def _sums(tax: str, rate: Decimal, net: Decimal, amount: Decimal) -> dict[str, object]:
    return {"tax": tax, "rate": Decimal(percent(rate)), "net": net, "tax_amount": amount, "gross": net + amount}

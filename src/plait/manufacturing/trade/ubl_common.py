"""What reading and writing UBL 2.4 share: names, safe parsing, small helpers."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from plait.kernel.problems import Problem, register

__all__ = ["CAC", "CBC", "NAMES", "UBL_BAD", "day", "parse", "text"]

CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
ROOT = "urn:oasis:names:specification:ubl:schema:xsd:"
NAMES = {"cac": CAC, "cbc": CBC}
LIMIT = 5_000_000
DEPTH = 64
MAGNITUDE = 30

UBL_BAD = register("ubl-unreadable", 422, "The UBL document cannot be read", "Send a well-formed UBL 2.1 to 2.4 document of a supported type.")
UBL_TYPE = register("ubl-type", 422, "This type of document is not read here", "Send a RequestForQuotation, Quotation, Order, OrderResponse or DespatchAdvice.")


def parse(content: bytes, limit: int = LIMIT) -> Any:
    """Return the root element of hostile bytes: no DTD, no entities, no network, at most ``limit`` bytes, limited depth."""
    from lxml import etree

    if len(content) > limit:
        raise Problem(UBL_BAD, f"{len(content)} bytes are more than {limit}")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root: Any = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Problem(UBL_BAD, f"not well-formed XML: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise Problem(UBL_BAD, "a document type declaration is not accepted")
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEPTH:
            raise Problem(UBL_BAD, f"elements nest more than {DEPTH} deep")
    return root


def text(element: Any, path: str) -> str:
    """Return the text at a path of prefixed names, '' when there is none."""
    found = element.find(path, NAMES) if element is not None else None
    return (found.text or "").strip() if found is not None else ""


def number(value: str, where: str) -> Decimal:
    """Return a decimal; raise ``ubl-unreadable`` naming the place."""
    try:
        parsed = Decimal(value)
    except InvalidOperation as error:
        raise Problem(UBL_BAD, f"{where}: {value!r} is no number") from error
    if not parsed.is_finite() or abs(parsed.adjusted()) > MAGNITUDE:
        raise Problem(UBL_BAD, f"{where}: {value!r} is no number")
    return parsed


def day(value: str, where: str, time: str = "") -> datetime | None:
    """Return a UBL date (with its time, if given) in UTC; None when empty."""
    if not value:
        return None
    try:
        when = datetime.fromisoformat(f"{value[:10]}T{time or '00:00:00'}")
    except ValueError as error:
        raise Problem(UBL_BAD, f"{where}: {value!r} is no date") from error
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)

"""Orders and requests in UBL 2.1 to 2.4: Order, OrderChange, OrderCancellation, RequestForQuotation."""

from plait.manufacturing.desk.reading.model import Content, FormatPlugin, Limits

__all__ = ["PLUGIN"]

NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
HEAD = 8192


def _sniff(content: bytes, name: str) -> float:
    head = content[:HEAD]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "ignore").encode()
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return 0.0
    if NAMESPACE.encode() in head:
        return 1.0
    return 0.3 if name.lower().endswith(".xml") else 0.0


def _read(content: bytes, name: str, limits: Limits) -> Content:
    from plait.manufacturing.desk.reading.formats.ubl.reader import read

    return read(content, limits)


PLUGIN = FormatPlugin(
    name="ubl",
    summary="UBL 2.1 to 2.4 orders, order changes, cancellations and requests for quotation, Peppol BIS orders among them",
    suffixes=(".xml",),
    media_types=("application/xml", "text/xml"),
    capabilities=frozenset({"document", "attachments"}),
    sniff=_sniff,
    read=_read,
)

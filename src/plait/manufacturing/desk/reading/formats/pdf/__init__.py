"""PDF: the text of orders with its positions, tables in it, and the title blocks of drawings; always a suggestion."""

from plait.manufacturing.desk.reading.model import Content, FormatPlugin, Limits

__all__ = ["PLUGIN"]


def _sniff(content: bytes, name: str) -> float:
    head = content[:1024]
    if head.startswith(b"%PDF-"):
        return 1.0
    # a few programs write bytes before the mark, which readers take
    return 0.9 if b"%PDF-" in head and name.lower().endswith(".pdf") else 0.0


def _read(content: bytes, name: str, limits: Limits) -> Content:
    from plait.manufacturing.desk.reading.formats.pdf.reader import read

    return read(content, limits)


PLUGIN = FormatPlugin(
    name="pdf",
    summary="PDF text with its place on the page: order tables, what stands above them, title blocks of drawings",
    suffixes=(".pdf",),
    media_types=("application/pdf",),
    capabilities=frozenset({"tables", "positions", "attachments", "text"}),
    sniff=_sniff,
    read=_read,
)

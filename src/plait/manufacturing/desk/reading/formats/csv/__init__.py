"""Text tables: values separated by commas, semicolons, tabs or bars, in any usual encoding."""

from plait.manufacturing.desk.reading.model import Content, FormatPlugin, Limits

__all__ = ["PLUGIN"]

_SUFFIXES = (".csv", ".tsv", ".txt", ".tab", ".asc", ".dat")
_FOREIGN = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"\x00\x00\x00")


def _sniff(content: bytes, name: str) -> float:
    head = content[:8192]
    if head.startswith(_FOREIGN) or head.removeprefix(b"\xef\xbb\xbf").lstrip()[:5].lower() in (b"<?xml", b"<html", b"<!doc"):
        return 0.0
    named = name.lower().endswith(_SUFFIXES)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return 0.8 if named else 0.4
    if head.count(b"\0") > len(head) // 4 + 1 and not named:
        return 0.0
    lines = head.splitlines()[:20]
    parted = any(sum(sign in line for line in lines) >= max(2, len(lines) // 2) for sign in (b";", b"\t", b",", b"|"))
    binary = sum(byte < 9 or 13 < byte < 32 for byte in head) > len(head) / 20
    if binary and not named:
        return 0.0
    return (0.8 if parted else 0.5) if named else (0.3 if parted else 0.0)


def _read(content: bytes, name: str, limits: Limits) -> Content:
    from plait.manufacturing.desk.reading.formats.csv.text import read

    return read(content, name, limits)


PLUGIN = FormatPlugin(
    name="csv",
    summary="Text tables separated by commas, semicolons, tabs or bars, in UTF-8, UTF-16, GB 18030 or Windows-1252",
    suffixes=_SUFFIXES,
    media_types=("text/csv", "text/tab-separated-values", "text/plain"),
    capabilities=frozenset({"tables", "positions"}),
    sniff=_sniff,
    read=_read,
)

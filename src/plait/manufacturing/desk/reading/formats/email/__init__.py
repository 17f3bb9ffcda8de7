"""E-mail as ``.eml``: what is new in it, tables, orders and requests in the text, attachments."""

import re

from plait.manufacturing.desk.reading.model import Content, FormatPlugin, Limits

__all__ = ["PLUGIN"]

HEADERS = frozenset(
    b"from to cc bcc subject date message-id mime-version received return-path delivered-to reply-to in-reply-to references content-type sender".split()
    + b"content-transfer-encoding dkim-signature authentication-results thread-topic thread-index user-agent x-mailer x-priority".split()
)
_HEADER = re.compile(rb"^([A-Za-z][A-Za-z0-9-]{1,60}):")


def _sniff(content: bytes, name: str) -> float:
    lines = content[:8192].removeprefix(b"\xef\xbb\xbf").splitlines()
    if lines and lines[0].startswith(b"From "):
        del lines[0]
    known = other = 0
    for line in lines:
        found = _HEADER.match(line)
        if not line or (not found and not line[:1].isspace()):
            break
        if found:
            known += found.group(1).lower() in HEADERS
            other += found.group(1).lower() not in HEADERS
    named = name.lower().endswith(".eml")
    if known >= 2 and known * 2 >= other:
        return 0.98
    return 0.8 if named and known else 0.0


def _read(content: bytes, name: str, limits: Limits) -> Content:
    from plait.manufacturing.desk.reading.formats.email.reader import read

    return read(content, limits)


PLUGIN = FormatPlugin(
    name="email",
    summary="E-mail (.eml): sender, subject and text without quoted parts, tables, requests and orders in the text, attachments",
    suffixes=(".eml",),
    media_types=("message/rfc822",),
    capabilities=frozenset({"tables", "attachments", "text"}),
    sniff=_sniff,
    read=_read,
)

"""Reads a file as the order desk's inbox does: its tables, and those of the files in it."""

from datetime import date

from plait.manufacturing.desk.reading.context import Context
from plait.manufacturing.desk.reading.model import Limits, Result
from plait.manufacturing.desk.reading.read import open_content, read_content

__all__ = ["read"]


def read(content: bytes, name: str, today: date, sender: str = "", limits: Limits = Limits()) -> Result:
    """Return all that is read from a file and from its attachments, as one result."""
    opened = open_content(content, name, limits)
    result = read_content(opened, name, Context(today))
    for attachment in opened.attachments:
        inner = read(attachment.content, attachment.name, today, sender, limits)
        result.tables.extend(inner.tables)
        result.issues.extend(inner.issues)
        result.suggestion = result.suggestion or inner.suggestion
    return result

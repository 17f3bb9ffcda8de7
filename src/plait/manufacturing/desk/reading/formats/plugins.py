"""The table of document formats: built-in ones and those a stranger has installed (entry points ``plait.formats``)."""

from plait.kernel.plugins import PluginTable
from plait.kernel.problems import Problem
from plait.manufacturing.desk.reading.model import FormatPlugin
from plait.manufacturing.desk.reading.refusals import FILE_UNKNOWN

__all__ = ["FORMATS", "choose"]

_HERE = "plait.manufacturing.desk.reading.formats"
FORMATS = PluginTable("plait.formats", FormatPlugin, {name: f"{_HERE}.{name}" for name in ("excel", "csv", "email", "pdf", "ubl")}, FILE_UNKNOWN, "format")
SUREST = 0.05


def choose(content: bytes, name: str) -> FormatPlugin:
    """Return the format that is surest of a file; raise ``file-unknown`` when none is."""
    loaded, _ = FORMATS.loadable()
    sure = [(each.sniff(content, name), each) for each in loaded]
    surest, found = max(sure, key=lambda pair: pair[0])
    if surest < SUREST:
        raise Problem(FILE_UNKNOWN, f"{name or 'the file'} is of no format that is read here")
    return found

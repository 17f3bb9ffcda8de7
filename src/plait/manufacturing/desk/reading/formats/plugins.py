"""The table of document formats: built-in ones and those a stranger has installed (entry points ``plait.formats``)."""

from importlib import import_module
from importlib.metadata import entry_points

from plait.kernel.problems import Problem
from plait.manufacturing.desk.reading.model import FormatPlugin
from plait.manufacturing.desk.reading.refusals import FILE_UNKNOWN

__all__ = ["BUILT_IN", "GROUP", "choose", "format_names", "plugin"]

GROUP = "plait.formats"
_HERE = "plait.manufacturing.desk.reading.formats"
BUILT_IN = {name: f"{_HERE}.{name}" for name in ("excel", "csv", "email", "pdf", "ubl")}
SUREST = 0.05


def format_names() -> list[str]:
    """Return the names of all formats there are, without loading any."""
    return sorted({*BUILT_IN, *(entry.name for entry in entry_points(group=GROUP))})


def plugin(name: str) -> FormatPlugin:
    """Load the format called ``name``; raise ``file-unknown`` when there is none or it cannot be loaded."""
    try:
        found = import_module(BUILT_IN[name]).PLUGIN if name in BUILT_IN else _installed(name)
    except ImportError as error:
        raise Problem(FILE_UNKNOWN, f"The format {name!r} cannot be loaded: {error}.") from error
    if not isinstance(found, FormatPlugin):
        raise Problem(FILE_UNKNOWN, f"The format {name!r} is not a plug-in value but {type(found).__name__}.")
    return found


def _installed(name: str) -> object:
    for entry in entry_points(group=GROUP, name=name):
        return entry.load()
    raise Problem(FILE_UNKNOWN, f"format: there is none called {name!r}; known are {', '.join(format_names())}.")


def choose(content: bytes, name: str) -> FormatPlugin:
    """Return the format that is surest of a file; raise ``file-unknown`` when none is."""
    plugins = [plugin(each) for each in format_names()]
    surest = max(plugins, key=lambda each: each.sniff(content, name))
    if surest.sniff(content, name) < SUREST:
        raise Problem(FILE_UNKNOWN, f"{name or 'the file'} is of no format that is read here")
    return surest

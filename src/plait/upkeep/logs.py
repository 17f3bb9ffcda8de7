"""The log of the process: configured here alone, for our own lines and for those of the libraries."""

import logging
import sys
from collections import deque
from collections.abc import MutableMapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import structlog

from plait.kernel.settings import Logs
from plait.upkeep.redact import redact

__all__ = ["configure", "hide", "recent"]

MEGABYTE = 1_000_000
KEPT = 500
_QUIET = ("asyncua", "httpx", "httpcore", "uvicorn.access")


def hide(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take secrets and control characters out of every value of a line (a structlog processor)."""
    del logger, method
    return {str(key): value if key.startswith("_") else redact(value, str(key)) for key, value in event.items()}


class _Recent(logging.Handler):
    """Keeps the last lines in memory, for who asks the running node."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: deque[str] = deque(maxlen=KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def recent() -> list[str]:
    """Return the last lines of the log as JSON, the oldest first; none before the log is configured."""
    return [line for handler in logging.getLogger().handlers if isinstance(handler, _Recent) for line in handler.lines]


def _handler(logs: Logs, folder: Path) -> logging.Handler:
    if not logs.file:
        return logging.StreamHandler(sys.stderr)
    file = folder / logs.file
    return RotatingFileHandler(file, maxBytes=logs.megabytes * MEGABYTE, backupCount=logs.keep, encoding="utf-8", delay=True)


def configure(logs: Logs, folder: Path) -> logging.Handler:
    """Send every line to stderr or the file of ``logs`` (relative to ``folder``): key=value on a terminal, else one JSON object a line.

    Return the handler, which the caller may close.
    """
    handler = _handler(logs, folder)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide,
    ]
    terminal = not logs.file and sys.stderr.isatty()
    first = ("timestamp", "level", "logger", "event")
    render: Any = structlog.processors.KeyValueRenderer(key_order=first, drop_missing=True) if terminal else structlog.processors.JSONRenderer()
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[remove, render]))
    kept = _Recent()
    kept.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[remove, structlog.processors.JSONRenderer()]))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.addHandler(kept)
    root.setLevel(logs.level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    return handler

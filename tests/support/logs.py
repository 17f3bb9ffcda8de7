"""The log of the process while a test has it, and afterwards as before."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from plait.kernel.settings import Logs
from plait.upkeep.logs import configure

__all__ = ["logging_to"]


@contextmanager
def logging_to(logs: Logs, folder: Path) -> Iterator[logging.Handler]:
    """Configure the log; put it back at the end."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    made = configure(logs, folder)
    try:
        yield made
    finally:
        made.close()
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()

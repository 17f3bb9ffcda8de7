"""What the console knows of each of its screens."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plait.console.page import Page

__all__ = ["GROUPS", "Screen"]

GROUPS = ("now", "manufacturing", "infrastructure", "circulation", "network", "node")


@dataclass(frozen=True)
class Screen:
    """One screen. ``path`` is its address below /console with ``{names}`` for what varies; ``build`` makes it for one person.

    ``action``: what one must be allowed to do to see it; ``group`` and ``icon`` (a Material icon's name) place it in the rail, no icon: not there;
    ``key``: the letter that leads there after ``g``; ``howto``: the page of docs/how-to that explains it.
    """

    path: str
    title: str
    build: Callable[["Page"], Awaitable[None]]
    action: str = ""
    group: str = "now"
    icon: str = ""
    key: str = ""
    howto: str = ""

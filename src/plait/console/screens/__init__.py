"""Every screen of the console, in the order of the rail."""

from plait.console.screen import Screen
from plait.console.screens import help, node, today

__all__ = ["SCREENS"]

SCREENS: tuple[Screen, ...] = (
    *today.SCREENS,
    *node.SCREENS,
    *help.SCREENS,
)

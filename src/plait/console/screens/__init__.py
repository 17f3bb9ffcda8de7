"""Every screen of the console, in the order of the rail."""

from plait.console.screen import Screen
from plait.console.screens import desk, firm, help, line, machines, network, node, orders, partners, parts, people, quotes, rfqs, schedule, sharing, today

__all__ = ["SCREENS"]

SCREENS: tuple[Screen, ...] = (
    *today.SCREENS,
    *desk.SCREENS,
    *orders.SCREENS,
    *rfqs.SCREENS,
    *quotes.SCREENS,
    *schedule.SCREENS,
    *parts.SCREENS,
    *line.SCREENS,
    *machines.SCREENS,
    *partners.SCREENS,
    *sharing.SCREENS,
    *network.SCREENS,
    *firm.SCREENS,
    *people.SCREENS,
    *node.SCREENS,
    *help.SCREENS,
)

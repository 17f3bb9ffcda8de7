"""Every screen of the console, in the order of the rail."""

from plait.console.apps import oee
from plait.console.screen import Screen
from plait.console.screens import (
    connect,
    desk,
    documents,
    firm,
    help,
    labels,
    line,
    machines,
    network,
    node,
    observatory,
    orders,
    partners,
    parts,
    passports,
    people,
    quotes,
    rfqs,
    schedule,
    sharing,
    today,
    trace,
)

__all__ = ["SCREENS"]

SCREENS: tuple[Screen, ...] = (
    *today.SCREENS,
    *desk.SCREENS,
    *orders.SCREENS,
    *rfqs.SCREENS,
    *quotes.SCREENS,
    *documents.SCREENS,
    *schedule.SCREENS,
    *parts.SCREENS,
    *line.SCREENS,
    *connect.SCREENS,
    *machines.SCREENS,
    *oee.SCREENS,
    *trace.SCREENS,
    *passports.SCREENS,
    *labels.SCREENS,
    *partners.SCREENS,
    *sharing.SCREENS,
    *network.SCREENS,
    *observatory.SCREENS,
    *firm.SCREENS,
    *people.SCREENS,
    *node.SCREENS,
    *help.SCREENS,
)

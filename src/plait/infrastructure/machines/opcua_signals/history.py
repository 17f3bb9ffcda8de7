"""What a server has kept of its variables while nobody listened (OPC 10000-11, HistoryRead)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from plait.infrastructure.machines.opcua.errors import transport
from plait.infrastructure.machines.opcua.lib import ua
from plait.infrastructure.machines.opcua_signals.session import Session
from plait.kernel.problems import Problem

__all__ = ["MOST_VALUES", "keeps", "past"]

MOST_VALUES, A_PAGE = 100_000, 5_000
_READ = 4


async def keeps(session: Session, nodes: Sequence[Any]) -> bool:
    """Whether the server keeps a history of every one of these variables that this user may read."""
    found = await session.read(nodes, ua.AttributeIds.UserAccessLevel)
    return bool(found) and all(each.StatusCode.is_good() and each.Value is not None and int(each.Value.Value) & _READ for each in found)


async def past(session: Session, node: Any, since: datetime, until: datetime, most: int) -> list[Any] | None:
    """Return the values of a variable between two moments, oldest first; None when there are more than ``most``, or the server refuses."""
    details = ua.ReadRawModifiedDetails()
    details.IsReadModified = False
    details.StartTime, details.EndTime = since, until
    details.NumValuesPerNode = A_PAGE
    details.ReturnBounds = False
    found: list[Any] = []
    point = None
    while True:
        parameters = ua.HistoryReadParameters()
        parameters.HistoryReadDetails = details
        parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
        parameters.NodesToRead = [ua.HistoryReadValueId(NodeId=node, ContinuationPoint=point)]
        try:
            async with transport():
                (result,) = await session.client.uaclient.session.history_read(parameters)
        except Problem:
            return None
        if not result.StatusCode.is_good():
            return None
        page = list(getattr(result.HistoryData, "DataValues", None) or ())
        found += page
        if len(found) > most:
            return None
        if result.ContinuationPoint is None and len(page) < A_PAGE:
            return found
        if result.ContinuationPoint is None or result.ContinuationPoint == point:
            # The server stops at our number without a point to go on from: ask again behind the last value.
            last = page[-1].SourceTimestamp or page[-1].ServerTimestamp
            if last is None or last <= details.StartTime.replace(tzinfo=last.tzinfo):
                return None
            details.StartTime = last
            found = [each for each in found if (each.SourceTimestamp or each.ServerTimestamp) != last]
            point = None
        else:
            point = result.ContinuationPoint

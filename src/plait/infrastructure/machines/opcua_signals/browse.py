"""What a server offers: its variables, found breadth first in pages, within limits of depth, number and time."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from plait.infrastructure.machines.model import Around, Offered
from plait.infrastructure.machines.opcua.errors import transport, words
from plait.infrastructure.machines.opcua.lib import ua
from plait.infrastructure.machines.opcua_signals import SignalsConfig
from plait.infrastructure.machines.opcua_signals.address import parse, shown
from plait.infrastructure.machines.opcua_signals.session import Session
from plait.infrastructure.machines.opcua_signals.values import kept, unit_code
from plait.kernel.clock import SYSTEM

__all__ = ["MOST_VARIABLES", "browse"]

MOST_VARIABLES, MOST_NODES, DEPTH, WITHIN_S, A_PAGE = 5_000, 100_000, 16, 30.0, 1_000
_OBJECTS, _SERVER, _HIERARCHICAL, _HAS_PROPERTY = 85, 2253, 33, 46
_ANALOG = frozenset({2368, 17497, 17570, 15318})
_WRITE = 2


class _Variable(NamedTuple):
    node: Any
    name: str
    path: str
    analog: bool


async def browse(config: SignalsConfig, around: Around) -> Sequence[Offered]:
    """Return the server's variables with present values, units and whether they can be written; raise ``LinkLost`` in words a person can act on.

    Of a large server the part nearest to the root comes; a last entry says that there is more and how to come to it.
    """
    session = await Session.open(config, around)
    try:
        root = parse(config.root, session.indices, "config.root") if config.root else ua.NodeId(_OBJECTS, 0)
        variables, more = await _walk(session, root)
        offered = await _described(session, variables)
    finally:
        await session.close()
    if more:
        why = f"only {len(variables)} variables are shown: set root in the config to the folder to look into"
        offered.append(Offered("more", "more", group="the server holds more", why=why))
    return offered


async def _walk(session: Session, root: Any) -> tuple[list[_Variable], bool]:
    began, seen = SYSTEM.monotonic(), {root}
    found: list[_Variable] = []
    level: list[tuple[Any, str]] = [(root, "")]
    for _ in range(DEPTH):
        below: list[tuple[Any, str]] = []
        for start in range(0, len(level), session.most["browse"]):
            some = level[start : start + session.most["browse"]]
            for (_, path), references in zip(some, await _children(session, [node for node, _ in some]), strict=True):
                _sort_in(references, path, seen, found, below)
            if len(found) >= MOST_VARIABLES or len(seen) >= MOST_NODES or SYSTEM.monotonic() - began > WITHIN_S:
                return found[:MOST_VARIABLES], True
        if not below:
            return found, False
        level = below
    return found, True


def _sort_in(references: Sequence[Any], path: str, seen: set[Any], found: list[_Variable], below: list[tuple[Any, str]]) -> None:
    for each in references:
        node = ua.NodeId(each.NodeId.Identifier, each.NodeId.NamespaceIndex, each.NodeId.NodeIdType)
        if node in seen or (node.NamespaceIndex == 0 and node.Identifier == _SERVER):
            continue
        seen.add(node)
        name = str(each.BrowseName.Name or each.DisplayName.Text or "")
        if each.NodeClass == ua.NodeClass.Variable:
            kind = each.TypeDefinition
            found.append(_Variable(node, name, path, kind.NamespaceIndex == 0 and kind.Identifier in _ANALOG))
        # Also a variable may hold others; properties (units, ranges) are not followed.
        below.append((node, f"{path}/{name}" if path else name))


async def _children(session: Session, nodes: Sequence[Any], reference: int = _HIERARCHICAL, mask: int = 3) -> list[list[Any]]:
    """Return the references of each node, asked for page by page."""
    parameters = ua.BrowseParameters()
    parameters.View.Timestamp = ua.get_win_epoch()
    parameters.RequestedMaxReferencesPerNode = A_PAGE
    for node in nodes:
        one = ua.BrowseDescription()
        one.NodeId, one.ReferenceTypeId = node, ua.NodeId(reference, 0)
        one.BrowseDirection, one.IncludeSubtypes = ua.BrowseDirection.Forward, True
        one.NodeClassMask, one.ResultMask = mask, ua.BrowseResultMask.All
        parameters.NodesToBrowse.append(one)
    async with transport():
        results = await session.client.uaclient.session.browse(parameters)
    found = [list(result.References or ()) for result in results]
    for index, result in enumerate(results):
        point = result.ContinuationPoint
        while point and len(found[index]) < MOST_NODES:
            onward = ua.BrowseNextParameters()
            onward.ContinuationPoints, onward.ReleaseContinuationPoints = [point], False
            async with transport():
                (page,) = await session.client.uaclient.session.browse_next(onward)
            found[index] += page.References or ()
            point = page.ContinuationPoint if page.References else None
    if reference == _HIERARCHICAL:
        properties = ua.NodeId(_HAS_PROPERTY, 0)
        return [[each for each in references if each.ReferenceTypeId != properties] for references in found]
    return found


async def _described(session: Session, variables: Sequence[_Variable]) -> list[Offered]:
    nodes = [each.node for each in variables]
    values = await session.read(nodes, ua.AttributeIds.Value)
    access = await session.read(nodes, ua.AttributeIds.UserAccessLevel)
    units = await _units(session, [each.node for each in variables if each.analog])
    offered = []
    for one, value, level in zip(variables, values, access, strict=True):
        data = value.Value
        now = kept(data.Value) if data is not None else None
        why = "" if now is not None else _why(value)
        kind = "" if data is None else data.VariantType.name
        writable = level.Value is not None and bool(int(level.Value.Value) & _WRITE)
        name = _name(one)
        offered.append(Offered(shown(one.node, session.uris), name, kind, units.get(one.node, ""), now, one.path, writable, why))
    return offered


def _name(one: _Variable) -> str:
    """Propose a name: the variable's own behind the folder it lies in."""
    part = one.path.rpartition("/")[2]
    return f"{part}.{one.name}" if part else one.name


def _why(value: Any) -> str:
    if not value.StatusCode.is_good():
        return words(str(value.StatusCode.name))
    if value.Value is None or value.Value.Value is None:
        return "it has no value now"
    if isinstance(value.Value.Value, list):
        return "an array is not read as a signal"
    return f"a {value.Value.VariantType.name} is not read as a signal"


async def _units(session: Session, nodes: Sequence[Any]) -> dict[Any, str]:
    owners: list[Any] = []
    properties: list[Any] = []
    for start in range(0, len(nodes), session.most["browse"]):
        some = nodes[start : start + session.most["browse"]]
        for node, references in zip(some, await _children(session, some, _HAS_PROPERTY, 2), strict=True):
            for each in references:
                if each.BrowseName.Name == "EngineeringUnits":
                    owners.append(node)
                    properties.append(ua.NodeId(each.NodeId.Identifier, each.NodeId.NamespaceIndex, each.NodeId.NodeIdType))
    values = await session.read(properties, ua.AttributeIds.Value)
    return {node: unit_code(value.Value.Value) for node, value in zip(owners, values, strict=True) if value.Value is not None}

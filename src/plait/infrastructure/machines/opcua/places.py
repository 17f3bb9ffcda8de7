"""Where things are in a server's address space: found by browse path and namespace URI, never by index."""

from collections.abc import Sequence
from typing import Any

from plait.infrastructure.machines.model import BAD_MACHINE
from plait.infrastructure.machines.opcua.cells import LIST, RESPONSES, Cell
from plait.infrastructure.machines.opcua.lib import Client, ua
from plait.kernel.problems import Problem
from plait.wire import isa95, isa95_model, packml, packml_model

__all__ = ["BEAT", "Places"]

BEAT = "Heartbeat"
_OBJECTS, _HIERARCHICAL = 85, 33
_NEEDED = frozenset({"State", LIST, RESPONSES})


class Places:
    """Finds nodes through ``client``; ``namespace`` is the URI of the folder of cells."""

    def __init__(self, client: Client, namespace: str) -> None:
        self._client = client
        self._namespace = namespace
        self._indices: dict[str, int] = {}

    async def learn(self) -> None:
        """Read the namespaces and the structures of job orders; raise ``bad-machine`` when the server lacks the needed ones."""
        self._indices = {uri: index for index, uri in enumerate(await self._client.get_namespace_array())}
        for uri in (self._namespace, isa95.URI):
            if uri not in self._indices:
                raise Problem(BAD_MACHINE, f"The server at {self._client.server_url.geturl()} does not know the namespace {uri}.")
        await self._client.load_data_type_definitions()

    async def _find(self, start: Any, names: Sequence[tuple[str, str | None]]) -> Any:
        """Follow (browse name, namespace URI or None for the base one) from ``start``; None when the path ends nowhere."""
        path = ua.BrowsePath(StartingNode=start)
        steps = []
        for name, uri in names:
            if uri is not None and uri not in self._indices:
                return None
            index = 0 if uri is None else self._indices[uri]
            steps.append(ua.RelativePathElement(ua.NodeId(_HIERARCHICAL, 0), False, True, ua.QualifiedName(name, index)))
        path.RelativePath = ua.RelativePath(steps)
        (result,) = await self._client.uaclient.session.translate_browsepaths_to_nodeids([path])
        if not result.StatusCode.is_good() or not result.Targets:
            return None
        found = result.Targets[0].TargetId
        return ua.NodeId(found.Identifier, found.NamespaceIndex, found.NodeIdType)

    async def _own(self, start: Any, *names: str) -> Any:
        return await self._find(start, [(name, self._namespace) for name in names])

    async def heartbeat(self) -> Any:
        """Return the node id of the variable written last in every step, None when the server has none."""
        return await self._own(ua.NodeId(_OBJECTS, 0), BEAT)

    async def link_name(self) -> str:
        """Return what the server calls this link, "" when it does not say."""
        node = await self._own(ua.NodeId(_OBJECTS, 0), "Plant", "Link")
        return "" if node is None else str(await self._client.get_node(node).read_value() or "")

    async def cell(self, machine_id: str, name: str) -> Cell | None:
        """Find a machine by the browse name of its object in the folder of cells; None when it or what it needs is not there."""
        folder = await self._own(ua.NodeId(_OBJECTS, 0), "Cells")
        root = None if folder is None else await self._child(folder, name)
        if root is None:
            return None
        control, results = await self._own(root, "JobOrderControl"), await self._own(root, "JobOrderResults")
        nodes = {text: await self._own(root, text) for text in ("State", "AlarmText", "ExpectedRepairMinutes")}
        if control is not None and results is not None:
            nodes[LIST] = await self._find(control, [("JobOrderList", isa95.URI)])
            nodes[RESPONSES] = await self._find(results, [("JobOrderResponseList", isa95.URI)])
        nodes.update(await self._signals(root))
        unit = [("PackML", self._namespace), ("BaseStateMachine", packml.URI), ("MachineState", packml.URI)]
        objects = {"JobOrderControl": control, "MachineState": await self._find(root, unit)}
        found = {text: node for text, node in nodes.items() if node is not None}
        if not found.keys() >= _NEEDED:
            return None
        return Cell(machine_id, {text: node for text, node in objects.items() if node is not None}, found)

    async def _child(self, folder: Any, name: str) -> Any:
        for child in await self._client.get_node(folder).get_children_descriptions():
            if child.BrowseName.Name == name:
                return ua.NodeId(child.NodeId.Identifier, child.NodeId.NamespaceIndex, child.NodeId.NodeIdType)
        return None

    async def _signals(self, root: Any) -> dict[str, Any]:
        folder = await self._own(root, "Signals")
        if folder is None:
            return {}
        children = await self._client.get_node(folder).get_children_descriptions(nodeclassmask=ua.NodeClass.Variable)
        return {f"Signals/{child.BrowseName.Name}": child.NodeId for child in sorted(children, key=lambda child: str(child.BrowseName.Name))}

    def job_method(self, command: isa95.Command) -> Any:
        """Return the id of a method of the job order receiver type."""
        return ua.NodeId(next(row.id for row in isa95_model.METHODS if row.name == command.value), self._indices[isa95.URI])

    def unit_method(self, command: packml.Command) -> Any:
        """Return the id of a method of the PackML machine state type."""
        number = next(row.id for row in packml_model.METHODS if row.name == command.value and row.owner == packml_model.MACHINE)
        return ua.NodeId(number, self._indices[packml.URI])

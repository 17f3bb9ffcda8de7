"""The instances of a plant's address space (docs/plant-address-space.md): one object a cell, with fixed string node ids."""

from typing import Any

from plait.plant.cell import Cell
from plait.plant.nodes import Nodes
from plait.plant.opcua import ua
from plait.wire import isa95_model, packml_model
from plait.wire.opcua import BASE, DATA_TYPES, Model, Variable

__all__ = ["HEARTBEAT", "PLANT_URI", "Space"]

PLANT_URI = "urn:plait:plant"
HEARTBEAT = "Heartbeat"
_MACHINES = (("BaseStateMachine", packml_model.BASE_MACHINE), ("MachineState", packml_model.MACHINE), ("ExecuteState", packml_model.EXECUTE_MACHINE))
_STATUS = ("CurMachSpeed", "MachSpeed", "EquipmentBlocked", "EquipmentStarved", "UnitModeCurrent", "UnitSupportedModes")
_ADMIN = ("ProdConsumedCount", "ProdProcessedCount", "ProdDefectiveCount", "StopReason", "MachDesignSpeed")
_OWN = (
    ("State", "Int32"),
    ("AlarmText", "String"),
    ("ExpectedRepairMinutes", "Double"),
    ("JobOrderID", "String"),
    ("InputBuffer", "Int32"),
    ("OutputBuffer", "Int32"),
)
SIGNALS = ("SpindleLoad", "Temperature", "Power", "EnergyKWh", "ToolWear")


class Space:
    """Builds the nodes; afterwards ``ids`` gives the node id of every instance variable by its path."""

    def __init__(self, server: Any, name: str) -> None:
        self._server = server
        self._name = name
        self.ids: dict[str, Any] = {}
        self.isa = self.pml = self.pla = self.ins = 0
        self.nodes = Nodes(server, {})

    async def build(self, cells: list[Cell], link: str) -> None:
        """Register the namespaces, build the types, then the instances of ``cells``."""
        uris = (isa95_model.MODEL.uri, packml_model.MODEL.uri, PLANT_URI, f"{PLANT_URI}:{self._name}")
        indices = [await self._server.register_namespace(uri) for uri in uris]
        self.isa, self.pml, self.pla, self.ins = indices
        self.nodes.spaces.update(zip(uris, indices, strict=True))
        await self.nodes.model(isa95_model.MODEL)
        await self.nodes.model(packml_model.MODEL)
        folder = self._root(link)
        for cell in cells:
            self._cell(cell, folder)
        await self.nodes.commit()

    def _node(self, path: str) -> Any:
        return ua.NodeId(path, self.ins)

    def _object(self, path: str, name: str, parent: Any, definition: Any, reference: str = "HasComponent", space: int | None = None) -> Any:
        qualified = ua.QualifiedName(name, self.pla if space is None else space)
        return self.nodes.add("Object", self._node(path), qualified, parent, ua.NodeId(BASE[reference], 0), definition=definition)

    def _text(self, path: str, name: str, parent: Any, value: str) -> None:
        self.nodes.property(self._node(path), ua.QualifiedName(name, self.pla), parent, ua.NodeId(12, 0), ua.Variant(value, ua.VariantType.String))

    def _value(self, path: str, name: str, parent: Any, type: str) -> None:
        self.ids[path] = self.nodes.variable(self._node(path), ua.QualifiedName(name, self.pla), parent, ua.NodeId(DATA_TYPES[type], 0))

    def _root(self, link: str) -> Any:
        objects, organizes = ua.NodeId(85, 0), ua.NodeId(35, 0)
        beat = ua.NodeId(HEARTBEAT, self.pla)
        zero = ua.Variant(0, ua.VariantType.Int64)
        self.ids[HEARTBEAT] = self.nodes.variable(beat, ua.QualifiedName(HEARTBEAT, self.pla), objects, ua.NodeId(8, 0), value=zero)
        folders = []
        for text in ("Plant", "Cells"):
            node = ua.NodeId(text, self.pla)
            folders.append(self.nodes.add("Object", node, ua.QualifiedName(text, self.pla), objects, organizes, definition=ua.NodeId(61, 0)))
        self._text("Plant/Name", "Name", folders[0], self._name)
        self._text("Plant/Link", "Link", folders[0], link)
        return folders[1]

    def _cell(self, cell: Cell, folder: Any) -> None:
        plain = ua.NodeId(BASE["BaseObjectType"], 0)
        node = self.nodes.add("Object", self._node(cell.id), ua.QualifiedName(cell.id, self.ins), folder, ua.NodeId(35, 0), definition=plain)
        self._text(f"{cell.id}/Name", "Name", node, cell.config.name or cell.id)
        self._text(f"{cell.id}/Kind", "Kind", node, cell.config.kind)
        for name, type in _OWN:
            self._value(f"{cell.id}/{name}", name, node, type)
        signals = self._object(f"{cell.id}/Signals", "Signals", node, plain)
        for name in SIGNALS:
            self._value(f"{cell.id}/Signals/{name}", name, signals, "Double")
        self._jobs(cell, node)
        self._unit(cell, node)

    def _methods(self, node: Any, model: Model, owner: int) -> None:
        index = self.nodes.spaces[model.uri]
        for method in model.methods:
            if method.owner == owner:
                self.nodes.refer(node, ua.NodeId(BASE["HasComponent"], 0), ua.NodeId(method.id, index), both=False)

    def _instance(self, model: Model, row: Variable, path: str, parent: Any) -> None:
        index = self.nodes.spaces[model.uri]
        self.ids[path] = self.nodes.variable(
            self._node(path),
            ua.QualifiedName(row.name, 0 if row.foreign else index),
            parent,
            self.nodes.data_type(model, row.type),
            rank=row.rank,
            definition=ua.NodeId(BASE[row.kind], 0),
            reference=self.nodes.type(model, row.reference),
        )

    def _jobs(self, cell: Cell, parent: Any) -> None:
        model = isa95_model.MODEL
        for name, owner in (("JobOrderControl", isa95_model.RECEIVER), ("JobOrderResults", isa95_model.PROVIDER)):
            path = f"{cell.id}/{name}"
            node = self._object(path, name, parent, ua.NodeId(owner, self.isa))
            for row in model.variables:
                if row.owner == owner:
                    self._instance(model, row, f"{path}/{row.name}", node)
            self._methods(node, model, owner)

    def _unit(self, cell: Cell, parent: Any) -> None:
        model = packml_model.MODEL
        path = f"{cell.id}/PackML"
        unit = self._object(path, "PackML", parent, ua.NodeId(packml_model.BASE_OBJECT, self.pml))
        self._methods(unit, model, packml_model.BASE_OBJECT)
        inner, outer = path, unit
        for name, type in _MACHINES:
            inner = f"{inner}/{name}"
            outer = self._object(inner, name, outer, ua.NodeId(type, self.pml), space=self.pml)
            self._current(inner, outer)
            self._methods(outer, model, type)
        for name, owner, wanted in (("Status", packml_model.STATUS, _STATUS), ("Admin", packml_model.ADMIN, _ADMIN)):
            part = self._object(f"{path}/{name}", name, unit, ua.NodeId(owner, self.pml), space=self.pml)
            for row in model.variables:
                if row.owner == owner and row.name in wanted:
                    self._instance(model, row, f"{path}/{name}/{row.name}", part)

    def _current(self, path: str, parent: Any) -> None:
        state = f"{path}/CurrentState"
        definition = ua.NodeId(BASE["FiniteStateVariableType"], 0)
        node = self._node(state)
        self.ids[state] = self.nodes.variable(node, ua.QualifiedName("CurrentState", 0), parent, ua.NodeId(21, 0), definition=definition)
        for name, type in (("Id", 17), ("Number", 7)):
            inner = f"{state}/{name}"
            self.ids[inner] = self.nodes.variable(
                self._node(inner),
                ua.QualifiedName(name, 0),
                node,
                ua.NodeId(type, 0),
                definition=ua.NodeId(BASE["PropertyType"], 0),
                reference=ua.NodeId(BASE["HasProperty"], 0),
            )

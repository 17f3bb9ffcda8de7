"""Makes nodes in an asyncua server, many at a time: the published types from the tables of ``wire``, and plain instances."""

from collections.abc import Sequence
from typing import Any

from plait.plant.opcua import load_custom_struct, ua
from plait.wire.opcua import BASE, DATA_TYPES, Argument, DataType, Model, Transition, Variable

__all__ = ["Nodes"]


def _base(name: str) -> Any:
    return ua.NodeId(BASE[name], 0)


class Nodes:
    """Collects nodes and references and enters them with ``commit``. ``spaces`` gives the index of each namespace URI."""

    def __init__(self, server: Any, spaces: dict[str, int]) -> None:
        self._server = server
        self._session = server.iserver.isession
        self.spaces = spaces
        self._items: list[Any] = []
        self._references: list[Any] = []
        self._named: dict[str, Any] = {}

    def add(self, kind: str, node: Any, name: Any, parent: Any, reference: Any, *, definition: Any = None, **attributes: Any) -> Any:
        """Enter one node of class ``kind`` (Object, Variable, Method, ObjectType, DataType, ReferenceType); return its id."""
        item = ua.AddNodesItem()
        item.RequestedNewNodeId = node
        item.BrowseName = name
        item.NodeClass = ua.NodeClass[kind]
        item.ParentNodeId = parent
        item.ReferenceTypeId = reference
        if definition is not None:
            item.TypeDefinition = definition
        details = getattr(ua, f"{kind}Attributes")()
        details.DisplayName = ua.LocalizedText(name.Name)
        for key, value in attributes.items():
            setattr(details, key, value)
        item.NodeAttributes = details
        self._items.append(item)
        return node

    def refer(self, source: Any, reference: Any, target: Any, *, both: bool = True) -> None:
        """Enter a reference between two nodes, with its inverse when ``both``."""
        for start, end, forward in ((source, target, True), (target, source, False))[: 2 if both else 1]:
            item = ua.AddReferencesItem()
            item.SourceNodeId, item.ReferenceTypeId, item.TargetNodeId, item.IsForward = start, reference, end, forward
            item.TargetNodeClass = ua.NodeClass.Unspecified
            self._references.append(item)

    async def commit(self) -> None:
        """Put everything entered so far into the address space."""
        items, self._items = self._items, []
        for result in await self._session.add_nodes(items):
            result.StatusCode.check()
        references, self._references = self._references, []
        for status in await self._session.add_references(references):
            status.check()

    def variable(self, node: Any, name: Any, parent: Any, type: Any, *, rank: int = -1, value: Any = None, **more: Any) -> Any:
        """Enter a read-only variable; ``more``: ``definition`` and ``reference`` when it is not a plain component."""
        definition = more.get("definition") or _base("BaseDataVariableType")
        reference = more.get("reference") or _base("HasComponent")
        return self.add(
            "Variable",
            node,
            name,
            parent,
            reference,
            definition=definition,
            Value=value if value is not None else ua.Variant(None, ua.VariantType.Null),
            DataType=type,
            ValueRank=rank,
            ArrayDimensions=[0] * rank if rank > 0 else None,
            AccessLevel=ua.AccessLevel.CurrentRead.mask,
            UserAccessLevel=ua.AccessLevel.CurrentRead.mask,
            Historizing=False,
        )

    def property(self, node: Any, name: Any, parent: Any, type: Any, value: Any, rank: int = -1) -> Any:
        """Enter a property with its value."""
        return self.variable(node, name, parent, type, rank=rank, value=value, definition=_base("PropertyType"), reference=_base("HasProperty"))

    def data_type(self, model: Model, name: str) -> Any:
        """Return the node id of a data type by its name in ``model`` or in the base namespace."""
        if name in DATA_TYPES:
            return ua.NodeId(DATA_TYPES[name], 0)
        index = self.spaces[model.uri]
        numbers = {row.name: row.id for row in model.data_types} | {name: id for id, name, _ in model.enums}
        return ua.NodeId(numbers[name], index)

    def type(self, model: Model, name: str) -> Any:
        """Return the node id of an object or reference type by its name in ``model`` or in the base namespace."""
        numbers = {row.name: row.id for row in model.types} | {name: id for id, name in model.reference_types}
        return ua.NodeId(numbers[name], self.spaces[model.uri]) if name in numbers else _base(name)

    async def model(self, model: Model) -> None:
        """Build every type of ``model`` with the published ids, and make its structures known to this process."""
        index = self.spaces[model.uri]
        for id, name in model.reference_types:
            self.add("ReferenceType", ua.NodeId(id, index), ua.QualifiedName(name, index), _base("HasComponent"), ua.NodeId(45, 0))
        for id, name, values in model.enums:
            self._enum(index, id, name, values)
        for row in model.data_types:
            self._structure(model, row)
        await self.commit()
        for row in model.data_types:
            await load_custom_struct(self._server.get_node(ua.NodeId(row.id, index)))
        self._types(model, index)
        await self.commit()

    def _enum(self, index: int, id: int, name: str, values: Sequence[tuple[str, int]]) -> None:
        definition = ua.EnumDefinition()
        definition.Fields = [ua.EnumField(Value=value, DisplayName=ua.LocalizedText(text), Name=text) for text, value in values]
        parent = ua.NodeId(DATA_TYPES["Enumeration"], 0)
        self.add("DataType", ua.NodeId(id, index), ua.QualifiedName(name, index), parent, ua.NodeId(45, 0), DataTypeDefinition=definition)

    def _structure(self, model: Model, row: DataType) -> None:
        index = self.spaces[model.uri]
        node, structure = ua.NodeId(row.id, index), ua.NodeId(22, 0)
        fields = []
        for field in row.fields:
            entry = ua.StructureField()
            entry.Name, entry.IsOptional = field.name, field.optional
            entry.DataType = self.data_type(model, field.type)
            entry.ValueRank = 1 if field.array else -1
            entry.ArrayDimensions = [0] if field.array else None
            fields.append(entry)
        definition = ua.StructureDefinition()
        optional = any(field.optional for field in row.fields)
        definition.StructureType = ua.StructureType.StructureWithOptionalFields if optional else ua.StructureType.Structure
        definition.BaseDataType = structure
        definition.Fields = fields
        definition.DefaultEncodingId = ua.NodeId(row.binary, index)
        self.add("DataType", node, ua.QualifiedName(row.name, index), structure, ua.NodeId(45, 0), DataTypeDefinition=definition)
        encodings = ((row.binary, "Default Binary"), (row.xml, "Default XML"), (row.json, "Default JSON"))
        for id, name in encodings:
            if id:
                self.add("Object", ua.NodeId(id, index), ua.QualifiedName(name, 0), node, _base("HasEncoding"), definition=ua.NodeId(76, 0))

    def _types(self, model: Model, index: int) -> None:
        def own(id: int) -> Any:
            return ua.NodeId(id, index)

        def name(text: str) -> Any:
            return ua.QualifiedName(text, index)

        bases = sorted(model.types, key=lambda row: row.base not in BASE)
        for row in bases:
            self.add("ObjectType", own(row.id), name(row.name), self.type(model, row.base), ua.NodeId(45, 0), IsAbstract=row.abstract)
        for method in model.methods:
            self.add("Method", own(method.id), name(method.name), own(method.owner), _base("HasComponent"), Executable=True, UserExecutable=True)
            for id, text, arguments in ((method.inputs_id, "InputArguments", method.inputs), (method.outputs_id, "OutputArguments", method.outputs)):
                if id:
                    value = ua.Variant([self._argument(model, row) for row in arguments], ua.VariantType.ExtensionObject)
                    self.property(own(id), ua.QualifiedName(text, 0), own(method.id), ua.NodeId(296, 0), value, 1)
        for variable in model.variables:
            self._declare(model, variable)
        for member in model.members:
            self.add("Object", own(member.id), name(member.name), own(member.owner), _base("HasComponent"), definition=self.type(model, member.kind))
        for state in model.states:
            self.add("Object", own(state.id), name(state.name), own(state.owner), _base("HasComponent"), definition=_base("StateType"))
            number = ua.Variant(state.number, ua.VariantType.UInt32)
            self.property(own(state.number_id), ua.QualifiedName("StateNumber", 0), own(state.id), ua.NodeId(7, 0), number)
            if state.inner:
                self.refer(own(state.id), _base("HasSubStateMachine"), own(state.inner))
        for transition in model.transitions:
            self._transition(transition, own, name)

    def _declare(self, model: Model, row: Variable) -> None:
        index = self.spaces[model.uri]
        self.variable(
            ua.NodeId(row.id, index),
            ua.QualifiedName(row.name, 0 if row.foreign else index),
            ua.NodeId(row.owner, index),
            self.data_type(model, row.type),
            rank=row.rank,
            definition=_base(row.kind),
            reference=self.type(model, row.reference),
        )

    def _transition(self, row: Transition, own: Any, name: Any) -> None:
        self.add("Object", own(row.id), name(row.name), own(row.owner), _base("HasComponent"), definition=_base("TransitionType"))
        number = ua.Variant(row.number or 0, ua.VariantType.UInt32)
        self.property(own(row.number_id), ua.QualifiedName("TransitionNumber", 0), own(row.id), ua.NodeId(7, 0), number)
        for reference, target in (("FromState", row.source), ("ToState", row.target), ("HasCause", row.cause)):
            if target:
                self.refer(own(row.id), _base(reference), own(target))

    def _argument(self, model: Model, row: Argument) -> Any:
        argument = ua.Argument()
        argument.Name = row.name
        argument.DataType = self.data_type(model, row.type)
        argument.ValueRank = 1 if row.array else -1
        argument.ArrayDimensions = [0] if row.array else []
        return argument

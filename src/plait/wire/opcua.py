"""The shapes in which an OPC UA information model is written down as rows (OPC 10000-3): who has which number, name, type."""

from typing import NamedTuple

__all__ = [
    "BASE",
    "DATA_TYPES",
    "Argument",
    "DataType",
    "Field",
    "Member",
    "Method",
    "Model",
    "ObjectType",
    "State",
    "Transition",
    "Variable",
]

# Numeric ids of the base namespace (OPC 10000-6, annex A) that the models here refer to.
DATA_TYPES: dict[str, int] = {
    "Boolean": 1,
    "Int16": 4,
    "UInt16": 5,
    "Int32": 6,
    "UInt32": 7,
    "Int64": 8,
    "UInt64": 9,
    "Float": 10,
    "Double": 11,
    "String": 12,
    "DateTime": 13,
    "NodeId": 17,
    "LocalizedText": 21,
    "BaseDataType": 24,
    "Enumeration": 29,
    "UtcTime": 294,
    "RelativePath": 540,
    "Range": 884,
    "EUInformation": 887,
    "DecimalString": 12878,
}
BASE: dict[str, int] = {
    "HasEncoding": 38,
    "HasTypeDefinition": 40,
    "HasProperty": 46,
    "HasComponent": 47,
    "BaseObjectType": 58,
    "FolderType": 61,
    "BaseDataVariableType": 63,
    "PropertyType": 68,
    "AnalogItemType": 2368,
    "BaseEventType": 2041,
    "StateType": 2307,
    "TransitionType": 2310,
    "FiniteStateMachineType": 2771,
    "FiniteStateVariableType": 2760,
    "FromState": 51,
    "ToState": 52,
    "HasCause": 53,
    "HasSubStateMachine": 117,
}


class Field(NamedTuple):
    """A member of a structure; ``type`` is a name in ``DATA_TYPES`` or of the model itself."""

    name: str
    type: str
    array: bool = False
    optional: bool = False


class DataType(NamedTuple):
    """A structure and the ids of its encodings (0: none published)."""

    id: int
    name: str
    binary: int
    xml: int
    json: int
    fields: tuple[Field, ...]


class Argument(NamedTuple):
    """One argument of a method."""

    name: str
    type: str
    array: bool = False


class Method(NamedTuple):
    """A method of the object type ``owner``; ``inputs_id`` and ``outputs_id`` are its argument properties (0: none)."""

    id: int
    name: str
    owner: int
    inputs: tuple[Argument, ...] = ()
    outputs: tuple[Argument, ...] = ()
    inputs_id: int = 0
    outputs_id: int = 0


class ObjectType(NamedTuple):
    """An object type; ``base`` is a name in ``BASE`` or of the model itself."""

    id: int
    name: str
    base: str
    abstract: bool = False


class Variable(NamedTuple):
    """A variable of ``owner``; ``rank`` -1 scalar, 1 or 2 dimensions; ``foreign``: its browse name is of the base namespace."""

    id: int
    name: str
    owner: int
    type: str
    rank: int = -1
    kind: str = "BaseDataVariableType"
    reference: str = "HasComponent"
    mandatory: bool = True
    foreign: bool = False


class Member(NamedTuple):
    """An object inside ``owner`` of the model's type ``kind``."""

    id: int
    name: str
    owner: int
    kind: str
    mandatory: bool = True


class State(NamedTuple):
    """A state of the machine ``owner``, its StateNumber and the id of that property; ``inner``: its substate machine's id."""

    id: int
    name: str
    owner: int
    number: int
    number_id: int
    inner: int = 0


class Transition(NamedTuple):
    """A transition of the machine ``owner`` between two state ids; ``number`` is None where none is published; ``cause``: a method id."""

    id: int
    name: str
    owner: int
    number: int | None
    number_id: int
    source: int
    target: int
    cause: int = 0


class Model(NamedTuple):
    """One published information model."""

    uri: str
    version: str
    published: str
    types: tuple[ObjectType, ...]
    data_types: tuple[DataType, ...]
    enums: tuple[tuple[int, str, tuple[tuple[str, int], ...]], ...]
    reference_types: tuple[tuple[int, str], ...]
    methods: tuple[Method, ...]
    variables: tuple[Variable, ...]
    members: tuple[Member, ...]
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]

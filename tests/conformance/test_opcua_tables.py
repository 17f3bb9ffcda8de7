"""Our tables of ISA-95 Job Control and PackML against the NodeSets published by the OPC Foundation."""

from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from plait.wire import isa95_model, packml_model
from plait.wire.opcua import BASE, DATA_TYPES, Model
from tests.support.require import conformance_data

SPACE = {"u": "http://opcfoundation.org/UA/2011/03/UANodeSet.xsd"}
FILES = {"isa95": "opc.ua.isa95-jobcontrol.nodeset2.xml", "packml": "Opc.Ua.PackML.NodeSet2.xml"}
MODELS = {"isa95": isa95_model.MODEL, "packml": packml_model.MODEL}
BASE_BY_ID = {id: name for name, id in BASE.items()}
RULES = {"i=78": True, "i=80": False}


class NodeSet:
    """The published file, by numeric id."""

    def __init__(self, path: Path) -> None:
        self.root = etree.parse(path).getroot()
        self.aliases = {alias.get("Alias"): alias.text for alias in self.root.iterfind("u:Aliases/u:Alias", SPACE)}
        self.nodes = {int(node.get("NodeId")[7:]): node for node in self.root if str(node.get("NodeId", "")).startswith("ns=1;i=")}
        self.parent: dict[int, tuple[int, str]] = {}
        for id, node in self.nodes.items():
            for kind, forward, target in self.refs(node):
                if kind.startswith("Has") and kind[3:] not in ("TypeDefinition", "ModellingRule", "Subtype", "Cause", "Effect", "SubStateMachine", "Encoding"):
                    child, owner = (target, id) if forward else (id, target)
                    if isinstance(child, int) and isinstance(owner, int):
                        self.parent[child] = (owner, kind)

    def refs(self, node):
        """(kind, forward, target) of every reference; own targets as numbers."""
        found = []
        for ref in node.iterfind("u:References/u:Reference", SPACE):
            text = ref.text.strip()
            kind = ref.get("ReferenceType")
            kind = self.name_of(kind) if "i=" in kind else kind
            found.append((kind, ref.get("IsForward", "true") != "false", int(text[7:]) if text.startswith("ns=1;i=") else text))
        return found

    def name_of(self, ref: str) -> str:
        """The browse name behind a node id, aliases as they are."""
        return self.nodes[int(ref[7:])].get("BrowseName")[2:] if ref.startswith("ns=1;") else ref

    def of(self, kind: str):
        """All nodes of a class."""
        return {id: node for id, node in self.nodes.items() if etree.QName(node).localname == f"UA{kind}"}

    def one(self, node, kind: str, forward: bool = True):
        """The first target of a kind of reference."""
        return next((target for name, way, target in self.refs(node) if name == kind and way is forward), None)

    def child(self, id: int, name: str) -> int:
        """The id of a child by name, 0 when there is none."""
        return next((child for child, (owner, _) in self.parent.items() if owner == id and self.browse(child) == name), 0)

    def browse(self, id: int) -> str:
        """The browse name without its namespace."""
        return self.nodes[id].get("BrowseName").removeprefix("1:")

    def type_name(self, ref) -> str:
        """The name of a data type given by number."""
        if isinstance(ref, int):
            return self.browse(ref)
        if ref.startswith("ns=1;i="):
            return self.browse(int(ref[7:]))
        numbers = {id: name for name, id in DATA_TYPES.items()}
        return numbers[int(self.aliases.get(ref, ref)[2:])]

    def data_type(self, text: str) -> str:
        """The name of a data type given as alias or as node id; an unknown alias fails."""
        return self.type_name(self.aliases.get(text, text))


@cache
def nodeset(name: str) -> NodeSet:
    return NodeSet(conformance_data("opcua") / FILES[name])


@pytest.fixture(params=sorted(FILES))
def pair(request) -> tuple[NodeSet, Model]:
    return nodeset(request.param), MODELS[request.param]


def test_uri_and_version(pair):
    """Tests that namespace, version and publication date are the published ones."""
    theirs, ours = pair
    model = theirs.root.find("u:Models/u:Model", SPACE)
    assert (model.get("ModelUri"), model.get("Version"), model.get("PublicationDate")[:10]) == (ours.uri, ours.version, ours.published)


def test_object_types(pair):
    """Tests that every object type has its number, name, supertype and abstractness, and none is missing."""
    theirs, ours = pair
    found = {}
    for id, node in theirs.of("ObjectType").items():
        base = theirs.one(node, "HasSubtype", forward=False)
        found[id] = (theirs.browse(id), theirs.browse(base) if isinstance(base, int) else BASE_BY_ID[int(base[2:])], node.get("IsAbstract") == "true")
    assert {row.id: (row.name, row.base, row.abstract) for row in ours.types} == found


def test_data_types(pair):
    """Tests that every structure has its number, encodings and fields in order with type, array and optionality."""
    theirs, ours = pair
    found = {}
    for id, node in theirs.of("DataType").items():
        encodings = {theirs.nodes[target].get("SymbolicName"): target for kind, _, target in theirs.refs(node) if kind == "HasEncoding"}
        fields = tuple(
            (field.get("Name"), theirs.data_type(field.get("DataType", "i=24")), field.get("ValueRank") == "1", field.get("IsOptional") == "true")
            for field in node.iterfind("u:Definition/u:Field", SPACE)
        )
        if encodings:
            found[id] = (theirs.browse(id), tuple(encodings.get(f"Default{kind}", 0) for kind in ("Binary", "Xml", "Json")), fields)
    assert {row.id: (row.name, (row.binary, row.xml, row.json), tuple(map(tuple, row.fields))) for row in ours.data_types} == found


def test_enums_and_reference_types(pair):
    """Tests that enumerations with their values and reference types are complete."""
    theirs, ours = pair
    enums = {
        id: (theirs.browse(id), tuple((field.get("Name"), int(field.get("Value"))) for field in node.iterfind("u:Definition/u:Field", SPACE)))
        for id, node in theirs.of("DataType").items()
        if not any(kind == "HasEncoding" for kind, _, _ in theirs.refs(node))
    }
    assert {id: (name, values) for id, name, values in ours.enums} == enums
    assert dict(ours.reference_types) == {id: theirs.browse(id) for id in theirs.of("ReferenceType")}


def test_methods(pair):
    """Tests that every method has its number, owner and argument lists, and none is missing."""
    theirs, ours = pair

    def arguments(id: int):
        if not id:
            return ()
        return tuple(
            (arg.findtext("{*}Name"), theirs.data_type(arg.findtext("{*}DataType/{*}Identifier")), arg.findtext("{*}ValueRank") == "1")
            for arg in theirs.nodes[id].iterfind(".//{*}Argument")
        )

    found = {}
    for id in theirs.of("Method"):
        inputs, outputs = theirs.child(id, "InputArguments"), theirs.child(id, "OutputArguments")
        found[id] = (theirs.browse(id), theirs.parent[id][0], arguments(inputs), arguments(outputs), inputs, outputs)
    mine = {row.id: (row.name, row.owner, tuple(map(tuple, row.inputs)), tuple(map(tuple, row.outputs)), row.inputs_id, row.outputs_id) for row in ours.methods}
    assert mine == found


def test_variables(pair):
    """Tests that the variables of the types have number, type, rank, kind, reference and modelling rule."""
    theirs, ours = pair
    types = set(theirs.of("ObjectType"))
    apart = {"InputArguments", "OutputArguments", "StateNumber", "TransitionNumber"}
    found = {}
    for id, node in theirs.of("Variable").items():
        owner, kind = theirs.parent.get(id, (0, ""))
        top = theirs.parent.get(owner, (owner, ""))[0] if owner not in types else owner
        if top not in types or theirs.browse(id) in apart or owner in theirs.of("Object"):
            continue
        found[id] = (
            node.get("BrowseName").removeprefix("1:"),
            owner,
            theirs.data_type(node.get("DataType")),
            int(node.get("ValueRank", "-1")),
            BASE_BY_ID[int(theirs.one(node, "HasTypeDefinition")[2:])],
            kind,
            RULES[theirs.one(node, "HasModellingRule")],
            not node.get("BrowseName").startswith("1:"),
        )
    mine = {row.id: (row.name, row.owner, row.type, row.rank, row.kind, row.reference, row.mandatory, row.foreign) for row in ours.variables}
    assert mine == found


def test_members(pair):
    """Tests that the objects inside the types (substate machines, Status, Admin) are complete."""
    theirs, ours = pair
    found = {}
    for id, node in theirs.of("Object").items():
        kind = theirs.one(node, "HasTypeDefinition")
        if isinstance(kind, int):
            found[id] = (theirs.browse(id), theirs.parent[id][0], theirs.browse(kind), RULES[theirs.one(node, "HasModellingRule")])
    assert {row.id: (row.name, row.owner, row.kind, row.mandatory) for row in ours.members} == found


def number_of(theirs: NodeSet, id: int, name: str) -> tuple[int, int | None]:
    child = theirs.child(id, name)
    text = theirs.nodes[child].findtext(".//{*}UInt32")
    return child, None if text is None else int(text)


def test_states(pair):
    """Tests that every state has its number, machine and substate machine, and none is missing."""
    theirs, ours = pair
    found = {}
    for id, node in theirs.of("Object").items():
        if theirs.one(node, "HasTypeDefinition") == "i=2307":
            number_id, number = number_of(theirs, id, "StateNumber")
            found[id] = (theirs.browse(id), theirs.parent[id][0], number, number_id, theirs.one(node, "HasSubStateMachine") or 0)
    assert {row.id: (row.name, row.owner, row.number, row.number_id, row.inner) for row in ours.states} == found


def test_transitions(pair):
    """Tests that every transition has its number, source, target and cause, and none is missing."""
    theirs, ours = pair
    found = {}
    for id, node in theirs.of("Object").items():
        if theirs.one(node, "HasTypeDefinition") == "i=2310":
            number_id, number = number_of(theirs, id, "TransitionNumber")
            ends = theirs.one(node, "FromState"), theirs.one(node, "ToState"), theirs.one(node, "HasCause") or 0
            found[id] = (theirs.browse(id), theirs.parent[id][0], number, number_id, *ends)
    mine = {row.id: (row.name, row.owner, row.number, row.number_id, row.source, row.target, row.cause) for row in ours.transitions}
    assert mine == found


def test_published_id_list():
    """Tests that our job control rows agree with the Foundation's list of node ids, name by name and class by class."""
    rows = (conformance_data("opcua") / "opc.ua.isa95-jobcontrol.nodeids.csv").read_text("utf-8").splitlines()
    listed = {(name, int(id), kind) for name, id, kind in (row.split(",") for row in rows if row)}
    model = isa95_model.MODEL
    types = {row.id: row.name for row in model.types}
    assert {(row.name, row.id, "ObjectType") for row in model.types} | {(row.name, row.id, "DataType") for row in model.data_types} <= listed
    assert {(f"{types[row.owner]}_{row.name}", row.id, "Method") for row in model.methods} <= listed
    assert {(f"{row.name}_Encoding_DefaultBinary", row.binary, "Object") for row in model.data_types} <= listed
    assert {(f"{types[row.owner]}_{row.name}", row.id, "Object") for row in (*model.states, *model.transitions)} <= listed

"""The information model of ISA-95 Job Control V2 as rows: numbers, names, arguments, fields (OPC 10031-4, clause 7, NodeSet 2.0.0)."""

from plait.wire.isa95 import TRANSITIONS, URI, Ended, Interrupted, Prepare, state_text
from plait.wire.isa95 import State as JobState
from plait.wire.opcua import Argument, DataType, Field, Member, Method, Model, ObjectType, State, Transition, Variable

__all__ = ["METHODS", "MODEL", "PROVIDER", "RECEIVER", "RECEIVER_SUBSTATES", "STATUS_EVENT"]

PREPARE, RECEIVER, PROVIDER, RESPONSE_RECEIVER, ENDED, STATUS_EVENT, INTERRUPTED, RECEIVER_SUBSTATES = range(1001, 1009)

_TYPES = (
    ObjectType(PREPARE, "ISA95PrepareStateMachineType", "FiniteStateMachineType"),
    ObjectType(RECEIVER, "ISA95JobOrderReceiverObjectType", "FiniteStateMachineType"),
    ObjectType(PROVIDER, "ISA95JobResponseProviderObjectType", "BaseObjectType"),
    ObjectType(RESPONSE_RECEIVER, "ISA95JobResponseReceiverObjectType", "BaseObjectType"),
    ObjectType(ENDED, "ISA95EndedStateMachineType", "FiniteStateMachineType"),
    ObjectType(STATUS_EVENT, "ISA95JobOrderStatusEventType", "BaseEventType", abstract=True),
    ObjectType(INTERRUPTED, "ISA95InterruptedStateMachineType", "FiniteStateMachineType"),
    ObjectType(RECEIVER_SUBSTATES, "ISA95JobOrderReceiverSubStatesType", "ISA95JobOrderReceiverObjectType"),
)


def _many(name: str, type: str) -> Field:
    return Field(name, type, array=True, optional=True)


def _maybe(name: str, type: str) -> Field:
    return Field(name, type, optional=True)


_TEXTS = _many("Description", "LocalizedText")
_UNITS = _maybe("EngineeringUnits", "EUInformation")
_PROPERTIES = _many("Properties", "ISA95PropertyDataType")
_QUANTITY = _maybe("Quantity", "DecimalString")


def _resource(id: int, name: str, binary: int, use: str) -> DataType:
    fields = (Field("ID", "String"), _TEXTS, _maybe(use, "String"), _QUANTITY, _UNITS, _PROPERTIES)
    return DataType(id, name, binary, binary + 1, binary + 2, fields)


def _value(id: int, name: str, binary: int, inner: str) -> DataType:
    fields = (Field("ID", "String"), Field("Value", "BaseDataType"), _TEXTS, _UNITS, _many(inner, name))
    return DataType(id, name, binary, binary + 1, binary + 2, fields)


_DATA_TYPES = (
    _value(3002, "ISA95PropertyDataType", 5002, "Subproperties"),
    _value(3003, "ISA95ParameterDataType", 5005, "Subparameters"),
    _resource(3005, "ISA95EquipmentDataType", 5008, "EquipmentUse"),
    _resource(3011, "ISA95PersonnelDataType", 5020, "PersonnelUse"),
    _resource(3012, "ISA95PhysicalAssetDataType", 5023, "PhysicalAssetUse"),
    DataType(
        3010,
        "ISA95MaterialDataType",
        5017,
        5018,
        5019,
        (
            _maybe("MaterialClassID", "String"),
            _maybe("MaterialDefinitionID", "String"),
            _maybe("MaterialLotID", "String"),
            _maybe("MaterialSublotID", "String"),
            _TEXTS,
            _maybe("MaterialUse", "String"),
            _QUANTITY,
            _UNITS,
            _PROPERTIES,
        ),
    ),
    DataType(
        3006,
        "ISA95StateDataType",
        5029,
        5030,
        5031,
        (Field("BrowsePath", "RelativePath"), Field("StateText", "LocalizedText"), Field("StateNumber", "UInt32")),
    ),
    DataType(
        3007,
        "ISA95WorkMasterDataType",
        5011,
        5012,
        5013,
        (Field("ID", "String"), _maybe("Description", "LocalizedText"), _many("Parameters", "ISA95ParameterDataType")),
    ),
    DataType(
        3008,
        "ISA95JobOrderDataType",
        5014,
        5015,
        5016,
        (
            Field("JobOrderID", "String"),
            _TEXTS,
            _many("WorkMasterID", "ISA95WorkMasterDataType"),
            _maybe("StartTime", "DateTime"),
            _maybe("EndTime", "DateTime"),
            _maybe("Priority", "Int16"),
            _many("JobOrderParameters", "ISA95ParameterDataType"),
            _many("PersonnelRequirements", "ISA95PersonnelDataType"),
            _many("EquipmentRequirements", "ISA95EquipmentDataType"),
            _many("PhysicalAssetRequirements", "ISA95PhysicalAssetDataType"),
            _many("MaterialRequirements", "ISA95MaterialDataType"),
        ),
    ),
    DataType(
        3013,
        "ISA95JobResponseDataType",
        5026,
        5027,
        5028,
        (
            Field("JobResponseID", "String"),
            _maybe("Description", "LocalizedText"),
            Field("JobOrderID", "String"),
            _maybe("StartTime", "DateTime"),
            _maybe("EndTime", "DateTime"),
            Field("JobState", "ISA95StateDataType", array=True),
            _many("JobResponseData", "ISA95ParameterDataType"),
            _many("PersonnelActuals", "ISA95PersonnelDataType"),
            _many("EquipmentActuals", "ISA95EquipmentDataType"),
            _many("PhysicalAssetActuals", "ISA95PhysicalAssetDataType"),
            _many("MaterialActuals", "ISA95MaterialDataType"),
        ),
    ),
    DataType(
        3015,
        "ISA95JobOrderAndStateDataType",
        5032,
        5033,
        5034,
        (Field("JobOrder", "ISA95JobOrderDataType"), Field("State", "ISA95StateDataType", array=True)),
    ),
)

_COMMENT = Argument("Comment", "LocalizedText", array=True)
_STATUS = Argument("ReturnStatus", "UInt64")
_BY_ORDER = (Argument("JobOrder", "ISA95JobOrderDataType"), _COMMENT)
_BY_ID = (Argument("JobOrderID", "String"), _COMMENT)
_RESPONSE = "ISA95JobResponseDataType"

METHODS: tuple[Method, ...] = (
    Method(7001, "Store", RECEIVER, _BY_ORDER, (_STATUS,), 6040, 6041),
    Method(7004, "StoreAndStart", RECEIVER, _BY_ORDER, (_STATUS,), 6051, 6052),
    Method(7009, "Update", RECEIVER, _BY_ORDER, (_STATUS,), 6061, 6062),
    Method(7005, "Start", RECEIVER, _BY_ID, (_STATUS,), 6053, 6054),
    Method(7006, "Stop", RECEIVER, _BY_ID, (_STATUS,), 6055, 6056),
    Method(7007, "Pause", RECEIVER, _BY_ID, (_STATUS,), 6057, 6058),
    Method(7008, "Resume", RECEIVER, _BY_ID, (_STATUS,), 6059, 6060),
    Method(7010, "Abort", RECEIVER, _BY_ID, (_STATUS,), 6063, 6064),
    Method(7011, "Cancel", RECEIVER, _BY_ID, (_STATUS,), 6065, 6066),
    Method(7012, "Clear", RECEIVER, _BY_ID, (_STATUS,), 6067, 6068),
    Method(7013, "RevokeStart", RECEIVER, _BY_ID, (_STATUS,), 6069, 6070),
    Method(
        7002,
        "RequestJobResponseByJobOrderID",
        PROVIDER,
        (Argument("JobOrderID", "String"),),
        (Argument("JobResponse", _RESPONSE), _STATUS),
        6042,
        6043,
    ),
    Method(
        7014,
        "RequestJobResponseByJobOrderState",
        PROVIDER,
        (Argument("JobOrderState", "ISA95StateDataType", array=True),),
        (Argument("JobResponses", _RESPONSE, array=True), _STATUS),
        6016,
        6017,
    ),
    Method(7003, "ReceiveJobResponse", RESPONSE_RECEIVER, (Argument("JobResponse", _RESPONSE),), (_STATUS,), 6044, 6045),
)

_VARIABLES = (
    Variable(6033, "JobOrderList", RECEIVER, "ISA95JobOrderAndStateDataType", 1),
    Variable(6034, "WorkMaster", RECEIVER, "ISA95WorkMasterDataType", 1),
    Variable(6035, "MaterialClassID", RECEIVER, "String", 1),
    Variable(6036, "MaterialDefinitionID", RECEIVER, "String", 1),
    Variable(6037, "EquipmentID", RECEIVER, "String", 1),
    Variable(6038, "PhysicalAssetID", RECEIVER, "String", 1),
    Variable(6039, "PersonnelID", RECEIVER, "String", 1),
    Variable(6088, "MaxDownloadableJobOrders", RECEIVER, "UInt16", -1, "PropertyType", "HasProperty"),
    Variable(6050, "JobOrderResponseList", PROVIDER, _RESPONSE, 1, mandatory=False),
    Variable(6047, "JobOrder", STATUS_EVENT, "ISA95JobOrderDataType", -1, "PropertyType", "HasProperty"),
    Variable(6048, "JobState", STATUS_EVENT, "ISA95StateDataType", 1, "PropertyType", "HasProperty"),
    Variable(6049, "JobResponse", STATUS_EVENT, _RESPONSE, -1, "PropertyType", "HasProperty"),
)
_MEMBERS = (
    Member(5080, "NotAllowedToStartSubstates", RECEIVER_SUBSTATES, "ISA95PrepareStateMachineType", mandatory=False),
    Member(5081, "AllowedToStartSubstates", RECEIVER_SUBSTATES, "ISA95PrepareStateMachineType", mandatory=False),
    Member(5082, "EndedSubstates", RECEIVER_SUBSTATES, "ISA95EndedStateMachineType", mandatory=False),
    Member(5083, "InterruptedSubstates", RECEIVER_SUBSTATES, "ISA95InterruptedStateMachineType", mandatory=False),
)

_INNER = {JobState.NOT_ALLOWED_TO_START: 5080, JobState.ALLOWED_TO_START: 5081, JobState.INTERRUPTED: 5083, JobState.ENDED: 5082}


def _states() -> tuple[State, ...]:
    plain = [State(5034 + at, state_text(at), RECEIVER, at, 6070 + at) for at in JobState]
    nested = [State(5062 + at, state_text(at), RECEIVER_SUBSTATES, at, 6099 + at, _INNER.get(at, 0)) for at in JobState]
    prepare = zip(Prepare, (5000, 5052, 5053), (6000, 6089, 6090), strict=True)
    return (
        *plain,
        *nested,
        *(State(id, state_text(at), PREPARE, at, number) for at, id, number in prepare),
        *(State(5055 + at, state_text(at), ENDED, at, 6092 + at) for at in Ended),
        *(State(5058 + at, state_text(at), INTERRUPTED, at, 6095 + at) for at in Interrupted),
    )


# (transition, its number's property) in ISA95JobOrderReceiverObjectType, then in ...SubStatesType; by transition number.
_NODES: dict[int, tuple[tuple[int, int], tuple[int, int]]] = {
    **{number: ((5040 + number, 6076 + number), (5068 + number, 6105 + number)) for number in range(1, 12)},
    12: ((5084, 6009), (5087, 6012)),
    13: ((5085, 6010), (5086, 6011)),
}


def _transitions() -> tuple[Transition, ...]:
    methods = {method.name: method.id for method in METHODS}
    found = []
    for row in TRANSITIONS:
        cause = next((methods[command] for command in row.causes if command in methods), 0)
        name = f"From{state_text(row.source)}To{state_text(row.target)}"
        for owner, offset, (id, number_id) in zip((RECEIVER, RECEIVER_SUBSTATES), (5034, 5062), _NODES[row.number], strict=True):
            found.append(Transition(id, name, owner, row.number, number_id, offset + row.source, offset + row.target, cause))
    return (
        *found,
        Transition(5054, "FromWaitingToReady", PREPARE, 1, 6091, 5000, 5052),
        Transition(5055, "FromReadyToLoaded", PREPARE, 2, 6092, 5052, 5053),
        Transition(5088, "FromReadyToWaiting", PREPARE, 3, 6013, 5052, 5000),
        Transition(5089, "FromLoadedToReady", PREPARE, 4, 6014, 5053, 5052),
        Transition(5090, "FromLoadedToWaiting", PREPARE, 5, 6015, 5053, 5000),
        Transition(5058, "FromCompletedToClosed", ENDED, 1, 6095, 5056, 5057),
        Transition(5061, "FromHeldToSuspended", INTERRUPTED, 1, 6098, 5059, 5060),
        Transition(5062, "FromSuspendedToHeld", INTERRUPTED, 2, 6099, 5060, 5059),
    )


MODEL = Model(
    URI,
    "2.0.0",
    "2024-01-31",
    _TYPES,
    _DATA_TYPES,
    (),
    (),
    METHODS,
    _VARIABLES,
    _MEMBERS,
    _states(),
    _transitions(),
)

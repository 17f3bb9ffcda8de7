"""The information model of OPC UA for PackML as rows: numbers, names, arguments, fields (NodeSet 1.01)."""

from plait.wire.opcua import Argument, DataType, Field, Member, Method, Model, ObjectType, State, Transition, Variable
from plait.wire.packml import URI, Container, Mode, state_text
from plait.wire.packml import State as Unit

__all__ = ["ADMIN", "BASE_MACHINE", "BASE_OBJECT", "EXECUTE_MACHINE", "MACHINE", "METHODS", "MODEL", "STATE_IDS", "STATUS"]

EXECUTE_MACHINE, MACHINE, BASE_MACHINE, STATUS, ADMIN, BASE_OBJECT = range(1, 7)

_TYPES = (
    ObjectType(EXECUTE_MACHINE, "PackMLExecuteStateMachineType", "FiniteStateMachineType"),
    ObjectType(MACHINE, "PackMLMachineStateMachineType", "FiniteStateMachineType"),
    ObjectType(BASE_MACHINE, "PackMLBaseStateMachineType", "FiniteStateMachineType"),
    ObjectType(STATUS, "PackMLStatusObjectType", "BaseObjectType"),
    ObjectType(ADMIN, "PackMLAdminObjectType", "BaseObjectType"),
    ObjectType(BASE_OBJECT, "PackMLBaseObjectType", "BaseObjectType"),
)

_ID = Field("ID", "Int32")
_NAME = Field("Name", "String")
_UNIT = Field("Unit", "EUInformation")
_PARAMETERS = Field("Parameter", "PackMLDescriptorDataType", array=True)
_DATA_TYPES = (
    DataType(14, "PackMLCountDataType", 69, 70, 0, (_ID, _NAME, _UNIT, Field("Count", "Int32"), Field("AccCount", "Int32"))),
    DataType(
        15,
        "PackMLAlarmDataType",
        74,
        76,
        0,
        (
            _ID,
            Field("Value", "Int32"),
            Field("Message", "String"),
            Field("Category", "Int32"),
            Field("DateTime", "UtcTime"),
            Field("AckDateTime", "UtcTime"),
            Field("Trigger", "Boolean"),
        ),
    ),
    DataType(16, "PackMLDescriptorDataType", 77, 78, 0, (_ID, _NAME, _UNIT, Field("Value", "Float"))),
    DataType(17, "PackMLIngredientsDataType", 79, 80, 0, (Field("IngredientID", "Int32"), _PARAMETERS)),
    DataType(
        18,
        "PackMLProductDataType",
        81,
        82,
        0,
        (
            Field("ProductID", "Int32"),
            Field("ProcessVariables", "PackMLDescriptorDataType", array=True),
            Field("Ingredients", "PackMLIngredientsDataType", array=True),
        ),
    ),
    DataType(
        19,
        "PackMLRemoteInterfaceDataType",
        83,
        84,
        0,
        (Field("Number", "Int32"), Field("ControlCmdNumber", "Int32"), Field("CmdValue", "Int32"), _PARAMETERS),
    ),
)
_ENUMS = ((11, "ProductionMaintenanceModeEnum", tuple((mode.name.capitalize(), int(mode)) for mode in Mode)),)
_REFERENCE_TYPES = ((21, "HasInterlock"), (22, "HasAlarm"), (23, "HasAlarmHistory"), (24, "HasWarning"), (25, "HasStopReason"))

METHODS: tuple[Method, ...] = (
    Method(361, "Reset", EXECUTE_MACHINE),
    Method(369, "Start", EXECUTE_MACHINE, (Argument("Parameter", "PackMLDescriptorDataType", array=True),), (), 342),
    Method(366, "Hold", EXECUTE_MACHINE),
    Method(368, "Unhold", EXECUTE_MACHINE),
    Method(367, "Suspend", EXECUTE_MACHINE),
    Method(372, "Unsuspend", EXECUTE_MACHINE),
    Method(365, "ToComplete", EXECUTE_MACHINE),
    Method(375, "Stop", MACHINE),
    Method(376, "Reset", MACHINE),
    Method(364, "Abort", BASE_MACHINE),
    Method(363, "Clear", BASE_MACHINE),
    Method(362, "SetUnitMode", BASE_OBJECT, (Argument("RequestedMode", "Int32"),), (), 118),
    Method(400, "SetMachSpeed", BASE_OBJECT, (Argument("RequestedMachineSpeed", "Float"),), (), 348),
    Method(401, "SetProduct", BASE_OBJECT, (Argument("Product", "PackMLProductDataType", array=True),), (), 349),
    Method(402, "SetParameter", BASE_OBJECT, (Argument("Parameter", "PackMLDescriptorDataType", array=True),), (), 352),
    Method(403, "RemoteCommand", BASE_OBJECT, (Argument("RemoteInterface", "PackMLRemoteInterfaceDataType", array=True),), (), 350),
    Method(404, "SetInterlock", BASE_OBJECT, (Argument("InterlockId", "Int32"), Argument("State", "Boolean")), (), 351),
)


def _option(id: int, name: str, owner: int, type: str, rank: int = -1, reference: str = "HasComponent") -> Variable:
    return Variable(id, name, owner, type, rank, reference=reference, mandatory=False)


def _nodes(id: int, name: str, owner: int) -> Variable:
    return Variable(id, name, owner, "NodeId", 1, foreign=True)


_ALARM, _COUNT, _DESCRIPTOR = "PackMLAlarmDataType", "PackMLCountDataType", "PackMLDescriptorDataType"
_VARIABLES = (
    Variable(232, "CurMachSpeed", STATUS, "Float", kind="AnalogItemType"),
    Variable(233, "EURange", 232, "Range", -1, "PropertyType", "HasProperty", foreign=True),
    Variable(219, "MachSpeed", STATUS, "Float", kind="AnalogItemType"),
    Variable(220, "EURange", 219, "Range", -1, "PropertyType", "HasProperty", foreign=True),
    Variable(211, "EquipmentBlocked", STATUS, "Boolean"),
    Variable(224, "EquipmentStarved", STATUS, "Boolean"),
    _option(237, "MaterialInterlock", STATUS, "Boolean", 1, "HasInterlock"),
    _option(236, "MaterialInterlocked", STATUS, "Boolean"),
    _option(121, "Parameter", STATUS, _DESCRIPTOR, 1),
    _option(122, "Product", STATUS, "PackMLProductDataType", 1),
    _option(123, "RemoteParameter", STATUS, "PackMLRemoteInterfaceDataType", 1),
    _option(210, "StateChangeInProcess", STATUS, "Boolean"),
    _option(209, "StateRequested", STATUS, "Int32"),
    _option(201, "UnitModeChangeInProcess", STATUS, "Boolean"),
    Variable(200, "UnitModeCurrent", STATUS, "Enumeration"),
    _option(192, "UnitModeRequested", STATUS, "Boolean"),
    Variable(193, "UnitSupportedModes", STATUS, "NodeId", -1, "PropertyType", "HasProperty"),
    _option(252, "AccTimeSinceReset", ADMIN, "Int32"),
    _option(238, "Alarm", ADMIN, _ALARM, 1, "HasAlarm"),
    _option(239, "AlarmExtent", ADMIN, "Int32"),
    _option(240, "AlarmHistory", ADMIN, _ALARM, 1, "HasAlarmHistory"),
    _option(241, "AlarmHistoryExtent", ADMIN, "Int32"),
    _option(253, "MachDesignSpeed", ADMIN, "Float"),
    _option(247, "ModeCumulativeTime", ADMIN, "Int32", 1),
    _option(246, "ModeCurrentTime", ADMIN, "Int32", 1),
    _option(276, "Parameter", ADMIN, _DESCRIPTOR, 1),
    _option(124, "ProdConsumedCount", ADMIN, _COUNT, 1),
    _option(119, "ProdDefectiveCount", ADMIN, _COUNT, 1),
    _option(120, "ProdProcessedCount", ADMIN, _COUNT, 1),
    _option(249, "StateCumulativeTime", ADMIN, "Int32", 2),
    _option(248, "StateCurrentTime", ADMIN, "Int32", 2),
    _option(244, "StopReason", ADMIN, _ALARM, -1, "HasStopReason"),
    _option(245, "StopReasonExtent", ADMIN, "Int32"),
    _option(242, "Warning", ADMIN, _ALARM, 1, "HasWarning"),
    _option(243, "WarningExtent", ADMIN, "Int32"),
    Variable(221, "PackMLVersion", BASE_OBJECT, "String", -1, "PropertyType", "HasProperty", mandatory=False),
    Variable(218, "TagID", BASE_OBJECT, "String", -1, "PropertyType", "HasProperty", mandatory=False),
    _nodes(167, "AvailableStates", BASE_MACHINE),
    _nodes(158, "AvailableTransitions", BASE_MACHINE),
    _nodes(153, "AvailableStates", MACHINE),
    _nodes(154, "AvailableTransitions", MACHINE),
    _nodes(125, "AvailableStates", EXECUTE_MACHINE),
    _nodes(126, "AvailableTransitions", EXECUTE_MACHINE),
)
_MEMBERS = (
    Member(88, "BaseStateMachine", BASE_OBJECT, "PackMLBaseStateMachineType"),
    Member(89, "MachineState", 88, "PackMLMachineStateMachineType"),
    Member(90, "ExecuteState", 89, "PackMLExecuteStateMachineType"),
    Member(87, "Status", BASE_OBJECT, "PackMLStatusObjectType"),
    Member(73, "Admin", BASE_OBJECT, "PackMLAdminObjectType"),
    Member(64, "MachineState", BASE_MACHINE, "PackMLMachineStateMachineType"),
    Member(56, "ExecuteState", MACHINE, "PackMLExecuteStateMachineType"),
)

# The id of each state and of its StateNumber, by machine.
_STATE_NODES: dict[int, dict[Unit | Container, tuple[int, int]]] = {
    EXECUTE_MACHINE: {
        Unit.RESETTING: (27, 127),
        Unit.IDLE: (28, 128),
        Unit.STARTING: (29, 129),
        Unit.SUSPENDING: (30, 130),
        Unit.SUSPENDED: (31, 131),
        Unit.UNSUSPENDING: (32, 132),
        Unit.HOLDING: (33, 133),
        Unit.HELD: (34, 134),
        Unit.UNHOLDING: (35, 135),
        Unit.EXECUTE: (36, 136),
        Unit.COMPLETING: (37, 137),
        Unit.COMPLETE: (38, 138),
    },
    MACHINE: {Unit.STOPPED: (53, 155), Unit.STOPPING: (54, 156), Unit.CLEARING: (55, 157), Container.RUNNING: (75, 171)},
    BASE_MACHINE: {Unit.ABORTING: (61, 168), Unit.ABORTED: (62, 169), Container.CLEARED: (71, 178)},
}
_INNER = {Container.RUNNING: 56, Container.CLEARED: 64}
STATE_IDS: dict[Unit | Container, int] = {state: node for rows in _STATE_NODES.values() for state, (node, _) in rows.items()}
_STATES = tuple(
    State(node, state_text(state), owner, int(state), number, _INNER.get(state, 0) if isinstance(state, Container) else 0)
    for owner, rows in _STATE_NODES.items()
    for state, (node, number) in rows.items()
)

_U, _C = Unit, Container
# id, id of its TransitionNumber (no value published), from, to, causing method.
_MOVES: tuple[tuple[int, int, int, Unit | Container, Unit | Container, int], ...] = (
    (39, 139, EXECUTE_MACHINE, _U.RESETTING, _U.IDLE, 0),
    (40, 140, EXECUTE_MACHINE, _U.IDLE, _U.STARTING, 369),
    (41, 141, EXECUTE_MACHINE, _U.STARTING, _U.EXECUTE, 0),
    (42, 142, EXECUTE_MACHINE, _U.EXECUTE, _U.SUSPENDING, 367),
    (43, 143, EXECUTE_MACHINE, _U.SUSPENDING, _U.SUSPENDED, 0),
    (44, 144, EXECUTE_MACHINE, _U.UNSUSPENDING, _U.EXECUTE, 0),
    (45, 145, EXECUTE_MACHINE, _U.EXECUTE, _U.HOLDING, 366),
    (46, 146, EXECUTE_MACHINE, _U.HOLDING, _U.HELD, 0),
    (47, 147, EXECUTE_MACHINE, _U.HELD, _U.UNHOLDING, 368),
    (48, 148, EXECUTE_MACHINE, _U.UNHOLDING, _U.EXECUTE, 0),
    (49, 149, EXECUTE_MACHINE, _U.EXECUTE, _U.COMPLETING, 365),
    (50, 150, EXECUTE_MACHINE, _U.COMPLETING, _U.COMPLETE, 0),
    (51, 151, EXECUTE_MACHINE, _U.COMPLETE, _U.RESETTING, 361),
    (52, 152, EXECUTE_MACHINE, _U.SUSPENDED, _U.UNSUSPENDING, 372),
    (99, 179, EXECUTE_MACHINE, _U.STARTING, _U.HOLDING, 366),
    (100, 208, EXECUTE_MACHINE, _U.UNSUSPENDING, _U.HOLDING, 366),
    (101, 215, EXECUTE_MACHINE, _U.SUSPENDED, _U.HOLDING, 366),
    (102, 216, EXECUTE_MACHINE, _U.SUSPENDING, _U.HOLDING, 366),
    (103, 217, EXECUTE_MACHINE, _U.UNHOLDING, _U.HOLDING, 366),
    (57, 163, MACHINE, _U.STOPPING, _U.STOPPED, 0),
    (58, 164, MACHINE, _U.CLEARING, _U.STOPPED, 0),
    (59, 165, MACHINE, _U.STOPPED, _C.RUNNING, 376),
    (60, 166, MACHINE, _C.RUNNING, _U.STOPPING, 375),
    (65, 174, BASE_MACHINE, _U.ABORTED, _C.CLEARED, 363),
    (66, 175, BASE_MACHINE, _U.ABORTING, _U.ABORTED, 0),
    (67, 176, BASE_MACHINE, _C.CLEARED, _U.ABORTING, 364),
)
_TRANSITIONS = tuple(
    Transition(id, f"{state_text(source)}To{state_text(target)}", owner, None, number, STATE_IDS[source], STATE_IDS[target], cause)
    for id, number, owner, source, target, cause in _MOVES
)

MODEL = Model(URI, "1.01", "2020-10-08", _TYPES, _DATA_TYPES, _ENUMS, _REFERENCE_TYPES, METHODS, _VARIABLES, _MEMBERS, _STATES, _TRANSITIONS)

"""States and commands of a packaging or production unit (OPC UA for PackML 1.01 after ANSI/ISA-TR88.00.02)."""

from enum import IntEnum, StrEnum

__all__ = ["ACTING", "COMMANDS", "URI", "Command", "Container", "Mode", "State", "containers", "done", "next_state", "state_text"]

URI = "http://opcfoundation.org/UA/PackML/"


class State(IntEnum):
    """The 17 states by their published number."""

    CLEARING = 1
    STOPPED = 2
    STARTING = 3
    IDLE = 4
    SUSPENDED = 5
    EXECUTE = 6
    STOPPING = 7
    ABORTING = 8
    ABORTED = 9
    HOLDING = 10
    HELD = 11
    UNHOLDING = 12
    SUSPENDING = 13
    UNSUSPENDING = 14
    RESETTING = 15
    COMPLETING = 16
    COMPLETE = 17


class Container(IntEnum):
    """The two states that hold a machine of their own."""

    RUNNING = 18
    CLEARED = 19


class Command(StrEnum):
    """What a unit can be told, by the browse name of the method."""

    RESET = "Reset"
    START = "Start"
    HOLD = "Hold"
    UNHOLD = "Unhold"
    SUSPEND = "Suspend"
    UNSUSPEND = "Unsuspend"
    TO_COMPLETE = "ToComplete"
    STOP = "Stop"
    ABORT = "Abort"
    CLEAR = "Clear"


class Mode(IntEnum):
    """ProductionMaintenanceModeEnum."""

    INVALID = 0
    PRODUCE = 1
    MAINTENANCE = 2
    MANUAL = 3


_S = State
_NOT_RUNNING = frozenset({_S.CLEARING, _S.STOPPED, _S.STOPPING, _S.ABORTING, _S.ABORTED})

COMMANDS: dict[Command, tuple[frozenset[State], State]] = {
    Command.RESET: (frozenset({_S.STOPPED, _S.COMPLETE}), _S.RESETTING),
    Command.START: (frozenset({_S.IDLE}), _S.STARTING),
    Command.HOLD: (
        frozenset({_S.EXECUTE, _S.STARTING, _S.SUSPENDING, _S.SUSPENDED, _S.UNSUSPENDING, _S.UNHOLDING}),
        _S.HOLDING,
    ),
    Command.UNHOLD: (frozenset({_S.HELD}), _S.UNHOLDING),
    Command.SUSPEND: (frozenset({_S.EXECUTE}), _S.SUSPENDING),
    Command.UNSUSPEND: (frozenset({_S.SUSPENDED}), _S.UNSUSPENDING),
    Command.TO_COMPLETE: (frozenset({_S.EXECUTE}), _S.COMPLETING),
    Command.STOP: (frozenset(_S) - _NOT_RUNNING, _S.STOPPING),
    Command.ABORT: (frozenset(_S) - {_S.ABORTING, _S.ABORTED}, _S.ABORTING),
    Command.CLEAR: (frozenset({_S.ABORTED}), _S.CLEARING),
}
ACTING: dict[State, State] = {
    _S.RESETTING: _S.IDLE,
    _S.STARTING: _S.EXECUTE,
    _S.UNHOLDING: _S.EXECUTE,
    _S.UNSUSPENDING: _S.EXECUTE,
    _S.HOLDING: _S.HELD,
    _S.SUSPENDING: _S.SUSPENDED,
    _S.COMPLETING: _S.COMPLETE,
    _S.STOPPING: _S.STOPPED,
    _S.CLEARING: _S.STOPPED,
    _S.ABORTING: _S.ABORTED,
}


def next_state(state: State, command: Command) -> State:
    """Return the acting state that ``command`` leads to; raise ValueError when it is not taken in ``state``."""
    sources, target = COMMANDS[command]
    if state not in sources:
        raise ValueError(f"{command} is not taken in {state_text(state)}")
    return target


def done(state: State) -> State | None:
    """Return the state an acting state (Starting, Holding ...) ends in by itself, None for a waiting state and Execute."""
    return ACTING.get(state)


def containers(state: State) -> tuple[State | Container, ...]:
    """Return the current state of each nested machine, outermost first: (Cleared, Running, Execute) or (Aborted,)."""
    if state in (State.ABORTING, State.ABORTED):
        return (state,)
    if state in _NOT_RUNNING:
        return (Container.CLEARED, state)
    return (Container.CLEARED, Container.RUNNING, state)


def state_text(state: IntEnum) -> str:
    """Return the published browse name of a state."""
    return state.name.capitalize()

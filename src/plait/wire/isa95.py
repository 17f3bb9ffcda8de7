"""Job orders between a master and a machine: states, commands, what follows (OPC 10031-4, ISA-95 Job Control, version 2.00).

The life of a job order is a table of values, not of nodes: clause 6.2.3 with the numbers of ISA95JobOrderReceiverObjectType.
"""

from enum import IntEnum, IntFlag, StrEnum
from typing import NamedTuple

__all__ = [
    "NEXT",
    "SUBSTATES",
    "TRANSITIONS",
    "URI",
    "Command",
    "Ended",
    "Interrupted",
    "Prepare",
    "Refused",
    "ReturnStatus",
    "State",
    "Transition",
    "next_state",
    "state_text",
]

URI = "http://opcfoundation.org/UA/ISA95-JOBCONTROL_V2/"


class State(IntEnum):
    """Top state of a job order, by its published number."""

    NOT_ALLOWED_TO_START = 1
    ALLOWED_TO_START = 2
    RUNNING = 3
    INTERRUPTED = 4
    ENDED = 5
    ABORTED = 6


class Prepare(IntEnum):
    """Substate of the two states before Running."""

    WAITING = 1
    READY = 2
    LOADED = 3


class Interrupted(IntEnum):
    """Substate of Interrupted: HELD from inside (a fault), SUSPENDED from outside (Pause)."""

    HELD = 1
    SUSPENDED = 2


class Ended(IntEnum):
    """Substate of Ended."""

    COMPLETED = 1
    CLOSED = 2


SUBSTATES: dict[State, type[IntEnum]] = {
    State.NOT_ALLOWED_TO_START: Prepare,
    State.ALLOWED_TO_START: Prepare,
    State.INTERRUPTED: Interrupted,
    State.ENDED: Ended,
}


class Command(StrEnum):
    """What moves a job order: the methods of the receiver, and three causes inside the machine (no method)."""

    STORE = "Store"
    STORE_AND_START = "StoreAndStart"
    UPDATE = "Update"
    START = "Start"
    REVOKE_START = "RevokeStart"
    PAUSE = "Pause"
    RESUME = "Resume"
    STOP = "Stop"
    ABORT = "Abort"
    CANCEL = "Cancel"
    CLEAR = "Clear"
    BEGIN = "begin"
    INTERRUPT = "interrupt"
    FINISH = "finish"


class ReturnStatus(IntFlag):
    """Bits of a method's ReturnStatus (UInt64): 0 to 31 are the standard's; bit 0 is set on every success."""

    OK = 1
    UNKNOWN_JOB = 1 << 1
    INVALID_COMMAND = 1 << 2
    INVALID_STATE = 1 << 3
    UNABLE = 1 << 4
    INVALID_REQUEST = 1 << 32


class Refused(ValueError):
    """The command is not taken; ``status`` is what the method returns."""

    def __init__(self, status: ReturnStatus, detail: str) -> None:
        self.status = status
        super().__init__(detail)


class Transition(NamedTuple):
    """One published transition: its number, the states, and what causes it."""

    number: int
    source: State
    target: State
    causes: tuple[Command, ...]


_N, _A, _R, _I, _E, _X = State
TRANSITIONS: tuple[Transition, ...] = (
    Transition(1, _N, _N, (Command.UPDATE,)),
    Transition(2, _N, _A, (Command.START,)),
    Transition(3, _A, _N, (Command.REVOKE_START,)),
    Transition(4, _A, _A, (Command.UPDATE,)),
    Transition(5, _A, _R, (Command.BEGIN,)),
    Transition(6, _R, _I, (Command.PAUSE, Command.INTERRUPT)),
    Transition(7, _R, _E, (Command.STOP, Command.FINISH)),
    Transition(8, _R, _X, (Command.ABORT,)),
    Transition(9, _I, _X, (Command.ABORT,)),
    Transition(10, _I, _R, (Command.RESUME,)),
    Transition(11, _I, _E, (Command.STOP,)),
    Transition(12, _N, _X, (Command.ABORT,)),
    Transition(13, _A, _X, (Command.ABORT,)),
)

# None stands for "not in the list": before Store, after Cancel and Clear.
NEXT: dict[tuple[State | None, Command], State | None] = {
    (None, Command.STORE): _N,
    (None, Command.STORE_AND_START): _A,
    **{(row.source, cause): row.target for row in TRANSITIONS for cause in row.causes},
    (_N, Command.CANCEL): None,
    (_A, Command.CANCEL): None,
    (_E, Command.CLEAR): None,
    (_X, Command.CLEAR): None,
}


def next_state(state: State | None, command: Command) -> State | None:
    """Return the state after ``command``, None when the order leaves the list; raise ``Refused`` when it is not taken.

    ``state`` None means that no such order is in the list.
    """
    if (state, command) in NEXT:
        return NEXT[state, command]
    if state is None:
        raise Refused(ReturnStatus.UNKNOWN_JOB, f"{command}: no such job order")
    raise Refused(ReturnStatus.INVALID_STATE, f"{command} is not taken in {state_text(state)}")


def state_text(state: IntEnum) -> str:
    """Return the published name of a state or substate (``AllowedToStart``)."""
    return "".join(word if word == "TO" else word.capitalize() for word in state.name.split("_")).replace("TO", "To")

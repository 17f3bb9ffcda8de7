"""The life of a job order."""

import pytest

from plait.wire.isa95 import NEXT, TRANSITIONS, Command, Refused, ReturnStatus, State, next_state, state_text

N, A, R, I, E, X = State  # noqa: E741


@pytest.mark.parametrize(
    ("state", "commands", "end"),
    [
        (None, "StoreAndStart begin finish Clear", None),
        (None, "Store Update Start begin Pause Resume interrupt Stop", E),
        (None, "Store Start RevokeStart Cancel", None),
        (A, "Update RevokeStart Abort Clear", None),
        (R, "interrupt Abort", X),
        (R, "Abort", X),
    ],
)
def test_lives(state, commands, end):
    """Tests that a sequence of commands leads through the standard's states to the named end."""
    for command in commands.split():
        state = next_state(state, Command(command))
    assert state == end


@pytest.mark.parametrize(
    ("state", "taken"),
    [
        (None, {"Store", "StoreAndStart"}),
        (N, {"Update", "Start", "Abort", "Cancel"}),
        (A, {"Update", "RevokeStart", "begin", "Abort", "Cancel"}),
        (R, {"Pause", "interrupt", "Stop", "finish", "Abort"}),
        (I, {"Resume", "Stop", "Abort"}),
        (E, {"Clear"}),
        (X, {"Clear"}),
    ],
)
def test_each_state_takes_only_its_commands(state, taken):
    """Tests that every other command is refused with the right status: unknown job, or state does not allow it."""
    for command in Command:
        if command.value in taken:
            next_state(state, command)
            continue
        with pytest.raises(Refused) as refused:
            next_state(state, command)
        assert refused.value.status == (ReturnStatus.UNKNOWN_JOB if state is None else ReturnStatus.INVALID_STATE)


def test_numbers():
    """Tests that transitions are numbered 1 to 13 and the success bit is 1."""
    assert [row.number for row in TRANSITIONS] == list(range(1, 14))
    assert (ReturnStatus.OK, ReturnStatus.INVALID_STATE, ReturnStatus.UNABLE, ReturnStatus.INVALID_REQUEST) == (1, 8, 16, 4294967296)
    assert len(NEXT) == 21


def test_texts():
    """Tests that states bear their published names."""
    assert [state_text(state) for state in State] == ["NotAllowedToStart", "AllowedToStart", "Running", "Interrupted", "Ended", "Aborted"]

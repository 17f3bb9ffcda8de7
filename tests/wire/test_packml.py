"""The states of a unit."""

import pytest

from plait.wire.packml import ACTING, Command, Container, State, containers, done, next_state, state_text


def walk(state: State, *commands: str) -> State:
    for command in commands:
        state = next_state(state, Command(command))
        while (after := done(state)) is not None:
            state = after
    return state


@pytest.mark.parametrize(
    ("commands", "end"),
    [
        ("Start ToComplete Reset", State.IDLE),
        ("Start Hold Unhold Suspend Unsuspend", State.EXECUTE),
        ("Start Suspend Hold Stop Reset", State.IDLE),
        ("Start Abort Clear Reset Start", State.EXECUTE),
        ("Abort Clear", State.STOPPED),
        ("Stop Abort", State.ABORTED),
    ],
)
def test_walks(commands, end):
    """Tests that commands and what follows by itself lead to the standard's state."""
    assert walk(State.IDLE, *commands.split()) == end


@pytest.mark.parametrize(
    ("state", "taken"),
    [
        (State.IDLE, {"Start", "Stop", "Abort"}),
        (State.EXECUTE, {"Hold", "Suspend", "ToComplete", "Stop", "Abort"}),
        (State.STARTING, {"Hold", "Stop", "Abort"}),
        (State.HELD, {"Unhold", "Stop", "Abort"}),
        (State.SUSPENDED, {"Unsuspend", "Hold", "Stop", "Abort"}),
        (State.COMPLETE, {"Reset", "Stop", "Abort"}),
        (State.STOPPED, {"Reset", "Abort"}),
        (State.STOPPING, {"Abort"}),
        (State.CLEARING, {"Abort"}),
        (State.ABORTING, set()),
        (State.ABORTED, {"Clear"}),
    ],
)
def test_each_state_takes_only_its_commands(state, taken):
    """Tests that a command outside the table is refused and says so."""
    for command in Command:
        if command.value in taken:
            next_state(state, command)
        else:
            with pytest.raises(ValueError, match=f"{command} is not taken in {state_text(state)}"):
                next_state(state, command)


def test_containers():
    """Tests that the nested machines show where the flat state lies."""
    assert containers(State.EXECUTE) == (Container.CLEARED, Container.RUNNING, State.EXECUTE)
    assert containers(State.STOPPED) == (Container.CLEARED, State.STOPPED)
    assert containers(State.ABORTED) == (State.ABORTED,)


def test_every_acting_state_ends():
    """Tests that the ten acting states end by themselves and no other does."""
    assert {state for state in State if done(state) is None} == set(State) - set(ACTING)
    assert len(ACTING) == 10

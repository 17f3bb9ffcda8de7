"""A state machine as a table: which message, from whom, leads from which state to which (pure)."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from plait.kernel.problems import Problem, register

__all__ = ["DSP_STATE", "Machine", "Role", "other"]

Role: TypeAlias = Literal["provider", "consumer"]
Step: TypeAlias = tuple[str, str, Role]

DSP_STATE = register("dsp-state", 400, "The message does not fit the state of the process", "Ask for the state of the process, then send what may follow.")


def other(role: Role) -> Role:
    """Return the role of the other side."""
    return "consumer" if role == "provider" else "provider"


class Machine:
    """``steps`` maps (state, message, sender) to the next state; the state before the first message is the empty text."""

    def __init__(self, steps: Mapping[Step, str], final: frozenset[str]) -> None:
        self.steps = dict(steps)
        self.final = final

    def after(self, state: str, message: str, sender: Role) -> str | None:
        """Return the state that follows, None when the message may not come now."""
        return self.steps.get((state, message, sender))

    def step(self, state: str, message: str, sender: Role) -> str:
        """Return the state that follows; raise ``dsp-state`` when the message may not come now."""
        following = self.after(state, message, sender)
        if following is None:
            raise Problem(DSP_STATE, f"A {sender}'s {message} cannot follow the state {state or 'before the first message'}.")
        return following

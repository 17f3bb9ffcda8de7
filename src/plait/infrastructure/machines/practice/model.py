"""The practice machines as they are shown, and the facts of them."""

import msgspec

from plait.kernel.facts import fact
from plait.kernel.problems import register

__all__ = ["NOT_HERE", "PRACTICE", "PracticeBegun", "PracticeEnded", "PracticeView"]

NOT_HERE = register("no-practice", 409, "Simulated machines cannot be run here", "They run with real time only; connect a real machine.")

PRACTICE = {"practice-lathe": ("Practice lathe", "lathe"), "practice-mill": ("Practice mill", "mill")}


class PracticeView(msgspec.Struct, frozen=True):
    """Whether the simulated machines are ``wanted`` and ``running``, their ids, and in words why they do not run."""

    wanted: bool
    running: bool
    machines: list[str]
    why: str = ""


@fact("machine.practice_begun")
class PracticeBegun(msgspec.Struct, frozen=True):
    """The simulated machines run beside the node from now on."""

    machines: list[str]


@fact("machine.practice_ended")
class PracticeEnded(msgspec.Struct, frozen=True):
    """The simulated machines are gone."""

    machines: list[str]

"""The steps of a first start (pure): what each is for, and whether it is done."""

from collections.abc import Collection
from typing import Literal

import msgspec

from plait.overview import paths
from plait.overview.today.model import Step

__all__ = ["STEPS", "steps_of"]

STEPS = (
    Step(
        id="orders",
        name="Drop your list of open orders",
        text="Excel, CSV, e-mail or PDF, as it is. You see at once which orders will be late and why.",
        state="open",
        link=paths.files(),
    ),
    Step(id="firm", name="Say who you are", text="Name and place stand on papers, labels and your card.", state="open", link=paths.firm()),
    Step(
        id="class",
        name="Choose your class of business",
        text="Type what you do in words; others find you by it.",
        state="open",
        link=paths.firm(),
    ),
    Step(
        id="capability",
        name="Say what you can make for others",
        text="A process and its materials; requests that fit come to you.",
        state="open",
        link=paths.capabilities(),
    ),
    Step(
        id="machine",
        name="Connect a machine",
        text="A simulated one is there in one click, to see what you would see.",
        state="open",
        link=paths.connect(),
    ),
    Step(
        id="partner",
        name="Meet a partner",
        text="Enter the address of a customer's or supplier's node; documents then go straight from node to node.",
        state="open",
        link=paths.partners(),
    ),
    Step(
        id="people",
        name="Let others sign in",
        text="Everybody with a name and a role of their own; what they do bears their name.",
        state="open",
        link=paths.people(),
    ),
    Step(
        id="phones",
        name="Allow telephones here",
        text="Then the workshop's telephones and tablets reach this node, and badges and labels can be scanned.",
        state="open",
        link=paths.phones(),
    ),
)


def steps_of(done: Collection[str], skipped: Collection[str]) -> tuple[Step, ...]:
    """Return all steps in their order with where each stands; what is done is no longer skipped."""

    def state(id: str) -> Literal["done", "skipped", "open"]:
        if id in done:
            return "done"
        return "skipped" if id in skipped else "open"

    return tuple(msgspec.structs.replace(step, state=state(step.id)) for step in STEPS)

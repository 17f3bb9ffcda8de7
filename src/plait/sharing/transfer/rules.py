"""The transfer's states (pure). Dataspace Protocol 2025-1, section 9.1."""

from plait.sharing.machine import Machine, Role

__all__ = ["MACHINE", "MESSAGES", "SEEN"]

MESSAGES = ("request", "start", "suspension", "completion", "termination")
_ENDS: tuple[Role, Role] = ("consumer", "provider")

MACHINE = Machine(
    {
        ("", "request", "consumer"): "REQUESTED",
        ("REQUESTED", "start", "provider"): "STARTED",
        **{("STARTED", "suspension", sender): "SUSPENDED" for sender in _ENDS},
        **{("STARTED", "completion", sender): "COMPLETED" for sender in _ENDS},
        **{("SUSPENDED", "start", sender): "STARTED" for sender in _ENDS},
        **{(state, "termination", sender): "TERMINATED" for state in ("REQUESTED", "STARTED", "SUSPENDED") for sender in _ENDS},
    },
    frozenset({"COMPLETED", "TERMINATED"}),
)

SEEN: dict[str, frozenset[str]] = {
    "request": frozenset({"REQUESTED", "STARTED", "SUSPENDED", "COMPLETED"}),
    "start": frozenset({"STARTED", "SUSPENDED", "COMPLETED"}),
    "suspension": frozenset({"SUSPENDED", "STARTED"}),
    "completion": frozenset({"COMPLETED"}),
    "termination": frozenset({"TERMINATED"}),
}

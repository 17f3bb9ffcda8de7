"""Transfers as kept and as shown."""

import msgspec

from plait.kernel.facts import fact
from plait.sharing.machine import Role
from plait.sharing.tables import StepView

__all__ = ["Transfer", "TransferEnded", "TransferStarted", "TransferView"]


class Transfer(msgspec.Struct, frozen=True):
    """One transfer as one side keeps it. ``pid`` is our own process id, ``peer_pid`` the partner's (empty until known).

    ``token``: SHA-256 of the bearer token we gave (provider). ``address``: the partner's data address with the token we
    may use (consumer, JSON). ``cause``: SHA-256 of the partner's message that led to ``state``. ``confirmed``: the
    partner has taken our start.
    """

    pid: str
    role: Role
    party: str
    callback: str
    agreement: str
    dataset: str
    state: str = ""
    peer_pid: str = ""
    token: str = ""
    address: bytes = b""
    cause: str = ""
    confirmed: bool = True
    reason: str = ""
    version: int = 0
    begun: str = ""
    changed: str = ""

    @property
    def provider_pid(self) -> str:
        """The provider's process id."""
        return self.pid if self.role == "provider" else self.peer_pid

    @property
    def consumer_pid(self) -> str:
        """The consumer's process id."""
        return self.pid if self.role == "consumer" else self.peer_pid


class TransferView(msgspec.Struct, frozen=True):
    """A transfer as people see it, with every message there was."""

    id: str
    role: str
    party: str
    party_name: str
    agreement: str
    dataset: str
    state: str
    reason: str
    begun: str
    changed: str
    timeline: list[StepView]


@fact("sharing.transfer_started")
class TransferStarted(msgspec.Struct, frozen=True):
    """Data may flow under an agreement."""

    process: str
    agreement: str
    dataset: str
    other_name: str
    role: str


@fact("sharing.transfer_ended")
class TransferEnded(msgspec.Struct, frozen=True):
    """Data may no longer flow; ``state`` is SUSPENDED, COMPLETED or TERMINATED."""

    process: str
    agreement: str
    dataset: str
    other_name: str
    role: str
    state: str
    reason: str

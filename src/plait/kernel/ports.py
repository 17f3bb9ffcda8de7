"""The doors between rooms: Protocols bound only in ``node.py``. A synchronous answer uses a port; a consequence is a reaction."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

import msgspec

from plait.kernel.actor import Actor, Scope
from plait.kernel.firm import Firm, Member

__all__ = [
    "Authenticator",
    "Badges",
    "Bus",
    "Compute",
    "ContractCheck",
    "Directory",
    "Grant",
    "Guard",
    "JobOrder",
    "JobState",
    "Labels",
    "MachinePort",
    "MachineView",
    "PartnerData",
    "PartnerMail",
    "SubmodelView",
    "Symbols",
]

R = TypeVar("R")


class Guard(Protocol):
    """The one place that says who may see and do what (bound to ``identity``)."""

    def firm(self) -> Firm:
        """Return the firm whose node this is, as it is known now."""
        ...

    def require(self, actor: Actor, action: str) -> None:
        """Return when ``actor`` may do ``action`` (``room.verb``); raise Problem ``forbidden`` or ``unauthenticated``."""
        ...

    def scope(self, actor: Actor, action: str, kind: str) -> Scope:
        """Return what ``actor`` may see of things of ``kind`` when doing ``action``."""
        ...


class Authenticator(Protocol):
    """Turns the credentials of a request into an actor (bound to ``identity``)."""

    async def authenticate(self, headers: Mapping[str, str], method: str, path: str) -> Actor:
        """Return the actor, ANONYMOUS when no credentials were sent; raise ``unauthenticated`` for bad ones."""
        ...

    def require(self, actor: Actor, action: str) -> None:
        """As ``Guard.require``."""
        ...


class Grant(msgspec.Struct, frozen=True):
    """What one agreement in force allows a partner: data of ``dataset``, of the given ``kind``."""

    agreement: str
    party: str
    dataset: str
    kind: str


class ContractCheck(Protocol):
    """Asked by ``identity`` which agreements a partner holds (bound to ``sharing``)."""

    def grant(self, agreement: str, party: str) -> Grant | None:
        """Return the grant of a finalised, unrevoked, unexpired agreement that ``party`` holds with us, else None."""
        ...

    def by_token(self, token: str) -> Grant | None:
        """Return the grant behind a transfer's bearer token while that transfer is started, else None."""
        ...


class Directory(Protocol):
    """The firms this node knows (bound to ``sharing.directory``)."""

    def members(self) -> Sequence[Member]:
        """Return the other firms known, by name."""
        ...

    def member(self, party: str) -> Member | None:
        """Return one firm by party_id, DID, GLN or (unambiguous) name, else None."""
        ...


class PartnerMail(Protocol):
    """Carries outbox rows to partners (bound to ``sharing``)."""

    async def deliver(self, party: str, path: str, body: bytes, media_type: str, idempotency_key: str) -> tuple[int, bytes]:
        """POST ``body`` to ``path`` of the partner's node, signed; return status and answer. Raise Problem when unreachable."""
        ...


class PartnerData(Protocol):
    """Fetches from partners (bound to ``sharing``)."""

    async def public(self, party: str, path: str) -> bytes:
        """GET what a partner shows to everybody."""
        ...

    async def fetch(self, party: str, dataset: str, path: str) -> bytes:
        """GET ``path`` under the contract for the partner's ``dataset``; raise ``no-contract`` or ``forbidden`` with the reason."""
        ...


class JobOrder(msgspec.Struct, frozen=True):
    """Work for one cell: ISA-95 job order in our own words. ``id`` is unique and stays the same when sent again."""

    id: str
    operation: str
    part: str
    lot: str
    quantity: int
    setup_min: float
    cycle_min: float
    priority: int = 0
    program: str = ""


class JobState(msgspec.Struct, frozen=True):
    """Where a job stands on its machine; ``state`` is one of waiting, running, interrupted, ended, aborted, removed."""

    job_id: str
    machine_id: str
    state: str
    good: int = 0
    scrap: int = 0
    started: datetime | None = None
    ended: datetime | None = None
    energy_kwh: float = 0.0
    reason: str = ""


class MachineView(msgspec.Struct, frozen=True):
    """A machine as others may use it; ``state`` is one of running, idle, down, setup, silent."""

    id: str
    name: str
    group: str
    state: str
    since: datetime | None
    reason: str = ""
    jobs: tuple[str, ...] = ()


class MachinePort(Protocol):
    """Commands to machines (infrastructure to line). Every command is idempotent by job id."""

    def machines(self) -> Sequence[MachineView]:
        """Return all machines with their present state."""
        ...

    async def start(self, machine_id: str, job: JobOrder) -> None:
        """Store and start ``job``; a job already there is left alone. Raise ``machine-refused`` or ``machine-unreachable``."""
        ...

    async def abort(self, machine_id: str, job_id: str) -> None:
        """Abort and clear the job; one that is not there is no error."""
        ...

    async def jobs(self, machine_id: str) -> Sequence[JobState]:
        """Return the machine's own list of jobs (to compare with ours after a reconnect)."""
        ...

    async def stop_all(self) -> None:
        """Stop every machine now."""
        ...


class SubmodelView(Protocol):
    """Any strand may show a submodel of a thing's twin (entry points ``plait.twins``)."""

    name: str
    semantic_id: str

    async def submodel(self, actor: Actor, asset: str) -> dict[str, Any] | None:
        """Return the submodel of ``asset`` as AAS JSON, or None when there is nothing to show."""
        ...


class Symbols(Protocol):
    """Draws codes that machines and telephones read (bound to ``labour.studio``)."""

    def __call__(self, kind: Literal["qr", "code128"], text: str) -> str:
        """Return ``text`` as a symbol in SVG, with its quiet zone."""
        ...


class Labels(Protocol):
    """Draws labels of articles and logistic units (bound to ``labour.studio``)."""

    def __call__(self, firm: Firm, path: str, name: str, quantity: float | None) -> bytes:
        """Return the label for the path of a Digital Link (``01/.../10/...``, ``00/...``) as PNG, 100 by 60 mm; it takes processor time."""
        ...


class Badges(Protocol):
    """Draws badges of people (bound to ``labour.studio``)."""

    def __call__(self, firm: str, name: str, url: str, number: str, form: str) -> bytes:
        """Return a badge in the size of a bank card as ``png``, ``pdf`` or ``svg``, its code read back; it takes processor time."""
        ...


class Bus(Protocol):
    """How facts leave the process."""

    async def publish(self, subject: str, body: bytes) -> None:
        """Publish once the fact is on disk."""
        ...

    def subscribe(self, subject: str, call: Callable[[str, bytes], Awaitable[None]]) -> Callable[[], None]:
        """Call ``call`` for each message whose subject matches (``*`` one part, ``>`` the rest); return the way out."""
        ...


class Compute(Protocol):
    """CPU-heavy work off the event loop."""

    async def run(self, call: Callable[..., R], *args: Any) -> R:
        """Run a pure, picklable function in a worker and return its result."""
        ...

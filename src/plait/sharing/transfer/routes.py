"""HTTP of transfers (Dataspace Protocol 2025-1, section 10). One set of paths serves both roles."""

from plait.kernel.actor import Actor
from plait.sharing.dsp import BASE, MEDIA_TYPES, TransferProcess
from plait.sharing.errors import transfer_error
from plait.sharing.transfer.inbox import KINDS, TransferInbox
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("transfer", TransferInbox, problems=transfer_error)
ROUTES = API
ACTION = "dsp.transfer"


async def request(service: TransferInbox, actor: Actor, body: bytes) -> TransferProcess:
    """Take a consumer's request for data under an agreement."""
    return await service.request(actor, body)


async def state(service: TransferInbox, actor: Actor, pid: str) -> TransferProcess:
    """Return where a transfer stands."""
    return await service.state(actor, pid)


def _mount(name: str, slash: str) -> None:
    @API.post(f"{BASE}/transfers/{{pid}}/{name}{slash}", action=ACTION, accepts=MEDIA_TYPES, summary=f"Take a {KINDS[name].__name__}")
    async def receive(service: TransferInbox, actor: Actor, pid: str, body: bytes) -> TransferProcess:
        return await service.receive(actor, pid, name, body)


for _slash in ("", "/"):
    API.post(f"{BASE}/transfers/request{_slash}", action=ACTION, ok=201, accepts=MEDIA_TYPES, summary="Ask for a transfer")(request)
    API.get(f"{BASE}/transfers/{{pid}}{_slash}", action=ACTION, summary="Where a transfer stands")(state)
    for _name in KINDS:
        _mount(_name, _slash)

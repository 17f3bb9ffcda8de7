"""HTTP of sharing for people."""

from plait.kernel.actor import Actor
from plait.sharing.catalog.model import DatasetView, NewDataset
from plait.sharing.negotiation.model import AgreementView, ProcessView, Revocation, Wanted
from plait.sharing.service import Fetch, SharingService, TransferChange
from plait.sharing.transfer.model import TransferView
from plait.web import Api, Reply

__all__ = ["ROUTES"]

API = Api("sharing", SharingService)
ROUTES = API
READ, WRITE = "sharing.read", "sharing.write"


@API.get("/api/v1/sharing/datasets", action=READ, summary="List the datasets offered")
async def datasets(service: SharingService, actor: Actor) -> list[DatasetView]:
    """Return our datasets with their terms, withdrawn ones too."""
    return await service.datasets(actor)


@API.post("/api/v1/sharing/datasets", action=WRITE, ok=201, summary="Offer a dataset")
async def offer(service: SharingService, actor: Actor, body: NewDataset, once: str | None) -> DatasetView:
    """Offer a dataset under a policy, or change how."""
    return await service.offer(actor, body, once)


@API.delete("/api/v1/sharing/datasets/{id}", action=WRITE, summary="Withdraw a dataset")
async def withdraw(service: SharingService, actor: Actor, id: str) -> None:
    """Make no new agreements on a dataset; those in force stay."""
    await service.withdraw(actor, id)


@API.get("/api/v1/sharing/agreements", action=READ, summary="List agreements")
async def agreements(service: SharingService, actor: Actor) -> list[AgreementView]:
    """Return the agreements in force and those revoked, newest first."""
    return await service.held(actor)


@API.post("/api/v1/sharing/agreements", action=WRITE, ok=202, summary="Negotiate for a partner's dataset")
async def negotiate(service: SharingService, actor: Actor, body: Wanted) -> ProcessView:
    """Begin to negotiate; what is in force or under way is used again."""
    return await service.negotiate(actor, body.party, body.dataset)


@API.post("/api/v1/sharing/agreements/{id}/revoke", action=WRITE, summary="Revoke an agreement")
async def revoke(service: SharingService, actor: Actor, id: str, body: Revocation) -> AgreementView:
    """End an agreement now."""
    return await service.revoke(actor, id, body.reason)


@API.get("/api/v1/sharing/negotiations", action=READ, summary="List negotiations")
async def negotiations(service: SharingService, actor: Actor) -> list[ProcessView]:
    """Return all negotiations with their timelines, newest first."""
    return await service.negotiations.processes(actor)


@API.get("/api/v1/sharing/negotiations/{id}", action=READ, summary="One negotiation with its timeline")
async def negotiation(service: SharingService, actor: Actor, id: str) -> ProcessView:
    """Return every message of a negotiation with status and reason."""
    return await service.negotiations.process(actor, id)


@API.post("/api/v1/sharing/negotiations/{id}/approve", action=WRITE, summary="Approve what a negotiation waits with")
async def approve(service: SharingService, actor: Actor, id: str) -> ProcessView:
    """Go on with terms that need a person."""
    return await service.negotiations.approve(actor, id)


@API.post("/api/v1/sharing/negotiations/{id}/decline", action=WRITE, summary="End a negotiation")
async def decline(service: SharingService, actor: Actor, id: str, body: Revocation) -> ProcessView:
    """End a negotiation under way."""
    return await service.negotiations.decline(actor, id, body.reason)


@API.get("/api/v1/sharing/transfers", action=READ, summary="List transfers")
async def transfers(service: SharingService, actor: Actor) -> list[TransferView]:
    """Return all transfers with their timelines, newest first."""
    return await service.transfer_views(actor)


def _mount(verb: str, name: str, summary: str) -> None:
    @API.post(f"/api/v1/sharing/transfers/{{id}}/{verb}", action=WRITE, summary=summary)
    async def change(service: SharingService, actor: Actor, id: str, body: TransferChange) -> TransferView:
        return await service.transfers.change(actor, id, name, body.reason)


for _verb, _name, _summary in (
    ("suspend", "suspension", "Suspend a transfer"),
    ("complete", "completion", "Complete a transfer"),
    ("terminate", "termination", "Terminate a transfer"),
):
    _mount(_verb, _name, _summary)


@API.post("/api/v1/sharing/transfers/{id}/resume", action=WRITE, ok=202, summary="Resume a suspended transfer")
async def resume(service: SharingService, actor: Actor, id: str) -> TransferView:
    """As provider: start a suspended transfer again."""
    return await service.transfers.resume(actor, id)


@API.post("/api/v1/sharing/fetch", action=READ, summary="Fetch a partner's data under contract")
async def fetch(service: SharingService, actor: Actor, body: Fetch) -> Reply:
    """Return the partner's answer as it is."""
    return Reply(await service.fetch(actor, body), media_type="application/json")

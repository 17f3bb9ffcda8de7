"""Sharing as people use it: datasets, agreements, negotiations, transfers behind one door."""

import msgspec

from plait.kernel.actor import Actor
from plait.kernel.ports import Guard
from plait.sharing.catalog.model import DatasetView, NewDataset
from plait.sharing.catalog.service import CatalogService
from plait.sharing.data import PartnerDataClient
from plait.sharing.negotiation.agreements import AgreementService
from plait.sharing.negotiation.model import AgreementView, ProcessView
from plait.sharing.negotiation.service import NegotiationService
from plait.sharing.transfer.model import TransferView
from plait.sharing.transfer.service import TransferService

__all__ = ["Fetch", "SharingService", "TransferChange"]


class Fetch(msgspec.Struct, frozen=True):
    """What to fetch: the partner (party_id, DID, GLN or name), its dataset, and the path below its node."""

    party: str
    dataset: str
    path: str


class TransferChange(msgspec.Struct, frozen=True):
    """Why a transfer is suspended or ended."""

    reason: str = ""


class SharingService:
    """The verbs of sharing for people."""

    def __init__(
        self,
        guard: Guard,
        catalog: CatalogService,
        agreements: AgreementService,
        negotiations: NegotiationService,
        transfers: TransferService,
        data: PartnerDataClient,
    ) -> None:
        self.guard = guard
        self.catalog = catalog
        self.agreements = agreements
        self.negotiations = negotiations
        self.transfers = transfers
        self.data = data

    async def open(self) -> None:
        """Take up what was under way when the node stopped (after the store is open and requests are taken)."""
        await self.negotiations.open()
        await self.transfers.open()

    async def close(self) -> None:
        """Stop follow-ups (before the store is closed)."""
        await self.negotiations.close()
        await self.transfers.close()

    async def datasets(self, actor: Actor) -> list[DatasetView]:
        """As ``CatalogService.datasets``."""
        return await self.catalog.datasets(actor)

    async def offer(self, actor: Actor, new: NewDataset, once: str | None = None) -> DatasetView:
        """As ``CatalogService.offer``."""
        return await self.catalog.offer(actor, new, new.policy, once)

    async def withdraw(self, actor: Actor, id: str) -> None:
        """As ``CatalogService.withdraw``."""
        await self.catalog.withdraw(actor, id)

    async def held(self, actor: Actor) -> list[AgreementView]:
        """As ``AgreementService.agreements``."""
        return await self.agreements.agreements(actor)

    async def negotiate(self, actor: Actor, party: str, dataset: str) -> ProcessView:
        """As ``NegotiationService.negotiate``."""
        return await self.negotiations.negotiate(actor, party, dataset)

    async def revoke(self, actor: Actor, id: str, reason: str) -> AgreementView:
        """As ``AgreementService.revoke``."""
        return await self.agreements.revoke(actor, id, reason)

    async def fetch(self, actor: Actor, what: Fetch) -> bytes:
        """Fetch a partner's data for a person; raise as ``PartnerDataClient.fetch``."""
        self.guard.require(actor, "sharing.read")
        return await self.data.fetch(what.party, what.dataset, what.path)

    async def transfer_views(self, actor: Actor) -> list[TransferView]:
        """As ``TransferService.processes``."""
        return await self.transfers.processes(actor)

"""The rooms of sharing put together, for ``node.py``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard
from plait.sharing import deliveries, routes
from plait.sharing.catalog import routes as catalog_routes
from plait.sharing.catalog.service import CatalogService
from plait.sharing.data import PartnerDataClient
from plait.sharing.deliveries import DeliveryService
from plait.sharing.directory import routes as directory_routes
from plait.sharing.directory.moves import Moves
from plait.sharing.directory.service import DirectoryService
from plait.sharing.mail import PartnerMailClient
from plait.sharing.negotiation import routes as negotiation_routes
from plait.sharing.negotiation.agreements import AgreementService
from plait.sharing.negotiation.inbox import NegotiationInbox
from plait.sharing.negotiation.service import NegotiationService
from plait.sharing.peer import Peers
from plait.sharing.ports import Signer
from plait.sharing.service import SharingService
from plait.sharing.transfer import routes as transfer_routes
from plait.sharing.transfer.contracts import Contracts
from plait.sharing.transfer.inbox import TransferInbox
from plait.sharing.transfer.service import TransferService
from plait.store import Store
from plait.web import Api, PartnerClient

__all__ = ["ALL_ROUTES", "Sharing", "build_sharing"]

ALL_ROUTES: tuple[Api, ...] = (
    directory_routes.ROUTES,
    catalog_routes.ROUTES,
    negotiation_routes.ROUTES,
    transfer_routes.ROUTES,
    routes.ROUTES,
    deliveries.ROUTES,
)


@dataclass(frozen=True)
class Sharing:
    """What the node needs of sharing: the ports it fills and the services behind its routes."""

    directory: DirectoryService
    moves: Moves
    catalog: CatalogService
    negotiation: NegotiationInbox
    transfer: TransferInbox
    contracts: Contracts
    data: PartnerDataClient
    mail: PartnerMailClient
    people: SharingService
    deliveries: DeliveryService

    def services(self) -> Sequence[Any]:
        """Return the services that routes are given."""
        return (self.directory, self.catalog, self.negotiation, self.transfer, self.people, self.people.agreements, self.deliveries)


def build_sharing(store: Store, guard: Guard, clock: BusinessClock, client: PartnerClient, identity: Signer) -> Sharing:
    """Put the rooms of sharing together (before the store is opened: they follow its log)."""
    directory = DirectoryService(store, guard, clock, client, identity)
    moves = Moves(directory)
    peers = Peers(directory, client, identity, moves.introduce)
    catalog = CatalogService(store, guard, clock, peers)
    agreements = AgreementService(store, guard, clock, peers)
    negotiations = NegotiationService(store, guard, clock, identity, catalog, agreements)
    contracts = Contracts(store, directory)
    transfers = TransferService(store, guard, clock, agreements, contracts)
    data = PartnerDataClient(store, peers, agreements, transfers)
    people = SharingService(guard, catalog, agreements, negotiations, transfers, data)
    return Sharing(
        directory,
        moves,
        catalog,
        NegotiationInbox(negotiations),
        TransferInbox(transfers),
        contracts,
        data,
        PartnerMailClient(peers),
        people,
        DeliveryService(store, guard, directory, client),
    )

"""Data of partners: what they show to everybody, and what they show under a contract."""

from plait.kernel.firm import Member
from plait.kernel.problems import FORBIDDEN, INVALID, NOT_FOUND, UNREACHABLE, Problem
from plait.sharing.errors import NO_CONTRACT
from plait.sharing.negotiation.agreements import AgreementService
from plait.sharing.negotiation.model import Agreed
from plait.sharing.peer import Peers, detail_of
from plait.sharing.transfer.model import Transfer
from plait.sharing.transfer.service import TransferService, endpoint_of
from plait.store import Store
from plait.web import Answer

__all__ = ["PartnerDataClient"]

DATA_LIMIT = 32_000_000


class PartnerDataClient:
    """The port ``PartnerData``. ``limit``: bytes of one answer."""

    def __init__(self, store: Store, peers: Peers, agreements: AgreementService, transfers: TransferService, limit: int = DATA_LIMIT) -> None:
        self.store = store
        self.peers = peers
        self.agreements = agreements
        self.transfers = transfers
        self.limit = limit

    async def public(self, party: str, path: str) -> bytes:
        """GET what a partner shows to everybody; raise ``not-found`` or ``partner-unreachable``."""
        partner = self.peers.member(party)
        _check_path(path)
        answer = await self.peers.client.request("GET", f"{partner.url}{path}", limit=self.limit)
        return _content(answer, partner, path)

    async def fetch(self, party: str, dataset: str, path: str) -> bytes:
        """GET ``path`` under the contract for the partner's ``dataset``, opening a transfer on first use.

        Raise ``no-contract`` when there is no agreement in force, ``forbidden`` with the partner's reason, ``not-found``,
        ``partner-unreachable``.
        """
        partner = self.peers.member(party)
        _check_path(path)
        agreement = await self.store.read(lambda conn: self.agreements.in_force(conn, partner.party_id, dataset))
        if agreement is None:
            reason = f"This firm has no agreement in force with {partner.name} on {dataset}."
            raise Problem(NO_CONTRACT, reason, partner=partner.party_id, dataset=dataset)
        transfer, answer = await self._get(partner, agreement, path)
        if answer.status in {401, 403} and await self.transfers.look(transfer):
            transfer, answer = await self._get(partner, agreement, path)
        if answer.status in {401, 403}:
            raise Problem(FORBIDDEN, f"{partner.name} refuses {dataset}: {detail_of(answer)}", partner=partner.party_id, dataset=dataset)
        return _content(answer, partner, path)

    async def _get(self, partner: Member, agreement: Agreed, path: str) -> tuple[Transfer, Answer]:
        transfer, address = await self.transfers.pull(agreement, await self._base(partner, agreement))
        headers = {"Authorization": f"Bearer {address.property('authorization')}", "Accept": "application/json"}
        return transfer, await self.peers.client.request("GET", partner.here(f"{endpoint_of(address)}{path}"), headers=headers, limit=self.limit)

    async def _base(self, partner: Member, agreement: Agreed) -> str:
        """Return where the partner takes messages: the place of the negotiation, unless its node has moved since."""
        known = await self.store.read(lambda conn: self.agreements.callback(conn, agreement))
        return known if known.startswith(f"{partner.url}/") else await self.peers.base(partner)


def _check_path(path: str) -> None:
    if not path.startswith("/") or path.startswith("//"):
        raise Problem(INVALID, f"{path!r} is no path of a node: it begins with one slash.", field="path")


def _content(answer: Answer, partner: Member, path: str) -> bytes:
    if answer.status == 404:
        raise Problem(NOT_FOUND, f"{partner.name} has nothing at {path}: {detail_of(answer)}")
    if answer.status in {401, 403}:
        raise Problem(FORBIDDEN, f"{partner.name} refuses {path}: {detail_of(answer)}")
    if answer.status >= 300:
        raise Problem(UNREACHABLE, f"{partner.name} answered {answer.status} at {path}: {detail_of(answer)}")
    return answer.body

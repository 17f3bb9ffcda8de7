"""The verbs of the catalog: offer, withdraw, show to a partner what its policy lets it see, read a partner's."""

from typing import Any

from msgspec import UNSET
from sqlalchemy import Connection

from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import BusinessClock
from plait.kernel.firm import Member
from plait.kernel.ids import new_id, urn
from plait.kernel.ports import Guard
from plait.kernel.problems import UNREACHABLE, Problem
from plait.sharing.catalog import rules, tables
from plait.sharing.catalog.model import Dataset, DatasetOffered, DatasetView, DatasetWithdrawn, Offered
from plait.sharing.dsp import CatalogRequestMessage, Offer, decode
from plait.sharing.errors import DSP_REFUSED, NO_CONTRACT, NO_DATASET
from plait.sharing.peer import Peers, detail_of, segment
from plait.sharing.policy import rules as policy_rules
from plait.sharing.policy.model import Policy
from plait.store import Store, Tx

__all__ = ["CatalogService"]

ALL = Scope(everything=True)


class CatalogService:
    """What this firm offers to share."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, peers: Peers) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.peers = peers

    async def offer(self, actor: Actor, dataset: Dataset, policy: Policy, once: str | None = None) -> DatasetView:
        """Offer a dataset, or change how; another policy makes another offer. Raise ``bad-dataset`` or ``bad-policy``."""
        self.guard.require(actor, "sharing.write")
        rules.check(dataset)
        policy_rules.check(policy)
        plain = Dataset(dataset.id, dataset.kind, dataset.title, dataset.path)

        def work(tx: Tx) -> DatasetView:
            known = next(iter(tables.datasets(tx.conn, ALL, dataset.id)), None)
            kept = known is not None and known.policy == policy and known.state == "offered"
            row = Offered(plain, policy, known.offer if known and kept else urn(new_id()), "offered")
            if row != known:
                tables.put(tx.conn, row)
                tx.append(f"dataset/{dataset.id}", DatasetOffered(dataset.id, dataset.kind, policy, row.offer))
            return _view(row)

        return await self.store.write(actor, work, once=once, result=DatasetView)

    async def withdraw(self, actor: Actor, id: str) -> None:
        """Make no new agreements on a dataset; raise ``no-such-dataset``."""
        self.guard.require(actor, "sharing.write")

        def work(tx: Tx) -> None:
            if not tables.withdraw(tx.conn, id):
                raise Problem(NO_DATASET, f"{id} is not offered.")
            tx.append(f"dataset/{id}", DatasetWithdrawn(id))

        await self.store.write(actor, work)

    async def datasets(self, actor: Actor) -> list[DatasetView]:
        """Return the datasets the actor may see, withdrawn ones too."""
        scope = self.guard.scope(actor, "read", "sharing")
        return [_view(row) for row in await self.store.read(lambda conn: tables.datasets(conn, scope))]

    def visible(self, conn: Connection, caller: Member | None, id: str | None = None, offer: str | None = None) -> list[Offered]:
        """Return the datasets on offer whose policy ``caller`` satisfies."""
        rows = tables.datasets(conn, ALL, id, offer)
        return [row for row in rows if row.state == "offered" and not policy_rules.why_not(row.policy, caller)]

    async def request(self, actor: Actor, body: bytes) -> dict[str, Any]:
        """Answer a CatalogRequestMessage with what the caller may have; raise ``dsp-malformed``, ``dsp-refused`` for a filter."""
        self.guard.require(actor, "dsp.catalog")
        message = decode(body, CatalogRequestMessage)
        if message.filter is not UNSET and message.filter:
            raise Problem(DSP_REFUSED, "This node knows no filters.")
        caller = self.peers.directory.member(actor.party)
        rows = await self.store.read(lambda conn: self.visible(conn, caller))
        return rules.catalog(self.guard.firm(), rows)

    async def dataset(self, actor: Actor, id: str) -> dict[str, Any]:
        """Return one dataset; raise ``no-such-dataset`` also for one the caller may not have."""
        self.guard.require(actor, "dsp.catalog")
        caller = self.peers.directory.member(actor.party)
        rows = await self.store.read(lambda conn: self.visible(conn, caller, id))
        if not rows:
            raise Problem(NO_DATASET, f"There is no dataset {id} for you.")
        return rules.dataset(self.guard.firm(), rows[0])

    async def of_partner(self, partner: Member, base: str, id: str) -> Offer:
        """Ask a partner for its offer on a dataset; raise ``no-contract`` when it offers us none."""
        answer = await self.peers.call(partner, "GET", f"{base}/catalog/datasets/{segment(id)}")
        if answer.status in {401, 403, 404}:
            why = detail_of(answer)
            raise Problem(NO_CONTRACT, f"{partner.name} does not offer {id} to this firm: {why}", partner=partner.party_id, dataset=id)
        if answer.status != 200:
            raise Problem(UNREACHABLE, f"{partner.name} answered {answer.status}: {detail_of(answer)}")
        offers = rules.find(answer.json(), id)
        understood = [offer for offer in offers if not policy_rules.read(offer).unknown]
        return (understood or offers)[0]


def _view(row: Offered) -> DatasetView:
    new = row.dataset
    return DatasetView(new.id, new.kind, new.title, new.path, row.policy, policy_rules.describe(row.policy), row.offer, row.state)

"""Whether a partner may have what it asks for, looked up anew at every use."""

import hashlib

from sqlalchemy import Connection

from plait.kernel.actor import Scope
from plait.kernel.ports import Directory, Grant
from plait.sharing.negotiation import tables as agreement_tables
from plait.sharing.negotiation.agreements import document_of
from plait.sharing.negotiation.model import Agreed
from plait.sharing.policy import rules as policy_rules
from plait.sharing.transfer import tables
from plait.store import Store

__all__ = ["Contracts", "token_hash"]

ALL = Scope(everything=True)


def token_hash(token: str) -> str:
    """Return the form in which a bearer token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


class Contracts:
    """The port ``ContractCheck``."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self.store = store
        self.directory = directory

    def grant(self, agreement: str, party: str) -> Grant | None:
        """Return the grant of an agreement of ours as provider that is in force and whose policy ``party`` still satisfies, else None."""
        row = self.store.read_now(lambda conn: agreement_tables.agreement(conn, Scope(party=party), agreement))
        return self._grant(row)

    def by_token(self, token: str) -> Grant | None:
        """Return the grant behind a bearer token while its transfer is started and its agreement in force, else None."""
        row = self.store.read_now(lambda conn: self._behind(conn, token_hash(token)))
        return self._grant(row)

    @staticmethod
    def _behind(conn: Connection, hashed: str) -> Agreed | None:
        transfer = tables.by_token(conn, ALL, hashed)
        return agreement_tables.agreement(conn, Scope(party=transfer.party), transfer.agreement) if transfer else None

    def _grant(self, row: Agreed | None) -> Grant | None:
        if row is None or row.role != "provider" or row.state != "active" or self.unsatisfied(row):
            return None
        return Grant(row.id, row.party, row.dataset, row.kind)

    def unsatisfied(self, row: Agreed) -> list[str]:
        """Return in words why the partner no longer satisfies what was agreed, [] when it does."""
        policy = policy_rules.read(document_of(row)).policy
        return policy_rules.why_not(policy, self.directory.member(row.party))

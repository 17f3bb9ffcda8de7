"""Letters to partners: what the outbox hands over is POSTed to the partner's node as this firm."""

from plait.kernel.clock import SYSTEM
from plait.kernel.problems import UNREACHABLE, Problem
from plait.sharing.dsp import BASE
from plait.sharing.peer import Peers

__all__ = ["PartnerMailClient"]

PATIENCE = 15.0
"""Seconds for which a 404 to a message of the Dataspace Protocol means "not yet": the partner may still be storing its side."""


class PartnerMailClient:
    """The port ``PartnerMail``. ``patience_s``: seconds for which a partner may not yet know a process."""

    def __init__(self, peers: Peers, patience_s: float = PATIENCE) -> None:
        self.peers = peers
        self.patience_s = patience_s
        self._missing: dict[tuple[str, str], float] = {}

    async def deliver(self, party: str, path: str, body: bytes, media_type: str, idempotency_key: str) -> tuple[int, bytes]:
        """POST ``body`` to ``path`` of the partner's node (or to a whole address it gave); return status and answer.

        Raise ``not-found`` for a firm that is not in the directory and ``partner-unreachable`` when it should be tried again.
        """
        partner = self.peers.member(party)
        url = path if path.startswith(("http://", "https://")) else f"{partner.url}{path}"
        headers = {"Content-Type": media_type, "Idempotency-Key": idempotency_key}
        answer = await self.peers.call(partner, "POST", url, body, headers)
        self._await_process((party, idempotency_key), answer.status, idempotency_key.startswith("dsp:") or path.startswith(f"{BASE}/"))
        return answer.status, answer.body

    def _await_process(self, letter: tuple[str, str], status: int, dsp: bool) -> None:
        if status != 404 or not dsp:
            self._missing.pop(letter, None)
            return
        now = SYSTEM.monotonic()
        if now - self._missing.setdefault(letter, now) < self.patience_s:
            raise Problem(UNREACHABLE, "The partner does not know the process yet.")
        self._missing.pop(letter, None)

"""What we know of machines, kept in one transaction with the facts that tell of it: written once for each real change."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from plait.infrastructure.machines import rules, tables
from plait.infrastructure.machines.model import Batch, Gap, Status
from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.ports import Guard, JobOrder, JobState
from plait.store import Store, Tx

__all__ = ["Follow", "Journal", "enter_status"]

ALL = Scope(everything=True)


class Follow(msgspec.Struct):
    """What is to be told to machines once a batch is on disk: orders to send again."""

    again: list[tuple[str, JobOrder]] = msgspec.field(default_factory=list)


class Journal:
    """Writes facts ``machine.*``; nothing is written when a batch holds no news."""

    def __init__(self, store: Store, guard: Guard) -> None:
        self.store = store
        self._guard = guard
        self.ruled: frozenset[str] = frozenset()  # machines whose state follows from their signals by rules: what they say themselves is left out

    @property
    def me(self) -> Actor:
        """The actor of what machines report."""
        return system_actor(self._guard.firm().party_id, "machines")

    async def take(self, batch: Batch, fresh: frozenset[str] = frozenset(), spoke: frozenset[str] = frozenset()) -> Follow:
        """Write what ``batch`` changes; machines in ``fresh`` were away until now, so their list is compared with ours.

        ``spoke``: machines whose values come again. One that was silent and tells no state is idle from now on: it can be heard, and nobody
        has said that it works.
        """
        if not batch.statuses and not batch.jobs and not spoke:
            return Follow()

        def work(tx: Tx) -> Follow:
            follow = Follow()
            for machine_id in sorted({*batch.statuses, *batch.jobs, *spoke}):
                row = tables.machine(tx.conn, ALL, machine_id)
                if row is None:
                    continue
                ruled = machine_id in self.ruled
                if machine_id in spoke and row.known.state == "silent" and not ruled:
                    enter_status(tx, machine_id, Status("idle", tx.at))
                for status in batch.statuses.get(machine_id, ()):
                    if not ruled or status.state == "silent":
                        enter_status(tx, machine_id, status)
                if machine_id in batch.jobs:
                    _jobs(tx, machine_id, batch.jobs[machine_id], machine_id in fresh, follow)
                tables.heard(tx.conn, machine_id, tx.at)
            return follow

        return await self.store.write(self.me, work)

    async def heard(self, machine_ids: Sequence[str]) -> None:
        """Note that these machines are heard of now."""

        def work(tx: Tx) -> None:
            for machine_id in machine_ids:
                tables.heard(tx.conn, machine_id, tx.at)

        await self.store.write(self.me, work)

    async def silent(self, machine_ids: Sequence[str], reason: str) -> None:
        """Note that nothing is heard of these machines."""

        def work(tx: Tx) -> None:
            for machine_id in sorted(machine_ids):
                enter_status(tx, machine_id, Status("silent", tx.at, reason))

        await self.store.write(self.me, work)

    async def gap(self, machine_id: str, since: datetime, reason: str, lost: int = 0, until: datetime | None = None) -> datetime:
        """Record that something said between ``since`` and ``until`` (None: now) may be missing; return where it ends."""

        def work(tx: Tx) -> datetime:
            end = until or tx.at
            tx.append(f"machine/{machine_id}", Gap(machine_id, since, end, reason, lost))
            return end

        return await self.store.write(self.me, work)

    async def order(self, machine_id: str, job: JobOrder) -> bool:
        """Enter ``job`` before it is sent; False when it was sent before and has not been aborted or lost."""

        def work(tx: Tx) -> bool:
            known = tables.job(tx.conn, ALL, machine_id, job.id)
            if known is not None and known.state not in ("aborted", "removed", rules.SENT):
                return False
            tables.order(tx.conn, machine_id, job)
            return True

        return await self.store.write(self.me, work)

    async def forget(self, machine_id: str, job_id: str, reason: str) -> None:
        """Note that a job we sent never came onto the list or has been taken off it on our word."""

        def work(tx: Tx) -> None:
            known = tables.job(tx.conn, ALL, machine_id, job_id)
            if known is not None and known.state == rules.SENT:
                tables.put_job(tx.conn, msgspec.structs.replace(known, state="removed", reason=reason))

        await self.store.write(self.me, work)


def enter_status(tx: Tx, machine_id: str, status: Status) -> None:
    """Write what a machine's state is from now on, with the facts that follow; nothing when it is known."""
    row = tables.machine(tx.conn, ALL, machine_id)
    if row is None:
        return
    known, facts = rules.after_status(machine_id, row.known, status)
    for body in facts:
        tx.append(f"machine/{machine_id}", body)
    if facts:
        since = row.since if row.since is not None and row.known.state == known.state else status.at
        tables.put_state(tx.conn, machine_id, known, since)


def _jobs(tx: Tx, machine_id: str, listed: Sequence[JobState], fresh: bool, follow: Follow) -> None:
    known = tables.jobs(tx.conn, ALL, machine_id)
    again = set(rules.resend(known, listed)) if fresh else set()
    gone = [job for job in rules.vanished(known, listed) if job.job_id not in again]
    for job in (*listed, *gone):
        before = known.get(job.job_id)
        if before is not None and before.state in rules.FINAL:
            continue
        body = rules.changed_job(before, job)
        if body is not None:
            tx.append(f"machine/{machine_id}", body)
        if before != job:
            tables.put_job(tx.conn, job)
    follow.again += [(machine_id, order) for order in tables.send_again(tx.conn, ALL, machine_id, sorted(again))]

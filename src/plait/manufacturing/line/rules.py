"""What may start now and what follows from a job's end (pure)."""

from collections.abc import Iterable, Sequence

import msgspec

from plait.manufacturing.line.floor.model import Tended
from plait.manufacturing.line.model import Batch, Job, RunOrder

__all__ = ["also_scrap", "batch_id", "batches_of", "candidates", "job_id", "makeup", "serials_of", "still_missing"]


def batch_id(run: str, number: int) -> str:
    """Return the business number of a batch, e.g. ``SO-00001-2``."""
    return f"{run}-{number}"


def job_id(batch: str, seq: int) -> str:
    """Return the business number of a job, e.g. ``SO-00001-2-30``."""
    return f"{batch}-{seq}"


def batches_of(quantity: int, size: int) -> list[int]:
    """Split ``quantity`` into batches of at most ``size`` pieces."""
    size = max(1, size)
    full, rest = divmod(quantity, size)
    return [size] * full + ([rest] if rest else [])


def jobs_of(order: RunOrder, batch: str, quantity: int, planned: str) -> list[Job]:
    """Return the jobs of a batch, one a step; ``planned`` is the start used where the schedule named none."""
    jobs = []
    for step in order.steps:
        key = job_id(batch, step.seq)
        start = order.starts.get(key)
        when = start.isoformat() if start else planned
        state = "waiting"
        jobs.append(Job(key, order.number, batch, step.seq, "" if step.outside else step.group, "", "", quantity, 0, 0, state, when))
    return jobs


def candidates(jobs: Iterable[Job], group: str) -> list[Job]:
    """Return the waiting jobs of ``group`` whose predecessors are done, in the order of the schedule (priority, not clock)."""
    by_batch: dict[str, list[Job]] = {}
    for job in jobs:
        by_batch.setdefault(job.batch, []).append(job)
    ready = []
    for steps in by_batch.values():
        steps.sort(key=lambda job: job.seq)
        first = next((job for job in steps if job.state != "ended"), None)
        if first is not None and first.state == "waiting" and first.group == group:
            ready.append(first)
    return sorted(ready, key=lambda job: (job.planned, job.run, _number(job.batch), job.seq))


def _number(batch: str) -> int:
    return int(batch.rpartition("-")[2])


def still_missing(order: RunOrder, batches: Sequence[Batch]) -> int:
    """Return how many pieces the batches under way and finished will fall short of the order."""
    expected = sum(batch.good for batch in batches if batch.state != "lost")
    return max(0, order.quantity - expected)


def makeup(order: RunOrder, batches: Sequence[Batch]) -> tuple[str, int] | None:
    """Say how scrap is replaced: (batch id, pieces more).

    The last batch that has not begun is enlarged; when all have begun, a new batch is opened once all the others
    are finished. None: nothing is to be done now.
    """
    short = still_missing(order, batches)
    if short == 0 or order.service:
        return None
    unbegun = [batch for batch in batches if batch.state == "waiting"]
    if unbegun:
        return max(unbegun, key=lambda batch: batch.number).id, short
    if all(batch.state in ("finished", "lost") for batch in batches):
        return batch_id(order.number, max(batch.number for batch in batches) + 1), short
    return None


def serials_of(order: RunOrder, before: int, good: int) -> tuple[str, ...]:
    """Return the serial numbers of the next ``good`` pieces of a run after ``before`` pieces (GS1 AI 21, at most 20 characters)."""
    if not order.serial:
        return ()
    stem = order.number.replace("-", "")
    return tuple(f"{stem}-{before + index:04}" for index in range(1, good + 1))


def resized(job: Job, quantity: int) -> Job:
    """Return ``job`` for another number of pieces."""
    return msgspec.structs.replace(job, quantity=quantity)


def also_scrap(good: int, scrap: int, told: Iterable[Tended]) -> tuple[int, int]:
    """Return good and scrap of a machine's report less the scrap that people found and the machine did not see."""
    seen = min(good, sum(each.scrap for each in told))
    return good - seen, scrap + seen

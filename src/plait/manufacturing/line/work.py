"""What follows, inside the same transaction, when a job has ended."""

from collections.abc import Callable

import msgspec

from plait.kernel.actor import Scope
from plait.manufacturing.line import rules, tables
from plait.manufacturing.line.model import Batch, BatchFinished, Job, Run, RunFinished, RunOrder, Scrapped, Step, StepOut
from plait.store import Tx

__all__ = ["after_job"]

ALL = Scope(everything=True)
OpenBatch = Callable[[Tx, RunOrder, int, int], None]


def after_job(tx: Tx, run: Run, job: Job, good: int, scrap: int, open_batch: OpenBatch) -> None:
    """Move the batch on after ``job``: next step, outside step, finished or lost; replace scrap; finish the run."""
    order = run.order
    batch = next(row for row in tables.batches(tx.conn, ALL, job.run) if row.id == job.batch)
    batch = msgspec.structs.replace(batch, good=good)
    later = [step for step in order.steps if step.seq > job.seq]
    made = run.made
    if good == 0:
        batch = msgspec.structs.replace(batch, state="lost")
    elif not later:
        batch, made = _finish(tx, run, batch), run.made + good
    elif later[0].outside:
        batch = _send_out(tx, order, batch, later[0])
    tables.put_batch(tx.conn, batch)
    run = msgspec.structs.replace(run, made=made, scrapped=run.scrapped + scrap)
    replaced = _replace(tx, order, open_batch)
    if scrap:
        tx.append(f"run/{job.run}", Scrapped(job.id, job.run, job.batch, scrap, order.gtin, replaced))
    done = run.made + (run.scrapped if order.service else 0) >= order.quantity
    if done and run.state == "open":
        run = msgspec.structs.replace(run, state="finished")
        tx.append(f"run/{job.run}", RunFinished(order.number, order.part_id, run.made, order.order_id, order.customer))
    tables.put_run(tx.conn, run)


def _finish(tx: Tx, run: Run, batch: Batch) -> Batch:
    order = run.order
    serials = rules.serials_of(order, run.made, batch.good)
    body = BatchFinished(
        batch=batch.id,
        run=order.number,
        part_id=order.part_id,
        part_name=order.part_name,
        gtin=order.gtin,
        good=batch.good,
        serials=serials,
        lots=batch.lots,
        pairing=order.pairing,
        service=order.service,
        order_id=order.order_id,
        customer=order.customer,
    )
    tx.append(f"run/{order.number}", body)
    return msgspec.structs.replace(batch, state="finished")


def _send_out(tx: Tx, order: RunOrder, batch: Batch, step: Step) -> Batch:
    key = rules.job_id(batch.id, step.seq)
    job = tables.job(tx.conn, ALL, key)
    assert job is not None
    tables.put_job(tx.conn, msgspec.structs.replace(job, state="outside", quantity=batch.good))
    tx.append(f"run/{order.number}", StepOut(key, order.number, batch.id, step.seq, batch.good, step.semi_gtin, batch.lots))
    return msgspec.structs.replace(batch, state="outside", lots=())


def _replace(tx: Tx, order: RunOrder, open_batch: OpenBatch) -> str:
    """Make up for pieces that are missing; return the batch that does, or '' when nothing is to be done yet."""
    batches = tables.batches(tx.conn, ALL, order.number)
    more = rules.makeup(order, batches)
    if more is None:
        return ""
    key, pieces = more
    known = next((batch for batch in batches if batch.id == key), None)
    if known is None:
        open_batch(tx, order, int(key.rpartition("-")[2]), pieces)
        return key
    tables.put_batch(tx.conn, msgspec.structs.replace(known, quantity=known.quantity + pieces, good=known.good + pieces))
    for job in tables.jobs(tx.conn, ALL, order.number):
        if job.batch == key:
            tables.put_job(tx.conn, rules.resized(job, known.good + pieces))
    return key

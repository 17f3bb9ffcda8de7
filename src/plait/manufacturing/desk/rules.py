"""What the desk decides (pure)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from plait.manufacturing.desk.model import Inquiry
from plait.manufacturing.line.model import MaterialLine, RunOrder, Step
from plait.manufacturing.part.model import Part
from plait.manufacturing.requirement import Requirement
from plait.manufacturing.schedule.model import PromiseRequest
from plait.manufacturing.trade.model import Line
from plait.manufacturing.trade.options import OptionView

__all__ = ["decline_reason", "freight_lead", "full_hour", "in_words", "lot_lead", "promise_request", "run_order", "to_stock", "too_much", "unclear"]

MOST_BATCHES = 2000
MOST_PIECES = 1_000_000_000


def in_words(requirement: Requirement) -> str:
    """Return a requirement as a short phrase."""
    named = [(requirement.process, "{}"), (requirement.material, "in {}"), (requirement.module_mm, "module {} mm"), (requirement.quality, "grade {}")]
    words = [text.format(value) for value, text in named if value]
    return ", ".join(words) or "anything"


def decline_reason(name: str, reasons: Sequence[str]) -> str:
    """Return the sentence that declines a request."""
    return f"We do not make {name}: {'; '.join(reasons) or 'nothing of ours fits'}"


def unclear(lines: Sequence[Line]) -> list[str]:
    """Return what a request does not say that must be known before anything is looked for, [] when nothing is missing."""
    reasons = [] if len(lines) == 1 else ["one part a request, please: each line is answered with its own date"]
    for line in lines:
        if line.requirement is None or not line.requirement.process:
            reasons.append(f"nothing we make is called {line.name!r}, and no process or material is named")
        if not line.quantity.is_finite() or not 1 <= line.quantity <= MOST_PIECES or line.quantity % 1:
            reasons.append(f"{line.quantity} pieces of {line.name!r} cannot be made: a whole number from 1 to {MOST_PIECES} is needed")
    return reasons


def too_much(part: Part, quantity: int) -> str:
    """Return why ``quantity`` pieces are more than is planned at once (``MOST_BATCHES`` batches), "" when they are not."""
    most = MOST_BATCHES * max(1, part.batch_size)
    return f"{quantity} pieces are more than the {most} of {part.name} that are planned at once" if quantity > most else ""


def freight_lead(held: Sequence[OptionView]) -> int:
    """Return the minutes the carrier needs to the customer, 0 without one."""
    return sum(option.lead_minutes for option in held if option.role == "freight")


def lot_lead(part: Part) -> int:
    """Return the minutes one batch takes through our own routing, without waiting."""
    size = max(1, part.batch_size)
    return round(sum(op.setup_min + op.cycle_min * size for op in part.routing if not op.outside))


def to_stock(part: Part, number: str, quantity: int, now: datetime) -> PromiseRequest:
    """Return what the schedule is asked for an order to stock whose material is here or comes in time."""
    return PromiseRequest(number, part.id, quantity, part.batch_size, part.routing, now, {}, now, part.transfer_min)


def promise_request(part: Part, row: Inquiry, held: Sequence[OptionView], now: datetime, transit: timedelta) -> PromiseRequest:
    """Return what the schedule is asked: when material is here, and how long outside steps take with the way there and back."""
    ready = max([now, *(option.promised + transit for option in held if option.role.startswith("material:") and option.promised)])
    way = 2 * transit.total_seconds() / 60
    leads = {int(option.role.partition(":")[2]): option.lead_minutes + way for option in held if option.role.startswith("service:")}
    return PromiseRequest(
        number=row.purpose,
        part_id=part.id,
        quantity=row.quantity,
        batch_size=part.batch_size,
        operations=part.routing,
        material_ready=ready,
        step_leads=leads,
        not_before=now,
        transfer_min=part.transfer_min,
    )


def full_hour(when: datetime) -> datetime:
    """Return ``when`` rounded up to the full hour: a new date is told once, not minute by minute."""
    whole = when.replace(minute=0, second=0, microsecond=0)
    return whole if whole == when else whole + timedelta(hours=1)


def run_order(part: Part, row: Inquiry, starts: dict[str, datetime], batch_size: int = 0) -> RunOrder:
    """Return the order to the line for an accepted inquiry, in batches of ``batch_size`` (0: the part's)."""
    steps = tuple(
        Step(op.seq, op.name, op.group, op.setup_min, op.cycle_min, op.outside, op.semi_gtin, f"{part.id}-{part.revision}-{op.seq}") for op in part.routing
    )
    materials = tuple(MaterialLine(line.part, line.quantity, line.unit, line.supply) for line in part.materials)
    return RunOrder(
        number=row.run,
        part_id=part.id,
        part_name=part.name,
        revision=part.revision,
        gtin=part.gtin,
        quantity=row.quantity,
        batch_size=batch_size or part.batch_size,
        steps=steps,
        materials=materials,
        order_id=row.order_id,
        customer=row.customer,
        customer_name=row.customer_name,
        serial=part.serial,
        pairing=part.pairing,
        service=part.supply == "service",
        starts=starts,
    )

"""Whether a part meets a requirement, what an order of it needs and costs, and what makes a part valid (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal

from plait.kernel.money import Money
from plait.kernel.problems import Problem, register
from plait.kernel.units import known
from plait.manufacturing.part.model import CostBreakdown, Match, Need, Operation, Part
from plait.manufacturing.requirement import Requirement
from plait.manufacturing.vocabulary import check_material, check_process, is_a

__all__ = ["NO_PRICE", "best", "blanks", "check_part", "cost", "is_gtin", "match", "needs"]

BAD_PART = register("bad-part", 422, "The part breaks a rule", "Correct the named field of the part.")
NO_PRICE = register("price-missing", 409, "A price is not known", "Enter the price or the rate named, then ask again.")
CURRENCY = register("currency-mixed", 409, "Amounts of two currencies cannot be added", "State all prices and rates in the firm's currency.")

MINUTES = Decimal(60)


def is_gtin(text: str) -> bool:
    """Tell whether ``text`` is a GTIN of 8, 12, 13 or 14 digits with a right check digit (GS1 General Specifications, 7.9)."""
    if not (text.isascii() and text.isdigit() and len(text) in (8, 12, 13, 14)):
        return False
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(text)))
    return weighted % 10 == 0


def _check_routing(operations: Sequence[Operation], name: str) -> None:
    last = 0
    for op in operations:
        if op.seq <= last:
            raise Problem(BAD_PART, f"{name}: seq {op.seq} does not come after {last}")
        last = op.seq
        if min(op.setup_min, op.cycle_min, op.lead_days) < 0:
            raise Problem(BAD_PART, f"{name} {op.seq}: a time is negative")
        if op.process:
            check_process(op.process, f"{name} {op.seq}")
        if not op.outside and not op.group:
            raise Problem(BAD_PART, f"{name} {op.seq}: name a group of work centres, the service a supplier does, or the supplier")
        if op.semi_gtin and not is_gtin(op.semi_gtin):
            raise Problem(BAD_PART, f"{name} {op.seq}: {op.semi_gtin!r} is no GTIN")
        if op.service is not None:
            _check_requirement(op.service, f"{name} {op.seq}")


def _check_alternatives(part: Part) -> None:
    names = [routing.name for routing in part.alternatives]
    if "" in names or len(set(names)) != len(names):
        raise Problem(BAD_PART, "alternatives: each needs a name of its own")
    for routing in part.alternatives:
        _check_routing(routing.operations, f"alternatives {routing.name}")


def _check_requirement(requirement: Requirement, where: str) -> None:
    if not requirement.process:
        raise Problem(BAD_PART, f"{where}: the requirement names no process")
    check_process(requirement.process, where)
    check_material(requirement.material, where)


def _check_materials(part: Part) -> None:
    for line in part.materials:
        where = f"materials {line.part}"
        if line.quantity <= 0:
            raise Problem(BAD_PART, f"{where}: the quantity is not above zero")
        if not known(line.unit):
            raise Problem(BAD_PART, f"{where}: {line.unit!r} is no unit known here (UN/ECE Rec 20)")
        if line.gtin and not is_gtin(line.gtin):
            raise Problem(BAD_PART, f"{where}: {line.gtin!r} is no GTIN")
        if line.supply == "buy":
            if line.requirement is None and not line.supplier and line.lead_days <= 0:
                raise Problem(BAD_PART, f"{where}: what is bought for an order needs a requirement to find a supplier by, a supplier or a lead time")
            if line.requirement is not None:
                _check_requirement(line.requirement, where)
    names = [line.part for line in part.materials]
    if len(set(names)) != len(names):
        raise Problem(BAD_PART, "materials: a part stands twice")


def check_part(part: Part) -> None:
    """Raise ``bad-part`` or ``unknown-code`` naming the field that cannot be used."""
    if not part.id or not part.revision or not part.name:
        raise Problem(BAD_PART, "id, revision and name must not be empty")
    if part.gtin and not is_gtin(part.gtin):
        raise Problem(BAD_PART, f"gtin: {part.gtin!r} is no GTIN")
    if not known(part.unit):
        raise Problem(BAD_PART, f"unit: {part.unit!r} is no unit known here (UN/ECE Rec 20)")
    if part.batch_size < 1:
        raise Problem(BAD_PART, "batch_size: at least one piece")
    if part.scrap_allowance < 0 or part.markup < 0 or part.transfer_min < 0:
        raise Problem(BAD_PART, "scrap_allowance, markup and transfer_min must not be negative")
    if part.supply != "buy" and not part.process:
        raise Problem(BAD_PART, "process: say what the firm does")
    if part.process:
        check_process(part.process, "process")
    check_material(part.material, "material")
    _check_routing(part.routing, "routing")
    _check_alternatives(part)
    _check_materials(part)


def _number(wanted: float | None, has: float | None, name: str, service: bool) -> Iterator[str]:
    if wanted is None or (has is None and service):
        return
    if has is None:
        yield f"states no {name}"
    elif abs(has - wanted) > 1e-9:
        yield f"has {name} {has:g}, wanted is {wanted:g}"


def _grade(requirement: Requirement, part: Part, service: bool) -> Iterator[str]:
    if requirement.quality is not None and not (part.quality is None and service):
        if part.quality is None:
            yield "states no quality grade"
        elif part.quality > requirement.quality:
            yield f"reaches quality {part.quality}, wanted is {requirement.quality} or finer"
    if requirement.hardness_hrc is not None and not (part.hardness_hrc is None and service):
        if part.hardness_hrc is None:
            yield "states no hardness"
        elif part.hardness_hrc < requirement.hardness_hrc:
            yield f"reaches {part.hardness_hrc:g} HRC, wanted is {requirement.hardness_hrc:g} HRC"


def _size(wanted: Sequence[float], has: Sequence[float], service: bool) -> Iterator[str]:
    if not wanted or (service and not has):
        return
    if not has:
        yield "states no size"
    for want, own in zip(wanted, has, strict=False):
        if service and want > own:
            yield f"takes pieces up to {own:g} mm, wanted are {want:g} mm"
        elif not service and abs(want - own) > max(1.0, own * 0.02):
            yield f"measures {own:g} mm, wanted are {want:g} mm"


def match(requirement: Requirement, part: Part) -> list[str]:
    """Return in words why ``part`` does not meet ``requirement``, [] when it does.

    Process and material fit when they are the wanted code or stand below it. A part made must have the wanted module, at
    least the hardness, at least as fine a quality, and the wanted size within 1 mm or 2 %; a service takes whatever it does
    not limit. Certificates and region are the firm's, not the part's, and are not looked at here.
    """
    if part.supply == "buy":
        return [f"{part.name} is bought, not made here"]
    service = part.supply == "service"
    reasons = []
    if requirement.process and not is_a(part.process, requirement.process):
        reasons.append(f"{part.name} is {part.process}, wanted is {requirement.process}")
    free = part.material == "any" and service
    if not free and not is_a(part.material, requirement.material):
        reasons.append(f"{part.name} is of {part.material}, wanted is {requirement.material}")
    found = [
        *_number(requirement.module_mm, part.module_mm, "module", service),
        *_grade(requirement, part, service),
        *_size(requirement.size, part.size, service),
    ]
    return reasons + [f"{part.name} {reason}" for reason in found]


def best(requirement: Requirement, parts: Sequence[Part]) -> list[Match]:
    """Return the parts held against ``requirement``, those that fit first, then those with the fewest reasons, by id."""
    rows = [Match(part, match(requirement, part)) for part in parts if part.supply != "buy"]
    return sorted(rows, key=lambda row: (len(row.why_not), row.part.id))


def blanks(part: Part, quantity: int) -> int:
    """Return how many pieces are begun to get ``quantity`` good ones: the scrap allowance more, rounded up."""
    return int((quantity * (1 + part.scrap_allowance)).to_integral_value(ROUND_CEILING))


def needs(part: Part, quantity: int) -> list[Need]:
    """Return what must be got from other firms for ``quantity`` pieces: bought material (with scrap allowance), outside steps."""
    begun = blanks(part, quantity)
    found = [
        Need(f"material:{line.part}", "material", None, line.requirement, line.quantity * begun, line.unit, line.name, line.part, line.gtin)
        for line in part.materials
        if line.supply == "buy" and line.requirement is not None
    ]
    found += [
        Need(f"service:{op.seq}", "service", op.seq, op.service, Decimal(quantity), part.unit, op.name, part.id, op.semi_gtin)
        for op in part.routing
        if op.service is not None
    ]
    return found


def _minutes(value: float) -> Decimal:
    return Decimal(str(value))


def _price(bought: Mapping[str, Money], key: str, fallback: Money | None, name: str) -> Money:
    price = bought.get(key, fallback)
    if price is None:
        raise Problem(NO_PRICE, f"no price is known for {name} ({key})")
    return price


def _machine(part: Part, quantity: int, rates: Mapping[str, Money], zero: Money) -> tuple[Money, Money]:
    setup = machine = zero
    batches = -(-quantity // part.batch_size)
    for op in part.routing:
        if not op.outside:
            if op.group not in rates:
                raise Problem(NO_PRICE, f"no rate an hour is known for the group {op.group} (operation {op.seq} {op.name})")
            rate = rates[op.group]
            setup += rate.times(_minutes(op.setup_min) * batches / MINUTES)
            machine += rate.times(_minutes(op.cycle_min) * blanks(part, quantity) / MINUTES)
    return setup, machine


def cost(part: Part, quantity: int, rates: Mapping[str, Money], bought: Mapping[str, Money], currency: str) -> CostBreakdown:
    """Return cost and price of ``quantity`` pieces in ``currency``.

    ``rates``: price of an hour by group. ``bought``: price of one unit by ``Need.key`` (a material's own price stands in); a
    key without a colon, such as ``freight``, is a charge for the whole order. The price of a piece is rounded to minor units
    and not below ``price_floor``. Raises ``price-missing`` or ``currency-mixed``; ``bad-part`` for a quantity below one.
    """
    if quantity < 1:
        raise Problem(BAD_PART, f"quantity: {quantity} is less than one piece")
    zero = Money(Decimal(0), currency)
    try:
        setup, machine = _machine(part, quantity, rates, zero)
        material, services = zero, zero
        for line in part.materials:
            if line.supply != "customer":
                price = _price(bought, f"material:{line.part}", line.price, line.name)
                material += price.times(line.quantity * blanks(part, quantity))
        for op in part.routing:
            if op.outside:
                services += _price(bought, f"service:{op.seq}", op.price, op.name).times(quantity)
        for key, charge in bought.items():
            services += charge if ":" not in key else zero
        shares = [share.rounded() for share in (setup, machine, material, services)]
        spent = sum(shares, zero)
        each = spent.times((1 + part.markup) / quantity).rounded()
        if part.price_floor is not None and (part.price_floor + zero).amount > each.amount:
            each = part.price_floor.rounded()
    except ValueError as error:
        raise Problem(CURRENCY, f"{part.id}: {error}") from error
    total = each.times(quantity)
    markup = total + spent.times(-1)
    return CostBreakdown(shares[0], shares[1], shares[2], shares[3], markup, each, total)

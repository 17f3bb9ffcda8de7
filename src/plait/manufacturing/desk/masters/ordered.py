"""Parts that nobody has entered but customers have ordered: what their order lines say of them (pure)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.rules import fold
from plait.manufacturing.desk.masters.common import fresh_part
from plait.manufacturing.part.model import Part
from plait.manufacturing.vocabulary import GENERAL, recognise_material, recognise_process

__all__ = ["by_part", "ordered_parts", "part_number"]


def part_number(line: OrderLine) -> str:
    """Return the number under which a line's part would be entered: ours as written, the customer's, the drawing's; "" when it has none."""
    return (line.part_no or line.customer_part_no or line.drawing_no).strip()


def by_part(lines: Iterable[OrderLine]) -> Mapping[str, Sequence[OrderLine]]:
    """Return the open lines whose part is not known, by the number of their part (as first written); lines without a number are left out."""
    found: dict[str, list[OrderLine]] = defaultdict(list)
    first: dict[str, str] = {}
    for line in lines:
        number = part_number(line)
        if number and not line.part_id and line.state == "open":
            found[first.setdefault(fold(number), number)].append(line)
    return found


def ordered_parts(lines: Iterable[OrderLine], parts: Iterable[Part]) -> list[Part]:
    """Return the parts that order lines name and nobody has entered, as far as the lines describe them, by number."""
    known = {fold(part.id) for part in parts}
    return [_part(number, mine) for number, mine in sorted(by_part(lines).items()) if fold(number) not in known]


def _part(number: str, lines: Sequence[OrderLine]) -> Part:
    """Return a part as its lines describe it: what most of them say first."""
    name = next((line.name for line in lines if line.name), "")
    material = next((line.material for line in lines if line.material), "")
    code = recognise_material(material) or recognise_material(name)
    return fresh_part(
        number,
        name,
        unit=lines[0].unit,
        drawing_no=next((line.drawing_no for line in lines if line.drawing_no), ""),
        material=code or "any",
        material_text=material,
        process=recognise_process(name) or GENERAL,
        batch_size=max(1, *(int(line.ordered_quantity or line.quantity) for line in lines)),
    )

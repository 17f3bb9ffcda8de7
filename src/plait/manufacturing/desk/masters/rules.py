"""Which listed price holds, what words of a table mean, how a part's process follows from its operations (pure)."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from plait.kernel.units import convert
from plait.manufacturing.desk.book.rules import fold
from plait.manufacturing.desk.masters.model import Price
from plait.manufacturing.part.model import Operation
from plait.manufacturing.vocabulary import GENERAL, PROCESSES, common, is_a, name_of, recognise_process
from plait.manufacturing.vocabulary import fold as spelt

__all__ = ["listed", "means_outside", "process_of", "says_material", "says_supply", "side_step"]


def _plain(text: str) -> str:
    return "".join(sign for sign in spelt(text) if sign.isalnum())


def _words(*texts: str) -> frozenset[str]:
    return frozenset(_plain(word) for text in texts for word in text.split())


MADE = _words(
    "make made inhouse own e eigen eigenfertigung eigenteil fertigung hausfertigung fertigungsteil produziert manufactured produced", "自制 自制件 生产"
)
BOUGHT = _words(
    "buy bought purchase purchased purchasing external f kauf kaufteil zukauf zukaufteil fremdbezug einkauf beschaffung handelsware outside outsourced",
    "subcontracted subcontract fremdfertigung fremdvergabe lohnfertigung extern 外购 外购件 采购 采购件 委外 外协 外协件",
)
SERVICE = _words("service services lohnarbeit dienstleistung lohnbearbeitung 服务 来料加工")
KEPT = _words("stock warehouse instock fromstock kept lager ablager lagerware lagerteil lagermaterial vorrat bestand 库存 现货 仓库 备库")
ORDERED = BOUGHT | _words("order ordered fororder boughtfortheorder bestellen bestellung bestellt auftragsbezogen auftragsbezug 订购 按单采购")
PROVIDED = _words(
    "customer provided providedbycustomer providedbythecustomer customersupplied freeissue beigestellt beistellung beistellteil kundenbeistellung kunde",
    "客供 客户提供 客供料 来料 甲供",
)
OUTSIDE = _words("extern external outside outsourced subcontract subcontractor supplier fremd fremdvergabe auswaerts lohn lohnarbeit lieferant 外协 委外 外发")

SIDE = ("sawing", "measuring", "packing", "marking", "finishing", "coating", "heat", "transport")


def listed(rows: Iterable[Price], customers: Iterable[str], quantity: Decimal, day: date, unit: str = "C62") -> Price | None:
    """Return the sales price that holds for one of ``customers`` (its names) taking ``quantity`` of ``unit`` on ``day``; None when none is listed.

    The customer's own price goes before everybody's; of several breaks the highest that is reached holds; of two that hold the later one.
    """
    names = {fold(name) for name in customers} - {""}
    fits = [row for row in rows if row.kind == "sale" and fold(row.party) in names | {""} and _holds(row, quantity, day, unit)]
    return max(fits, key=lambda row: (bool(row.party), row.from_quantity, row.valid_from or date.min), default=None)


def _holds(row: Price, quantity: Decimal, day: date, unit: str) -> bool:
    try:
        reached = convert(quantity, unit, row.unit) >= row.from_quantity
    except ValueError:
        return False
    return reached and (row.valid_from or date.min) <= day <= (row.valid_until or date.max)


def says_supply(text: str) -> Literal["make", "buy", "service", ""]:
    """Return how a part is got, from the word of a table; "" when the word is not known."""
    word = _plain(text)
    return "make" if word in MADE else "buy" if word in BOUGHT else "service" if word in SERVICE else ""


def says_material(text: str) -> Literal["stock", "buy", "customer", ""]:
    """Return where material comes from, from the word of a table; "" when the word is not known."""
    word = _plain(text)
    return "stock" if word in KEPT else "buy" if word in ORDERED else "customer" if word in PROVIDED else ""


def means_outside(text: str) -> bool:
    """Tell whether the group of an operation is only a word for "another firm does it"."""
    return _plain(text) in OUTSIDE


def side_step(process: str) -> bool:
    """Tell whether a process is a step beside the making proper (sawing to length, measuring, packing, finishing, coating, heat treatment)."""
    return any(is_a(process, each) for each in SIDE)


def process_of(name: str, operations: Sequence[Operation]) -> str:
    """Return the process of a part from its operations, or from its name; the general code when neither is sure."""
    known = [op.process for op in operations if op.process and not op.outside]
    main = [code for code in known if not side_step(code)] or known
    return common(main) or recognise_process(name) or GENERAL


def op_process(name: str, group: str, given: Any = "") -> str:
    """Return the process code an operation's name, or the group of machines, tells; "" when none is sure."""
    return str(given) if str(given) in PROCESSES else recognise_process(name) or recognise_process(group)


def op_name(name: str, process: str, group: str) -> str:
    """Return what an operation is called: its name, else the name of its process, else its group."""
    return name or (name_of(process) if process else "") or group

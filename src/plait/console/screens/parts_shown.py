"""What parts and stock look like: the list, one part's stock and movements, how it is made, who takes it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from plait.console.html import Markup, chip, details, figure, icon, join, link, pairs, table, tag, when
from plait.console.page import Page
from plait.console.screens.lists import hint
from plait.console.screens.parts_acts import PartActs
from plait.console.screens.parts_routing import changed_shown
from plait.kernel.texts import Texts
from plait.manufacturing.desk.masters.model import Correction, Estimate
from plait.manufacturing.part.model import Material, Operation, Stock
from plait.overview import paths
from plait.overview.parts.model import Movement, PartRow, PartsPage, PartView, Taker

__all__ = ["answer_shown", "facts_shown", "made_shown", "rows_shown", "short_shown", "stock_shown", "takers_shown"]

SUPPLIES = {"make": "made here", "buy": "bought", "service": "done on customers' goods"}
FROM = {"stock": "from stock", "buy": "bought for the order", "customer": "the customer brings it"}
BASES = {
    "family": "from like parts and their jobs",
    "price": "from what its price pays for",
    "default": "a usual time, for want of anything better",
}
MOST_LOTS = 30
MOST_SERIALS = 12


def answer_shown(page: Page, found: PartsPage) -> Markup:
    """Return in words whether something is missing."""
    t = page.t
    if not found.short:
        return tag("section", tag("p", t("Nothing is missing for open orders."), cls="p-answer"), cls="p-card")
    said = t("Too little is here of one part.") if found.short == 1 else t("Too little is here of {count} parts.", count=t.number(found.short))
    rows = [
        join(" · " if index else "", link(row.name or row.id, paths.part(row.id), cls="p-inline"), " ", _missing(t, row))
        for index, row in enumerate(found.rows)
    ]
    more = join(" · ", link(t("all of them"), paths.parts(shown="short"), cls="p-inline")) if found.short > len(found.rows) else ""
    return tag("section", tag("p", said, cls="p-answer"), tag("p", rows, more, cls="p-soft"), cls="p-card")


def _missing(t: Texts, row: PartRow) -> str:
    return t("{quantity} missing", quantity=t.quantity(row.short, row.unit))


def rows_shown(page: Page, found: PartsPage) -> Markup:
    """Return a page of parts."""
    t = page.t
    rows = [_row(t, row) for row in found.rows]
    names = (t("Part"), t("Kind"), t("Ordered"), t("Free"), t("Reserved"), t("Taken from stock"), t("State"))
    made = table(names, rows, label=t("Parts and stock"), numbers=(2, 3, 4, 5), keys=[row.id for row in found.rows], csv="CSV")
    return tag("section", made, cls="p-card")


def _row(t: Texts, row: PartRow) -> tuple[Any, ...]:
    name = tag("div", link(row.name or row.id, paths.part(row.id)), tag("p", f"{row.id} {row.revision}", cls="p-soft p-small"))
    amounts = row.amounts
    return (
        name,
        t(SUPPLIES[row.supply]),
        t.quantity(amounts.ordered, row.unit) if amounts.ordered else "–",
        t.quantity(amounts.free, row.unit),
        t.quantity(amounts.reserved, row.unit) if amounts.reserved else "–",
        t.quantity(amounts.need, row.unit) if amounts.need else "–",
        tag("div", _state(t, row), " ", _times(t, row.estimated, row.unmade)),
    )


def _state(t: Texts, row: PartRow) -> Markup:
    if row.short:
        return chip("bad", _missing(t, row))
    if row.amounts.need:
        return chip("good", t("enough"))
    if row.amounts.ordered and row.supply != "buy":
        return chip("note", t("made to order"))
    return chip("note", t("in stock")) if row.amounts.free or row.amounts.reserved else chip("silent", t("none here"))


def _times(t: Texts, estimated: bool, unmade: bool) -> Markup | str:
    if unmade:
        return chip("warn", t("no operations"))
    return chip("wait", t("times estimated")) if estimated else ""


def short_shown(page: Page, view: PartView) -> Markup:
    """Return in words and figures how much there is, and whether it is enough."""
    t, part, amounts = page.t, view.part, view.amounts
    free = t.quantity(amounts.free, part.unit)
    if view.short:
        said = t(
            "{short} are missing: open orders take {need}, {free} are free.",
            short=t.quantity(view.short, part.unit),
            need=t.quantity(amounts.need, part.unit),
            free=free,
        )
    elif amounts.need:
        said = t("It is enough: open orders take {need}, {free} are free.", need=t.quantity(amounts.need, part.unit), free=free)
    elif amounts.free or amounts.reserved:
        said = t("{free} are free; no open order takes any from stock.", free=free)
    else:
        said = t("None is in stock, and no open order takes any from stock.")
    sign = "error" if view.short else "check_circle"
    figures = [
        figure(t.quantity(amounts.ordered, part.unit), t("Ordered by customers")),
        figure(free, t("Free")),
        figure(t.quantity(amounts.reserved, part.unit), t("Reserved for our orders")),
        figure(t.quantity(amounts.need, part.unit), t("Open orders take from stock"), state="bad" if view.short else ""),
    ]
    if amounts.owned:
        figures.append(figure(t.quantity(amounts.owned, part.unit), t("Belongs to customers")))
    answer = tag("p", icon(sign), " ", said, cls=f"p-answer {'p-bad' if view.short else ''}")
    return tag("div", tag("section", answer, cls="p-card"), tag("div", figures, cls="p-figures"), cls="p-stack")


def facts_shown(page: Page, view: PartView) -> Markup:
    """Return what the part is, with its drawings."""
    t, part = page.t, view.part
    older = [revision for revision in view.revisions if revision != part.revision]
    sizes = " × ".join(t.number(size) for size in (part.x_mm, part.y_mm, part.z_mm) if size is not None)
    passport = link(t("Passport"), paths.passport(part.gtin)) if part.gtin else ""
    rows = (
        (t("Number"), part.id),
        (t("Revision"), join(part.revision, tag("span", t(" (before: {names})", names=", ".join(older)), cls="p-soft") if older else "")),
        (t("Kind"), t(SUPPLIES[part.supply])),
        ("GTIN", join(part.gtin, " ", passport) if part.gtin else ""),
        (t("Drawing"), part.drawing_no),
        (t("Family"), part.family),
        (t("Material"), part.material_text or (part.material if part.material != "any" else "")),
        (t("Size (mm)"), sizes),
        (t("Mass"), t.quantity(part.mass_kg, "KGM") if part.mass_kg is not None else ""),
        (t("Batch"), t.quantity(part.batch_size) if part.batch_size > 1 else ""),
        (t("Serial numbers"), t("each piece has its own") if part.serial else ""),
        (t("Days until it comes"), t.number(part.lead_days) if part.lead_days else ""),
    )
    files = [_file(t, each.id, each.name, each.revision, t.day(each.received)) for each in view.files]
    kept = join(tag("h3", t("Drawings and files"), cls="p-h3"), tag("ul", files, cls="p-list")) if files else ""
    return tag("section", tag("h2", t("The part")), pairs(rows), kept, cls="p-card")


def _file(t: Texts, id: str, name: str, revision: str, day: str) -> Markup:
    href = f"/api/v1/desk/attachments/{quote(id, safe='')}/content"
    words = tag(
        "div", link(name, href), tag("p", t("received {day}", day=day), f" · {t('revision {name}', name=revision)}" if revision else "", cls="p-soft p-small")
    )
    return tag("li", icon("description"), words)


def stock_shown(page: Page, view: PartView, may: frozenset[str]) -> Markup:
    """Return the lots and the last movements, with what takes goods in and what corrects."""
    t, part = page.t, view.part
    acts = []
    if "part.receive" in may:
        acts.append(_button(t("Take in"), "add_box", "receive", cls="p-go"))
    if "part.write" in may:
        acts.append(_button(t("Correct by a count"), "calculate", "count"))
    rows = [_lot(t, lot, may) for lot in view.lots[:MOST_LOTS]]
    names = (t("Lot"), t("Quantity"), t("Whose"), t("Reserved for"), "")
    lots = table(names, rows, label=t("Lots in stock"), numbers=(1,)) if rows else tag("p", t("None is in stock."), cls="p-soft")
    more = hint(t("{count} more lots", count=len(view.lots) - MOST_LOTS)) if len(view.lots) > MOST_LOTS else ""
    head = tag("header", tag("h2", t("Stock")), tag("div", acts, cls="p-row"))
    return tag("section", head, lots, more, _movements(t, view.movements, part.unit), cls="p-card")


def _button(text: str, sign: str, act: str, arg: str = "", cls: str = "p-quiet") -> Markup:
    return tag("button", icon(sign), text, type="button", cls=cls, data_act=act, data_arg=arg or None)


def _lot(t: Texts, lot: Stock, may: frozenset[str]) -> tuple[Any, ...]:
    serials = ", ".join(lot.serials[:MOST_SERIALS]) + (" …" if len(lot.serials) > MOST_SERIALS else "")
    name = tag("div", lot.lot, details(t("Serial numbers"), tag("p", serials)) if lot.serials else "")
    whose = link(t("a customer's"), paths.partner(lot.owner)) if lot.owner else t("ours")
    correct = _button(t("Correct"), "edit", "count", lot.lot) if "part.write" in may and not lot.owner and not lot.serials else ""
    return name, t.quantity(lot.quantity, lot.unit), whose, link(lot.order, paths.order(lot.order)) if lot.order else "–", correct


def _movements(t: Texts, movements: Sequence[Movement], unit: str) -> Markup | str:
    if not movements:
        return ""
    rows = []
    for each in movements:
        word = t("came back") if each.back else t("came in") if each.kind == "in" else t("went out")
        quantity = f"{'+' if each.kind == 'in' else '−'}{t.quantity(each.quantity, each.unit or unit)}"
        rows.append((when(each.at, t), chip("good" if each.kind == "in" else "note", word), quantity, each.lot, each.order or "–", each.by))
    names = (t("When"), t("What"), t("Quantity"), t("Lot"), t("For order"), t("By whom"))
    return details(t("Movements ({count})", count=len(rows)), table(names, rows, label=t("Movements"), numbers=(2,), csv="CSV"))


def made_shown(page: Page, view: PartView, acts: PartActs) -> Markup:
    """Return the operations with their times, other ways to make it, and the material of one piece; estimates are marked and can be taken over."""
    t, part = page.t, view.part
    parts: list[Any] = [changed_shown(page, acts.before, part)] if acts.before is not None else []
    if part.routing:
        parts.append(_operations(t, part.routing, t("Operations")))
        parts += [
            join(tag("h3", t("Another way: {name}", name=other.name), cls="p-h3"), _operations(t, other.operations, other.name)) for other in part.alternatives
        ]
        if view.estimated:
            parts.append(hint(t("Some times are estimated; nobody has confirmed them.")))
    elif part.supply != "buy":
        parts.append(tag("p", icon("warning"), " ", t("Nobody has said how it is made; its orders cannot be planned."), cls="p-warn"))
    buttons = []
    if view.unmade and "desk.read" in acts.may and acts.estimate is None:
        buttons.append(_button(t("Estimate its times"), "auto_awesome", "estimate", cls="p-go"))
    if part.supply != "buy" and "part.write" in acts.may:
        buttons.append(_button(t("Change the operations") if part.routing else t("Say how it is made"), "edit", "routing"))
    if part.routing and "desk.read" in acts.may:
        buttons.append(_button(t("Compare with what jobs took"), "rule", "compare"))
    if view.unmade and acts.estimate is not None:
        parts.append(_estimate(t, acts.estimate, writes="desk.write" in acts.may))
    if acts.corrections:
        parts.append(_corrections(t, acts.corrections, writes="desk.write" in acts.may))
    if part.materials:
        parts.append(_materials(t, part.materials))
    title = t("How it is made") if part.supply != "buy" else t("How it comes")
    if not parts and not buttons:
        parts.append(tag("p", t("It is bought as it is."), cls="p-soft"))
    return tag("section", tag("h2", title), parts, tag("div", buttons, cls="p-row p-acts") if buttons else "", cls="p-card")


def _operations(t: Texts, operations: Sequence[Operation], label: str) -> Markup:
    rows = []
    for op in sorted(operations, key=lambda each: each.seq):
        where: Any
        if op.outside:
            where = tag("span", icon("north_east", t("outside")), " ", op.supplier or t("a supplier"))
            setup, cycle = "–", _days(t, op.lead_days) if op.lead_days else "–"
        else:
            where, setup, cycle = op.group or "–", t("{count} min", count=t.number(op.setup_min)), t("{count} min", count=t.number(op.cycle_min))
        mark = chip("wait", t("estimated")) if op.estimated else ""
        rows.append((tag("div", tag("span", op.seq, cls="p-soft"), " ", op.name, " ", mark), where, setup, cycle))
    names = (t("Operation"), t("Where"), t("Set-up"), t("A piece"))
    return table(names, rows, label=label, numbers=(2, 3))


def _days(t: Texts, days: float) -> str:
    return t("{count} day" if days == 1 else "{count} days", count=t.number(days))


def _estimate(t: Texts, found: Estimate, *, writes: bool) -> Markup:
    words = tag("p", t("Estimated {basis}.", basis=t(BASES[found.basis])), " ", found.why)
    spread = tag(
        "p", t("A piece takes {low} to {high} min in like jobs.", low=t.number(found.spread.low, 1), high=t.number(found.spread.high, 1)), cls="p-soft"
    )
    act = _button(t("Enter the estimate"), "check", "apply-estimate", cls="p-go") if writes else ""
    return tag("div", tag("h3", t("An estimate"), cls="p-h3"), words, spread, _operations(t, found.operations, t("An estimate")), act, cls="p-stack")


def _corrections(t: Texts, found: Sequence[Correction], *, writes: bool) -> Markup:
    rows = []
    for each in found:
        was = t("{setup} + {cycle} min a piece", setup=t.number(each.setup_was), cycle=t.number(each.cycle_was))
        now = t("{setup} + {cycle} min a piece", setup=t.number(each.setup_now), cycle=t.number(each.cycle_now))
        act = _button(t("Take over"), "check", "confirm", f"{each.part_id}/{each.seq}") if writes else ""
        rows.append((f"{each.seq} {each.name}", was, now, t.number(each.jobs), act))
    names = (t("Operation"), t("Planned"), t("As jobs took"), t("Jobs"), "")
    return join(tag("h3", t("What ended jobs took"), cls="p-h3"), table(names, rows, label=t("What ended jobs took"), numbers=(3,)))


def _materials(t: Texts, materials: Sequence[Material]) -> Markup:
    rows = []
    for each in materials:
        name = link(each.name or each.part, paths.part(each.part)) if each.part else each.name
        lead = _days(t, each.lead_days) if each.lead_days else "–"
        rows.append((name, t.quantity(each.quantity, each.unit), t(FROM[each.supply]), each.supplier or "–", lead))
    names = (t("Material"), t("For one piece"), t("From where"), t("Supplier"), t("Comes in"))
    return join(tag("h3", t("Material"), cls="p-h3"), table(names, rows, label=t("Material"), numbers=(1,)))


def takers_shown(page: Page, view: PartView) -> Markup:
    """Return the open orders that take it, the earliest first."""
    t = page.t
    if not view.takers:
        return tag("section", tag("h2", t("Open orders")), tag("p", t("No open order takes it."), cls="p-soft"), cls="p-card")
    rows = [_taker(t, each, view.part.unit) for each in view.takers]
    names = (t("Order"), t("Customer"), t("For what"), t("Quantity"), t("Wanted for"))
    made = table(names, rows, label=t("Open orders"), numbers=(3,))
    more = hint(t("{count} more orders", count=view.taken_by - len(view.takers))) if view.taken_by > len(view.takers) else ""
    return tag("section", tag("h2", t("Open orders")), made, more, cls="p-card")


def _taker(t: Texts, each: Taker, unit: str) -> tuple[Any, ...]:
    what = tag("span", t("as material of "), link(each.part_id, paths.part(each.part_id))) if each.as_material else t("as it is")
    return link(each.number, paths.order(each.line)), each.customer, what, t.quantity(each.quantity, unit), t.day(each.due)

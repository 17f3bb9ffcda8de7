"""The app's answer: rows of machines, groups and the firm, and the facts of a day (pure)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from plait.apps.model import AppReport, Figure, Inputs, Period, Unit
from plait.apps.oee.model import DayClosed, Elements, Loss, OeeConfig, OeeDetail, OeeRow
from plait.apps.oee.rules import elements, losses, machine, rates, total
from plait.apps.oee.spans import union
from plait.kernel.money import Money

__all__ = ["FIGURES", "report", "tell"]

FIGURES = {
    "oee": "P1",
    "availability": "P1",
    "effectiveness": "P1",
    "quality": "P1",
    "nee": "P1",
    "teep": "P1",
    "allocation": "P1",
    "utilisation": "P1",
    "technical": "P1",
    "setup": "P1",
    "throughput": "H87",
    "scrap": "P1",
    "first_pass": "P1",
    "mtbf": "MIN",
    "mttr": "MIN",
    "coverage": "P1",
}
BLIND = 0.9
NOTES = {
    "fast": "pieces came faster than planned: the planned time per piece is wrong",
    "uncounted": "pieces are not counted, or have no planned time",
    "no-hours": "nobody has said when it is meant to work, so every hour counts",
    "blind": "less than nine tenths of the planned time is known",
    "empty": "no time was planned",
}
Found = tuple[Unit, Elements, tuple[Loss, ...], float]


def report(inputs: Inputs, config: OeeConfig) -> AppReport:
    """Return OEE of every machine, group and the firm, in every period."""
    by_period: dict[Period, list[Found]] = defaultdict(list)
    for unit in sorted(inputs.units, key=lambda each: each.id):
        did = machine(
            inputs.states.get(unit.id, ()), inputs.jobs.get(unit.id, ()), inputs.cycles.get(unit.id, ()), config, inputs.now, config.ideal_s.get(unit.id)
        )
        hours = None if unit.open is None else union((_ms(a), _ms(b)) for a, b in unit.open)
        for period in unit.periods:
            if period.since < inputs.now:
                found = elements(did, hours, period, inputs.now)
                good, lost = losses(found, unit.rate)
                by_period[period].append((unit, found, lost, good))
    rows = [row for period in sorted(by_period) for row in _rows(period, by_period[period])]
    return AppReport(tuple(figure for row in rows for figure in _figures(row)), OeeDetail(config.goal, tuple(rows)))


def _ms(when: datetime) -> int:
    return round(when.timestamp() * 1000)


def _rows(period: Period, found: Sequence[Found]) -> list[OeeRow]:
    groups: dict[str, list[Found]] = defaultdict(list)
    for each in found:
        groups[each[0].group].append(each)
    rows = [_many(period, "", "", "firm", found)]
    rows += [_many(period, name, name, "group", group) for name, group in sorted(groups.items())]
    return rows + [_row(period, unit.id, unit.name, "machine", each, lost, good, unit.open is None) for unit, each, lost, good in found]


def _many(period: Period, subject: str, name: str, kind: str, found: Sequence[Found]) -> OeeRow:
    summed = total(each for _, each, _, _ in found)
    minutes: dict[str, float] = defaultdict(float)
    costs: dict[str, list[Money | None]] = defaultdict(list)
    for _, _, lost, _ in found:
        for loss in lost:
            minutes[loss.name] += loss.minutes
            costs[loss.name].append(loss.cost)
    planned = summed.pbt / 60_000
    lost = tuple(
        Loss(name, spent, spent / planned if planned else 0.0, _sum(costs[name])) for name, spent in sorted(minutes.items(), key=lambda row: (-row[1], row[0]))
    )
    good = sum(each for _, _, _, each in found)
    return _row(period, subject, name, kind, summed, lost, good, any(unit.open is None for unit, _, _, _ in found))


def _sum(costs: Iterable[Money | None]) -> Money | None:
    """Return the sum; None when some are not known, or are of several currencies."""
    known = list(costs)
    currencies = {each.currency if each else None for each in known}
    if len(currencies) != 1 or None in currencies:
        return None
    return Money(sum((each.amount for each in known if each), Decimal(0)), currencies.pop() or "")


def _row(period: Period, subject: str, name: str, kind: str, e: Elements, lost: tuple[Loss, ...], good: float, no_hours: bool) -> OeeRow:
    found = rates(e)
    flags = [
        *(["fast"] if e.fast else []),
        *(["uncounted"] if e.uncounted else []),
        *(["no-hours"] if no_hours else []),
        *(["blind"] if found.coverage is not None and found.coverage < BLIND else []),
        *(["empty"] if not e.pbt else []),
    ]
    return OeeRow(
        period,
        subject,
        name,
        kind,  # type: ignore[arg-type]
        found,
        e.pbt / 60_000,
        good,
        lost,
        e.pq,
        e.pq - e.sq,
        e.sq,
        e.failures,
        e.unplanned / 60_000,
        tuple(flags),
        e.machines,
    )


def _figures(row: OeeRow) -> list[Figure]:
    note = "; ".join(NOTES[flag] for flag in row.flags)
    found = []
    for name, unit in FIGURES.items():
        value = getattr(row.rates, name)
        shown = None if value is None else value * 100 if unit == "P1" else value
        found.append(Figure(name, shown, unit, row.subject, row.kind, row.period, note))
    return found


def tell(inputs: Inputs, config: OeeConfig) -> list[DayClosed]:
    """Return a fact a machine and day, where the firm wants that."""
    if not config.note_days:
        return []
    found: OeeDetail = report(inputs, config).detail
    return [
        DayClosed(
            row.subject,
            row.period.since.astimezone(UTC),
            row.period.until.astimezone(UTC),
            row.rates.oee,
            row.rates.availability,
            row.rates.effectiveness,
            row.rates.quality,
            row.rates.coverage,
        )
        for row in found.rows
        if row.kind == "machine" and row.planned_min
    ]

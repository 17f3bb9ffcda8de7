"""What a report must satisfy, and what follows from many: links, concentration, tiers, and who stops if one stops."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from plait.kernel.firm import Firm, Member
from plait.observatory.model import AggregateReport, Figures, LinkView, Stop, Tier, Trade
from plait.observatory.risk import EPS, Network, Node, index

__all__ = ["check", "concentration", "essential", "links", "report", "stops", "tiers", "usable"]

ZERO = Decimal(0)
LAST_GOODS_DIVISION = 43
GAP = Decimal("0.2")


def report(firm: Firm, figures: Figures) -> AggregateReport:
    """Return what leaves the firm: trades without consent are added up in one nameless row."""
    named = tuple(trade for trade in figures.trades if trade.consent)
    other = [trade for trade in figures.trades if not trade.consent]
    if other:
        named += (Trade("", "", sum((trade.sold for trade in other), ZERO), sum((trade.bought for trade in other), ZERO)),)
    return AggregateReport(
        firm.party_id,
        firm.name,
        firm.isic,
        firm.region,
        figures.since,
        figures.until,
        figures.currency,
        figures.revenue,
        figures.purchases,
        named,
        figures.jobs,
        figures.machine_hours,
    )


def check(report: AggregateReport, member: Member) -> list[str]:
    """Return what is wrong with a report fetched from ``member``; empty when it can be used."""
    wrong = []
    if report.party != member.party_id:
        wrong.append(f"it speaks of {report.party}, not of {member.party_id}")
    if report.isic and not (report.isic.isascii() and report.isic.isdigit() and len(report.isic) == 4):
        wrong.append(f"isic: {report.isic!r} is not a class of four digits")
    if report.until < report.since:
        wrong.append("until: the period ends before it begins")
    amounts = [report.revenue, report.purchases, *(amount for trade in report.trades for amount in (trade.sold, trade.bought))]
    if any(not amount.is_finite() or amount < 0 for amount in amounts):
        wrong.append("an amount is negative or no number")
    elif sum((trade.sold for trade in report.trades), ZERO) > report.revenue:
        wrong.append("trades: more was sold to the firms listed than the revenue")
    elif sum((trade.bought for trade in report.trades), ZERO) > report.purchases:
        wrong.append("trades: more was bought from the firms listed than the purchases")
    if any(trade.party == report.party for trade in report.trades):
        wrong.append("trades: a firm does not trade with itself")
    return wrong


def usable(reports: Sequence[AggregateReport]) -> tuple[str, list[AggregateReport], list[str]]:
    """Return the currency most reports use, those in it (by name), and why the others are left out: amounts of two currencies never add."""
    if not reports:
        return "", [], []
    counts: defaultdict[str, int] = defaultdict(int)
    for one in reports:
        counts[one.currency] += 1
    currency = min(counts, key=lambda code: (-counts[code], code))
    kept = sorted((one for one in reports if one.currency == currency), key=lambda one: (one.name, one.party))
    return currency, kept, [f"{one.name}: reported in {one.currency}" for one in reports if one.currency != currency]


def is_goods(isic: str) -> bool:
    """Tell whether a class makes goods, energy, water or buildings (ISIC Rev.4 divisions 01 to 43)."""
    return isic[:2].isdigit() and 1 <= int(isic[:2]) <= LAST_GOODS_DIVISION


def essential(supplier: str, buyer: str) -> bool:
    """Tell whether an input of class ``supplier`` stops a buyer of class ``buyer`` when it is missing: both make goods."""
    return is_goods(supplier) and is_goods(buyer)


def links(reports: Sequence[AggregateReport]) -> dict[tuple[str, str], LinkView]:
    """Return the value that went between each two reporting firms, by (supplier, buyer) party; reported by both ends: the mean."""
    firms = {one.party: one for one in reports}
    told: defaultdict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    for one in reports:
        for trade in one.trades:
            if trade.party in firms and trade.party != one.party:
                _tell(told[one.party, trade.party], "supplier", trade.sold)
                _tell(told[trade.party, one.party], "buyer", trade.bought)
    return {pair: _link(firms, pair, ends) for pair, ends in sorted(told.items()) if ends}


def _tell(ends: dict[str, Decimal], end: str, amount: Decimal) -> None:
    if amount > 0:
        ends[end] = ends.get(end, ZERO) + amount


def _link(firms: Mapping[str, AggregateReport], pair: tuple[str, str], ends: Mapping[str, Decimal]) -> LinkView:
    supplier, buyer = firms[pair[0]], firms[pair[1]]
    amounts = list(ends.values())
    value = sum(amounts, ZERO) / len(amounts)
    gap = max(amounts) - min(amounts) > GAP * max(amounts)
    by = "both" if len(amounts) == 2 else "supplier" if "supplier" in ends else "buyer"
    return LinkView(supplier.name, buyer.name, value, by, essential(supplier.isic, buyer.isic), gap)  # type: ignore[arg-type]


def concentration(revenues: Sequence[Decimal]) -> tuple[float, float] | None:
    """Return (HHI, share of the four largest in percent) of a market, None when nothing is sold in it."""
    total = sum(revenues, ZERO)
    if total <= 0:
        return None
    shares = sorted((100 * revenue / total for revenue in revenues), reverse=True)
    return float(sum((share * share for share in shares), ZERO)), float(sum(shares[:4], ZERO))


def _reach(start: str, following: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Return how many links away each firm is that can be reached from ``start``."""
    far = {start: 0}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for there in following.get(here, ()):
            if there not in far:
                far[there] = far[here] + 1
                queue.append(there)
    return far


def tiers(parties: Sequence[str], pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Return each firm's tier: 0 buys from nobody here, else one more than its furthest supplier; a ring of suppliers is one tier."""
    buyers: defaultdict[str, set[str]] = defaultdict(set)
    for supplier, buyer in pairs:
        buyers[supplier].add(buyer)
    reach = {party: set(_reach(party, buyers)) for party in parties}
    rings = {party: min(other for other in reach[party] if party in reach[other]) for party in parties}
    level = dict.fromkeys(rings.values(), 0)
    order = sorted(level, key=lambda ring: (-len({rings[party] for party in reach[ring]}), ring))
    for ring in order:
        members = [party for party in parties if rings[party] == ring]
        for after in {rings[buyer] for party in members for buyer in buyers[party]} - {ring}:
            level[after] = max(level[after], level[ring] + 1)
    return {party: level[rings[party]] for party in parties}


def chain(reports: Sequence[AggregateReport], level: Mapping[str, int]) -> list[Tier]:
    """Return the firms by tier, raw material first."""
    return [Tier(number, [one.name for one in reports if level[one.party] == number]) for number in sorted(set(level.values()))]


def _network(reports: Sequence[AggregateReport], found: Mapping[tuple[str, str], LinkView]) -> Network:
    sold: defaultdict[str, float] = defaultdict(float)
    for (supplier, _), link in found.items():
        sold[supplier] += float(link.value)
    nodes = [Node(one.party, one.isic or one.party, is_goods(one.isic), max(float(one.revenue), sold[one.party]), float(one.purchases)) for one in reports]
    return Network(nodes, {pair: float(link.value) for pair, link in found.items()})


def stops(reports: Sequence[AggregateReport], found: Mapping[tuple[str, str], LinkView]) -> list[Stop]:
    """Return what each firm's stop would stop, the most value first."""
    following: defaultdict[str, list[str]] = defaultdict(list)
    for (supplier, buyer), link in found.items():
        if link.essential:
            following[supplier].append(buyer)
    total = sum((one.revenue for one in reports), ZERO)
    network = _network(reports, found)
    result = []
    for place, firm in enumerate(reports):
        far = _reach(firm.party, following)
        value = sum((one.revenue for one in reports if one.party in far), ZERO)
        hit = [(far[one.party], one.name) for one in reports if far.get(one.party)]
        risk = index(network, [0.0 if number == place else 1.0 for number in range(len(reports))], EPS)
        direct, through = [name for steps, name in hit if steps == 1], [name for steps, name in hit if steps > 1]
        result.append(Stop(firm.name, direct, through, value, float(value / total) if total else 0.0, risk.esri))
    return sorted(result, key=lambda stop: (-stop.value, -stop.esri, stop.firm))

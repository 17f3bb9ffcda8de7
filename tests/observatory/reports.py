"""The demo's chain in round figures, for tests to count by hand.

steel 2410 sells 100 to forge and 40 to oak; forge 2591 sells 300 to helix; ember 2592 sells 200 to helix;
helix 2814 sells 1000 to meridian; oak 2814 sells 500 to meridian; swift 4923 carries for helix, 50.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from plait.observatory.model import AggregateReport, Trade

SINCE, UNTIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC)
CLASSES = {"steel": "2410", "forge": "2591", "ember": "2592", "helix": "2814", "oak": "2814", "meridian": "2814", "swift": "4923"}
REVENUE = {"steel": 200, "forge": 400, "ember": 250, "helix": 1200, "oak": 600, "meridian": 2200, "swift": 150}
SALES = {
    ("steel", "forge"): 100,
    ("steel", "oak"): 40,
    ("forge", "helix"): 300,
    ("ember", "helix"): 200,
    ("helix", "meridian"): 1000,
    ("oak", "meridian"): 500,
    ("swift", "helix"): 50,
}


def make_report(name: str, sales: Mapping[tuple[str, str], float] = SALES, **change: object) -> AggregateReport:
    """Return the report of one firm; its party_id is its name with ``p-`` before it."""
    sold = {buyer: amount for (supplier, buyer), amount in sales.items() if supplier == name}
    bought = {supplier: amount for (supplier, buyer), amount in sales.items() if buyer == name}
    trades = tuple(
        Trade(f"p-{other}", other, Decimal(str(sold.get(other, 0))), Decimal(str(bought.get(other, 0))), consent=True) for other in sorted({*sold, *bought})
    )
    fields = {
        "party": f"p-{name}",
        "name": name,
        "isic": CLASSES.get(name, ""),
        "region": "DE-BW",
        "since": SINCE,
        "until": UNTIL,
        "currency": "EUR",
        "revenue": Decimal(REVENUE.get(name, 0)),
        "purchases": Decimal(str(sum(bought.values()))),
        "trades": trades,
        "jobs": {"ended": 3},
        "machine_hours": 7.5,
    }
    return AggregateReport(**(fields | change))  # type: ignore[arg-type]


def all_reports() -> list[AggregateReport]:
    """Return the reports of the whole chain, by name."""
    return [make_report(name) for name in sorted(CLASSES)]

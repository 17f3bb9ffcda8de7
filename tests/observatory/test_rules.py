"""Links, concentration, tiers and stops, counted by hand."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.kernel.firm import Firm, Member
from plait.observatory import Figures, Trade, rules
from tests.observatory.reports import SINCE, UNTIL, all_reports, make_report


@pytest.mark.parametrize(
    ("revenues", "hhi", "cr4"),
    [
        ([15, 20, 25, 35, 5], 2500, 95),
        ([35, 60, 5], 4850, 100),
        ([40, 30, 20, 10], 3000, 100),
        ([7], 10000, 100),
        ([1] * 8, 1250, 50),
        ([5, 0], 10000, 100),
    ],
    ids=["five firms", "after joining owners", "four firms", "one firm", "eight equal", "one without sales"],
)
def test_concentration(revenues: list[int], hhi: float, cr4: float) -> None:
    """Tests that HHI is the sum of squared percent shares and CR4 the four largest."""
    assert rules.concentration([Decimal(one) for one in revenues]) == (pytest.approx(hhi, abs=1e-9), pytest.approx(cr4, abs=1e-9))


@pytest.mark.parametrize("revenues", [[], [0, 0]])
def test_no_market(revenues: list[int]) -> None:
    """Tests that a class in which nothing is sold has no concentration, rather than a wrong one."""
    assert rules.concentration([Decimal(one) for one in revenues]) is None


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=30))
def test_concentration_bounds(revenues: list[int]) -> None:
    """Tests that HHI lies between that of equal shares and monopoly, and CR4 never exceeds all."""
    found = rules.concentration([Decimal(one) for one in revenues])
    assert found is not None
    assert 10000 / len(revenues) - 1e-6 <= found[0] <= 10000 + 1e-6
    assert found[1] <= 100 + 1e-9


def test_links_of_both_ends() -> None:
    """Tests that a trade both ends report is one link, between firms that make goods an essential one."""
    found = rules.links(all_reports())
    assert len(found) == 7
    link = found["p-helix", "p-meridian"]
    assert (link.supplier, link.buyer, link.value, link.reported_by, link.essential, link.gap) == ("helix", "meridian", 1000, "both", True, False)
    assert not found["p-swift", "p-helix"].essential


@pytest.mark.parametrize(("other", "value", "gap"), [(1000, 1000, False), (800, 900, False), (790, 895, True), (0, 1000, False)])
def test_links_that_disagree(other: int, value: int, gap: bool) -> None:
    """Tests that two ends that differ give their mean, more than a fifth is flagged, and one end alone counts as it is."""
    seller = make_report("helix")
    buyer = make_report("meridian", {("helix", "meridian"): other})
    link = rules.links([seller, buyer])["p-helix", "p-meridian"]
    assert (link.value, link.gap, link.reported_by) == (value, gap, "both" if other else "supplier")


def test_strangers_give_no_link() -> None:
    """Tests that a partner who does not report, or is not named, does not appear."""
    assert rules.links([make_report("helix")]) == {}
    nameless = make_report("helix", trades=(Trade("", "", Decimal(10), Decimal(5)),))
    assert rules.links([nameless, make_report("oak", {})]) == {}


def test_tiers() -> None:
    """Tests that a firm stands one tier behind its furthest supplier."""
    reports = all_reports()
    level = rules.tiers([one.party for one in reports], rules.links(reports))
    assert level == {"p-steel": 0, "p-ember": 0, "p-swift": 0, "p-forge": 1, "p-oak": 1, "p-helix": 2, "p-meridian": 3}
    assert [(tier.level, tier.firms) for tier in rules.chain(reports, level)] == [
        (0, ["ember", "steel", "swift"]),
        (1, ["forge", "oak"]),
        (2, ["helix"]),
        (3, ["meridian"]),
    ]


@pytest.mark.parametrize(
    ("pairs", "level"),
    [
        (["ab", "bc", "cb", "cd"], {"a": 0, "b": 1, "c": 1, "d": 2}),
        (["ab", "ba"], {"a": 0, "b": 0, "c": 0, "d": 0}),
        (["ab", "bc", "ca", "ad", "cd"], {"a": 0, "b": 0, "c": 0, "d": 1}),
        (["ad", "ab", "bc", "cd"], {"a": 0, "b": 1, "c": 2, "d": 3}),
        ([], {"a": 0, "b": 0, "c": 0, "d": 0}),
    ],
    ids=["ring in the middle", "ring of two", "ring of three", "long and short way", "no links"],
)
def test_tiers_with_rings(pairs: list[str], level: dict[str, int]) -> None:
    """Tests that firms that supply one another share a tier and the longest way counts."""
    assert rules.tiers("abcd", [(pair[0], pair[1]) for pair in pairs]) == {"a": 0, "b": 0, "c": 0, "d": 0} | level


def test_stops() -> None:
    """Tests who stops with whom: counted by hand over essential links, the most value first."""
    reports = all_reports()
    found = {stop.firm: stop for stop in rules.stops(reports, rules.links(reports))}
    steel = found["steel"]
    assert (steel.direct, steel.through) == (["forge", "oak"], ["helix", "meridian"])
    assert steel.value == 200 + 400 + 600 + 1200 + 2200
    assert steel.share == pytest.approx(4600 / 5000)
    assert (found["ember"].direct, found["ember"].through, found["ember"].value) == (["helix"], ["meridian"], 3650)
    assert (found["swift"].direct, found["swift"].value) == ([], 150)
    assert (found["meridian"].direct, found["meridian"].value) == ([], 2200)
    assert [stop.firm for stop in rules.stops(reports, rules.links(reports))] == ["steel", "forge", "ember", "helix", "oak", "meridian", "swift"]


def test_stops_in_a_ring() -> None:
    """Tests that in a ring of suppliers each one's stop stops all, and nobody is counted twice."""
    sales = {("helix", "oak"): 10, ("oak", "meridian"): 10, ("meridian", "helix"): 10}
    reports = [make_report(name, sales) for name in ("helix", "meridian", "oak")]
    assert {stop.value for stop in rules.stops(reports, rules.links(reports))} == {Decimal(4000)}


@pytest.mark.parametrize(
    ("isic", "goods"),
    [("0111", True), ("2814", True), ("4390", True), ("4411", False), ("4923", False), ("9411", False), ("0000", False), ("", False), ("x", False)],
)
def test_goods(isic: str, goods: bool) -> None:
    """Tests that divisions 01 to 43 make goods and nothing else does."""
    assert rules.is_goods(isic) is goods


def test_report_names_only_who_consents() -> None:
    """Tests that trades without consent leave the firm as one nameless sum, or not at all when there are none."""
    trades = (
        Trade("p-a", "a", Decimal(10), Decimal(1), consent=True),
        Trade("p-b", "secret", Decimal(20), Decimal(2)),
        Trade("p-c", "hidden", Decimal(30), Decimal(3)),
    )
    figures = Figures(SINCE, UNTIL, "EUR", Decimal(60), Decimal(6), trades, {"ended": 4}, 12.5)
    made = rules.report(Firm("p-me", "me", "did:web:me", "https://me", isic="2814", region="DE-BW"), figures)
    assert made.trades == (trades[0], Trade("", "", Decimal(50), Decimal(5)))
    assert (made.party, made.name, made.isic, made.revenue, made.machine_hours) == ("p-me", "me", "2814", Decimal(60), 12.5)
    assert "secret" not in repr(made)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"party": "p-other"}, "speaks of"),
        ({"isic": "28"}, "four digits"),
        ({"isic": "28x4"}, "four digits"),
        ({"since": UNTIL, "until": SINCE}, "ends before"),
        ({"revenue": Decimal(-1)}, "negative"),
        ({"purchases": Decimal("NaN")}, "negative or no number"),
        ({"revenue": Decimal(999)}, "more was sold"),
        ({"purchases": Decimal(549)}, "more was bought"),
        ({"trades": (Trade("p-helix", "helix", Decimal(1)),)}, "with itself"),
    ],
)
def test_bad_reports(change: dict[str, Any], reason: str) -> None:
    """Tests that a report that cannot be true is refused with the reason."""
    member = Member("p-helix", "helix", "did:web:helix", "https://helix")
    assert rules.check(make_report("helix"), member) == []
    (wrong,) = rules.check(make_report("helix", **change), member)
    assert reason in wrong


def test_currencies_never_add() -> None:
    """Tests that reports in another currency than most are left out and named."""
    reports = [make_report("helix"), make_report("oak"), make_report("steel", currency="CNY")]
    currency, kept, left_out = rules.usable(reports)
    assert (currency, [one.name for one in kept], left_out) == ("EUR", ["helix", "oak"], ["steel: reported in CNY"])
    assert rules.usable([]) == ("", [], [])

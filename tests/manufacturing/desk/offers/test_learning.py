"""What outcomes teach: rates, hints, and suggestions that stay within their bounds."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from plait.kernel.money import Money
from plait.manufacturing.desk.offers.learning import DOWN, LEAST, STEP, band, learned, markup_of, spent, suggest
from plait.manufacturing.desk.offers.model import Outcome
from plait.manufacturing.part.model import CostBreakdown


def eur(amount):
    return Money(Decimal(amount), "EUR")


COST = CostBreakdown(eur(20), eur(60), eur(20), eur(0), eur(0), eur(10), eur(100))


def outcome(place, markup, result="lost", reason="price", family="shafts"):
    return Outcome(f"R-{place:05}", 1, 1, "meridian", "SHAFT", family, 10, eur(12), Decimal(markup), result, "" if result == "won" else reason)


def test_too_dear_is_said_with_numbers():
    """Tests that the hint counts what was lost on price from a markup on, and the suggestion is the dearest that was won below it."""
    rows = [outcome(1, "0.40"), outcome(2, "0.38"), outcome(3, "0.36"), outcome(4, "0.35"), outcome(5, "0.35", "won"), outcome(6, "0.31", "won")]
    found = suggest(rows, "shafts", 10, Decimal("0.40"), COST)
    assert found.hint == "4 of 5 of shafts lost on price at a markup of 35 % and more"
    assert (found.markup, found.price) == (Decimal("0.31"), eur("13.10"))
    assert suggest(rows, "shafts", 10, Decimal("0.30"), COST).markup is None


def test_other_reasons_say_nothing_about_prices():
    """Tests that offers lost on dates, or for want of an answer, move no price, and that few say nothing."""
    rows = [outcome(place, "0.4", reason=reason) for place, reason in enumerate(["date", "no-answer", "technical", "other"] * 3)]
    assert suggest(rows, "shafts", 10, Decimal("0.4"), COST) is None
    assert suggest([outcome(place, "0.4") for place in range(3)], "shafts", 10, Decimal("0.4"), COST) is None
    assert suggest(rows, "shafts", 10, None, None) is None


def test_always_won_may_be_a_little_dearer():
    """Tests that five won in a row suggest one step more, never without the cost being known."""
    rows = [outcome(place, "0.2", "won") for place in range(5)]
    found = suggest(rows, "shafts", 10, Decimal("0.2"), COST)
    assert (found.markup, found.price) == (Decimal("0.22"), eur("12.20"))
    assert suggest([*rows, outcome(9, "0.2")], "shafts", 10, Decimal("0.2"), COST) is None


def test_rates_by_band_family_and_customer():
    """Tests that rates count what is decided, with the reasons of what was lost, and what is open beside it."""
    rows = [outcome(1, "0.2", "won"), outcome(2, "0.2"), outcome(3, "0.2", reason="date", family=""), outcome(4, "0.2", "open")]
    found = learned(rows)
    assert (found.total.decided, found.total.won, found.total.open, found.total.reasons) == (3, 1, 1, {"price": 1, "date": 1})
    assert [(each.name, each.decided) for each in found.families] == [("no family", 1), ("shafts", 2)]
    assert [each.name for each in found.bands] == ["EUR 10 to 50"]
    assert [band(eur(amount)) for amount in ("0.5", "10", "5000")] == ["EUR 0 to 10", "EUR 10 to 50", "EUR 1000 and more"]


def test_markup_of_a_price():
    """Tests that a price above and below cost has its markup, and one without cost or in other money has none."""
    assert spent(COST) == eur(100)
    assert markup_of(eur(12), 10, COST) == Decimal("0.200")
    assert markup_of(eur(9), 10, COST) == Decimal("-0.100")
    assert markup_of(Money(Decimal(9), "USD"), 10, COST) is None


RESULTS = st.tuples(
    st.integers(0, 80), st.sampled_from(["won", "lost", "open"]), st.sampled_from(["price", "date", "no-answer"]), st.sampled_from(["", "shafts"])
)


@given(st.lists(RESULTS, max_size=30), st.integers(0, 80))
def test_suggestions_stay_within_bounds(results, markup):
    """Tests that whatever happened, a suggestion is at most a step above, at most ten points below, and never below the least markup."""
    rows = [outcome(place, Decimal(each) / 100, result, reason, family) for place, (each, result, reason, family) in enumerate(results)]
    now = Decimal(markup) / 100
    found = suggest(rows, "shafts", 10, now, COST)
    learned(rows)
    if found is not None and found.markup is not None:
        assert now - DOWN <= found.markup <= now + STEP
        assert found.markup >= min(LEAST, now)
        assert found.price == spent(COST).times((1 + found.markup) / 10).rounded()

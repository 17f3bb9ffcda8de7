"""What parts and stock show: foreign texts stay texts, nothing and much of it, and what is offered to whom."""

from datetime import UTC, date, datetime
from decimal import Decimal as D
from types import SimpleNamespace

import pytest

from plait.console.screens.parts_acts import PartActs
from plait.console.screens.parts_shown import answer_shown, facts_shown, made_shown, rows_shown, short_shown, stock_shown, takers_shown
from plait.kernel.texts import Texts
from plait.manufacturing.desk.inbox.model import Kept
from plait.manufacturing.desk.masters.model import Correction, Estimate, Spread
from plait.manufacturing.part.model import Material, Operation, Part, Routing, Stock
from plait.overview.parts.model import Amounts, Movement, PartRow, PartsPage, PartView, Taker

EVIL = "<img src=x onerror=alert(1)>\"'&"
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ALL = frozenset({"part.write", "part.receive", "desk.read", "desk.write"})


@pytest.fixture(params=["en", "de", "zh"])
def page(request):
    """A page in each language, as far as what is shown needs one."""
    return SimpleNamespace(t=Texts(request.param), query={})


def tame(shown):
    """Return what is shown after making sure that no text of others has become markup."""
    text = str(shown)
    assert "<img" not in text
    assert "onerror=alert(1)>" not in text
    return text


def view(count=1, **more):
    """Return a part whose every text is hostile."""
    ops = (Operation(10, EVIL, EVIL, EVIL, 5, 2, estimated=True, program=EVIL), Operation(20, EVIL, EVIL, supplier=EVIL, lead_days=3))
    material = Material(EVIL, EVIL, D(2), EVIL, supplier=EVIL, lead_days=2)
    part = Part(EVIL, EVIL, EVIL, gtin=EVIL, routing=ops, materials=(material,), alternatives=(Routing(EVIL, ops),), family=EVIL, drawing_no=EVIL)
    lots = [Stock(EVIL, f"{EVIL}{n}", D(3), "C62", EVIL, EVIL if n % 2 else "", EVIL, (EVIL,) if n % 3 else ()) for n in range(count)]
    values = {"part": part, "revisions": [EVIL, "0"], "lots": lots, "amounts": Amounts(D(1), D(2), D(3), D(9), D(4)), "short": D(6), "taken_by": count + 4}
    values["takers"] = [Taker(EVIL, EVIL, EVIL, EVIL, date(2026, 3, 9), D(2), bool(n % 2)) for n in range(count)]
    values["movements"] = [Movement(NOW, "in" if n % 2 else "out", D(2), "C62", EVIL, EVIL, EVIL, n == 0, EVIL) for n in range(count)]
    values["files"] = [Kept(EVIL, EVIL, "0", EVIL, 1, EVIL, NOW, EVIL, EVIL, EVIL, EVIL)] * count
    return PartView(**(values | {"estimated": True, "unmade": False} | more))


def all_of(page, shown, may=ALL, acts=None):
    """Return all that one part's page shows."""
    acts = acts or PartActs(page, shown, may)
    parts = [short_shown(page, shown), stock_shown(page, shown, may), facts_shown(page, shown), made_shown(page, shown, acts), takers_shown(page, shown)]
    return "".join(tame(each) for each in parts)


@pytest.mark.parametrize("count", [1, 60])
def test_foreign_texts_stay_texts(page, count):
    """Tests that no name, lot, order or file name becomes markup, in the list, on a part's page, in estimates and corrections."""
    acts = PartActs(page, view(), ALL)
    acts.corrections = [Correction(EVIL, EVIL, 10, EVIL, 1, 2, 3, 4, 5, Spread(1, 2), True)]
    shown = all_of(page, view(count), acts=acts)
    assert shown.count("/api/v1/desk/attachments/") == count
    assert 'data-act="confirm"' in shown
    row = PartRow(EVIL, EVIL, EVIL, "C62", "make", Amounts(need=D(3)), D(3), 2, True, False)
    tame(rows_shown(page, PartsPage([row] * count, EVIL, 2)))
    tame(answer_shown(page, PartsPage([row] * 3, EVIL, 9)))


def test_answers(page):
    """Tests that how much there is and whether it is enough is said in words."""
    t = page.t
    missing = t("{short} are missing: open orders take {need}, {free} are free.", short=t.quantity(D(6)), need=t.quantity(D(9)), free=t.quantity(D(1)))
    assert missing in tame(short_shown(page, view()))
    assert "is-bad" not in tame(short_shown(page, view(short=D(0))))
    nothing = view(count=0, amounts=Amounts(), short=D(0), movements=[], taken_by=0)
    assert t("None is in stock, and no open order takes any from stock.") in tame(short_shown(page, nothing))
    assert t("Nothing is missing for open orders.") in tame(answer_shown(page, PartsPage([], "", 0)))
    empty = all_of(page, nothing)
    assert t("None is in stock.") in empty
    assert t("No open order takes it.") in empty


def test_a_part_nobody_has_said_how_to_make(page):
    """Tests that the estimate is offered, then shown with where it comes from, and entered only by who may."""
    bare = view(part=Part("X", "A", "x"), unmade=True, estimated=False)
    acts = PartActs(page, bare, ALL)
    assert 'data-act="estimate"' in tame(made_shown(page, bare, acts))
    acts.estimate = Estimate("X", EVIL, EVIL, "family", (Operation(10, EVIL, EVIL, EVIL, 1, 2, estimated=True),), Spread(1, 2), (EVIL,), 3, EVIL)
    assert 'data-act="apply-estimate"' in tame(made_shown(page, bare, acts))
    acts.may = frozenset({"desk.read"})
    assert 'data-act="apply-estimate"' not in tame(made_shown(page, bare, acts))


def test_who_may_not_is_offered_nothing(page):
    """Tests that a viewer sees the stock without an act."""
    assert "data-act" not in all_of(page, view(), frozenset())
    bought = view(part=Part("X", "A", "x", supply="buy"), estimated=False)
    assert page.t("It is bought as it is.") in tame(made_shown(page, bought, PartActs(page, bought, frozenset())))

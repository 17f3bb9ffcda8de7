"""What the schedule shows: foreign texts stay texts, nothing and much of it, and the words of what was tried."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from plait.console.drawings.gantt import MOST_STACK, bar_words, draw, state_of
from plait.console.screens.schedule_acts import Looked, ScheduleActs, Tried
from plait.console.screens.schedule_shown import answer_of, chart_shown, late_shown, looked_at, moved_shown, why_said
from plait.kernel.money import Money
from plait.kernel.texts import Texts
from plait.manufacturing.desk.late.model import Effect, LateLine, LateReport, Overtime, Remedy, WhatIfAnswer
from plait.manufacturing.schedule.model import Moved, Repair, Shift
from plait.overview.chart.model import Bar, Chart, Flag, Lane, Span

EVIL = "<img src=x onerror=alert(1)>\"'&"
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ALL = frozenset({"desk.read", "desk.write", "schedule.write"})
LINKS = {"before": "/console/schedule", "after": "/console/schedule"}


@pytest.fixture(params=["en", "de", "zh"])
def page(request):
    """A page in each language, as far as what is shown needs one."""
    return SimpleNamespace(t=Texts(request.param, "Europe/Berlin"), query={}, machine=str)


def bar(hour=1, **more):
    """Return a bar whose every text is hostile."""
    start = NOW + timedelta(hours=hour)
    values = {"job_id": f"{EVIL}{hour}", "order": EVIL, "number": EVIL, "customer": EVIL, "part_id": EVIL, "name": EVIL, "batch": 1, "seq": 10}
    values |= {"quantity": 5, "start": start, "end": start + timedelta(hours=1), "state": "planned", "why": EVIL}
    return Bar(**(values | more))


def chart(bars, **more):
    """Return a day of one hostile work centre."""
    lane = Lane(EVIL, EVIL, EVIL, EVIL, bars, [Span(NOW, NOW + timedelta(hours=1))], [Span(NOW, NOW + timedelta(hours=2), EVIL)], [], [EVIL, "hob-2"], 0.5)
    lane = Lane(*(getattr(lane, name) for name in Lane.__struct_fields__[:7]), [Flag(EVIL, EVIL, NOW + timedelta(hours=3), True)], lane.others, 0.5)
    values = {"since": NOW, "until": NOW + timedelta(days=1), "now": NOW + timedelta(hours=1), "lanes": [lane], "sites": [EVIL, "b"], "left_out": 3}
    values |= {"more_rows": 2, "late_count": 1, "unplanned": 0, "unbooked": 2, "late": []}
    return Chart(**(values | more))


def acts_of(page, may=ALL):
    """Return acts that do nothing."""
    return ScheduleActs(page, may)


def tame(shown):
    """Return what is shown after making sure that no text of others has become markup, and that it is well formed."""
    text = str(shown)
    assert "<img" not in text
    assert "onerror=alert(1)>" not in text
    for svg in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        ElementTree.fromstring(svg.replace(" data-gantt", ' data-gantt=""'))
    return text


def test_foreign_texts_stay_texts(page):
    """Tests that names, orders, customers and reasons never become markup, in the drawing, the lists, the job looked at and what is late."""
    found = chart([bar(1), bar(2, late=True, frozen=True), bar(3, state="held"), bar(4, state="started"), bar(5, outside=True, state="proposed")])
    acts = acts_of(page)
    acts.now(found)
    assert tame(chart_shown(page, found, acts, "day", LINKS)).count('role="button"') == 5
    for each in found.lanes[0].bars:
        tame(looked_at(page, Looked(each, found.lanes[0], None), acts))
    remedy = Remedy("overtime", EVIL, NOW, NOW.date(), True, Money(Decimal(5), "EUR"), (), (Overtime(EVIL, NOW.date(), 2),))
    line = LateLine(EVIL, EVIL, EVIL, "1", EVIL, EVIL, EVIL, Decimal(2), date(2026, 3, 1), "late", EVIL, slack_days=-1, remedy=remedy)
    stuck = LateLine(EVIL, EVIL, EVIL, "1", EVIL, EVIL, EVIL, Decimal(2), date(2026, 3, 1), "unplanned", EVIL, todo=EVIL)
    shown = tame(late_shown(page, LateReport(NOW, "UTC", 2, 0, 1, 1, "edd", [line, stuck]), acts))
    assert 'data-act="remedy"' in shown


def test_what_was_tried_is_said(page):
    """Tests that a move and a change are told in words with what can be saved, and that who may not save is told so."""
    t, acts = page.t, acts_of(page)
    shifts = [Shift(EVIL, NOW, NOW + timedelta(hours=5), NOW, EVIL, 2), Shift("SO-2", NOW, NOW - timedelta(days=3), None, "", 1)]
    moved = Moved(EVIL, EVIL, NOW, NOW + timedelta(hours=2), NOW + timedelta(hours=3), Repair(shifts, shifts[:1]))
    shown = tame(moved_shown(page, moved, acts.number))
    assert "; ".join((t("One order ends later"), t("One order ends earlier"), t("one becomes late by it"))) in shown
    assert t("{time} earlier", time=t("{count} days", count=t.number(3.0, 1))) in shown
    assert t("It cannot begin at {asked}; the first time free for it there is {start}.", asked=t.moment(NOW), start=t.moment(moved.start)) in shown
    assert t("No order ends at another time.") in tame(moved_shown(page, Moved("j", "c", NOW, NOW, NOW, Repair([])), acts.number))
    answer = WhatIfAnswer(NOW, 2, 1, [], [EVIL], [Effect(EVIL, date(2026, 3, 3), date(2026, 3, 2), True, False)])
    assert 'data-act="save"' in tame(looked_at(page, Looked(None, None, Tried(EVIL, answer, True)), acts))
    told = tame(looked_at(page, Looked(None, None, Tried(EVIL, moved, False)), acts))
    assert 'data-act="save"' not in told
    assert t("You may look, but not change the schedule.") in told


def test_answers(page):
    """Tests that the one question is answered in words: what runs, and how many orders will be late."""
    t = page.t
    assert answer_of(chart([], lanes=[]), t) == t("No work centre is known yet.")
    running = t("{running} of {all} work centres run now", running=1, all=3)
    assert answer_of(chart([bar(state="started")], late_count=2), t) == t("{busy}; {count} orders will be late.", busy=running, count="2")
    assert answer_of(chart([], late_count=0), t) == t("{busy}; nothing will be late.", busy=t("Nothing runs now"))
    assert answer_of(chart([], late_count=None), t) == t("{busy}; the plan of all orders is being worked out.", busy=t("Nothing runs now"))


def test_nothing_and_much(page):
    """Tests that an empty shop is told what to do, an empty window says so, and that what lies on one another is stacked to a bound."""
    t, acts = page.t, acts_of(page)
    assert t("Put an order list in") in tame(chart_shown(page, chart([], lanes=[]), acts, "day", LINKS))
    assert t("Nothing is planned in these days.") in tame(chart_shown(page, chart([]), acts, "day", LINKS))
    assert tame(looked_at(page, Looked(None, None, None), acts)) == ""
    many = chart([bar(0, job_id=str(n)) for n in range(800)])
    drawn = tame(draw(many, t, str))
    assert drawn.count('class="g-bar') == 800
    assert float(re.search(r'height="(\d+)"', drawn)[1]) < 100 + MOST_STACK * 30


def test_who_may_not_write_is_offered_nothing(page):
    """Tests that without the right to change the schedule no bar can be dragged and no act is offered that would be refused."""
    found, acts = chart([bar(frozen=True)]), acts_of(page, frozenset({"desk.read"}))
    shown = tame(chart_shown(page, found, acts, "day", LINKS)) + tame(looked_at(page, Looked(found.lanes[0].bars[0], found.lanes[0], None), acts))
    assert "data-gantt" not in shown
    assert not re.search(r'data-act="(adopt|keep|let-go)"', shown)
    assert 'data-act="move"' in shown


def test_states_and_words():
    """Tests that a late bar looks late until it is done, and that its words say who, when and why."""
    t = Texts("en", "UTC")
    assert [state_of(bar(late=True)), state_of(bar(late=True, state="ended")), state_of(bar(state="proposed"))] == ["late", "done", "proposed"]
    words = bar_words(bar(number="PO-1", customer="oakmill", name="hobbing", why="hob-1 is busy until then", frozen=True), t, str)
    assert "PO-1 – hobbing, 5 pcs" in words
    assert "oakmill – planned" in words
    assert words.endswith("hob-1 is busy until then A person put it here.")


@pytest.mark.parametrize(
    "why",
    ["hob-1 is closed until then", "The work centre is busy with SO-00004 before.", "nothing stands before it", "A person put it here."],
)
def test_reasons_are_said_in_the_language(why):
    """Tests that why a job stands where it stands is said in German and Chinese, also inside the sentence of a promise, and stays as it is if unknown."""
    for language in ("de", "zh"):
        t = Texts(language)
        assert why_said(t, why) != why
        if "work centre" not in why:
            assert why_said(t, f"Batch 1, operation 10 turning on hob-1 starts 2026-03-02 06:00 UTC: {why}.") == why_said(t, why)
        assert why_said(t, EVIL) == EVIL
    follows = why_said(Texts("de"), "it follows operation 20; embercoat and transport take 3 working days")
    assert follows == "es folgt auf Arbeitsgang 20; embercoat und Transport brauchen 3 working days"

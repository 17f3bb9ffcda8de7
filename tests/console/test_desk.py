"""What the desk looks like: hostile texts stay texts, nothing and much are shown, in every language; and what a choice makes of a mapping."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from types import SimpleNamespace

import msgspec
import pytest

from plait.console.screens.desk import answer_shown, drop_shown, items_shown
from plait.console.screens.desk_item import Look, look_shown, remapped
from plait.console.screens.desk_late import late_shown
from plait.console.screens.desk_said import TEMPLATES, said
from plait.console.screens.desk_sheet import spot_of
from plait.kernel.texts import Texts
from plait.manufacturing.desk.book.model import LineChange, StateCount
from plait.manufacturing.desk.inbox.model import Applied, Change, Item, Kept, Preview, Row, TableView
from plait.manufacturing.desk.late.model import LateLine, LateReport
from plait.manufacturing.desk.reading.model import Column, Issue, Mapping, Place

EVIL = "<img src=x onerror=alert(1)>\"'&"
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture(params=["en", "de", "zh"])
def page(request):
    """A page in each language, as far as what is shown needs one."""
    return SimpleNamespace(t=Texts(request.param), rooms=SimpleNamespace(people=SimpleNamespace(person=lambda _: None)))


def item(**more):
    """Return an item whose every text is hostile."""
    values = {"id": "IN-000001", "sha256": "0" * 64, "name": EVIL, "size": 10, "sender": EVIL, "via": EVIL, "received": NOW, "state": "waiting"}
    return Item(**(values | {"summary": f"2 order lines, {EVIL}", "rows": 2, "refused": 1, "issues": 3, "parent": EVIL, "previous": EVIL} | more))


def mapping(**more):
    """Return how a table of two columns is read."""
    columns = (Column(0, EVIL, "order_no", 0.7, EVIL), Column(1, EVIL, "due", 0.4, EVIL, style=EVIL))
    return msgspec.structs.replace(Mapping(EVIL, "orders", (0, 0), columns, {"customer": EVIL}), **more)


def view(rows=1, width=2, **more):
    """Return a table with a doubt in each row."""
    issue = Issue("refused", "x", EVIL, EVIL, Place(sheet=EVIL, cell="B2"), "due", EVIL)
    made = [Row(number + 2, {"order_no": EVIL, "due": EVIL}, {"due": f"page 2 {EVIL}"}, (issue,)) for number in range(rows)]
    changes = [
        Change(2, EVIL, "changed", EVIL, (LineChange(EVIL, EVIL, EVIL),)),
        Change(0, EVIL, "gone", EVIL),
        Change(3, EVIL, "refused", EVIL),
        Change(4, EVIL, "new"),
        Change(5, EVIL, "same"),
    ]
    values = {"mapping": mapping(), "cells": [[EVIL] * width] * (rows + 1), "rows": made, "total": rows, "good": 1, "refused": rows}
    return TableView(**(values | {"changes": changes, "counts": {"changed": 1, "gone": 1, "refused": 1}} | more))


def preview(*views, **more):
    """Return an item with all that may belong to it."""
    kept = Kept("k1", "IN-000001", "1" * 64, EVIL, 2000, "image/png", NOW, EVIL, EVIL, EVIL, EVIL)
    values = {"header": {"subject": EVIL}, "text": EVIL, "missing": [EVIL], "attachments": [kept], "children": [item(id=EVIL)], "counts": {"changed": 1}}
    values |= {"applied": [Applied(EVIL, EVIL, NOW, EVIL, {"new": 2, "gone": 1}, ("orders",), (EVIL,), True)], "good": 1, "refused": 1}
    return Preview(**({"item": item(), "format": "email", "tables": list(views), "issues": [Issue("note", "x", EVIL, EVIL)]} | values | more))


def tame(shown):
    """Return what is shown after making sure that no text of others has become markup."""
    text = str(shown)
    assert "<img" not in text
    assert "onerror=alert(1)>" not in text
    return text


@pytest.mark.parametrize("state", ["new", "waiting", "applied", "nothing", "set-aside"])
def test_hostile_texts_stay_texts(page, state):
    """Tests that nothing a file, a mail or a person has written becomes markup, whatever the item's state and whoever looks."""
    for suggestion in (False, True):
        seen = preview(view(), view(cells=[]), item=item(state=state), suggestion=suggestion)
        for may in (False, True):
            text = tame(look_shown(page, Look(seen, seen), {(0, 0, "due"): EVIL}, may=may))
            assert "&lt;img src=x" in text
            assert ("data-pick" in text) is may
    tame(items_shown(page, [item(state=state)]))


def test_late_answer(page):
    """Tests that the answer counts in words, names the worst, stays text, and offers to estimate only to who may."""
    line = LateLine(EVIL, EVIL, EVIL, EVIL, "", EVIL, EVIL, Decimal(3), date(2026, 3, 9), "late", EVIL, slack_days=-2)
    report = LateReport(NOW, "UTC", 41, 37, 3, 1, "x", [line] * 5)
    shown = tame(late_shown(page, report, 1, may=True))
    assert all(number in shown for number in ("41", "3"))
    assert shown.count("event_busy") == 3
    assert "data-act" in shown
    assert "late=1" in shown
    assert "data-act" not in tame(late_shown(page, report, 1, may=False))


def test_nothing_and_much(page):
    """Tests that an item without anything says so, and that a large one is shown in part with the number of all."""
    empty = preview(
        item=item(summary="", rows=0, issues=0), text="", attachments=[], children=[], applied=[], issues=[], missing=[], counts={}, good=0, refused=0
    )
    assert page.t("It holds nothing that could go in.") in tame(look_shown(page, Look(empty, empty), {}, may=True))
    large = preview(view(rows=300, width=200, total=200_000))
    text = tame(look_shown(page, Look(large, large), {}, may=True))
    assert page.t.number(200_000) in text
    assert 'id="c-0-1-1"' in text
    assert len(text) < 3_000_000
    assert tame(items_shown(page, []))


def test_answer_and_drop(page):
    """Tests that the top says what waits, and that the script's words are in the page's language."""
    assert "3" in answer_shown(page, [StateCount("waiting", 3), StateCount("new", 1)])
    assert page.t("Nothing has come in yet.") in answer_shown(page, [])
    words = msgspec.json.decode(unescape(re.search('data-words="([^"]*)"', str(drop_shown(page)))[1]))
    assert words["taken"] == page.t("has come in")
    assert words["problems"]["too-large"][0] == page.t("The content is too large")


def test_choices_make_a_mapping():
    """Tests that a choice changes one thing of a mapping, that another kind keeps what it knows, and that nonsense changes nothing."""
    known = mapping(columns=(Column(0, "a", "order_no"), Column(1, "b", "due", style="dmy")))
    assert remapped(known, ["field", "1"], "promised").columns[1] == Column(1, "b", "promised")
    assert remapped(known, ["field", "5"], "note").columns[-1].field == "note"
    assert remapped(known, ["style", "1"], "mdy").columns[1].style == "mdy"
    assert remapped(known, ["header"], "3").header == (3, 3)
    stock = remapped(known, ["kind"], "stock")
    assert (stock.kind, [column.field for column in stock.columns], stock.constants) == ("stock", ["", ""], {})
    for path, value in ((["kind"], "nonsense"), (["header"], "x"), (["field", "x"], "due"), (["other"], "1"), (["field"], "due")):
        assert remapped(known, path, value) == known


def test_where_a_doubt_stands():
    """Tests that a doubt is found by its cell, else by its row and field, and that one without a cell that is shown is nowhere."""
    seen = view()
    assert spot_of(seen, 2, seen.rows[0].issues[0]) == (1, 1)
    assert spot_of(seen, 2, Issue("note", "x", "", "", field="order_no")) == (1, 0)
    assert spot_of(seen, 99, Issue("note", "x", "", "", field="order_no")) is None
    assert spot_of(seen, 2, Issue("note", "x", "", "")) is None


def test_sentences_are_known_again():
    """Tests that what was said in English is said in the reader's language with its values, and that what is not known again stays."""
    for language in ("de", "zh"):
        t = Texts(language)
        for template in TEMPLATES:
            words = {name: f"X{at}" for at, name in enumerate(re.findall(r"\{(\w+)\}", template))}
            made = said(t, template.format(**words))
            assert made != template.format(**words)
            assert all(word in made for word in words.values())
        assert t("Part no.") in said(t, "it is not sure that this column is part_no: our number of the part")
        assert said(t, EVIL) == EVIL
    assert said(Texts("en"), "no currency is said; EUR was taken") == "no currency is said; EUR was taken"

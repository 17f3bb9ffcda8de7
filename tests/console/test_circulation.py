"""What trace, passports, labels and the observatory look like: hostile texts stay texts, nothing and much are shown, in every language."""

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from plait.circulation.passport.model import Element, Product, Seen, Tiers
from plait.circulation.trace.model import Gap, Recall, Recalled, TraceEvent
from plait.console.drawings.trace import draw, upright
from plait.console.screens.labels import found_shown as found_to_label
from plait.console.screens.labels import label_shown, picked_shown
from plait.console.screens.observatory import collected_shown, concentration, fragility, tables_shown, view_said, view_shown
from plait.console.screens.passports import passport_shown, passports_shown
from plait.console.screens.trace import found_shown, recall_shown, recent_shown, story_said, story_shown
from plait.kernel.texts import Texts
from plait.labour.studio.model import LabelRead
from plait.observatory.model import ClassView, Collected, FirmView, LinkView, Method, Refusal, Stop, View
from plait.overview.find.model import Hit
from plait.overview.trace.model import Box, Hidden, Line, Made, Move, Origin, Story

EVIL = "<img src=x onerror=alert(1)>\"'&"
AT = "2026-03-02T08:00:00.000Z"
EPC = "https://id.gs1.org/01/09521002000016/21/A1"


@pytest.fixture(params=["en", "de", "zh"])
def page(request):
    """A page in each language, as far as what is shown needs one."""
    return SimpleNamespace(t=Texts(request.param))


def tame(shown):
    """Return what is shown after making sure that no text of others has become markup."""
    text = str(shown)
    assert "<img src=x" not in text
    assert "onerror=alert(1)>" not in text
    return text


def story(boxes=(), lines=(), **more):
    """Return a story whose every text is hostile."""
    values = {"epc": EPC, "kind": "item", "name": EVIL, "number": EVIL, "gtin": "09521002000016", "made": EVIL, "at": AT, "origin_count": 9}
    values |= {"origins": [Origin(EVIL, "lot", EVIL, EVIL, EVIL)], "moves": [Move("in", AT, EVIL, "p1"), Move("out", AT, EVIL, ""), Move("out", AT, "b", "p2")]}
    values |= {"boxes": list(boxes), "lines": list(lines), "things": len(boxes), "event_count": 900, "firms": [EVIL], "affected": 3, "here": 1, "delivered": 2}
    values |= {
        "events": [TraceEvent(EVIL, EVIL, EVIL, EVIL, AT, [EVIL] * 9, [EPC])],
        "hidden": [Hidden(EVIL, EVIL, EVIL, "p1", EVIL), Hidden("", "", EVIL, "", EVIL)],
    }
    return Story(**(values | more))


def boxes_of_every_kind():
    """Return a box of each kind, and lines between them."""
    kinds = ("lot", "item", "unit", "firm", "hidden")
    boxes = [Box(kind, kind, 0, at, EVIL, EVIL, EVIL, EPC, 1, EVIL, lit=at < 2, asked=at == 1, note=EVIL) for at, kind in enumerate(kinds)]
    return boxes, [Line("lot", "item", lit=True), Line("item", "unit"), Line("hidden", "lot", hidden=True), Line("nowhere", "lot")]


def test_trace(page):
    """Tests that a story with hostile texts everywhere is words, picture and list, and that what is not shown is dotted."""
    boxes, lines = boxes_of_every_kind()
    shown = tame(story_shown(page, story(boxes, lines)))
    assert "is-hidden" in shown
    assert shown.count("<svg") == 1
    tame(draw(story(boxes, lines), page.t))
    assert tame(upright(story(boxes, lines), page.t)).count("<li") == len(boxes)
    bare = story(moves=[], origins=[], origin_count=0, hidden=[], events=[], event_count=0, made="", name="")
    assert "is-dotted" not in tame(story_shown(page, bare))
    hits = [Hit("serial", EPC, EVIL, "javascript:alert(1)", EVIL, True, EVIL)]
    assert "javascript:" not in tame(found_shown(page, hits))
    tame(found_to_label(page, hits))
    made = [Made(EPC, "item", EVIL, EVIL, EVIL, 1.0, AT, 4), Made(EPC, "lot", EVIL, EVIL, "", 2.5, "")]
    tame(recent_shown(page, made))
    tame(picked_shown(page, made))


def test_the_answer_in_words():
    """Tests that a story is told as a person would tell it."""
    t = Texts("en")
    told = story(name="Gear", number="0001", made="helix", origins=[Origin("", "lot", "H4711", "", "northforge")], origin_count=1)
    told = story_said(Story(**{name: getattr(told, name) for name in told.__struct_fields__} | {"hidden": [], "moves": [Move("out", AT, "meridian", "p")]}), t)
    assert told == "Serial 0001 of Gear. It was made by helix from lot H4711 of northforge. It went to meridian on 2 March 2026."
    assert story_said(story(moves=[], origins=[], origin_count=0, made="helix", name="", number="7", hidden=[]), t).endswith("It has not left this firm.")


def test_forty_columns_of_boxes_are_drawn_once_each(page):
    """Tests that a picture of forty boxes has each once, and every line that has two ends."""
    boxes = [Box(f"b{n}", "lot", n, n % 8, "we", "", f"L{n}", EPC) for n in range(40)]
    lines = [Line(f"b{n}", f"b{n + 1}") for n in range(39)]
    shown = str(draw(story(boxes, lines), page.t))
    assert shown.count('class="p-box"') == 40
    assert shown.count("<path") == 39


def test_recall(page):
    """Tests that a recall list says what is where, shows 200 rows of 5,000 and leads to the whole file."""
    items = [Recalled(EPC, EVIL, EVIL, "item", 1, "delivered", [EVIL]) for _ in range(5000)]
    shown = tame(recall_shown(page, Recall(EPC, items, [Gap(EPC, EVIL, EVIL)], 1, [EVIL])))
    assert shown.count("<tr") == 201
    assert "/api/v1/trace/recall.csv?epc=https%3A%2F%2Fid.gs1.org" in shown
    assert "<tr" not in tame(recall_shown(page, Recall(EPC, [], [], 0, [])))
    tame(recall_shown(page, Recall(EPC, [Recalled(EPC, EVIL, "", "lot", 1, "here", [])], [], 1, [])))


def tiers(**more):
    """Return a passport whose every text is hostile."""
    said = [Element("name", "xsd:string", EVIL), Element(EVIL, "xsd:string", EVIL), Element("made_at", "xsd:dateTime", AT)]
    besides = [Element("materials", "xsd:anyURI[]", [EPC, EVIL]), Element("history", "list", [Seen(AT, EVIL)])]
    values = {"uri": EPC, "gtin": "09521002000016", "lot": EVIL, "serial": EVIL, "granularity": "item", "name": EVIL, "status": "active", "version": 2}
    values |= {"updated": AT, "materials_public": False, "known": True, "public": said, "more": besides, "fields": {EVIL: EVIL}}
    return Tiers(**(values | {"page": "/item/01/09521002000016", "data": EVIL, "link": EVIL} | more))


def test_passports(page):
    """Tests that passports with hostile fields stay text, that acts show only to who may, and that an ended one says so."""
    shown = tame(passport_shown(page, tiers(), "<svg></svg>", acts=frozenset({"change", "guest"})))
    assert {'data-act="change"', 'data-act="guest"'} <= {word for word in ('data-act="change"', 'data-act="guest"') if word in shown}
    none = tame(passport_shown(page, tiers(status="inactive", known=False, public=[], more=[], granularity="model"), "<svg></svg>"))
    assert "data-act" not in none
    assert "is-silent" in none
    product = Product("09521002000016", {"name": EVIL}, 1, AT)
    assert tame(passports_shown(page, [product] * 100)).count("<tr") == 101
    tame(passports_shown(page, [product]))


def test_labels(page):
    """Tests that a label is shown with its files, and the print button only where there is a printer."""
    read = LabelRead(EPC, EVIL, EVIL, ((EVIL, EVIL),), EVIL, EVIL, "GS1 DataMatrix", "01/09521002000016/21/A1", "name=x", EVIL)
    shown = tame(label_shown(page, read, may_print=True))
    assert 'data-act="print"' in shown
    assert all(f"/api/v1/labels/01/09521002000016/21/A1.{form}?name=x" in shown for form in ("png", "pdf", "zpl"))
    bare = LabelRead(EPC, "Piece", "", (), "", "", "GS1-128", "00/1", "", "")
    assert 'data-act="print"' not in tame(label_shown(page, bare, may_print=False))


def view(firms=2, **more):
    """Return a network whose every text is hostile."""
    rows = [FirmView(f"p{n}", EVIL, "2814", EVIL, EVIL, Decimal(100), Decimal(5), 0, {EVIL: 3}, 1.5) for n in range(firms)]
    values = {"at": datetime(2026, 3, 2, tzinfo=UTC), "currency": "EUR", "firms": rows, "missing": [EVIL] * 20, "left_out": [EVIL]}
    values |= {"classes": [ClassView("2814", EVIL, [EVIL], Decimal(100), 10000.0, 100.0), ClassView("2815", EVIL, [], Decimal(0), None, None)]}
    values |= {"links": [LinkView(EVIL, EVIL, Decimal(9), "both", True, True)], "chain": [], "method": Method(EVIL, EVIL, EVIL, 0.01)}
    return View(**(values | {"stops": [Stop(EVIL, [EVIL], [EVIL], Decimal(90), 0.9, 0.5)]} | more))


def test_observatory(page):
    """Tests the observatory with hostile names, without any report, and with many firms."""
    for each in (view(), view(0, classes=[], links=[], stops=[], missing=[], left_out=[]), view(500)):
        tame(view_shown(page, each))
        tame(tables_shown(page, each))
    tame(collected_shown(page, Collected([EVIL], [EVIL], [Refusal(EVIL, EVIL, EVIL, EVIL)])))
    assert str(collected_shown(page, Collected([], [], []))) == ""
    empty = view(0, classes=[], links=[], stops=[])
    assert fragility(empty, page.t) == concentration(empty, page.t) == {}
    assert fragility(view(), page.t)["series"][0]["data"] == [90.0]
    assert concentration(view(), page.t)["series"][0]["data"] == [10000]


def test_of_how_many_firms():
    """Tests that the answer names the worst firm and how many reports it was computed from."""
    said = view_said(view(stops=[Stop("northforge", ["helix"], ["meridian"], Decimal(90), 0.875, 0.5)]), Texts("en"))
    assert said == "If northforge stops, 2 other firms stop with it: 87.5 % of all that is sold here. Computed from the reports of 2 firms."

"""Sentences about late orders in other languages: known again by their templates, whatever names stand in them."""

import pytest

from plait.kernel.texts import Texts
from plait.manufacturing.desk.late.spoken import spoken
from plait.manufacturing.desk.late.words import TEXTS, say

BUSY = say("busy", centre="HOB-1", orders="a held slot, SO-00001 and SO-00002", day="Fri 4 Dec")


@pytest.mark.parametrize(
    ("sentence", "german"),
    [
        (
            say("late", count="3 working days", why=say("time", needed=129.5, left=79.0) + say("besides", why=BUSY)),
            "Um 3 Arbeitstage zu spät: selbst rund um die Uhr in leerer Werkstatt braucht er 129,5 Stunden, und nur 79 sind übrig; "
            "außerdem: HOB-1 ist bis Fr 04.12. mit einem freigehaltenen Platz, SO-00001 und SO-00002 belegt",
        ),
        (
            say("late", count="1 day", why=say("closed", centre="HOB-1", since="Sat 5 Dec 22:00", until="Mon 7 Dec 06:00")),
            "Um 1 Tag zu spät: HOB-1 ist von Sa 05.12. 22:00 bis Mo 07.12. 06:00 geschlossen",
        ),
        (
            BUSY + say("then-closed", span="over the weekend"),
            "HOB-1 ist bis Fr 04.12. mit einem freigehaltenen Platz, SO-00001 und SO-00002 belegt; danach über das Wochenende geschlossen",
        ),
        (
            say("supplier", supplier="the supplier", lead="5 working days", seq=30, name="Coat: black"),
            "der Lieferant braucht 5 Arbeitstage für Arbeitsgang 30 Coat: black",
        ),
        (say("swap", orders="SO-1, SO-2 and 3 others"), "Vor SO-1, SO-2 und 3 weiteren ziehen"),
        (say("overtime-each", centre="HOB-1", hours="2 hours", days="Tue 1 Dec and Wed 2 Dec"), "HOB-1: je 2 Stunden Überstunden am Di 01.12. und Mi 02.12."),
        ("The hobbing cutter is worn", "The hobbing cutter is worn"),
        ("Late by {0}: ; besides, ; now ", "Um {0} zu spät: ; besides, ; now "),
    ],
)
def test_german(sentence: str, german: str) -> None:
    """Tests whole sentences with reasons within reasons, dates and lists; what is not ours stays as it is."""
    assert spoken(Texts("de"), sentence) == german
    assert spoken(Texts("en"), sentence) == sentence


def test_chinese() -> None:
    """Tests dates and counts as they are written in Chinese."""
    said = spoken(Texts("zh"), say("late", count="2 working days", why=say("overdue", due="Wed 25 Nov")))
    assert said == "延误 2 个工作日：应于 11月25日（周三） 交货，已经过期"


def test_hostile_names() -> None:
    """Tests that names with braces, patterns and our own words in them neither run nor take much time."""
    for name in ("{0.__class__}", "(a+)+$" * 20, "x; besides, y", " until Fri 4 Dec" * 200, "Late by 1 day: " * 200):
        for key in ("busy", "material", "late"):
            values = {"centre": name, "orders": name, "day": "Fri 4 Dec", "name": name, "count": "1 day", "why": name}
            assert spoken(Texts("de"), TEXTS[key].format(**values))

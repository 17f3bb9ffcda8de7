"""What was written once in English is said in the reader's language, and ids by their names."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from plait.console.html import coded, since
from plait.console.screens.rfqs_words import why_not_said
from plait.console.screens.sharing import terms_shown
from plait.kernel.texts import Texts
from plait.manufacturing.capability.model import Capability
from plait.manufacturing.capability.rules import fit
from plait.manufacturing.requirement import Requirement
from plait.overview.braid.model import Words, say
from plait.overview.braid.rules import Dates, Reason, headline, lateness
from plait.overview.reasons import reason_said
from plait.sharing.policy.model import Policy

NOW = datetime(2026, 3, 5, 17, tzinfo=UTC)
STANDS = "Furnace stands since 03 Mar 01:00 (burnt out), back about 04 Mar 17:00 UTC"


@pytest.mark.parametrize("language", ["de", "zh"])
def test_why_a_firm_does_not_fit_is_said(language):
    """Tests that every reason the rules give against a firm is said in the language, with codes in words."""
    t = Texts(language)
    least = Capability("c", "transport.road", ("42CrMo4",), module_min_mm=4.5, quality=9, hardness_min_hrc=61, x_mm=10, y_mm=10, z_mm=10, region="DE-BW")
    most = Capability("c", "transport.road", ("42CrMo4",), module_max_mm=2, hardness_max_hrc=55)
    asked = Requirement("gear.cylindrical", "20CrMnTi", 3, 6, 60, 20, 20, 20, ("ISO 9001",), "CN")
    reasons = [*fit(asked, least), *fit(asked, most), "publishes no capability"]
    assert len(reasons) >= 12
    for reason in reasons:
        said = why_not_said(t, reason)
        assert said != reason, reason
        assert "gear.cylindrical" not in said


def test_why_a_date_was_moved_is_said():
    """Tests that a machine's reason is said with its times as they are written in the language, also within the sentence of a braid."""
    assert reason_said(Texts("en"), STANDS) == STANDS
    assert "03.03. 01:00 (burnt out)" in reason_said(Texts("de"), STANDS)
    assert "3月3日 01:00" in reason_said(Texts("zh"), STANDS)
    assert reason_said(Texts("de"), "the cat sat on it") == "the cat sat on it"
    assert "stands since" not in say(Words("Promise moved by {span}: {why}", {"span": "47 h", "why": STANDS}), Texts("de"))


def test_a_delivered_order_says_so():
    """Tests that an order that came by the date promised last is told as delivered, and one that came later as late."""
    moved = Dates(NOW, "done", promised=NOW, first=NOW - timedelta(hours=47), ended=NOW - timedelta(hours=1))
    assert headline(moved, lateness(moved, Reason(said=STANDS))).text == "Delivered {when}; the promise had been moved by {span}"
    late = Dates(NOW, "done", promised=NOW - timedelta(hours=2), ended=NOW - timedelta(hours=1))
    assert headline(late, lateness(late, Reason())).text == "Late by {span}"


def test_terms_name_firms():
    """Tests that who may see data is said by name with a way to its page, we ourselves too, and a firm nobody knows by its DID; all is escaped."""
    known = {"did:web:a": SimpleNamespace(name="Alder <b>", party_id="p-1")}
    identity = SimpleNamespace(firm=lambda: SimpleNamespace(did="did:web:us", name="Helix", former=()))
    directory = SimpleNamespace(member=known.get)
    page = SimpleNamespace(t=Texts("de"), rooms=SimpleNamespace(identity=identity, sharing=SimpleNamespace(directory=directory)))
    shown = str(terms_shown(page, Policy(True, ("did:web:a", "did:web:us", "did:web:lost")), ("prohibition <i>",)))
    assert '<a href="/console/partners/p-1" title="did:web:a">Alder &lt;b&gt;</a>' in shown
    assert ">Helix<" in shown
    assert "<code>did:web:lost</code>" in shown
    assert shown.count("wird durchgesetzt") == 2
    assert "&lt;i&gt;" in shown
    assert "nur erklärt" in shown


def test_a_command_is_set_as_code():
    """Tests that what stands between backticks is code and the rest a text."""
    assert str(coded("run `plait <x>` now")) == "run <code>plait &lt;x&gt;</code> now"


def test_times_of_the_world_are_marked():
    """Tests that the browser is told which times go by the world's clock and not by the node's."""
    assert "data-real" in str(since(NOW, Texts("en"), real=True))
    assert "data-real" not in str(since(NOW, Texts("en")))

"""What answers by e-mail say, in three languages, and which offer they are about."""

import pytest

from plait.manufacturing.desk.offers.model import Reply
from plait.manufacturing.desk.offers.reply import number_in, own_words, said

YES = [
    "We accept your quotation R-00001.",
    "Yes, please go ahead.\n\nBest regards\nBuyer",
    "We hereby order the parts as offered.",
    "Your offer is accepted. Please proceed with production.",
    "Hiermit bestellen wir die Teile gemäß Ihrem Angebot.",
    "Guten Tag,\nwir nehmen Ihr Angebot R-00001 an.\nMit freundlichen Grüßen",
    "Wir bestellen wie angeboten.",
    "Einverstanden, bitte fertigen.",
    "Wir beauftragen Sie mit der Fertigung.",
    "我们接受贵方报价，请安排生产。",
    "同意，请下单。",
    "确认订购，谢谢。",
]
NO = [
    ("We cannot accept, the price is too high.", "price"),
    ("Unfortunately the delivery date is too late for us.", "date"),
    ("We decline your offer.", ""),
    ("Leider ist uns der Preis zu teuer.", "price"),
    ("Wir können Ihr Angebot nicht annehmen.", ""),
    ("抱歉，价格太贵，我们不接受。", "price"),
    ("不同意，交期太晚。", "date"),
]
UNCLEAR = [
    "Can you make it 5 % cheaper?",
    "We accept if you deliver by Friday.",
    "We would order, but the price must come down.",
    "Wir bestellen, wenn Sie 3 % Nachlass geben.",
    "Wir nehmen an, können aber die zweite Position nicht gebrauchen.",
    "如果能便宜一点我们就下单。",
    "能否早一周交货？",
    "Thank you, we will come back to you.",
    "",
    "> We accept your offer.",
    "Thanks.\n\nOn Mon, 2 Mar 2026 the shop wrote:\nWe accept your offer.",
]


@pytest.mark.parametrize("text", YES)
def test_a_clear_yes(text):
    """Tests that a plain acceptance is read as one."""
    assert said(text).verdict == "yes"


@pytest.mark.parametrize(("text", "reason"), NO)
def test_a_clear_no_and_its_reason(text, reason):
    """Tests that a refusal is never read as a yes, and its reason is kept."""
    found = said(text)
    assert (found.verdict, found.reason) == ("no", reason)


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_a_person_must_read(text):
    """Tests that questions, conditions, quoted words and silence are left to a person."""
    assert said(text).verdict == "unclear"


def test_the_sentence_is_shown():
    """Tests that the sentence a verdict is read from is given, without greeting, closing or quotation."""
    found = said("Dear all,\n\nthank you. We accept your offer.\n\nRegards\nA person\n\n> We decline")
    assert found.sentence == "We accept your offer."
    assert own_words("one\n-----Original Message-----\ntwo") == "one"


def test_which_offer_it_is_about():
    """Tests that the number is taken from subject, reference or own words, and that two numbers are none."""
    assert number_in(Reply("a@b.example", "AW: Angebot R-00012-2")) == "R-00012"
    assert number_in(Reply("a@b.example", "yes", in_reply_to="<R-00007-2@x.plait.invalid>")) == "R-00007"
    assert number_in(Reply("a@b.example", "yes", "please proceed with R-00003\n> R-00004")) == "R-00003"
    assert number_in(Reply("a@b.example", "R-00001 and R-00002")) == ""
    assert number_in(Reply("a@b.example", "XR-00001, PR-00002, R-1")) == ""

"""Who may do what: pure rules."""

import pytest

from plait.identity import rules
from plait.identity.model import FirmProfile, NewPerson, NewToken
from plait.kernel.problems import Problem

GOOD = FirmProfile("helix", "9521002000009", "9521002", "2814", "DE-BW", "Europe/Berlin", "EUR", "https://id.helix.example")

MAY = [
    ("viewer", "trade.read", True),
    ("viewer", "trace.recall.read", True),
    ("viewer", "trade.write", False),
    ("viewer", "machines.stop", False),
    ("operator", "trade.read", True),
    ("operator", "machines.stop", True),
    ("operator", "line.stop", True),
    ("operator", "epcis.capture", True),
    ("operator", "label.print", True),
    ("operator", "trade.write", False),
    ("operator", "epcis.erase", False),
    ("manager", "trade.write", True),
    ("manager", "sharing.write", True),
    ("manager", "admin.tokens", False),
    ("manager", "admin.read", False),
    ("viewer", "admin.read", False),
    ("admin", "admin.tokens", True),
    ("admin", "anything.at_all", True),
    ("owner", "trade.read", False),
]


@pytest.mark.parametrize(("role", "action", "allowed"), MAY)
def test_roles(role, action, allowed):
    """Tests what each role may do; an unknown role nothing."""
    assert rules.may(frozenset({role}), action) is allowed


def test_nobody():
    """Tests that without a role nothing is allowed."""
    assert not rules.may(frozenset(), "trade.read")


def test_profile():
    """Tests that a full and a bare profile are taken."""
    rules.check_profile(GOOD)
    rules.check_profile(FirmProfile("x"))


BAD = [
    ("name", "", "empty"),
    ("name", "   ", "empty"),
    ("name", "a" * 201, "longer"),
    ("name", "a\nb", "control"),
    ("gln", "9521002000008", "should be 9"),
    ("gln", "952100200000", "13 digits"),
    ("gcp", "952", "4 to 12 digits"),
    ("gcp", "95210021234567", "4 to 12 digits"),
    ("isic", "9999", "ISIC"),
    ("isic", "28", "ISIC"),
    ("region", "Bavaria", "ISO 3166-2"),
    ("currency", "euro", "ISO 4217"),
    ("zone", "Mars/Olympus", "time zone"),
    ("zone", "../../etc/passwd", "time zone"),
    ("resolver_url", "javascript:alert(1)", "address"),
]


@pytest.mark.parametrize(("field", "value", "why"), BAD)
def test_bad_profiles(field, value, why):
    """Tests that each field's rule is kept and the field named."""
    values = {name: getattr(GOOD, name) for name in FirmProfile.__struct_fields__} | {field: value}
    with pytest.raises(Problem, match=why) as caught:
        rules.check_profile(FirmProfile(**values))
    assert caught.value.extra["path"] == f"$.{field}"


@pytest.mark.parametrize("wanted", [NewToken("viewer", "x", 0), NewToken("viewer", "x", 4000), NewToken("viewer", "a" * 201)])
def test_bad_tokens(wanted):
    """Tests that a token's life and label are bounded."""
    with pytest.raises(Problem):
        rules.check_token(wanted)


def test_bad_person():
    """Tests that a person needs a name."""
    with pytest.raises(Problem):
        rules.check_person(NewPerson(" "))

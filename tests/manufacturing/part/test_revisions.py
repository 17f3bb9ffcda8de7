"""What makes another revision of a part."""

from decimal import Decimal as D

import msgspec
import pytest

from plait.kernel.money import Money
from plait.manufacturing.part.model import Material, Operation, Part
from plait.manufacturing.part.revisions import changed, next_revision

OPS = (Operation(10, "Turn", "turning", "lathe", 30, 4), Operation(20, "Coat", "coating", supplier="embercoat", lead_days=5))
PART = Part("P", "A", "Pin", process="turning", material="steel", routing=OPS, materials=(Material("BAR", "Bar", D("0.2"), "KGM"),), mass_kg=D(1))


def with_(**more: object) -> Part:
    return msgspec.structs.replace(PART, **more)


@pytest.mark.parametrize(
    ("now", "fields"),
    [
        (PART, []),
        (with_(name="Pin, long", family="pins", batch_size=50, markup=D("0.2"), lead_days=3.0), []),
        (with_(routing=(msgspec.structs.replace(OPS[0], setup_min=10, cycle_min=3.5, group="lathes"), OPS[1])), []),
        (with_(routing=(OPS[0], msgspec.structs.replace(OPS[1], supplier="other", lead_days=8, price=Money(D(2), "EUR")))), []),
        (with_(materials=(Material("BAR", "Bar", D("0.2"), "KGM", price=Money(D(3), "EUR"), supplier="oakmill"),)), []),
        (with_(material="42CrMo4", drawing_no="D-1", module_mm=3.0), []),
        (with_(material="aluminium"), ["material"]),
        (with_(process="milling"), ["process"]),
        (with_(mass_kg=D(2)), ["mass_kg"]),
        (with_(routing=OPS[:1]), ["routing"]),
        (with_(routing=(OPS[0], msgspec.structs.replace(OPS[1], supplier="", group="booth"))), ["routing"]),
        (with_(materials=(Material("BAR", "Bar", D("0.3"), "KGM"),)), ["materials"]),
        (with_(unit="KGM"), ["unit"]),
    ],
)
def test_changed(now: Part, fields: list[str]) -> None:
    """Tests that planning and better knowledge leave the revision, and other technical content does not."""
    assert changed(PART, now) == fields


def test_estimates_give_way() -> None:
    """Tests that a part without a routing, or with an estimated one, gets another under the same revision."""
    assert changed(with_(routing=()), PART) == []
    assert changed(with_(routing=(Operation(10, "Making", "", "workshop", 30, 5, estimated=True),)), PART) == []


@pytest.mark.parametrize(
    ("revision", "later"),
    [("A", "B"), ("Z", "AA"), ("AZ", "BA"), ("c", "d"), ("1", "2"), ("09", "10"), ("A1", "A2"), ("1.9", "1.10"), ("", "A"), ("2026-07-", "2026-07--2")],
)
def test_next_revision(revision: str, later: str) -> None:
    """Tests what comes after a revision."""
    assert next_revision(revision) == later


def test_taken_revisions_are_passed_over() -> None:
    """Tests that a revision that was there is not given again."""
    assert next_revision("A", {"A", "B", "C"}) == "D"

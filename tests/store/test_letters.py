"""What a partner's reply means for a letter."""

import pytest

from plait.store.letters import verdict
from plait.store.retry import EARLY_TRIES


@pytest.mark.parametrize(
    ("status", "tries", "meaning"),
    [
        (200, 1, "delivered"),
        (204, 9, "delivered"),
        (400, 1, "refused"),
        (409, 1, "refused"),
        (408, 1000, "waiting"),
        (429, 1000, "waiting"),
        (503, 1000, "waiting"),
        (0, 1000, "waiting"),
        (425, 1, "waiting"),
        (425, EARLY_TRIES - 1, "waiting"),
        (425, EARLY_TRIES, "refused"),
    ],
)
def test_verdict(status, tries, meaning):
    """Tests that "too early" is tried again while it may be a matter of order, and is a dead letter once it plainly is not."""
    assert verdict(status, tries) == meaning

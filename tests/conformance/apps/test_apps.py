"""The apps that come with the node."""

from plait.apps.plugins import APPS
from tests.conformance.apps.suite import AppSuite


class TestOee(AppSuite):
    """OEE."""

    name = "oee"


def test_every_app_is_held_against_the_suite():
    """Tests that no built-in app goes without the suite."""
    assert sorted(APPS.built_in) == [TestOee.name]

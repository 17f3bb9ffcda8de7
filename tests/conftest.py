"""What holds for every test."""

import os

import pytest


def pytest_itemcollected(item: pytest.Item) -> None:
    """Where tests run in two processes, a file stays in one; those in the browser share one running demo, so they stay together."""
    folder, _, name = item.location[0].rpartition("/")
    item.add_marker(pytest.mark.xdist_group("browser" if folder == "tests/browser" else f"{folder}/{name}"))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where everything is demanded, a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter is not None else []
    if os.environ.get("PLAIT_REQUIRE") == "all" and skipped and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

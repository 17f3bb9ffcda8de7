"""The stage is set once for all browser tests: the story takes half a minute, and nothing here changes what happened in it."""

import pytest
import pytest_asyncio

from tests.browser.stage import staged


def pytest_collection_modifyitems(items):
    """Let every test of this folder run on the stage's own event loop, and take as long as a story takes."""
    for item in items:
        if "tests/browser/" in item.path.as_posix() and "stage" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.timeout(300))
            item.add_marker(pytest.mark.slow)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage(tmp_path_factory):
    """The seven firms after the story, a node without data, and a browser."""
    async with staged(tmp_path_factory.mktemp("stage")) as made:
        yield made

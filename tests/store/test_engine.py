"""URLs and files: what the store refuses before it touches anything."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from plait.kernel.actor import system_actor
from plait.kernel.problems import Problem
from plait.store.engine import make_source
from tests.support.kinds import Noted
from tests.support.stores import make_store


@pytest.mark.parametrize(
    ("url", "reason"),
    [("sqlite://", "path"), ("sqlite:///:memory:", "path"), ("mysql://x/y", "mysql"), ("", "no database")],
)
def test_bad_urls(url: str, reason: str) -> None:
    """Tests that a URL the store cannot use is refused with the reason."""
    with pytest.raises(Problem, match=reason) as refused:
        make_source(url, "plait")
    assert refused.value.code == "store-url"


async def test_second_process_is_refused(tmp_path: Path) -> None:
    """Tests that another process cannot write the same folder."""
    script = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom plait.kernel.problems import Problem\nfrom tests.support.stores import make_store\n"
        "async def main():\n    try:\n        async with make_store(Path(sys.argv[1])): print('opened')\n    except Problem as problem: print(problem.code)\n"
        "asyncio.run(main())"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    run = {"capture_output": True, "text": True, "timeout": 60, "cwd": Path(__file__).parents[2], "env": {"PYTHONPATH": "src:."}}

    def other() -> str:
        return subprocess.run(command, check=True, **run).stdout.strip()

    async with make_store(tmp_path):
        assert await asyncio.to_thread(other) == "store-locked"
    assert await asyncio.to_thread(other) == "opened"


async def test_erased_bytes_are_gone_from_disk(tmp_path: Path) -> None:
    """Tests that after an erasure no file of the store holds the erased words any more."""
    me = system_actor("p")
    word = b"a-very-private-word"

    def on_disk() -> bool:
        return any(word in path.read_bytes() for path in tmp_path.iterdir())

    async with make_store(tmp_path) as store:
        fact = await store.write(me, lambda tx: tx.append("s", Noted(word.decode())))
        assert on_disk()
        await store.erase(fact.id, "asked", me)
        assert not on_disk()

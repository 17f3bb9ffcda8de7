"""On the path of a node: now and then a reaction fails right after something it did is on disk, as if the node had stopped there.

It is told the same fact again, as after a restart. ``PLAIT_STUMBLE`` is the seed.
"""

import asyncio
import os
import sys
from random import Random
from typing import Any

from plait.store import Store

NEAR, FAR = 2, 12


class Stumbled(Exception):
    """The reaction came so far and no further."""


def _stumbling(seed: str) -> Any:
    write, draw = Store.write, Random(seed)
    left, known = draw.randint(NEAR, FAR), set()

    async def stumble(self: Store, *args: Any, **named: Any) -> Any:
        nonlocal left, known
        answer = await write(self, *args, **named)
        task = asyncio.current_task()
        once = named.get("once")
        if task is not None and task.get_name() == "plait-follow" and once not in known:
            left -= 1
            known |= {once} - {None}
            if left <= 0:
                left = draw.randint(NEAR, FAR)
                raise Stumbled
        return answer

    return stumble


if "PLAIT_STUMBLE" in os.environ:
    Store.write = _stumbling(f"{os.environ['PLAIT_STUMBLE']}:{sys.argv}")  # type: ignore[method-assign]

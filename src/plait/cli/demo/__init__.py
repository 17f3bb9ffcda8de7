"""``plait demo``: an order goes through the braid."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["demo"]


def demo(
    *,
    once: bool = False,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
    pace: float = 3600.0,
    seed: int = 1,
    data: Path | None = None,
) -> None:
    """Bring up seven firms on this computer and send one order through the braid.

    Parameters
    ----------
    once
        Run unpaced, then stop everything; without it the firms keep running until Ctrl-C.
    as_json
        Print one JSON object on stdout and nothing else there.
    pace
        Business seconds in one real second, while not ``--once`` (3600: an hour a second).
    seed
        The same seed gives the same story.
    data
        Where the firms' folders go (default: a folder that is removed afterwards).
    """
    import asyncio
    import sys

    from plait.cli.demo.play import play, until_stopped

    if not asyncio.run(until_stopped(play(once, as_json, 0.0 if once else pace, seed, data))):
        sys.exit(1)

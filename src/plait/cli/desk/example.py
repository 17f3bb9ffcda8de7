"""``plait desk example``: a list of open orders to try the desk with."""

from pathlib import Path

__all__ = ["example"]


def example(file: Path = Path("open-orders.csv"), /) -> None:
    """Write a list of open orders as a shop may keep it, due in the weeks from today on: German, with title rows, a week as a date and a sum.

    Parameters
    ----------
    file
        Where it is written; a file that is there already is not touched.
    """
    from plait.kernel.clock import SYSTEM
    from plait.kernel.os import write_whole
    from plait.kernel.problems import CONFLICT, Problem
    from plait.manufacturing.desk.inbox.example import EXAMPLE_LINES, order_list

    if file.exists():
        raise Problem(CONFLICT, f"{file} is there already; name another file")
    write_whole(file, order_list(SYSTEM.now().date()))
    print(f"{file}: {len(EXAMPLE_LINES)} order lines, due in the weeks from today on")

"""``plait support``: one file with what a helper needs, without business data."""

import json
import sys
import zipfile
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["support"]


def support(to: Path = Path("plait-support.zip"), /, *, data: Path = Path("plait-data"), as_json: Annotated[bool, Parameter(name="--json")] = False) -> None:
    """Pack versions, settings, the doctor's report, counts and the last log lines for a helper: no names, no business data. The node may run meanwhile.

    Parameters
    ----------
    to
        The file to make.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    import msgspec
    from rich.console import Console

    from plait.cli.doctor import examine
    from plait.cli.http import call
    from plait.kernel.os import write_private
    from plait.kernel.problems import CONFLICT, NOT_FOUND, Problem
    from plait.kernel.settings import load
    from plait.upkeep.support.service import Running, pack

    if not (data / "plait.db").exists() and not (data / "plait.toml").exists():
        raise Problem(NOT_FOUND, f"{data} holds no node.")
    if to.exists():
        raise Problem(CONFLICT, f"{to} exists already; name a new file.")
    with Console(stderr=True).status("Looking"):
        try:
            running = msgspec.convert(call(data, "GET", "/api/v1/support"), Running)
        except Problem as problem:
            running = None
            if problem.code != "not-running":
                print(f"The running node was not asked: {problem.detail or problem.kind.title}", file=sys.stderr)
        write_private(to, pack(data, load(data), examine(data), running))
    with zipfile.ZipFile(to) as made:
        held = {each.filename: each.file_size for each in made.infolist()}
    if as_json:
        print(json.dumps({"file": str(to), "bytes": to.stat().st_size, "holds": held}))
    else:
        print(
            f"{to}, {to.stat().st_size / 1e3:.0f} kB: {', '.join(held)}\nIt is plain text without names or business data; look through it before you send it."
        )

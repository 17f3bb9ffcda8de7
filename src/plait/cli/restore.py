"""``plait restore``: put a backup back, on this or another computer."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["restore"]


def restore(
    file: Path,
    /,
    *,
    data: Path = Path("plait-data"),
    passphrase_file: str = "",
    dry_run: bool = False,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
) -> None:
    """Put a backup into a new folder. Nothing is there until everything was checked.

    The old node must not run any more. Start the new one with `plait up`; partners are told its address by themselves.

    Parameters
    ----------
    file
        The backup.
    data
        The folder to make (or an empty one).
    passphrase_file
        A file whose first line is the passphrase.
    dry_run
        Only check that it would go well.
    as_json
        Print JSON.
    """
    from rich.console import Console
    from rich.progress import Progress as Bar

    from plait.upkeep.backup.restore import restore as put_back
    from plait.upkeep.backup.service import passphrase_in

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("restoring", total=None)
        manifest = put_back(file, data, passphrase_in(passphrase_file), lambda size: bar.advance(task, size), dry_run=dry_run)
    if as_json:
        print(json.dumps({"restored": not dry_run, "folder": str(data), "name": manifest.name, "facts": manifest.head_seq, "made": manifest.made.isoformat()}))
    elif dry_run:
        print(f"{file} can be restored: {manifest.name or 'a node'}, {manifest.head_seq} facts, made {manifest.made:%Y-%m-%d %H:%M} UTC")
    else:
        print(f"{manifest.name or 'The node'} stands in {data} as of {manifest.made:%Y-%m-%d %H:%M} UTC ({manifest.head_seq} facts).")
        print(f"Make sure that the old one does not run any more, then: plait up --data {data}")

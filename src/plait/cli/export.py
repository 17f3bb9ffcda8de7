"""``plait export``: everything the firm has in its node, as open files."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["export"]


def export(to: Path, /, *, data: Path = Path("plait-data"), as_json: Annotated[bool, Parameter(name="--json")] = False) -> None:
    """Write facts, events, documents, tables and signals to a new folder as open files. The node may run meanwhile.

    Parameters
    ----------
    to
        The folder to make.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from rich.console import Console

    from plait.kernel.settings import load
    from plait.upkeep.export.service import export as write

    console = Console(stderr=True)
    with console.status("Reading") as status:
        manifest = write(data, load(data), to, lambda name: status.update(f"Writing {name}"))
    size = sum(file.bytes for file in manifest.files)
    if as_json:
        print(json.dumps({"folder": str(to), "files": len(manifest.files), "bytes": size}))
    else:
        print(f"{len(manifest.files)} files, {size / 1e6:.1f} MB in {to}; README.txt says what they are")

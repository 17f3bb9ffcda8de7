"""``plait backup``: make, list and check backups."""

import json
import tempfile
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="backup", help="Make, list and check backups; `plait restore` puts one back.")


def _call(data: Path, method: str, path: str, body: Any = None) -> Any:
    from plait.cli.http import call

    return call(data, method, path, body)


@app.default
def make(
    to: str = "",
    /,
    *,
    plain: bool = False,
    passphrase_file: str = "",
    data: Path = Path("plait-data"),
    as_json: Annotated[bool, Parameter(name="--json")] = False,
) -> None:
    """Make a backup of the running node now: one file, read back and verified.

    Parameters
    ----------
    to
        A folder, a stick, or s3://bucket/prefix (default: backup.target of the settings).
    plain
        Without a passphrase. The file holds the firm's private key.
    passphrase_file
        A file whose first line is the passphrase.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from rich.console import Console
    from rich.progress import Progress as Bar

    import plait.upkeep.backup.model  # noqa: F401 - its refusals are known then
    from plait.kernel.problems import INTERNAL, REGISTRY, Problem

    place = to if not to or to.startswith("s3://") else str(Path(to).resolve())
    phrase = str(Path(passphrase_file).resolve()) if passphrase_file else ""
    seen = _call(data, "POST", "/api/v1/backups", {"to": place, "plain": plain, "passphrase_file": phrase})
    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("backup", total=None)
        while seen["running"]:
            bar.update(task, description=seen["phase"], completed=seen["done"], total=seen["total"] or None)
            _pause()
            seen = _call(data, "GET", "/api/v1/backups/progress")
    last = seen["last"]
    if last is None or not last["ok"]:
        code = last["code"] if last else INTERNAL
        raise Problem(code if code in REGISTRY else INTERNAL, last["reason"] if last else "The backup was not made.")
    print(json.dumps(last) if as_json else f"{last['name']} ({last['bytes'] / 1e6:.1f} MB, facts up to {last['head_seq']}) lies in {last['target']}")


def _pause() -> None:
    from plait.kernel.clock import SYSTEM

    SYSTEM.pause(0.2)


@app.command(name="list")
def list_(*, data: Path = Path("plait-data"), as_json: Annotated[bool, Parameter(name="--json")] = False) -> None:
    """List backups and failed tries, the newest first.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    rows = _call(data, "GET", "/api/v1/backups")
    if as_json:
        print(json.dumps(rows))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("when (UTC)", "", "where", "what")
    for row in rows:
        what = f"{row['name']}, {row['bytes'] / 1e6:.1f} MB" if row["ok"] else row["reason"]
        table.add_row(row["at"][:16].replace("T", " "), "ok" if row["ok"] else "failed", row["target"], what)
    Console().print(table)


@app.command
def verify(file: Path, /, *, passphrase_file: str = "", as_json: Annotated[bool, Parameter(name="--json")] = False) -> None:
    """Read a backup, every byte of it, and say whether it is whole.

    Parameters
    ----------
    file
        The backup.
    passphrase_file
        A file whose first line is the passphrase.
    as_json
        Print JSON.
    """
    from rich.console import Console
    from rich.progress import Progress as Bar

    from plait.upkeep.backup.service import passphrase_in
    from plait.upkeep.backup.service import verify as check

    with tempfile.TemporaryDirectory() as space, Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)
        manifest = check(file, Path(space), passphrase_in(passphrase_file), lambda size: bar.advance(task, size))
    if as_json:
        print(json.dumps({"ok": True, "name": manifest.name, "made": manifest.made.isoformat(), "facts": manifest.head_seq, "files": len(manifest.entries)}))
    else:
        print(f"whole: {manifest.name or 'a node'}, made {manifest.made:%Y-%m-%d %H:%M} UTC, {manifest.head_seq} facts, {len(manifest.entries)} files")

"""``plait import``: what a machine has said before it was connected, once, from a file."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from cyclopts import App, Parameter

__all__ = ["app"]

app = App(name="import", help="Take in what machines have said before, from files.")
A_BATCH = 5000
MOST_SHOWN = 50


@app.command
def signals(
    file: Path,
    /,
    *,
    machine: str,
    column: tuple[str, ...] = (),
    time: str = "",
    time_format: str = "auto",
    zone: str = "UTC",
    signal: str = "",
    value: str = "",
    dry_run: Annotated[bool, Parameter(name="--dry-run")] = False,
    data: Path = Path("plait-data"),
    as_json: Annotated[bool, Parameter(name="--json")] = False,
) -> None:
    """Take in the values of a CSV, JSON or Parquet file as those of a machine; the same file again changes nothing.

    Parameters
    ----------
    file
        The file: a table with a column of time, and a column for each signal or columns of name and value.
    machine
        Whose values they are.
    column
        A column to take, and the signal it becomes, as `Temp [°C]=temperature`. May be given again; without it every column is taken under its own name.
    time
        The column of time, or two with + between; else the first whose name says so.
    time_format
        How times are written: auto, unix, excel, or as %d.%m.%Y %H:%M:%S.
    zone
        The time zone of times without an offset, as Europe/Berlin.
    signal
        The column of the signal's name, where each row holds one value.
    value
        The column of the value then.
    dry_run
        Only say what would be taken in.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.http import call
    from plait.infrastructure.machines.files import FilesConfig
    from plait.kernel.problems import INVALID, Problem

    wanted = _wanted(column)
    config = FilesConfig(str(file), time=time, time_format=time_format, zone=zone, signal=signal, value=value, most_mb=1024)
    seen: dict[str, dict[str, Any]] = {}
    bad, why, taken = 0, "", 0
    with _progress(file, shown=not as_json) as advance:
        for batch, left_out, last_why, share in _batches(file, config, wanted):
            bad, why = left_out, last_why
            _count(seen, batch)
            for start in range(0, 0 if dry_run else len(batch), A_BATCH):
                some = [{"signal": each.signal, "at": each.at, "value": each.value} for each in batch[start : start + A_BATCH]]
                call(data, "POST", f"/api/v1/machines/{quote(machine, safe='')}/values", {"values": some}, patience_s=300)
            taken += len(batch)
            advance(share)
    if not taken:
        raise Problem(INVALID, f"{file} holds no value that could be read{f': {why}' if why else ''}.")
    if as_json:
        print(json.dumps({"machine": machine, "values": taken, "dry_run": dry_run, "rows_left_out": bad, "why": why, "signals": seen}))
        return
    _show(seen)
    print(f"{taken} values of {machine} {'would be taken in (nothing was changed)' if dry_run else 'are taken in'}.")
    if bad:
        print(f"{bad} rows were left out, the last because {why}.")


def _wanted(columns: tuple[str, ...]) -> dict[str, str] | None:
    from plait.kernel.problems import INVALID, Problem

    found = {}
    for text in columns:
        name, equals, becomes = text.rpartition("=")
        if not equals or not name.strip() or not becomes.strip():
            raise Problem(INVALID, f"--column {text!r}: say which signal the column becomes, as 'Temp [°C]=temperature'.")
        found[name.strip()] = becomes.strip()
    return found or None


def _batches(file: Path, config: Any, wanted: dict[str, str] | None) -> Iterator[tuple[list[Any], int, str, float]]:
    """Yield readings, how many rows were left out so far and why, and which share of the file has been read."""
    from plait.infrastructure.machines.files.folder import ENDINGS, rows_of
    from plait.infrastructure.machines.files.table import Reader
    from plait.infrastructure.machines.model import LinkLost
    from plait.kernel.problems import INVALID, Problem

    if not file.is_file() or file.suffix.lower() not in ENDINGS:
        raise Problem(INVALID, f"{file} is no file that is read here ({', '.join(sorted(ENDINGS))}).")
    size = file.stat().st_size
    try:
        reader, known = Reader(config, wanted), None
        while True:
            # As one that has been at rest for long: its last line is whole.
            rows, after = rows_of(file, known, (size, 0), config)
            if not rows:
                return
            done = min(1.0, after.done / size) if after is not None and size and file.suffix.lower() != ".parquet" else 0.0
            yield reader.readings(rows), reader.bad, reader.why, done
            known = after
    except (LinkLost, OSError) as error:
        raise Problem(INVALID, f"{file}: {error}") from error


def _count(seen: dict[str, dict[str, Any]], batch: list[Any]) -> None:
    for each in batch:
        at = each.at.isoformat()
        one = seen.setdefault(each.signal, {"values": 0, "first": at, "last": at, "least": None, "most": None})
        one["values"] += 1
        one["first"], one["last"] = min(one["first"], at), max(one["last"], at)
        if not isinstance(each.value, str):
            one["least"] = each.value if one["least"] is None else min(one["least"], each.value)
            one["most"] = each.value if one["most"] is None else max(one["most"], each.value)


def _show(seen: dict[str, dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("signal", "values", "first", "last", "least", "most")
    for name, one in list(seen.items())[:MOST_SHOWN]:
        table.add_row(
            name, str(one["values"]), one["first"][:19], one["last"][:19], *("" if one[key] is None else f"{one[key]:g}" for key in ("least", "most"))
        )
    Console().print(table)
    if len(seen) > MOST_SHOWN:
        print(f"and {len(seen) - MOST_SHOWN} more signals")


class _progress:
    """A bar on the terminal's error output; nothing where that is no terminal."""

    def __init__(self, file: Path, *, shown: bool) -> None:
        from rich.console import Console
        from rich.progress import Progress

        console = Console(stderr=True)
        self._bar = Progress(console=console, disable=not shown or not console.is_terminal, transient=True)
        self._task = self._bar.add_task(file.name, total=1.0)

    def __enter__(self) -> Any:
        self._bar.start()
        return lambda share: self._bar.update(self._task, completed=share)

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

"""``plait doctor``: what is wrong with a node and what to do about it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from plait.upkeep.health.model import Check

__all__ = ["doctor"]

WORDS = {"ok": "[green]ok  [/green]", "look": "[yellow]look[/yellow]", "bad": "[red]bad [/red]"}


def doctor(*, data: Path = Path("plait-data"), full: bool = False, as_json: Annotated[bool, Parameter(name="--json")] = False) -> None:
    """Check the node in DATA, whether it runs or not. Nothing is repaired or changed; exit 1 when something is bad.

    Parameters
    ----------
    data
        The node's data folder.
    full
        Also walk the whole chain of facts, and read everything else: databases, events, signals, stored files.
    as_json
        Print JSON.
    """
    import msgspec

    checks = examine(data, full=full)
    if as_json:
        print(msgspec.json.encode(checks).decode())
    else:
        _show(checks)
    if any(check.verdict == "bad" for check in checks):
        sys.exit(1)


def _show(checks: "list[Check]") -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    for check in checks:
        console.print(f"{WORDS[check.verdict]} {check.name:<12} {escape(check.what)}")
        if check.do:
            console.print(f"                  do: {escape(check.do)}")


def examine(data: Path, *, full: bool = False) -> "list[Check]":
    """Return the checks: those of the running node if one answers, else what the folder says."""
    from functools import partial

    import msgspec

    from plait.cli.http import call
    from plait.kernel.problems import Problem
    from plait.kernel.settings import load
    from plait.upkeep.health import contents
    from plait.upkeep.health.folder import examine as examine_folder
    from plait.upkeep.health.model import Check, Report
    from plait.upkeep.health.stopped import chain, port

    if not (data / "plait.db").exists() and not (data / "plait.toml").exists():
        return [Check("folder", "bad", f"{data} holds no node.", "Make one with `plait up --data DIR`.")]
    checks = [Check("folder", "ok", f"The data folder is {data.resolve()}.")]
    try:
        settings = load(data)
    except Problem as problem:
        return [*checks, Check("settings", "bad", f"{problem.kind.title}: {problem.detail}.", problem.kind.advice)]
    try:
        report = msgspec.convert(call(data, "GET", f"/api/v1/health/report?full={'true' if full else 'false'}"), Report)
    except Problem as problem:
        checks += examine_folder(data, settings)
        if not settings.store.url:
            checks.append(chain(data, full=full))
        if full and not settings.store.url and not settings.store.events_url:
            checks += contents.examine(data, partial(contents.opened, data / "plait.db"), partial(contents.opened, data / "events.db"))
        if problem.code != "not-running":
            return [*checks, Check("node", "bad", f"The node refuses to be asked: {problem.detail or problem.kind.title}.", problem.kind.advice)]
        checks.append(port(settings))
        return [*checks, Check("node", "look", "No node runs on this folder.", "Start it with `plait up --data DIR`.")]
    return [*checks, *report.checks]

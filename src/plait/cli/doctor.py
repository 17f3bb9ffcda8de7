"""``plait doctor``: what is wrong with a node and what to do about it."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

__all__ = ["doctor"]


def doctor(*, data: Path = Path("plait-data"), as_json: Annotated[bool, Parameter(name="--json")] = False) -> None:
    """Check the node in DATA: is it running and idle, does its chain verify, are partners reached.

    Parameters
    ----------
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    checks = examine(data)
    if as_json:
        print(json.dumps(checks))
    else:
        from rich.console import Console

        console = Console(highlight=False)
        for check in checks:
            console.print(f"{'[green]ok  [/green]' if check['ok'] else '[red]look[/red]'} {check['name']:<12} {check['what']}")
            if not check["ok"]:
                console.print(f"                  do: {check['do']}")
    if not all(check["ok"] for check in checks):
        sys.exit(1)


def _check(name: str, ok: bool, what: str, do: str = "") -> dict[str, Any]:
    return {"name": name, "ok": ok, "what": what, "do": do}


def examine(data: Path) -> list[dict[str, Any]]:
    """Return the checks as {name, ok, what, do}, the first failing one last when nothing further can be asked."""
    from plait.cli.http import call
    from plait.kernel.problems import Problem

    if not (data / "plait.db").exists() and not (data / "plait.toml").exists():
        return [_check("folder", False, f"{data} holds no node", "Make one with `plait up --data DIR`.")]
    checks = [_check("folder", True, str(data.resolve()))]
    try:
        idle = call(data, "GET", "/health/idle")
        checks.append(_check("node", True, "idle" if idle["idle"] else f"busy with {idle['busy']}"))
        chain = call(data, "GET", "/api/v1/facts/verify")
        checks.append(_check("chain", bool(chain["ok"]), f"{chain['facts']} facts", "Restore the last backup; keep this folder for examination."))
        stuck = [row for row in call(data, "GET", "/api/v1/deliveries") if row["state"] != "delivered"]
        checks.append(_check("deliveries", not stuck, f"{len(stuck)} waiting or refused", "See `/api/v1/deliveries`: the partner may be down."))
    except Problem as problem:
        checks.append(_check("node", False, problem.detail, problem.kind.advice))
    return checks

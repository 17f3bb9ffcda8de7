"""Running the steps while the terminal shows the braid weaving."""

import asyncio
import contextlib
import json
import sys
import tempfile
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from plait.cli.demo.scene import Scene
from plait.cli.demo.steps import STEPS, Director, StepFailed
from plait.cli.demo.story import digest, lines
from plait.kernel.clock import SYSTEM
from plait.kernel.os import stop_signals
from plait.overview.braid.terminal import STRANDS, weave

__all__ = ["CORE", "links", "play", "summary", "until_stopped"]

CORE = "helix"

COUNTED = {
    "trade.quotation_sent": "quotes",
    "trade.order_sent": "orders",
    "line.job_ended": "jobs",
    "schedule.repaired": "repaired",
    "epcis.captured": "events",
}


class Board:
    """What the terminal shows: the braid as far as it is woven, and a line a step."""

    def __init__(self, scene: Scene, console: Console) -> None:
        self.scene = scene
        self.console = console
        self.rows: list[tuple[str, str, str]] = []
        self.now = ""

    def __rich__(self) -> Group:
        """Draw the board."""
        text = Text()
        for mark, name, said in self.rows:
            text.append(f" {mark} ", style="green" if mark == "✓" else "red" if mark == "✗" else "yellow")
            text.append(f"{name:<9} ", style="bold")
            text.append(f"{said}\n")
        when = f"{self.scene.conductor.now:%a %d %b %H:%M} UTC, business time"
        names = Text("   ").join(Text(name, style=colour) for name, colour in STRANDS)
        done = sum(1 for mark, _, _ in self.rows if mark == "✓")
        return Group(weave(done, len(STEPS)), names, Text(), text, Text(when, style="dim"))


async def until_stopped(playing: Coroutine[Any, Any, bool]) -> bool:
    """Play until the end or until somebody asks this process to end, by whichever signal: then too everything is taken down in good order.

    Raise KeyboardInterrupt when it was stopped.
    """
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(playing)
    stopped = False

    def stop() -> None:
        nonlocal stopped
        if not stopped:
            stopped = True
            loop.call_soon_threadsafe(task.cancel)

    stop_signals(stop)
    try:
        return await task
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def play(once: bool, as_json: bool, pace: float, seed: int, data: Path | None) -> bool:
    """Play the whole story; return whether every step really happened."""
    console = Console(stderr=as_json)
    began = SYSTEM.monotonic()
    with contextlib.ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="plait-demo-")))
        folder.mkdir(parents=True, exist_ok=True)
        if not as_json:
            console.print(f"Bringing up seven firms in {folder} ...", style="dim")
        async with Scene(folder, seed, pace, 0 if once else 8401) as scene:
            board = Board(scene, console)
            drawn = console.is_terminal and not as_json
            with Live(board, console=console, refresh_per_second=8, transient=False) if drawn else contextlib.nullcontext():
                results = await _steps(scene, board, None if drawn else console)
            told = await summary(scene, results, SYSTEM.monotonic() - began)
            if as_json:
                sys.stdout.write(json.dumps(told) + "\n")
                sys.stdout.flush()
            else:
                _say(console, scene, told)
            ok = all(step["ok"] for step in told["steps"])
            if not once and ok:
                await _keep_running(scene, console)
    return ok


async def _steps(scene: Scene, board: Board, progress: Console | None) -> list[dict[str, Any]]:
    director = Director(scene)
    results: list[dict[str, Any]] = []
    for number, (name, said, act) in enumerate(STEPS, 1):
        board.rows.append(("…", name, said))
        try:
            evidence, ok = await act(director), True
        except StepFailed as failure:
            evidence, ok = {"missing": str(failure)}, False
        results.append({"n": number, "name": name, "ok": ok, "evidence": evidence})
        board.rows[-1] = ("✓" if ok else "✗", name, evidence["said"] if ok else evidence["missing"])
        if progress is not None:
            progress.print(f"{number:>2}/{len(STEPS)} {name:<9} {evidence['said'] if ok else evidence['missing']}")
        if not ok:
            break
    return results


async def summary(scene: Scene, steps: list[dict[str, Any]], wall_s: float) -> dict[str, Any]:
    """Return the JSON object of a run, every figure asked from the nodes."""
    told: list[str] = []
    count = dict.fromkeys(COUNTED.values(), 0)
    for name, firm in scene.firms.items():
        facts = await firm.facts()
        told += lines(name, facts)
        for fact in facts:
            if fact["kind"] in COUNTED:
                count[COUNTED[fact["kind"]]] += 1
    trace: dict[str, Any] = next((step["evidence"] for step in steps if step["name"] == "Trace" and step["ok"]), {})
    depth, refused = trace.get("depth", 0), 1 if trace.get("refused") else 0
    done = [*steps, *({"n": n, "name": name, "ok": False, "evidence": {}} for n, (name, _, _) in enumerate(STEPS, 1) if n > len(steps))]
    return {"steps": done, "nodes": len(scene.firms), **count, "trace_depth": depth, "refused": refused, "story": digest(told), "wall_s": round(wall_s, 1)}


def _say(console: Console, scene: Scene, told: dict[str, Any]) -> None:
    figures = ", ".join(f"{told[key]} {key}" for key in ("quotes", "orders", "jobs", "events"))
    console.print(f"{figures}; {scene.hours:.0f} business hours in {told['wall_s']} s; story {told['story'][:12]}")


async def links(scene: Scene) -> dict[str, str]:
    """Return an address for each firm that signs its person in once, on this computer, the core firm's first."""
    names = sorted(scene.firms, key=lambda name: name != CORE)
    return {name: str((await scene.firms[name].post("/api/v1/session/link", None))["url"]) for name in names}


async def _keep_running(scene: Scene, console: Console) -> None:
    made = await links(scene)
    console.print(f"\nOpen first: {made.pop(CORE)}", soft_wrap=True, highlight=False)
    console.print("\nThe others tell the same story from their own side:", style="dim")
    for name, url in made.items():
        console.print(f" {name:<10} {url}", soft_wrap=True, highlight=False)
    again = f"plait login --data {scene.folder / CORE}"
    console.print(f"\nEach link signs in once, within ten minutes; a new one: {again}", style="dim", soft_wrap=True, highlight=False)
    console.print("The firms keep running; Ctrl-C stops everything.")
    while True:
        await scene.run(timedelta(hours=1))

"""The pack for a helper: one file of plain texts, made from a node that runs or stands."""

import json
import secrets
import sqlite3
import sys
import zipfile
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import distributions
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import MetaData
from sqlalchemy.exc import SQLAlchemyError

from plait import __version__
from plait.circulation.epcis.tables import metadata as events_metadata
from plait.kernel.activity import Activity
from plait.kernel.actor import Actor
from plait.kernel.clock import SYSTEM, WallClock, iso
from plait.kernel.os import cpu_count, free_bytes
from plait.kernel.ports import Guard
from plait.kernel.problems import Problem
from plait.kernel.settings import Settings, origins
from plait.store import Database, Store, metadata
from plait.store.migrate import versions_in
from plait.upkeep import tables
from plait.upkeep.health.model import Check
from plait.upkeep.logs import recent
from plait.upkeep.metrics import MetricsService
from plait.upkeep.support import rules

__all__ = ["Running", "SupportService", "pack"]

LINES = 500

README = """What a helper needs to see of a node of plait, made on {made}. It is plain text: look through it before you send it.

about.json     program, Python, computer, packages; how large the files of the data folder are
settings.json  numbers, switches and choices; of every text only whether it is set, and where each was set
doctor.json    what the doctor says; addresses and names are veiled, the same name by the same mark
counts.json    how many rows, facts of each kind and letters in each state there are
{running}log.ndjson     the last lines of the log: our own words, numbers, and where errors happened

Not in it: names, addresses, orders, parts, prices, documents, goods, machines' values, people, keys, passwords, tokens.
"""
RUNNING = """followers.json how far each reaction to the facts has come
metrics.txt    the node's figures
"""


class Running(msgspec.Struct, frozen=True):
    """What only the running node knows: its figures, its followers, its last log lines (veiled)."""

    metrics: str
    followers: list[dict[str, Any]]
    log: list[dict[str, Any]]


class SupportService:
    """Hands out what only the running node knows."""

    def __init__(self, store: Store, guard: Guard, metrics: MetricsService) -> None:
        self.store = store
        self.guard = guard
        self.metrics = metrics

    async def running(self, actor: Actor) -> Running:
        """Return figures, followers and log lines; needs ``admin.health``."""
        self.guard.require(actor, "admin.health")
        figures, _ = await self.metrics.text(actor, "")
        followers = [
            {"name": one.name, "seq": one.seq, "behind": one.behind, "tries": one.tries, "error": rules.code_of(one.error)} for one in self.store.followers()
        ]
        return Running(figures.decode(), followers, [rules.line(each) for each in recent()[-LINES:]])


def pack(folder: Path, settings: Settings, checks: Sequence[Check], running: Running | None) -> bytes:
    """Return the pack as a ZIP file; nothing in ``folder`` is changed."""
    made = iso(SYSTEM.now())
    lines = running.log if running is not None else [rules.line(each) for each in _logged(folder, settings)]
    texts: dict[str, Any] = {
        "about.json": _about(folder),
        "settings.json": {"values": rules.masked(settings), "set_in": _origins(folder)},
        "doctor.json": _checks(checks),
        "counts.json": _counts(folder, settings),
    }
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("README.txt", README.format(made=made, running=RUNNING if running is not None else ""))
        for name, content in texts.items():
            out.writestr(name, json.dumps(content, indent=1, ensure_ascii=False))
        if running is not None:
            out.writestr("followers.json", json.dumps(running.followers, indent=1))
            out.writestr("metrics.txt", running.metrics)
        out.writestr("log.ndjson", "".join(f"{json.dumps(each)}\n" for each in lines))
    return held.getvalue()


def _about(folder: Path) -> dict[str, Any]:
    sizes: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_file():
            sizes[path.relative_to(folder).parts[0] if path.parent != folder else path.suffix or "(other)"] += path.stat().st_size
    return {
        "plait": __version__,
        "python": sys.version,
        "system": sys.platform,
        "cpus": cpu_count(),
        "sqlite": sqlite3.sqlite_version,
        "free_bytes": free_bytes(folder),
        "bytes": {name: sizes[name] for name in sorted(sizes) if name.startswith(".") or name in {"lake", "blobs", "backups", "keys", "(other)"}},
        "packages": {each.name: each.version for each in sorted(distributions(), key=lambda one: one.name.lower())},
    }


def _origins(folder: Path) -> dict[str, str]:
    file = folder / "plait.toml"
    return {key: "plait.toml" if place == str(file) else place for key, place in origins(folder).items()}


def _checks(checks: Sequence[Check]) -> list[dict[str, Any]]:
    veil = rules.Veil(secrets.token_bytes(16))
    return [
        {
            "name": check.name,
            "verdict": check.verdict,
            "what": veil.text(check.what),
            "figures": {key: value for key, value in check.figures.items() if not isinstance(value, str)},
        }
        for check in checks
    ]


def _counts(folder: Path, settings: Settings) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, url, all_tables in (("plait", settings.store.url, metadata), ("events", settings.store.events_url, events_metadata)):
        try:
            found[name] = _count(url, folder / f"{name}.db", all_tables)
        except (Problem, SQLAlchemyError, OSError, sqlite3.Error) as error:
            found[name] = {"error": type(error).__name__}
    return found


def _count(url: str, file: Path, all_tables: MetaData) -> dict[str, Any]:
    if not url and not file.exists():
        return {}
    activity = Activity()
    database = Database(url or f"sqlite:///{file}", all_tables, WallClock(activity), activity)
    with database.look() as conn:
        counted: dict[str, Any] = {"versions": versions_in(conn), "rows": tables.rows(conn)}
        if all_tables is metadata:
            counted |= {"facts": tables.fact_kinds(conn), "letters": tables.outbox_states(conn)}
        return counted


def _logged(folder: Path, settings: Settings) -> list[str]:
    file = folder / settings.logs.file
    if not settings.logs.file or not file.is_file():
        return []
    with file.open("rb") as source:
        source.seek(max(0, file.stat().st_size - 1_000_000))
        return source.read().decode("utf-8", "replace").splitlines()[-LINES:]

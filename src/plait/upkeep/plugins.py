"""Which plug-ins this node has: what they do, how good they are, and which cannot be loaded."""

import tomllib
from collections.abc import Sequence
from importlib.metadata import entry_points
from importlib.resources import files
from typing import Any

import msgspec

from plait.infrastructure.machines.plugins import ADAPTERS
from plait.kernel.actor import Actor
from plait.kernel.plugins import PluginTable
from plait.kernel.ports import Guard
from plait.kernel.problems import Problem
from plait.manufacturing.desk.reading.formats.plugins import FORMATS
from plait.web import Api

__all__ = ["ROUTES", "PluginService", "PluginView"]

TABLES: tuple[PluginTable[Any], ...] = (ADAPTERS, FORMATS)


class PluginView(msgspec.Struct, frozen=True):
    """One plug-in. ``tier``: its quality as its own ``quality.toml`` states it ("" unknown); ``source``: the distribution it comes from.

    ``trouble``: why it cannot be loaded.
    """

    group: str
    name: str
    summary: str = ""
    tier: str = ""
    built_in: bool = False
    source: str = ""
    trouble: str = ""


class PluginService:
    """The tables of plug-ins as people see them; ``more`` are those of rooms beside this one."""

    def __init__(self, guard: Guard, more: Sequence[PluginTable[Any]] = ()) -> None:
        self.guard = guard
        self._tables = (*TABLES, *more)

    async def list(self, actor: Actor) -> list[PluginView]:
        """Return all plug-ins, by group and name; own people only."""
        self.guard.require(actor, "plugins.read")
        self.guard.scope(actor, "read", "plugin").own("Plug-ins")
        return [_view(table, name) for table in self._tables for name in table.names()]


def _view(table: PluginTable[Any], name: str) -> PluginView:
    built_in = name in table.built_in
    entry = next(iter(entry_points(group=table.group, name=name)), None)
    source = entry.dist.name if entry is not None and entry.dist is not None else ""
    try:
        found = table.load(name)
    except Problem as problem:
        return PluginView(table.group, name, built_in=built_in, source=source, trouble=problem.detail)
    except Exception as error:  # noqa: BLE001 - a stranger's module may raise whatever it likes
        return PluginView(table.group, name, built_in=built_in, source=source, trouble=f"{type(error).__name__}: {error}")
    module = table.built_in.get(name) or (entry.module if entry is not None else "")
    return PluginView(table.group, name, str(found.summary), _tier(module), built_in, source)


def _tier(module: str) -> str:
    try:
        return str(tomllib.loads((files(module) / "quality.toml").read_text("utf-8")).get("tier", ""))
    except (OSError, ModuleNotFoundError, tomllib.TOMLDecodeError, TypeError):
        return ""


API = Api("plugins", PluginService)
ROUTES = API


@API.get("/api/v1/plugins", action="plugins.read", summary="List plug-ins with their quality")
async def plugins(service: PluginService, actor: Actor) -> list[PluginView]:
    """Return all plug-ins, also those that cannot be loaded and why."""
    return await service.list(actor)

"""HTTP of apps: ``/api/v1/apps``."""

from datetime import datetime

import msgspec

from plait.apps.model import AppReport, AppSetting, AppView, Split
from plait.apps.service import AppService
from plait.kernel.actor import Actor
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("apps", AppService)
ROUTES = API


class Asked(msgspec.Struct, frozen=True):
    """Of which time (default: the last day), and told apart by ``by``: span (not at all), shift, day, week."""

    since: datetime | None = None
    until: datetime | None = None
    by: Split = "span"


@API.get("/api/v1/apps", action="apps.read", summary="List the apps with their settings")
async def apps(service: AppService, actor: Actor) -> list[AppView]:
    """Return all apps."""
    return await service.apps(actor)


@API.get("/api/v1/apps/{name}", action="apps.read", summary="Show one app")
async def app(service: AppService, actor: Actor, name: str) -> AppView:
    """Return one app with its settings."""
    return await service.app(actor, name)


@API.put("/api/v1/apps/{name}", action="apps.write", summary="Switch an app on or off and set it")
async def put(service: AppService, actor: Actor, name: str, body: AppSetting) -> AppView:
    """Set an app; what is left out goes back to its default."""
    return await service.set(actor, name, body)


@API.get("/api/v1/apps/{name}/figures", action="apps.read", summary="What an app finds of a time")
async def figures(service: AppService, actor: Actor, name: str, query: Asked) -> AppReport:
    """Return an app's figures, by machine, group and firm."""
    return await service.report(actor, name, query.since, query.until, query.by)

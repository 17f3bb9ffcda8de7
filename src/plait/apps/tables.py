"""Rows of apps: whether they are on, and their settings."""

import msgspec
from sqlalchemy import Column, Connection, Integer, LargeBinary, Table, Text, select

from plait.apps.model import AppSetting
from plait.kernel.actor import Scope
from plait.store import metadata, upsert

__all__ = ["put_setting", "put_told", "settings", "told"]

setting_table = Table(
    "app_setting",
    metadata,
    Column("name", Text, primary_key=True),
    Column("on", Integer, nullable=False),
    Column("config", LargeBinary, nullable=False),
)
told_table = Table("app_told", metadata, Column("name", Text, primary_key=True), Column("day", Text, nullable=False))


def settings(conn: Connection, scope: Scope) -> dict[str, AppSetting]:
    """Return what was set for apps, by name; only our own people see it."""
    if not scope.everything:
        return {}
    rows = conn.execute(select(setting_table).order_by(setting_table.c.name))
    return {row.name: AppSetting(bool(row.on), msgspec.json.decode(row.config)) for row in rows}


def put_setting(conn: Connection, name: str, setting: AppSetting) -> None:
    """Write whether an app is on, and its settings."""
    upsert(conn, setting_table, "name", {"name": name, "on": int(setting.on), "config": msgspec.json.encode(setting.config)})


def told(conn: Connection, scope: Scope, name: str) -> str:
    """Return the last day (ISO) of which an app has written its facts, "" when of none."""
    if not scope.everything:
        return ""
    return conn.execute(select(told_table.c.day).where(told_table.c.name == name)).scalar_one_or_none() or ""


def put_told(conn: Connection, name: str, day: str) -> None:
    """Write of which day an app has written its facts."""
    upsert(conn, told_table, "name", {"name": name, "day": day})

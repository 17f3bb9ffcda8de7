"""The cast: what each firm is, has and can do, read from ``firms/*.toml``."""

import tomllib
from importlib.resources import files
from typing import Any

import msgspec

__all__ = ["FIRMS", "Script", "demand_xml", "plant_toml", "read_script"]

FIRMS = ("riverport", "northforge", "helix", "oakmill", "embercoat", "meridian", "swiftline")


class Script(msgspec.Struct, frozen=True):
    """One firm's master data, as its own API takes them."""

    firm: dict[str, Any]
    desk: dict[str, Any] = {}
    parts: list[dict[str, Any]] = []
    stock: list[dict[str, Any]] = []
    capabilities: list[dict[str, Any]] = []
    work_centres: list[dict[str, Any]] = []
    machines: list[dict[str, Any]] = []
    plant: dict[str, Any] | None = None
    association: dict[str, Any] = {}


def _resource(name: str) -> str:
    return (files("plait.cli.demo") / "firms" / name).read_text("utf-8")


def read_script(name: str) -> Script:
    """Return the script of firm ``name``."""
    return msgspec.convert(tomllib.loads(_resource(f"{name}.toml")), Script)


def demand_xml() -> bytes:
    """Return the RequestForQuotation file that meridian's ERP drops (UBL 2.4)."""
    return _resource("demand.xml").encode()


def plant_toml(name: str, seed: int) -> str:
    """Return the configuration of a firm's plant, with its seed moved by the run's seed."""
    text = _resource(f"{name}.toml")
    own = tomllib.loads(text)["plant"]
    lines = text[text.index("[plant]") :].replace("[plant]", "").replace("[[plant.", "[[")
    return lines.replace(f"seed = {own['seed']}", f"seed = {own['seed'] * 1000 + seed}")

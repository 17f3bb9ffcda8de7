"""The settings of a connection as a form: what an adapter needs first, the rest behind "more settings"."""

import json
from collections.abc import Mapping
from typing import Any

from nicegui import ui

from plait.console.page import Page
from plait.console.screens.connect_words import SETTINGS
from plait.infrastructure.machines.connect.model import AdapterView

__all__ = ["SettingsForm"]

USUAL = (
    "host", "port", "unit", "rack", "slot", "device", "endpoint", "agent", "cell", "broker", "topic", "topics", "user", "password_file", "map", "folder",
    "url",
)  # fmt: skip


class SettingsForm:
    """The fields of an adapter's settings, filled with ``config``; made where the page stands now."""

    def __init__(self, page: Page, view: AdapterView, config: Mapping[str, Any]) -> None:
        self._t = page.t
        self._config = config
        self._fields: dict[str, Any] = view.config.get("properties", {})
        self._inputs: dict[str, Any] = {}
        needed = [name for name in self._fields if name in view.config.get("required", ())]
        first = [*needed, *(name for name in USUAL if name in self._fields and name not in needed)]
        with ui.element("div").classes("p-form"):
            for name in first:
                self._inputs[name] = self._input(name, needed=name in needed)
            if len(self._fields) > len(first):
                with ui.expansion(page.t("More settings")).classes("p-input"), ui.element("div").classes("p-form"):
                    for name in self._fields:
                        if name not in self._inputs:
                            self._inputs[name] = self._input(name, needed=False)

    def said(self) -> dict[str, Any]:
        """Return what was typed, as the adapter's schema wants it; what was left empty is left out."""
        return {name: value for name, each in self._inputs.items() if (value := _said(self._fields[name], each.value)) is not None}

    def _input(self, name: str, *, needed: bool) -> Any:
        t, field = self._t, self._fields[name]
        label = t(SETTINGS[name]) if name in SETTINGS else name.replace("_", " ").capitalize()
        value = self._config.get(name, field.get("default"))
        if isinstance(value, (list, tuple, dict)):
            words = not isinstance(value, dict) and all(isinstance(each, str) for each in value)
            value = ", ".join(value) if words else json.dumps(value) if value else ""
        if field.get("type") == "boolean":
            return ui.checkbox(label, value=bool(value)).classes("p-input")
        if "enum" in field:
            return ui.select([str(each) for each in field["enum"]], label=label, value=str(value) if value is not None else None).classes("p-input")
        text = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
        made = ui.textarea(label, value=text) if name == "map" else ui.input(f"{label} *" if needed else label, value=text)
        made.props("outlined autogrow" if name == "map" else 'outlined autocomplete="off"')
        if "minimum" in field and "maximum" in field:
            made.props(f'hint="{t("{least} to {most}", least=field["minimum"], most=field["maximum"])}"')
        return made.classes("p-input")


def _said(field: dict[str, Any], value: Any) -> Any:
    """Return what was typed as the adapter's schema wants it, None for nothing; what does not fit stays a text, and the test says so."""
    kind = field.get("type", "")
    if kind == "boolean":
        return bool(value)
    text = str(value if value is not None else "").strip()
    if not text:
        return None
    if kind == "array" and not text.startswith("["):
        return [each.strip() for each in text.split(",") if each.strip()]
    if kind in ("integer", "number", "array", "object"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text

"""The reference pages, written from the code: ``python -m docs.make``. A test holds them to it."""

import inspect
import io
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

HERE = Path(__file__).parent / "reference"
HEAD = "<!-- Written by `make docs` from the code; change it there. -->\n"


def _first(doc: str | None) -> str:
    return (inspect.cleandoc(doc or "").split("\n\n")[0]).replace("\n", " ").replace("``", "`")


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    names = list(head)
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    lines += [f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def settings() -> str:
    """Every setting with type, default, environment name and meaning."""
    from plait.kernel.settings import Settings

    text = [HEAD, "# Settings\n", "From `plait.toml` in the data folder, then the environment, then flags; the later wins.\n"]
    for section in msgspec.structs.fields(Settings):
        kind: Any = section.type
        text.append(f"## `[{section.name}]`\n\n{inspect.cleandoc(kind.__doc__).replace('``', '`')}\n")
        rows = []
        for field in msgspec.structs.fields(kind):
            words = str(getattr(field.type, "__name__", field.type)).replace("typing.", "")
            rows.append((f"`{section.name}.{field.name}`", words, f"`{field.default!r}`", f"`PLAIT_{section.name.upper()}__{field.name.upper()}`"))
        text.append(_table(("setting", "type", "default", "environment"), rows))
    return "\n".join(text)


def cli() -> str:
    """Every verb with its options, as ``--help`` prints them."""
    from rich.console import Console

    from plait.cli import VERBS, app

    text = [HEAD, "# Command line\n"]
    paths = [[verb] for verb in VERBS] + [[verb, each] for verb in VERBS for each in app[verb] if not each.startswith("-")]
    for path in [[], *sorted(paths)]:
        out = io.StringIO()
        app.help_print(path, console=Console(file=out, width=110, no_color=True, force_terminal=False))
        shown = "\n".join(line.rstrip() for line in out.getvalue().strip().splitlines())
        text.append(f"## `{' '.join(['plait', *path])}`\n\n```text\n{shown}\n```\n")
    return "\n".join(text)


def api() -> str:
    """Every route with who may use it."""
    from plait.routes import APIS

    text = [HEAD, "# Interfaces\n", "The whole description with every Struct is served at `/api/openapi.json`.\n"]
    health = ("GET", "`/health/live`, `/health/ready`, `/health/idle`", "everybody", "Is it alive, ready, idle")
    rooms: dict[str, list[tuple[str, str, str, str]]] = {"health": [health]}
    for one in APIS:
        for route in one.routes:
            who = f"`{route.action}`" if route.action else "everybody"
            rooms.setdefault(one.tag, []).append((route.method, f"`{route.path}`", who, route.summary))
    head = ("method", "path", "needs", "what it does")
    return "\n".join([*text, *(f"## {tag}\n\n{_table(head, rooms[tag])}" for tag in sorted(rooms))])


def problems() -> str:
    """Every refusal with what to do."""
    import plait.node  # noqa: F401 - registers every room's codes
    from plait.kernel.problems import REGISTRY

    rows = [(f"`{kind.code}`", kind.status, kind.title, kind.advice) for kind in sorted(REGISTRY.values(), key=lambda kind: kind.code)]
    head = ("code", "status", "what happened", "what to do")
    return "\n".join([HEAD, "# Refusals\n", "Every refusal leaves as problem details (RFC 9457).\n", _table(head, rows)])


def facts() -> str:
    """Every kind of fact with its fields."""
    import plait.node  # noqa: F401 - registers every room's kinds
    from plait.kernel.facts import KINDS

    text = [HEAD, "# Facts\n", "A kind with a key counts in the story of a run: (time, firm, kind, key, quantity).\n"]
    rows = []
    for kind in sorted(KINDS.values(), key=lambda kind: kind.kind):
        if kind.kind.startswith(("test.", "bench.")):
            continue
        fields = ", ".join(f"`{field.name}`" for field in msgspec.structs.fields(kind.type))
        rows.append((f"`{kind.kind}`", kind.version, _first(kind.type.__doc__), fields, f"`{kind.key}`" if kind.key else ""))
    return "\n".join([*text, _table(("kind", "version", "meaning", "fields", "key"), rows)])


def metrics() -> str:
    """Every metric with its kind, label and meaning."""
    from plait.upkeep.metrics import METRICS

    text = [HEAD, "# Metrics\n", "What `/metrics` says. No name of a partner, part or person and no value of the business stands in it.\n"]
    rows = [(f"`{name}`", kind, f"`{label}`" if label else "", meaning) for name, (kind, meaning, label) in METRICS.items()]
    return "\n".join([*text, _table(("metric", "kind", "label", "meaning"), rows)])


def plugins() -> str:
    """Every built-in plug-in with its configuration."""
    from plait.infrastructure.machines.plugins import ADAPTERS

    text = [HEAD, "# Plug-ins\n", "## Machine adapters\n", "Entry points `plait.adapters`.\n"]
    for name in sorted(ADAPTERS.built_in):
        plugin = ADAPTERS.load(name)
        rows = [(f"`{field.name}`", str(getattr(field.type, "__name__", field.type))) for field in msgspec.structs.fields(plugin.config)]
        text.append(f"### `{name}`\n\n{plugin.summary}\n\n{_table(('setting', 'type'), rows)}")
    return "\n".join([*text, *_apps(), *_formats()])


def _apps() -> list[str]:
    """Return the apps with their settings."""
    from plait.apps.plugins import APPS

    text = ["## Apps\n", "Entry points `plait.apps`.\n"]
    for name in sorted(APPS.built_in):
        plugin = APPS.load(name)
        rows = [
            (f"`{field.name}`", f"`{json.dumps(msgspec.to_builtins(getattr(plugin.config(), field.name)))}`") for field in msgspec.structs.fields(plugin.config)
        ]
        text.append(f"### `{name}`\n\n{plugin.summary}\n\n{_table(('setting', 'default'), rows)}")
    return text


def _formats() -> list[str]:
    """Return the document formats and the column maps."""
    from plait.manufacturing.desk.reading.erp import built_in
    from plait.manufacturing.desk.reading.formats.plugins import FORMATS

    known = [FORMATS.load(name) for name in sorted(FORMATS.built_in)]
    formats = [(f"`{each.name}`", each.summary, " ".join(f"`{suffix}`" for suffix in each.suffixes), ", ".join(sorted(each.capabilities))) for each in known]
    maps = [(f"`{each.name}`", each.summary, each.kind) for each in built_in()]
    text = ["## Document formats\n", "Entry points `plait.formats`.\n", _table(("format", "what it reads", "endings", "can"), formats)]
    return [*text, "## Column maps\n", "Entry points `plait.maps`, files in the folder `maps` of the data.\n", _table(("map", "export", "kind"), maps)]


def pages() -> dict[str, str]:
    """Return each page's name and text."""
    made = {"settings": settings, "cli": cli, "api": api, "problems": problems, "facts": facts, "metrics": metrics, "plugins": plugins}
    return {f"{name}.md": make().rstrip() + "\n" for name, make in made.items()}


def main() -> None:
    """Write the pages."""
    HERE.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (HERE / name).write_text(text, "utf-8")
        sys.stdout.write(f"docs/reference/{name}\n")


if __name__ == "__main__":
    main()

"""What was said on the command line: settings and signals as text."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from plait.kernel.problems import INVALID, Problem

__all__ = ["config_of", "numbers", "setting", "signals_of", "wants"]


def config_of(said: Iterable[str], schema: dict[str, Any]) -> dict[str, Any]:
    """Return a config from ``key=value`` texts; ``key=@file`` takes the file's text. Raise ``invalid`` for what has no =."""
    config: dict[str, Any] = {}
    for text in said:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise Problem(INVALID, f"--set {text!r}: write it as key=value")
        config[key.strip()] = setting(schema, key.strip(), value)
    return config


def setting(schema: dict[str, Any], key: str, text: str) -> Any:
    """Return a value as the adapter's schema wants it; what does not fit stays a text, and the node says what is wrong with it."""
    if text.startswith("@"):
        try:
            return Path(text[1:]).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Problem(INVALID, f"--set {key}={text}: {error}") from error
    kind = schema.get("properties", {}).get(key, {}).get("type", "")
    if kind == "array" and not text.lstrip().startswith("["):
        return [each.strip() for each in text.split(",") if each.strip()]
    if kind in ("integer", "number", "boolean", "array", "object"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def wants(field: dict[str, Any]) -> str:
    """Return what a field takes, in a few words: its kind, limits and default."""
    said = {"integer": "whole number", "number": "number", "boolean": "true or false", "array": "list with commas", "object": "JSON"}
    words = [said.get(str(field.get("type", "")), "text")] if "enum" not in field else [" or ".join(str(each) for each in field["enum"])]
    if "minimum" in field or "maximum" in field:
        words.append(f"{field.get('minimum', '')} to {field.get('maximum', '')}")
    if field.get("default") not in (None, "", {}, []):
        words.append(f"else {field['default']}")
    return ", ".join(words)


def signals_of(said: Iterable[str]) -> list[dict[str, Any]]:
    """Return choices from ``name=address`` or ``name=address:unit`` texts; a colon at the end says that there is no unit.

    What follows the last colon counts as the unit when it is one: a UN/ECE code, or a sign as °C or kWh.
    """
    from plait.infrastructure.machines.connect.units import code_of

    found = []
    for text in said:
        name, equals, rest = text.partition("=")
        if not equals or not name.strip() or not rest.strip():
            raise Problem(INVALID, f"--signal {text!r}: write it as name=address or name=address:unit")
        address, colon, last = rest.rpartition(":")
        unit = code_of(last) if colon and not last.isdigit() else ""
        if colon and address and (unit or not last):
            found.append({"name": name.strip(), "address": address.strip(), "unit": unit})
        else:
            found.append({"name": name.strip(), "address": rest.strip(), "unit": ""})
    return found


def numbers(text: str, most: int) -> Sequence[int]:
    """Return what ``1,3-5`` names of 1 to ``most``; raise ``invalid`` for anything else."""
    found: dict[int, None] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        first, dash, last = part.partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            raise Problem(INVALID, f"{part!r} is no number between 1 and {most}")
        low, high = int(first), int(last or first)
        if not 1 <= low <= high <= most:
            raise Problem(INVALID, f"{part!r} is not between 1 and {most}")
        found |= dict.fromkeys(range(low, high + 1))
    return list(found)

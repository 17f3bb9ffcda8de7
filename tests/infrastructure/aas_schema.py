"""The official AAS schemas as JSON Schema validators. Their files are YAML of one plain style, read here without a YAML library."""

import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec

_ENTRY = re.compile(r"""("[^"]*"|'[^']*'|[^\s:"'][^:]*):(?:\s+(.*))?$""")
_PART = "https://api.swaggerhub.com/domains/Plattform_i40/Part1-MetaModel-Schemas/V3.0."


def _lines(text: str) -> list[tuple[int, str]]:
    """(indent, content) of each line that says something; a ``- key: value`` becomes two lines."""
    found: list[tuple[int, str]] = []
    folded: int | None = None
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        content = line.strip()
        if folded is not None and (not content or indent > folded):
            continue
        folded = None
        if not content or content.startswith("#"):
            continue
        while content.startswith("- "):
            found.append((indent, "-"))
            rest = content[2:]
            indent += 2 + len(rest) - len(rest.lstrip())
            content = rest.strip()
        if re.search(r":\s*>-?$", content):
            folded, content = indent, content.partition(":")[0] + ": folded"
        found.append((indent, content))
    return found


def _scalar(text: str) -> Any:
    if text.startswith('"'):
        return msgspec.json.decode(re.sub(r"\\x([0-9a-fA-F]{2})", r"\\u00\1", text))
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    return {"true": True, "false": False, "{}": {}, "[]": []}.get(text, text)


def _node(lines: list[tuple[int, str]], at: int) -> tuple[Any, int]:
    indent, first = lines[at]
    if first == "-":
        items = []
        while at < len(lines) and lines[at] == (indent, "-"):
            item, at = _node(lines, at + 1)
            items.append(item)
        return items, at
    if not _ENTRY.match(first):
        return _scalar(first), at + 1
    mapping: dict[str, Any] = {}
    while at < len(lines) and lines[at][0] == indent and lines[at][1] != "-":
        entry = _ENTRY.match(lines[at][1])
        assert entry, lines[at]
        key, text = str(_scalar(entry[1])), (entry[2] or "").strip()
        at += 1
        if text:
            mapping[key] = _scalar(text)
        elif at < len(lines) and (lines[at][0] > indent or lines[at] == (indent, "-")):
            mapping[key], at = _node(lines, at)
        else:
            mapping[key] = None
    return mapping, at


def _usable(node: Any) -> Any:
    """Point references at one document, and drop what is no JSON Schema: surrogate ranges in patterns, examples, discriminators."""
    if isinstance(node, list):
        return [_usable(one) for one in node]
    if not isinstance(node, dict):
        return node
    kept = {}
    for key, value in node.items():
        if key in ("example", "discriminator") or (key == "pattern" and "\\ud800" in str(value)) or (key == "pattern" and "\\x09" in str(value)):
            continue
        if key == "$ref" and isinstance(value, str) and value.startswith(_PART):
            value = "#" + value.partition("#")[2]
        kept[key] = _usable(value)
    return kept


def schemas(folder: Path) -> dict[str, Any]:
    """Return the component schemas of parts 1 and 2, API 3.0."""
    found: dict[str, Any] = {}
    for part in (2, 1):
        text = (folder / "openapi" / f"aas-part{part}-schemas-V3.0.4.yaml").read_text("utf-8")
        found |= _node(_lines(text), 0)[0]["components"]["schemas"]
    return {name: _usable(schema) for name, schema in found.items()}


def validator(folder: Path, name: str) -> Any:
    """Return a validator of the component ``name``."""
    return jsonschema_rs.Draft4Validator({"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas(folder)}})

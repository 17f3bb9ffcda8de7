"""``plait new``: a plug-in's folder that works as it is written, to be changed from there."""

import json
import keyword
import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from plait.kernel.problems import CONFLICT, INVALID, Problem

__all__ = ["app", "scaffold"]

app = App(name="new", help="Write the folder of a new plug-in.")
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
SUFFIX = ".txt"


@app.command
def adapter(name: str, /, *, into: Annotated[Path, Parameter(name="--in")] = Path(), as_json: Annotated[bool, Parameter(name="--json")] = False) -> None:
    """Write an adapter for machines that speak something new: plug-in, device to test against, suite; it passes as it is.

    Parameters
    ----------
    name
        What it is called: small letters, digits and _.
    into
        The folder in which its own folder is made.
    as_json
        Print JSON.
    """
    folder, written = scaffold(name, into)
    if as_json:
        print(json.dumps({"folder": str(folder), "files": written}))
        return
    print(f"{folder} holds {len(written)} files.")
    print(f'Next: cd {folder} && python -m pip install -e ".[dev]" && python -m pytest')


def scaffold(name: str, into: Path) -> tuple[Path, list[str]]:
    """Write the folder ``plait-NAME`` into ``into`` and return it with its files; raise ``invalid`` for a wrong name, ``conflict`` when it is there."""
    from plait.infrastructure.machines.plugins import ADAPTERS

    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise Problem(INVALID, f"name: {name!r} is not 2 to 40 small letters, digits and _, beginning with a letter", field="name")
    if name in ADAPTERS.built_in:
        raise Problem(CONFLICT, f"{name} is the name of an adapter that is built in")
    dist = f"plait-{name.replace('_', '-')}"
    folder = into / dist
    if folder.exists():
        raise Problem(CONFLICT, f"{folder} is there already")
    words = {"@name@": name, "@dist@": dist, "@package@": f"plait_{name}", "@Class@": "".join(part.capitalize() for part in name.split("_"))}
    written: list[str] = []
    _copy(files("plait.cli.scaffold") / "adapter", folder, words, written, "")
    return folder, sorted(written)


def _copy(source: Traversable, target: Path, words: dict[str, str], written: list[str], under: str) -> None:
    target.mkdir(parents=True)
    for each in source.iterdir():
        if each.is_dir():
            called = words["@package@"] if each.name == "package" else each.name
            _copy(each, target / called, words, written, f"{under}{called}/")
            continue
        text = each.read_text("utf-8")
        for word, said in words.items():
            text = text.replace(word, said)
        called = each.name.removesuffix(SUFFIX)
        (target / called).write_text(text, "utf-8", newline="\n")
        written.append(f"{under}{called}")

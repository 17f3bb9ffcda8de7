"""``plait desk in``: files into the inbox, or only a look at what would be read."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

if TYPE_CHECKING:
    from plait.kernel.problems import Problem

__all__ = ["fields", "into"]

Json = Annotated[bool, Parameter(name="--json")]
PATIENCE_S = 300.0


def into(
    *files: Annotated[Path, Parameter(help="The files.")],
    dry_run: bool = False,
    sender: str = "",
    kind: str = "",
    good_only: bool = False,
    whole: bool = False,
    confirm: bool = False,
    keep: bool = False,
    data: Path = Path("plait-data"),
    as_json: Json = False,
) -> None:
    """Put files into the inbox and what they hold where it belongs. Exit 1 when one is refused; nothing of that one has gone in then.

    Parameters
    ----------
    files
        Excel, CSV, e-mail, PDF or UBL; drawings and pictures are kept.
    dry_run
        Only say what would be read: how each column is understood and what is wrong. Needs no node and changes nothing.
    sender
        Who sent them: mappings are remembered for each sender.
    kind
        What they are about: orders, request, prices, stock, parts, routings, materials or calendar.
    good_only
        Leave out rows that cannot go in, instead of refusing the file.
    whole
        Each is the whole list of its sender: what is missing in it is no longer so.
    confirm
        You have looked at what was read from running text (mail, PDF).
    keep
        Only keep them in the inbox; look at them there.
    data
        The node's data folder.
    as_json
        Print JSON.
    """
    from plait.cli.desk.shown import console
    from plait.kernel.problems import INVALID, Problem

    if not files:
        raise Problem(INVALID, "No file is named.")
    told, failed = [], False
    for file, again in _each(files):
        try:
            content = _content(file)
            if dry_run:
                told.append(_look(file, content, kind, as_json=as_json))
            else:
                order = {"good_only": good_only, "whole": whole, "confirm": confirm}
                told.append(_put(file, content, sender, kind, None if keep else order, data, as_json=as_json))
        except Problem as problem:
            failed = True
            told.append({"file": str(file), **problem.document()})
            if not as_json:
                _refused(file, problem)
        if again and not as_json:
            console().print()
    if as_json:
        print(json.dumps(told))
    if failed:
        sys.exit(1)


def _each(files: tuple[Path, ...]) -> Any:
    """Go through the files; a bar shows on a terminal how far it is, and goes away."""
    from rich.console import Console
    from rich.progress import Progress

    errors = Console(stderr=True)
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("", total=len(files) if len(files) > 1 else None)
        for number, file in enumerate(files, 1):
            bar.update(task, description=f"{file.name[:40]} ({number}/{len(files)})")
            yield file, number < len(files)
            bar.advance(task)


def _content(file: Path) -> bytes:
    from plait.kernel.problems import INVALID, NOT_FOUND, TOO_LARGE, Problem
    from plait.manufacturing.desk.reading.model import Limits

    try:
        size = file.stat().st_size
        if not size:
            raise Problem(INVALID, f"{file} is empty")
        if size > Limits().bytes:
            raise Problem(TOO_LARGE, f"{file} has {size} bytes, {Limits().bytes} are read.")
        return file.read_bytes()
    except OSError as error:
        raise Problem(NOT_FOUND, f"{file}: {error.strerror or error}") from error


def _refused(file: Path, problem: "Problem") -> None:
    from plait.cli.desk.shown import say, show_issues

    say(f"{file.name}: {problem.kind.title}")
    say(f"why: {problem.detail}", 2, 7)
    say(problem.kind.advice, 2, 7, mark="do:  ")
    if "item" in problem.extra:
        say(f"It stays in the inbox: plait desk show {problem.extra['item']}", 2)
    rows = problem.extra.get("rows", [])
    show_issues(rows if isinstance(rows, list) else [], problem.extra.get("issues", []))


def _look(file: Path, content: bytes, kind: str, *, as_json: bool) -> dict[str, Any]:
    """Read a file here, without a node, and say what was understood."""
    from typing import cast

    import msgspec

    from plait.cli.desk.shown import say, show_issues, show_mapping, show_rows
    from plait.kernel.clock import SYSTEM
    from plait.kernel.problems import INVALID, Problem
    from plait.manufacturing.desk.inbox.looking import held_in
    from plait.manufacturing.desk.inbox.readings import read_file
    from plait.manufacturing.desk.inbox.rules import row_of
    from plait.manufacturing.desk.reading.context import Context
    from plait.manufacturing.desk.reading.kinds import KINDS
    from plait.manufacturing.desk.reading.model import DocumentKind

    if kind and kind not in KINDS:
        raise Problem(INVALID, f"kind: {kind!r} is none of {', '.join(KINDS)}")
    reading = read_file(content, file.name, Context(SYSTEM.now().date()), kind=cast("DocumentKind | None", kind or None))
    found: dict[str, Any] = {
        "file": str(file),
        "format": reading.result.format,
        "suggestion": reading.result.suggestion,
        "header": reading.result.header or reading.content.header,
        "attachments": [{"name": each.name, "bytes": len(each.content)} for each in reading.content.attachments],
        "issues": msgspec.to_builtins(reading.result.issues),
        "tables": [
            {
                "mapping": msgspec.to_builtins(table.mapping),
                "good": len(table.good),
                "refused": len(table.refused),
                "rows": [msgspec.to_builtins(row_of(record)) for record in table.records],
            }
            for table in held_in(reading)
        ],
    }
    if not as_json:
        say(f"{file.name}: {found['format']}" + (", a suggestion to be confirmed" if found["suggestion"] else ""))
        for name, value in found["header"].items():
            say(f"{name}: {value}", 2, 4)
        for each in found["attachments"]:
            say(f"attached: {each['name']} ({each['bytes'] / 1e3:.0f} kB)", 2, 4)
        for table in found["tables"]:
            show_mapping(table["mapping"])
            show_rows(table["rows"])
            say(f"{table['good']} rows can go in, {table['refused']} cannot.")
            show_issues(table["rows"])
        show_issues((), found["issues"])
        if not found["tables"]:
            say("Nothing in it can go in.")
        say("Nothing was changed.")
    return found


def _put(file: Path, content: bytes, sender: str, kind: str, order: dict[str, bool] | None, data: Path, *, as_json: bool) -> dict[str, Any]:
    """Upload a file and put in what it holds."""
    from urllib.parse import urlencode

    from plait.cli.desk.doubts import show_doubts
    from plait.cli.desk.shown import counted, say, show_changes, show_issues
    from plait.cli.http import call
    from plait.kernel.problems import Problem

    item = call(data, "POST", f"/api/v1/desk/inbox?{urlencode({'name': file.name, 'sender': sender, 'kind': kind})}", content, patience_s=PATIENCE_S)
    if order is None:
        if not as_json:
            say(f"{file.name}: kept as {item['id']}")
        return {"file": str(file), "item": item}
    try:
        done = call(data, "POST", f"/api/v1/desk/inbox/{item['id']}/apply", order, patience_s=PATIENCE_S)
    except Problem as problem:
        if problem.code in ("nothing-to-apply", "file-unknown") and item["media_type"]:
            if not as_json:
                say(f"{file.name}: kept as {item['id']}; nothing in it can go in")
            return {"file": str(file), "item": item}
        problem.extra["item"] = item["id"]
        raise
    if not as_json:
        say(f"{file.name}: {done['item']['id']}, {counted(done['counts'])}")
        show_changes([change for change in done["changes"] if change["action"] != "new" or ":" in change.get("text", "")])
        show_issues(done.get("left", []))
        show_doubts(data, item["id"])
    return {"file": str(file), **done}


def fields(kind: str = "", /, *, as_json: Json = False) -> None:
    """List the fields a column can be read as, by kind of table.

    Parameters
    ----------
    kind
        Only this kind: orders, request, prices, stock, parts, routings, materials or calendar.
    as_json
        Print JSON.
    """
    import msgspec

    from plait.cli.desk.shown import table
    from plait.kernel.problems import NOT_FOUND, Problem
    from plait.manufacturing.desk.reading.kinds import KINDS

    chosen = {name: list(named.values()) for name, named in KINDS.items() if kind in ("", name)}
    if not chosen:
        raise Problem(NOT_FOUND, f"{kind} is none of {', '.join(KINDS)}.")
    if as_json:
        print(msgspec.json.encode(chosen).decode())
        return
    for name, rows in chosen.items():
        table((name, "is", "meaning", ""), [(row.name, row.kind, row.meaning, "needed" if row.needed else "") for row in rows])

"""Papers to PDF: typst with our own templates; what people wrote comes as data and is set as it stands."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from plait.kernel.problems import Problem, register

__all__ = ["typeset"]

FAILED = register("paper-failed", 500, "A paper could not be set", "See the detail; a logo that is no picture is a common cause.")
FONTS = ("fontpkg_inter", "manimgx_fonts_cjk")


@cache
def _fonts() -> Any:
    import importlib.util

    import typst

    found = [importlib.util.find_spec(name) for name in FONTS]
    folders = [str(Path(spec.origin).parent) for spec in found if spec is not None and spec.origin]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)


@cache
def _template(name: str) -> bytes:
    return (files("plait.manufacturing.desk.papers") / "templates" / f"{name}.typ").read_bytes()


def typeset(template: str, paper: msgspec.Struct, at: datetime, pictures: Mapping[str, bytes] | None = None, *, archive: bool = False) -> bytes:
    """Return ``paper`` set by ``template`` as PDF, dated ``at``: the same content gives the same bytes. Raise ``paper-failed``.

    ``pictures`` are the files it names; with ``archive`` it is a PDF/A-3b. It takes processor time: call it in a thread.
    """
    import typst

    given: Any = {"main.typ": _template(template), "data.json": msgspec.json.encode(paper), **(pictures or {})}
    try:
        made = typst.Compiler(input=given, font_paths=_fonts(), ignore_system_fonts=True).compile(
            format="pdf", timestamp=int(at.timestamp()), pdf_standards=["a-3b"] if archive else []
        )
    except RuntimeError as error:  # TypstError is one, and so is what the binding raises for files it cannot read
        raise Problem(FAILED, f"{template}: {error}") from error
    if not isinstance(made, bytes):
        raise Problem(FAILED, f"{template}: nothing was made")
    return made

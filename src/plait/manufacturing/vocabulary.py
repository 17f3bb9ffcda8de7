"""What the terms of processes and materials mean: which stands below which, and which one a text names.

A tree each: whoever asks for a code is served by every code below it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache

from plait.kernel.problems import Problem, register
from plait.manufacturing.terms import GENERAL, MATERIALS, PROCESSES, Term, fold

__all__ = [
    "GENERAL",
    "MATERIALS",
    "PROCESSES",
    "Term",
    "check_material",
    "check_process",
    "common",
    "fold",
    "is_a",
    "name_of",
    "recognise_material",
    "recognise_process",
]

UNKNOWN_CODE = register("unknown-code", 422, "The code is not in the vocabulary", "Use one of the codes listed at /api/v1/capabilities/vocabulary.")


def _upwards(code: str) -> Iterator[str]:
    while code:
        yield code
        term = PROCESSES.get(code) or MATERIALS.get(code)
        code = term.parent if term else ""


def is_a(code: str, ancestor: str) -> bool:
    """Tell whether ``code`` is ``ancestor`` or stands below it; a code nobody knows is only itself."""
    return ancestor in _upwards(code)


def common(codes: Iterable[str]) -> str:
    """Return the nearest code that every one of ``codes`` is or stands below, "" when there is none."""
    paths = [list(_upwards(code))[::-1] for code in codes]
    found = ""
    for level in zip(*paths, strict=False):
        if len(set(level)) > 1:
            break
        found = level[0]
    return found


def name_of(code: str) -> str:
    """Return the English name of a code, or the code itself when it is not known here."""
    term = PROCESSES.get(code) or MATERIALS.get(code)
    return term.name if term else code


def check_process(code: str, where: str) -> None:
    """Raise ``unknown-code`` unless ``code`` is a process."""
    if code not in PROCESSES:
        raise Problem(UNKNOWN_CODE, f"{where}: {code!r} is no process code")


def check_material(code: str, where: str) -> None:
    """Raise ``unknown-code`` unless ``code`` is a material."""
    if code not in MATERIALS:
        raise Problem(UNKNOWN_CODE, f"{where}: {code!r} is no material code")


def _pattern(word: str) -> str:
    before, after = word.startswith("*"), word.endswith("*")
    body = "".join(r"[\s\-]*" if char in " -" else re.escape(char) for char in word.strip("*"))
    if not word.strip("*").isascii():
        return body
    start = "" if before else r"(?<![a-z0-9])(?<![0-9][.,])"
    if not after:
        return rf"{start}{body}(?![a-z0-9])(?![.,][0-9])"
    more = "[a-z0-9]*" if body[-1].isdigit() else "[a-z]*"
    return rf"{start}{body}(?![0-9]){more}"


def _tight(text: str) -> str:
    return text.replace(" ", "").replace("-", "")


@cache
def _words(kind: str) -> list[tuple[str, re.Pattern[str], str, bool]]:
    terms: Mapping[str, Term] = PROCESSES if kind == "process" else MATERIALS
    return [(_tight(word.strip("=*")), re.compile(_pattern(word.lstrip("="))), term.code, word[0] == "=") for term in terms.values() for word in term.words]


@lru_cache(maxsize=4096)
def _recognise(kind: str, text: str) -> str:
    """Return the code that ``text`` names; of several the nearest they have in common, "" when there is none."""
    flat = fold(text)
    tight = _tight(flat)
    found = []
    for core, pattern, code, alone in _words(kind):
        if core not in tight:
            continue
        hits = [pattern.fullmatch(flat)] if alone else pattern.finditer(flat)
        found += [(hit.start(), hit.end(), code) for hit in hits if hit is not None]
    longest = {code for start, end, code in found if not any(a <= start and end <= b and b - a > end - start for a, b, _ in found)}
    exact = [code for code in longest if not any(other != code and is_a(other, code) for other in longest)]
    code = common(exact)
    return "" if code == "any" else code


def recognise_material(text: str) -> str:
    """Return the code of the material that ``text`` names (``S355J2+N``, ``Edelstahl 1.4301``, ``6061-T6``), "" when none is sure."""
    return _recognise("material", text)


def recognise_process(text: str) -> str:
    """Return the code of the process that ``text`` names (``CNC-Drehen``, ``powder coating``, ``线切割``), "" when none is sure."""
    return _recognise("process", text)

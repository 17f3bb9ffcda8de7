"""The codes of processes and materials, each with its parent and its name.

A tree each: whoever asks for a code is served by every code below it.
"""

from collections.abc import Iterator

import msgspec

from plait.kernel.problems import Problem, register

__all__ = ["MATERIALS", "PROCESSES", "Term", "check_material", "check_process", "is_a", "name_of"]

UNKNOWN_CODE = register("unknown-code", 422, "The code is not in the vocabulary", "Use one of the codes listed at /api/v1/capabilities/vocabulary.")


class Term(msgspec.Struct, frozen=True):
    """One code; ``parent`` is empty at the top, ``name`` is English."""

    code: str
    parent: str
    name: str


def _tree(*rows: tuple[str, str, str]) -> dict[str, Term]:
    return {code: Term(code, parent, name) for code, parent, name in rows}


PROCESSES = _tree(
    ("forging", "", "Forging"),
    ("forging.die", "forging", "Closed-die forging"),
    ("machining", "", "Machining"),
    ("turning", "machining", "Turning"),
    ("milling", "machining", "Milling"),
    ("hobbing", "machining", "Gear hobbing"),
    ("grinding", "machining", "Grinding"),
    ("grinding.gear", "grinding", "Gear grinding"),
    ("gear", "", "Making of gears"),
    ("gear.cylindrical", "gear", "Making of cylindrical gears"),
    ("heat", "", "Heat treatment"),
    ("heat.case_hardening", "heat", "Case hardening"),
    ("measuring", "", "Measuring"),
    ("assembly", "", "Assembly"),
    ("assembly.gearbox", "assembly", "Assembly of gearboxes"),
    ("transport", "", "Transport"),
    ("transport.road", "transport", "Road transport"),
)

MATERIALS = _tree(
    ("any", "", "Any material"),
    ("steel", "any", "Steel"),
    ("steel.case_hardening", "steel", "Case-hardening steel (EN ISO 683-3)"),
    ("steel.quenched_tempered", "steel", "Steel for quenching and tempering (EN ISO 683-2)"),
    ("20CrMnTi", "steel.case_hardening", "20CrMnTi (GB/T 3077)"),
    ("18CrNiMo7-6", "steel.case_hardening", "18CrNiMo7-6 (1.6587)"),
    ("16MnCr5", "steel.case_hardening", "16MnCr5 (1.7131)"),
    ("42CrMo4", "steel.quenched_tempered", "42CrMo4 (1.7225)"),
)


def _upwards(code: str) -> Iterator[str]:
    while code:
        yield code
        term = PROCESSES.get(code) or MATERIALS.get(code)
        code = term.parent if term else ""


def is_a(code: str, ancestor: str) -> bool:
    """Tell whether ``code`` is ``ancestor`` or stands below it; a code nobody knows is only itself."""
    return ancestor in _upwards(code)


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

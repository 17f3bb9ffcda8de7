"""Capabilities in words (pure)."""

import re
from decimal import Decimal

from plait.kernel.clock import parse_iso
from plait.kernel.texts import LANGUAGES, Texts, language_of
from plait.manufacturing.capability.model import Capability
from plait.manufacturing.vocabulary import name_of

__all__ = ["facts_of", "item_facts", "language_of_page"]

ENGLISH = Texts()
# The value of a fact whose label ends with its unit.
MEASURED = re.compile(r"\d{1,12}(\.\d{1,9})?")


def _span(least: float | None, most: float | None, unit: str, say: Texts) -> str:
    if least is not None and most is not None:
        return say("{least} to {most} {unit}", least=say.number(least), most=say.number(most), unit=unit)
    if most is not None:
        return say("up to {most} {unit}", most=say.number(most), unit=unit)
    return say("from {least} {unit}", least=say.number(least), unit=unit) if least is not None else ""


def language_of_page(asked: str, wanted: str) -> str:
    """Return the language of a page: the one ``asked`` for, else the first of the browser's (``wanted``: Accept-Language) that we speak, else English."""
    tags = (asked, *(part.partition(";")[0] for part in wanted.split(",")[:10]))
    return next((found for each in tags if (found := language_of(each))), LANGUAGES[0])


def facts_of(capability: Capability, say: Texts = ENGLISH) -> list[tuple[str, str]]:
    """Return what a firm can do as (label, words) with units, in the visitor's language; what is not limited is left out."""
    materials = ", ".join(say(name_of(code)) for code in capability.materials)
    sizes = [value for value in (capability.x_mm, capability.y_mm, capability.z_mm) if value is not None]
    said = [
        ("Material", materials[:1].upper() + materials[1:]),
        ("Module", _span(capability.module_min_mm, capability.module_max_mm, "mm", say)),
        ("Gear quality", say("ISO 1328 class {quality} or coarser", quality=capability.quality) if capability.quality is not None else ""),
        ("Hardness", _span(capability.hardness_min_hrc, capability.hardness_max_hrc, "HRC", say)),
        ("Largest piece", f"{' × '.join(say.number(size) for size in sizes)} mm" if sizes else ""),
        ("Where", capability.region),
        ("Note", capability.note),
    ]
    return [(say(label), words) for label, words in said if words]


def item_facts(said: list[tuple[str, str]], say: Texts = ENGLISH) -> list[tuple[str, str]]:
    """Return a passport's facts for people in their language: codes as words, times as dates; what only machines read is left out."""
    shown = []
    for label, value in said:
        if label in ("Process", "Material"):
            shown.append((say(label), say(name_of(value))))
        elif label == "Made at":
            shown.append((say("Made"), say.day(parse_iso(value))))
        elif label.endswith(")") and MEASURED.fullmatch(value):
            shown.append((say(label), say.number(Decimal(value))))
        elif not value.startswith("http"):
            shown.append((say(label), value))
    return shown

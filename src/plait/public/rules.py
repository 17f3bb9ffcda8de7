"""Capabilities in words (pure)."""

from plait.kernel.clock import parse_iso
from plait.manufacturing.capability.model import Capability
from plait.manufacturing.vocabulary import name_of

__all__ = ["facts_of", "item_facts"]


def _number(value: float) -> str:
    return f"{value:g}"


def _span(least: float | None, most: float | None, unit: str) -> str:
    if least is not None and most is not None:
        return f"{_number(least)} to {_number(most)} {unit}"
    if most is not None:
        return f"up to {_number(most)} {unit}"
    return f"from {_number(least)} {unit}" if least is not None else ""


def facts_of(capability: Capability) -> list[tuple[str, str]]:
    """Return what a firm can do as (label, words) with units; what is not limited is left out."""
    materials = ", ".join(name_of(code) for code in capability.materials)
    sizes = [value for value in (capability.x_mm, capability.y_mm, capability.z_mm) if value is not None]
    said = [
        ("Material", materials[:1].upper() + materials[1:]),
        ("Module", _span(capability.module_min_mm, capability.module_max_mm, "mm")),
        ("Gear quality", f"ISO 1328 class {capability.quality} or coarser" if capability.quality is not None else ""),
        ("Hardness", _span(capability.hardness_min_hrc, capability.hardness_max_hrc, "HRC")),
        ("Largest piece", f"{' × '.join(_number(size) for size in sizes)} mm" if sizes else ""),
        ("Where", capability.region),
        ("Note", capability.note),
    ]
    return [(label, words) for label, words in said if words]


def item_facts(said: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return a passport's facts for people: codes as words, times as dates; what only machines read is left out."""
    shown = []
    for label, value in said:
        if label in ("Process", "Material"):
            shown.append((label, name_of(value)))
        elif label == "Made at":
            shown.append(("Made", f"{parse_iso(value):%d %b %Y}"))
        elif not value.startswith("http"):
            shown.append((label, value))
    return shown

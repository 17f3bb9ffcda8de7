"""Whether a capability fits a requirement, in words, and what makes a capability valid (pure)."""

from collections.abc import Iterator

from plait.kernel.problems import Problem, register
from plait.manufacturing.capability.model import Capability
from plait.manufacturing.capability.vocabulary import check_material, check_process, is_a
from plait.manufacturing.requirement import Requirement

__all__ = ["check_capability", "fit"]

BAD_CAPABILITY = register("bad-capability", 422, "The capability breaks a rule", "Correct the named field.")


def check_capability(capability: Capability) -> None:
    """Raise ``bad-capability`` or ``unknown-code`` naming the field that cannot be used."""
    if not capability.id:
        raise Problem(BAD_CAPABILITY, "id: must not be empty")
    check_process(capability.process, "process")
    if not capability.materials:
        raise Problem(BAD_CAPABILITY, "materials: name at least one, or any")
    for material in capability.materials:
        check_material(material, "materials")
    ranges = {
        "module": (capability.module_min_mm, capability.module_max_mm),
        "hardness": (capability.hardness_min_hrc, capability.hardness_max_hrc),
    }
    for name, (low, high) in ranges.items():
        if low is not None and high is not None and low > high:
            raise Problem(BAD_CAPABILITY, f"{name}: the range runs from {low:g} down to {high:g}")
    if any(size is not None and size <= 0 for size in (capability.x_mm, capability.y_mm, capability.z_mm)):
        raise Problem(BAD_CAPABILITY, "x_mm, y_mm, z_mm: a size must be above zero")
    if capability.isic and not (capability.isic.isdigit() and len(capability.isic) == 4):
        raise Problem(BAD_CAPABILITY, f"isic: {capability.isic!r} is no ISIC Rev.4 class of four digits")
    if capability.rate is not None and capability.rate.amount < 0:
        raise Problem(BAD_CAPABILITY, "rate: must not be negative")


def _range(wanted: float | None, low: float | None, high: float | None, name: str) -> Iterator[str]:
    if wanted is not None and low is not None and wanted < low:
        yield f"{name} {wanted:g} is below its range, which begins at {low:g}"
    if wanted is not None and high is not None and wanted > high:
        yield f"{name} {wanted:g} is above its range, which ends at {high:g}"


def _envelope(requirement: Requirement, capability: Capability) -> Iterator[str]:
    limits = sorted((v for v in (capability.x_mm, capability.y_mm, capability.z_mm) if v is not None), reverse=True)
    for want, limit in zip(requirement.size, limits, strict=False):
        if want > limit:
            yield f"pieces of {want:g} mm do not fit, the limit is {limit:g} mm"


def _firm(requirement: Requirement, capability: Capability) -> Iterator[str]:
    missing = [name for name in requirement.certificates if name not in capability.certificates]
    if missing:
        yield f"has no certificate {', '.join(missing)}"
    wanted = requirement.region
    if wanted and capability.region != wanted and not capability.region.startswith(f"{wanted}-"):
        yield f"is in {capability.region or 'no stated region'}, not in {wanted}"


def fit(requirement: Requirement, capability: Capability) -> list[str]:
    """Return in words why ``capability`` does not fit ``requirement``, [] when it does.

    Process: the wanted code or one below it. Material: one of the capability's is the wanted code, or above or below it.
    Quality: the finest class held is the wanted one or finer (ISO 1328-1, lower is finer). The piece may be turned to fit
    the envelope. A region may be named by its country.
    """
    reasons = []
    if requirement.process and not is_a(capability.process, requirement.process):
        reasons.append(f"does {capability.process}, not {requirement.process}")
    if not any(is_a(own, requirement.material) or is_a(requirement.material, own) for own in capability.materials):
        reasons.append(f"works {', '.join(capability.materials)}, not {requirement.material}")
    reasons += _range(requirement.module_mm, capability.module_min_mm, capability.module_max_mm, "module")
    if requirement.quality is not None and capability.quality is not None and capability.quality > requirement.quality:
        reasons.append(f"holds quality {capability.quality}, wanted is {requirement.quality} or finer")
    reasons += _range(requirement.hardness_hrc, capability.hardness_min_hrc, capability.hardness_max_hrc, "hardness")
    return [*reasons, *_envelope(requirement, capability), *_firm(requirement, capability)]

"""What is wanted of a maker, in codes and numbers: the one form shared by parts, capabilities and trade."""

import msgspec

__all__ = ["Requirement"]


class Requirement(msgspec.Struct, frozen=True, omit_defaults=True):
    """One wish; a field left at its default restricts nothing.

    ``process`` and ``material`` are codes of ``manufacturing.vocabulary`` (process empty, material ``any``: no wish). ``module_mm`` is the
    normal module of a gear, ``quality`` its flank tolerance class (ISO 1328-1, lower is finer), ``hardness_hrc`` the least
    Rockwell C hardness (ISO 6508-1), ``x_mm``, ``y_mm``, ``z_mm`` the size of the piece. ``certificates`` are names such as
    ``ISO 9001``; ``region`` is an ISO 3166-1 country or ISO 3166-2 subdivision.
    """

    process: str = ""
    material: str = "any"
    module_mm: float | None = None
    quality: int | None = None
    hardness_hrc: float | None = None
    x_mm: float | None = None
    y_mm: float | None = None
    z_mm: float | None = None
    certificates: tuple[str, ...] = ()
    region: str = ""

    @property
    def size(self) -> tuple[float, ...]:
        """The stated lengths in mm, longest first (a piece may be turned)."""
        return tuple(sorted((v for v in (self.x_mm, self.y_mm, self.z_mm) if v is not None), reverse=True))

"""What a firm can do, who was found for a requirement, and the facts of it."""

import msgspec

from plait.kernel.facts import fact
from plait.kernel.money import Money

__all__ = ["Capability", "CapabilityPublished", "CapabilityRemembered", "CapabilityWithdrawn", "FirmOffer", "Found"]


class Capability(msgspec.Struct, frozen=True):
    """One thing a firm can do; ``id`` is unique in that firm. A limit left None restricts nothing.

    ``module_min_mm`` to ``module_max_mm``: gear modules; ``quality``: the finest ISO 1328-1 class held; ``hardness_min_hrc`` to
    ``hardness_max_hrc``: Rockwell C hardness reached; ``x_mm``, ``y_mm``, ``z_mm``: the largest piece. ``region`` is ISO 3166-2,
    ``isic`` the ISIC Rev.4 class, ``rate`` the price of an hour, for ranking only.
    """

    id: str
    process: str
    materials: tuple[str, ...] = ("any",)
    module_min_mm: float | None = None
    module_max_mm: float | None = None
    quality: int | None = None
    hardness_min_hrc: float | None = None
    hardness_max_hrc: float | None = None
    x_mm: float | None = None
    y_mm: float | None = None
    z_mm: float | None = None
    certificates: tuple[str, ...] = ()
    region: str = ""
    isic: str = ""
    rate: Money | None = None
    note: str = ""


class FirmOffer(msgspec.Struct, frozen=True):
    """A firm and all it publishes (possibly nothing)."""

    party: str
    name: str
    capabilities: tuple[Capability, ...]


class Found(msgspec.Struct, frozen=True):
    """One firm held against a requirement: its best capability, or the nearest one and in words why it does not fit."""

    party: str
    name: str
    capability: Capability | None
    fits: bool
    why_not: list[str]
    rate: Money | None


@fact("capability.published", key="process")
class CapabilityPublished(msgspec.Struct, frozen=True):
    """The firm says that it can do ``process``."""

    id: str
    process: str
    capability: Capability


@fact("capability.withdrawn", key="process")
class CapabilityWithdrawn(msgspec.Struct, frozen=True):
    """The firm no longer offers a capability."""

    id: str
    process: str


@fact("capability.remembered")
class CapabilityRemembered(msgspec.Struct, frozen=True):
    """What another firm publishes was noted."""

    party: str
    name: str
    count: int

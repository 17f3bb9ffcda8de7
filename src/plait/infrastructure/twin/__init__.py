"""Digital twins of machines and products as Asset Administration Shells (IEC 63278, metamodel 3.0), read-only."""

from plait.infrastructure.twin.model import Nameplate
from plait.infrastructure.twin.service import TwinService

__all__ = ["Nameplate", "TwinService"]

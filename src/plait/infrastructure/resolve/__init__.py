"""The firm's GS1 Digital Link resolver: names on labels lead to what is known of the thing."""

from plait.infrastructure.resolve.model import Link
from plait.infrastructure.resolve.service import ResolveService

__all__ = ["Link", "ResolveService"]

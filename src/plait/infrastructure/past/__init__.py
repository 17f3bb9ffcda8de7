"""What machines did: their states as stretches of time, their jobs, their cycles; a projection of the fact log that answers by time."""

from plait.infrastructure.past.model import Cycle, Stretch, Work
from plait.infrastructure.past.service import HistoryService

__all__ = ["Cycle", "HistoryService", "Stretch", "Work"]

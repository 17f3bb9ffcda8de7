"""Signals: series, time, value; kept for good in own write-ahead segments."""

from plait.infrastructure.signals.model import Point, Series, SeriesView
from plait.infrastructure.signals.service import SignalService

__all__ = ["Point", "Series", "SeriesView", "SignalService"]

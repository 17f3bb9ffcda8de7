"""Signals: series, time, value; kept for good in own write-ahead segments and Parquet."""

from plait.infrastructure.signals.block import WORD, Block, block_of
from plait.infrastructure.signals.model import Point, Series, SeriesMeta, SeriesView
from plait.infrastructure.signals.service import SignalService

__all__ = ["WORD", "Block", "Point", "Series", "SeriesMeta", "SeriesView", "SignalService", "block_of"]

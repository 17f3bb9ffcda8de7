"""The whole network as those must see it who answer for it: classes, chains, concentration, who stops if one stops."""

from plait.observatory.model import Figures, Trade
from plait.observatory.service import ObservatoryService

__all__ = ["Figures", "ObservatoryService", "Trade"]

"""Technology every workshop needs, each an app: on or off by firm, with its own settings, reading what the node knows."""

from plait.apps.model import AppPlugin, AppReport, Figure, Inputs, Period, Unit

__all__ = ["AppPlugin", "AppReport", "Figure", "Inputs", "Period", "Unit"]

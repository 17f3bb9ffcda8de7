"""OEE: how much of the planned time made good pieces at the planned speed, and what became of the rest (ISO 22400-2)."""

from plait.apps.model import AppPlugin
from plait.apps.oee.model import OeeConfig
from plait.apps.oee.report import report, tell

__all__ = ["PLUGIN"]

PLUGIN = AppPlugin(
    name="oee",
    title="OEE",
    summary="Overall equipment effectiveness by ISO 22400-2: availability, effectiveness, quality, and where planned time is lost.",
    config=OeeConfig,
    needs=frozenset({"hours", "states", "jobs", "cycles"}),
    report=report,
    tell=tell,
    screen="/oee",
)

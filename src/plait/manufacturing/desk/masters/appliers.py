"""The appliers of this room by kind of table."""

from collections.abc import Mapping

from plait.manufacturing.desk.masters.calendar import CalendarApplier
from plait.manufacturing.desk.masters.common import TableApplier
from plait.manufacturing.desk.masters.materials import MaterialsApplier
from plait.manufacturing.desk.masters.parts import PartsApplier
from plait.manufacturing.desk.masters.prices import PricesApplier
from plait.manufacturing.desk.masters.routings import RoutingsApplier
from plait.manufacturing.desk.masters.stock import StockApplier
from plait.manufacturing.desk.reading.model import DocumentKind

__all__ = ["APPLIERS"]

APPLIERS: Mapping[DocumentKind, TableApplier] = {
    applier.kind: applier for applier in (PartsApplier(), RoutingsApplier(), MaterialsApplier(), StockApplier(), PricesApplier(), CalendarApplier())
}
"""What puts parts, routings, materials, stock, prices and calendars in."""

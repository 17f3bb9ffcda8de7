"""A plant without a server, driven by hand."""

from datetime import UTC, datetime, timedelta

from plait.plant.commands import by_id, store
from plait.plant.config import CellConfig, FaultConfig, PlantConfig
from plait.plant.job import Order
from plait.plant.model import Plant
from plait.wire.isa95 import Command

START = datetime(2026, 3, 2, 6, tzinfo=UTC)


def plant(*cells, **more):
    """A plant with these cells (ids or configurations)."""
    made = tuple(cell if isinstance(cell, CellConfig) else CellConfig(cell, spread=0.0) for cell in cells or ("a",))
    return Plant(PlantConfig(made, **more), START)


def fault(hours, cell="a", minutes=60.0, reason="spindle bearing"):
    return FaultConfig(hours, cell, minutes, reason)


def order(id="J1", quantity=10, cycle=6.0, setup=30.0, **more):
    return Order(id, setup, cycle, quantity, **more)


def put(plant, cell="a", **details):
    """Store and start an order; return its job."""
    made = order(**details)
    store(plant, plant.cells[cell], made)
    return plant.cells[cell].jobs[made.id]


def tell(plant, cell, command, id):
    by_id(plant, plant.cells[cell], Command(command), id)


def run(plant, hours):
    """Let the plant live up to ``hours`` after its start."""
    plant.run_to(START + timedelta(hours=hours))

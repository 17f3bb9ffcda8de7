"""Machines: adapters (one folder each), their state and jobs as facts, commands to them."""

from plait.infrastructure.machines.model import Machine
from plait.infrastructure.machines.service import MachineService

__all__ = ["Machine", "MachineService"]

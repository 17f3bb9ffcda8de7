"""The composition root: builds a node from its settings, binds the ports, mounts the routes, starts it, stops it."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from plait import __version__
from plait.braid import House, Reaction, figures, reactions
from plait.circulation.epcis import routes as epcis_routes
from plait.circulation.epcis.service import EpcisService
from plait.circulation.epcis.tables import metadata as events_metadata
from plait.circulation.passport import routes as passport_routes
from plait.circulation.passport.service import PassportService
from plait.circulation.trace import routes as trace_routes
from plait.circulation.trace.service import TraceService
from plait.identity import facts_routes
from plait.identity import routes as identity_routes
from plait.identity.service import Identity
from plait.infrastructure.machines import routes as machine_routes
from plait.infrastructure.machines.service import MachineService
from plait.infrastructure.resolve import routes as resolve_routes
from plait.infrastructure.resolve.service import ResolveService
from plait.infrastructure.signals import routes as signal_routes
from plait.infrastructure.signals.service import SignalService
from plait.infrastructure.twin import routes as twin_routes
from plait.infrastructure.twin.service import TwinService
from plait.kernel.activity import Activity
from plait.kernel.actor import Actor
from plait.kernel.clock import SteppedClock, WallClock
from plait.kernel.facts import Fact, decode
from plait.kernel.os import private_dir, stop_signals
from plait.kernel.problems import Problem, register
from plait.kernel.settings import Settings, load
from plait.kernel.stepped import Participant
from plait.labour.studio import routes as label_routes
from plait.labour.studio.service import LabelService
from plait.manufacturing.capability import routes as capability_routes
from plait.manufacturing.capability.service import CapabilityService
from plait.manufacturing.desk import routes as desk_routes
from plait.manufacturing.desk.arrivals import ArrivalDesk
from plait.manufacturing.desk.ordering import OrderDesk
from plait.manufacturing.desk.quoting import QuoteDesk, Terms
from plait.manufacturing.desk.service import DeskService
from plait.manufacturing.line import routes as line_routes
from plait.manufacturing.line.model import Lot
from plait.manufacturing.line.service import LineService
from plait.manufacturing.part import routes as part_routes
from plait.manufacturing.part.service import PartService
from plait.manufacturing.schedule import routes as schedule_routes
from plait.manufacturing.schedule.service import ScheduleService
from plait.manufacturing.schedule.stations import stations
from plait.manufacturing.trade import routes as trade_routes
from plait.manufacturing.trade.options import OptionService
from plait.manufacturing.trade.service import TradeService
from plait.observatory import routes as observatory_routes
from plait.observatory.service import ObservatoryService
from plait.public import routes as public_routes
from plait.sharing import routes as sharing_routes
from plait.store import Database, Store, Tx, metadata
from plait.store import routes as store_routes
from plait.web import Api, build_app, serve
from plait.web.client import PartnerClient

__all__ = ["APIS", "Node", "run"]

OTHER_CLOCK = register("other-clock", 409, "This data folder goes by another kind of time", "Start it with the clock it was made with, or use a new folder.")

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

APIS: tuple[Api, ...] = ()

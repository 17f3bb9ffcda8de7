"""Every room's routes, in the order in which the reference lists them."""

from plait.apps import routes as app_routes
from plait.circulation.epcis import routes as epcis_routes
from plait.circulation.passport import routes as passport_routes
from plait.circulation.trace import routes as trace_routes
from plait.identity import facts_routes
from plait.identity import routes as identity_routes
from plait.identity.people import routes as people_routes
from plait.identity.people.badges import routes as badge_routes
from plait.infrastructure.alarms import routes as alarm_routes
from plait.infrastructure.machines import routes as machine_routes
from plait.infrastructure.machines.connect import routes as connect_routes
from plait.infrastructure.machines.practice import routes as practice_routes
from plait.infrastructure.machines.push import routes as push_routes
from plait.infrastructure.meaning import routes as meaning_routes
from plait.infrastructure.mqtt import routes as device_routes
from plait.infrastructure.resolve import routes as resolve_routes
from plait.infrastructure.signals import routes as signal_routes
from plait.infrastructure.twin import routes as twin_routes
from plait.labour.studio import routes as label_routes
from plait.manufacturing.capability import routes as capability_routes
from plait.manufacturing.desk.room import ALL_ROUTES as DESK_ROUTES
from plait.manufacturing.line import routes as line_routes
from plait.manufacturing.line.floor import routes as floor_routes
from plait.manufacturing.line.measured import routes as measured_routes
from plait.manufacturing.part import routes as part_routes
from plait.manufacturing.schedule import routes as schedule_routes
from plait.manufacturing.schedule.site import routes as site_routes
from plait.manufacturing.trade import routes as trade_routes
from plait.observatory import routes as observatory_routes
from plait.overview.braid import routes as braid_routes
from plait.overview.chart import routes as chart_routes
from plait.overview.find import routes as find_routes
from plait.overview.network import routes as network_routes
from plait.overview.orders import routes as order_routes
from plait.overview.parts import routes as parts_routes
from plait.overview.today import routes as today_routes
from plait.overview.trace import routes as story_routes
from plait.overview.wall import routes as wall_routes
from plait.public import routes as public_routes
from plait.public.entry import routes as entry_pages
from plait.public.guest import routes as guest_pages
from plait.public.operator import routes as operator_pages
from plait.public.wall import routes as wall_pages
from plait.sharing.guest import routes as guest_routes
from plait.sharing.room import ALL_ROUTES as SHARING_ROUTES
from plait.upkeep import metrics as metrics_room
from plait.upkeep import plugins as plugin_routes
from plait.upkeep.backup import routes as backup_routes
from plait.upkeep.health import routes as health_routes
from plait.upkeep.phones import routes as phones_routes
from plait.upkeep.support import routes as support_routes
from plait.web import Api

__all__ = ["APIS"]

APIS: tuple[Api, ...] = (
    identity_routes.ROUTES,
    people_routes.ROUTES,
    badge_routes.ROUTES,
    facts_routes.ROUTES,
    machine_routes.ROUTES,
    connect_routes.ROUTES,
    meaning_routes.ROUTES,
    alarm_routes.ROUTES,
    practice_routes.ROUTES,
    push_routes.ROUTES,
    device_routes.ROUTES,
    signal_routes.ROUTES,
    app_routes.ROUTES,
    twin_routes.ROUTES,
    twin_routes.PLATES,
    part_routes.ROUTES,
    capability_routes.ROUTES,
    trade_routes.ROUTES,
    trade_routes.FILES,
    trade_routes.OPTIONS,
    schedule_routes.ROUTES,
    site_routes.ROUTES,
    line_routes.ROUTES,
    floor_routes.ROUTES,
    measured_routes.ROUTES,
    *DESK_ROUTES,
    epcis_routes.ROUTES,
    trace_routes.ROUTES,
    story_routes.ROUTES,
    passport_routes.ROUTES,
    *SHARING_ROUTES,
    guest_routes.ROUTES,
    guest_routes.PAST,
    guest_routes.BUYING,
    label_routes.ROUTES,
    observatory_routes.ROUTES,
    today_routes.ROUTES,
    find_routes.ROUTES,
    network_routes.ROUTES,
    order_routes.ROUTES,
    order_routes.REQUESTS,
    chart_routes.ROUTES,
    wall_routes.ROUTES,
    parts_routes.ROUTES,
    braid_routes.ROUTES,
    public_routes.ROUTES,
    guest_pages.ROUTES,
    operator_pages.ROUTES,
    wall_pages.ROUTES,
    entry_pages.ROUTES,
    resolve_routes.ROUTES,
    backup_routes.ROUTES,
    health_routes.ROUTES,
    phones_routes.ROUTES,
    metrics_room.ROUTES,
    support_routes.ROUTES,
    plugin_routes.ROUTES,
)

"""The verbs of the observatory: a firm's own report, an association's collecting, and the view."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from plait.kernel.actor import Actor
from plait.kernel.clock import BusinessClock, iso
from plait.kernel.firm import Member
from plait.kernel.ports import Directory, Guard, PartnerData
from plait.kernel.problems import FORBIDDEN, INVALID, MALFORMED, Problem
from plait.observatory import classes, rules, tables
from plait.observatory.model import (
    AggregateReport,
    ClassView,
    Collected,
    Figures,
    FirmView,
    LinkView,
    Method,
    Refusal,
    ReportReceived,
    View,
)
from plait.observatory.risk import EPS
from plait.store import Store, Tx

__all__ = ["REPORT_PATH", "ObservatoryService"]

REPORT_PATH = "/api/v1/observatory/report"
DATASET = "aggregates"
METHOD = Method(
    "an input is essential when supplier and buyer both belong to ISIC Rev.4 divisions 01 to 43",
    "ISIC Rev.4 class",
    "reported revenue",
    EPS,
)

_decoder = msgspec.json.Decoder(AggregateReport)


class ObservatoryService:
    """``figures`` gives this firm's own figures of the period; they come from its trade and its line."""

    def __init__(
        self,
        store: Store,
        guard: Guard,
        clock: BusinessClock,
        directory: Directory,
        partner_data: PartnerData,
        figures: Callable[[], Awaitable[Figures]],
    ) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.directory = directory
        self.partner_data = partner_data
        self.figures = figures

    async def report(self, actor: Actor) -> AggregateReport:
        """Return this firm's own aggregates as its contract lets them be seen; raise ``forbidden`` without one."""
        scope = self.guard.scope(actor, "read", DATASET)
        if scope.nothing:
            raise Problem(FORBIDDEN, "There is no agreement in force for this firm's aggregates.")
        return rules.report(self.guard.firm(), await self.figures())

    async def collect(self, actor: Actor) -> Collected:
        """Fetch the report of every member in turn, keep what is new, and list who refused and why."""
        self.guard.require(actor, "observatory.collect")
        received, changed, refused = [], [], []
        for member in self.directory.members():
            try:
                report = await self._fetch(member)
            except Problem as problem:
                refused.append(Refusal(member.party_id, member.name, problem.code, problem.detail or problem.kind.title))
                continue
            received.append(member.name)
            if await self.store.write(actor, lambda tx, report=report: _keep(tx, report)):  # type: ignore[misc]
                changed.append(member.name)
        return Collected(received, changed, refused)

    async def _fetch(self, member: Member) -> AggregateReport:
        content = await self.partner_data.fetch(member.party_id, DATASET, REPORT_PATH)
        try:
            report = _decoder.decode(content)
        except msgspec.DecodeError as error:
            raise Problem(MALFORMED, f"The report cannot be read: {error}") from error
        if wrong := rules.check(report, member):
            raise Problem(INVALID, "; ".join(wrong))
        return report

    async def view(self, actor: Actor) -> View:
        """Return the network as the reports in the actor's scope show it."""
        scope = self.guard.scope(actor, "read", "observatory")
        every = await self.store.read(lambda conn: tables.reports(conn, scope))
        there = {report.party for report in every}
        missing = sorted(member.name for member in self.directory.members() if member.party_id not in there) if scope.everything else []
        return await asyncio.to_thread(_view, self.clock.now(), every, missing)


def _keep(tx: Tx, report: AggregateReport) -> bool:
    """Keep ``report`` if it differs from the last one of its firm; return whether it does."""
    if tables.single(tx.conn, report.party) == report:
        return False
    tables.put(tx.conn, iso(tx.at), report)
    body = ReportReceived(report.party, report.name, report.isic, f"{report.revenue:f}", report.currency, report.since, report.until)
    tx.append(f"observatory/{report.party}", body)
    return True


def _classes(reports: Sequence[AggregateReport]) -> list[ClassView]:
    groups: defaultdict[str, list[AggregateReport]] = defaultdict(list)
    for report in reports:
        groups[report.isic].append(report)
    views = []
    for isic, members in sorted(groups.items()):
        measured = rules.concentration([member.revenue for member in members]) or (None, None)
        total = sum((member.revenue for member in members), Decimal(0))
        views.append(ClassView(isic, classes.title(isic), [member.name for member in members], total, *measured))
    return views


def _firm(report: AggregateReport, tier: int) -> FirmView:
    title = classes.title(report.isic)
    return FirmView(report.party, report.name, report.isic, title, report.region, report.revenue, report.purchases, tier, report.jobs, report.machine_hours)


def _view(at: datetime, every: Sequence[AggregateReport], missing: list[str]) -> View:
    currency, reports, left_out = rules.usable(every)
    found = rules.links(reports)
    level = rules.tiers([report.party for report in reports], found)
    firms = [_firm(report, level[report.party]) for report in reports]
    by_value: list[LinkView] = sorted(found.values(), key=lambda link: (-link.value, link.supplier, link.buyer))
    return View(at, currency, firms, _classes(reports), by_value, rules.chain(reports, level), rules.stops(reports, found), left_out, METHOD, missing)

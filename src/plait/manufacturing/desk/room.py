"""The rooms of the order desk put together, for ``node.py``."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from plait.kernel.actor import Actor, system_actor
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard, Labels, Symbols
from plait.kernel.settings import Desk, Mailbox
from plait.manufacturing.capability.service import CapabilityService
from plait.manufacturing.desk import routes
from plait.manufacturing.desk.answering import AnswerDesk
from plait.manufacturing.desk.arrivals import ArrivalDesk
from plait.manufacturing.desk.book import routes as book_routes
from plait.manufacturing.desk.book.applier import BookApplier
from plait.manufacturing.desk.book.service import BookService
from plait.manufacturing.desk.inbox import routes as inbox_routes
from plait.manufacturing.desk.inbox.attachments import AttachmentService
from plait.manufacturing.desk.inbox.drop import DropFolder
from plait.manufacturing.desk.inbox.mailing import MailRoom, config_of
from plait.manufacturing.desk.inbox.model import Applier
from plait.manufacturing.desk.inbox.service import InboxService
from plait.manufacturing.desk.invoices import routes as invoice_routes
from plait.manufacturing.desk.invoices.service import InvoiceService
from plait.manufacturing.desk.late import routes as late_routes
from plait.manufacturing.desk.late.service import LateService
from plait.manufacturing.desk.masters import routes as masters_routes
from plait.manufacturing.desk.masters.appliers import APPLIERS as MASTERS
from plait.manufacturing.desk.masters.service import MastersService
from plait.manufacturing.desk.offers import routes as offer_routes
from plait.manufacturing.desk.offers.agreed import AgreedPrices
from plait.manufacturing.desk.offers.applier import RequestApplier
from plait.manufacturing.desk.offers.ordered import OfferedOrders
from plait.manufacturing.desk.offers.room import Room
from plait.manufacturing.desk.offers.service import OfferService
from plait.manufacturing.desk.ordering import OrderDesk
from plait.manufacturing.desk.papers import routes as paper_routes
from plait.manufacturing.desk.papers.floor import FloorPapers
from plait.manufacturing.desk.papers.service import PaperService
from plait.manufacturing.desk.quoting import QuoteDesk, Terms
from plait.manufacturing.desk.reading.model import DocumentKind
from plait.manufacturing.desk.service import DeskService
from plait.manufacturing.line.service import LineService
from plait.manufacturing.part.service import PartService
from plait.manufacturing.schedule.service import ScheduleService
from plait.manufacturing.trade.intake import IntakeService
from plait.manufacturing.trade.options import OptionService
from plait.manufacturing.trade.service import TradeService
from plait.store import Blobs, Store
from plait.web import Api

__all__ = ["ALL_ROUTES", "DeskRoom", "Floor", "build_desk"]

ALL_ROUTES: tuple[Api, ...] = (
    routes.ROUTES,
    inbox_routes.ROUTES,
    inbox_routes.KEPT,
    book_routes.ROUTES,
    masters_routes.ROUTES,
    late_routes.ROUTES,
    offer_routes.ROUTES,
    paper_routes.ROUTES,
    paper_routes.FLOOR,
    invoice_routes.ROUTES,
)

Task = Callable[[], Coroutine[Any, Any, None]]
Contract = Callable[[Actor, str, str], Awaitable[None]]


@dataclass(frozen=True)
class Floor:
    """What the desk stands on: the other rooms of manufacturing, a contract with a partner, symbols and labels for papers."""

    parts: PartService
    capabilities: CapabilityService
    schedule: ScheduleService
    trade: TradeService
    options: OptionService
    intake: IntakeService
    line: LineService
    contract: Contract
    symbols: Symbols
    labels: Labels


@dataclass(frozen=True)
class DeskRoom:
    """What the node needs of the desk: services for routes and reactions, what is opened, and its standing jobs."""

    quotes: QuoteDesk
    orders: OrderDesk
    arrivals: ArrivalDesk
    desk: DeskService
    book: BookService
    late: LateService
    masters: MastersService
    papers: PaperService
    floor_papers: FloorPapers
    invoices: InvoiceService
    offers: OfferService
    inbox: InboxService
    attachments: AttachmentService
    mail: MailRoom | None
    jobs: tuple[Task, ...]

    def services(self) -> Sequence[Any]:
        """Return the services that routes are given."""
        return (
            self.desk,
            self.book,
            self.late,
            self.masters,
            self.papers,
            self.floor_papers,
            self.invoices,
            self.offers,
            self.inbox,
            self.attachments,
        )

    async def open(self) -> None:
        """Take up what was under way."""
        await self.arrivals.open()
        await self.offers.open()
        await self.inbox.open()

    def mail_trouble(self) -> str:
        """Return why the mailbox cannot be read, "" when it can or there is none."""
        return self.mail.trouble if self.mail is not None else ""

    async def asked(self, name: str, content: bytes, sender: str) -> None:
        """Take a request that a visitor of the firm's card has typed into the inbox."""
        await self.inbox.take(system_actor(self.inbox.guard.firm().party_id, "card"), name, content, sender, "card")


def build_desk(store: Store, guard: Guard, clock: BusinessClock, floor: Floor, folder: Path, settings: Desk, mailbox: Mailbox) -> DeskRoom:
    """Put the rooms of the desk together; ``folder`` is the node's data folder."""
    hold, transit, buffer = (timedelta(hours=each) for each in (settings.hold_hours, settings.transit_hours, settings.buffer_hours))
    terms = Terms(hold, transit, buffer, settings.carrier, settings.answers == "person")
    quotes = QuoteDesk(store, guard, clock, floor.parts, floor.capabilities, floor.schedule, floor.trade, floor.options, terms)
    orders = OrderDesk(quotes, floor.line, floor.contract)
    arrivals = ArrivalDesk(store, guard, clock, settings.goods_in)
    papers = PaperService(store, guard)
    late = LateService(store, guard, clock, floor.schedule, floor.capabilities)
    offers = OfferService(Room(store, guard, clock, quotes, papers, AgreedPrices(), catch_up=late.catch_up))
    floor_papers = FloorPapers(papers, clock, floor.line, floor.schedule, floor.parts, floor.trade, floor.symbols, floor.labels)
    floor_papers.addressed = offers.addressed
    floor.intake.on_order = offers.take_order
    book = BookService(store, guard, clock)
    blobs = Blobs(folder / "blobs")
    appliers: dict[DocumentKind, Applier] = {"orders": OfferedOrders(BookApplier()), "request": RequestApplier(offers.closer), **MASTERS}
    inbox = InboxService(store, guard, clock, blobs, appliers, auto_apply=settings.auto_apply, maps=folder / "maps")
    mail = MailRoom(inbox, config_of(mailbox, folder)) if mailbox.host else None
    return DeskRoom(
        quotes=quotes,
        orders=orders,
        arrivals=arrivals,
        desk=DeskService(orders, arrivals, book, AnswerDesk(quotes)),
        book=book,
        late=late,
        masters=MastersService(store, guard, clock),
        papers=papers,
        floor_papers=floor_papers,
        invoices=InvoiceService(store, guard, papers, folder / "maps" / "invoices"),
        offers=offers,
        inbox=inbox,
        attachments=AttachmentService(store, guard, blobs),
        mail=mail,
        jobs=_jobs(inbox, folder, settings, mail),
    )


def _jobs(inbox: InboxService, folder: Path, settings: Desk, mail: MailRoom | None) -> tuple[Task, ...]:
    jobs: list[Task] = [inbox.run]
    if settings.drop_folder:
        jobs.append(DropFolder(inbox, folder / settings.drop_folder).run)
    if mail is not None:
        jobs.append(mail.run)
    return tuple(jobs)

"""The verbs of requests: those received and sent, one with its answers side by side, and who answered it."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import BusinessClock
from plait.kernel.facts import Fact
from plait.kernel.ports import Guard
from plait.kernel.problems import NOT_FOUND, Problem
from plait.manufacturing.capability.model import Found
from plait.manufacturing.capability.service import CapabilityService
from plait.manufacturing.trade import tables as trade_tables
from plait.manufacturing.trade.model import Decline, Document, Quotation, RequestForQuotation, Withdrawal
from plait.manufacturing.trade.options import OptionView, options_of
from plait.overview.orders import rules, tables
from plait.overview.orders.model import Answer, Answered, RequestsPage, RequestView
from plait.overview.orders.service import MOST, NOTHING, allowed, placed_at
from plait.store import Store
from plait.store.log import read_facts

__all__ = ["RequestService"]

ALL = Scope(everything=True)
ALIKE = 300
"""So many of the latest requests sent are gone through for those that asked for the same."""
KINDS: dict[type, Any] = {Quotation: "quotation", Decline: "decline", Withdrawal: "withdrawal"}


class RequestService:
    """Requests for price and date, received and sent. ``name_of`` tells what somebody who works here is called."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, capabilities: CapabilityService, name_of: Callable[[str], str]) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.capabilities = capabilities
        self.name_of = name_of

    def _scope(self, actor: Actor) -> Scope:
        self.guard.require(actor, "trade.read")
        scope = self.guard.scope(actor, "read", "overview")
        scope.own("requests")
        return scope

    def _desk(self, actor: Actor) -> Scope:
        return ALL if allowed(self.guard, actor, "desk.read") else NOTHING

    async def page(self, actor: Actor, side: str = "", text: str = "", after: str = "", limit: int = 100) -> RequestsPage:
        """Return requests, the newest first: ``received``, ``sent`` or both; ``text`` occurs in number, firm or name. Needs ``trade.read``.

        Raise ``invalid`` for an ``after`` that is none.
        """
        scope, desk, own, now = self._scope(actor), self._desk(actor), self.guard.firm().party_id, self.clock.now()
        limit, start = min(limit, MOST), placed_at(after)
        where = {"counterparty": own} if side == "received" else {"party": own} if side == "sent" else {}

        def read(conn: Connection) -> RequestsPage:
            found = tables.typed(conn, scope, "RequestForQuotation", start, limit * 10 if text else limit + 1, **where)
            named = [(seq, rfq) for seq, rfq in found if rules.has_request(rfq, text)]
            page = named[:limit]
            after_ = tables.after(conn, scope, [rfq.id for _, rfq in page])
            later = tables.after(conn, scope, [doc.id for docs in after_.values() for doc in docs if isinstance(doc, Quotation)])
            inquiries = tables.inquiries_of(conn, desk, [rfq.id for _, rfq in page])
            rows = [rules.request_row(rfq, after_.get(rfq.id, ()), later, inquiries.get(rfq.id), own, now) for _, rfq in page]
            return RequestsPage(rows, str(page[-1][0]) if len(named) > limit else "")

        return await self.store.read(read)

    async def request(self, actor: Actor, id: str) -> RequestView:
        """Return one request by the id of its document (or of one that follows it); raise ``not-found``. Needs ``trade.read``."""
        scope, desk = self._scope(actor), self._desk(actor)
        view, told = await self.store.read(lambda conn: self._view(conn, scope, desk, id))
        requirement = view.request.lines[0].requirement if view.request.lines else None
        others: list[Found] = []
        if requirement is not None and allowed(self.guard, actor, "capability.read"):
            asked = {answer.party for answer in view.answers} | {view.row.party}
            others = [each for each in await self.capabilities.search(actor, requirement) if each.party not in asked]
        return rules.replaced(view, others=others[:50], answered=self._answered(view, told))

    def _view(self, conn: Connection, scope: Scope, desk: Scope, id: str) -> tuple[RequestView, Sequence[Fact]]:
        own, now = self.guard.firm().party_id, self.clock.now()
        docs = trade_tables.chain(conn, scope, id)
        root = next((doc for doc in docs if isinstance(doc, RequestForQuotation)), None)
        if root is None:
            raise Problem(NOT_FOUND, f"request {id} is not known")
        after = [doc for doc in docs if doc.refs and doc.refs[0].id == root.id]
        later = {doc.id: [each for each in docs if each.refs and each.refs[0].id == doc.id] for doc in after}
        inquiry = tables.inquiries_of(conn, desk, [root.id]).get(root.id)
        options: list[OptionView] = options_of(conn, desk, inquiry.purpose) if inquiry is not None else []
        row = rules.request_row(root, after, later, inquiry, own, now)
        answers = self._answers(conn, scope, root) if row.side == "sent" else []
        told = read_facts(conn, 0, 200, f"trade/{root.number}")
        return RequestView(row, root, list(docs), None, inquiry, options, answers), told

    def _answers(self, conn: Connection, scope: Scope, root: RequestForQuotation) -> list[Answer]:
        """Return what everybody answered who was asked for the same (under the same origin, or after this request), compared."""
        same = root.origin or root.number
        sent = tables.typed(conn, scope, "RequestForQuotation", None, ALIKE, party=root.party)
        alike = [root, *(rfq for _, rfq in sent if same in (rfq.origin, rfq.number) and rfq.id != root.id and _wants(rfq) == _wants(root))]
        after = tables.after(conn, scope, [rfq.id for rfq in alike])
        quoted = {rfq.id: next((doc.id for doc in after.get(rfq.id, ()) if isinstance(doc, Quotation)), "") for rfq in alike}
        later = tables.after(conn, scope, [id for id in quoted.values() if id])
        now = self.clock.now()
        return rules.best([rules.answer_of(rfq, after.get(rfq.id, ()), later.get(quoted[rfq.id], ()), now) for rfq in alike])

    def _answered(self, view: RequestView, told: Sequence[Fact]) -> Answered | None:
        answer: Document | None = next((doc for doc in view.documents if doc.refs and doc.refs[0].id == view.request.id), None)
        if answer is None or type(answer) not in KINDS:
            return None
        fact = next((each for each in told if each.body is not None and answer.id.encode() in each.body), None)
        who = fact.actor.partition(":") if fact is not None else ("", "", "")
        by = self.name_of(who[2]) if who[0] == "person" and answer.party == self.guard.firm().party_id else ""
        at = fact.at if fact is not None else answer.issued
        return Answered(KINDS[type(answer)], answer.number, at, by, answer.party_name or answer.party, getattr(answer, "reason", ""))


def _wants(rfq: RequestForQuotation) -> Any:
    """Return what a request is for, to tell those that ask for the same."""
    return [(line.name, line.quantity, line.requirement) for line in rfq.lines]

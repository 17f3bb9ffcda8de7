"""The verbs of invoices: who we are, an invoice from lines of the order book, and its handing over."""

import asyncio
import hashlib
from pathlib import Path

from plait.kernel.actor import Actor, Scope
from plait.kernel.money import Money
from plait.kernel.ports import Guard
from plait.kernel.problems import INVALID, NOT_FOUND, Problem, register
from plait.manufacturing.desk.book import tables as book
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.invoices import rules, tables, xml
from plait.manufacturing.desk.invoices.model import Billed, Form, HandedOver, Handover, Invoice, InvoiceLine, Seller
from plait.manufacturing.desk.invoices.page import page
from plait.manufacturing.desk.invoices.table import load_map, map_names, table
from plait.manufacturing.desk.papers.commercial import Terms
from plait.manufacturing.desk.papers.service import PaperService
from plait.store import Store, Tx

__all__ = ["MEDIA_TYPES", "InvoiceService"]

ALL = Scope(everything=True)
NO_SELLER = register("no-seller", 409, "What the firm says of itself on invoices is not known", "Enter it: PUT /api/v1/desk/invoices/seller.")

MEDIA_TYPES: dict[Form, str] = {
    "ubl": "application/xml",
    "xrechnung": "application/xml",
    "cii": "application/xml",
    "zugferd": "application/pdf",
    "table": "text/csv",
}


class InvoiceService:
    """Invoices for whoever keeps the books, on the letterhead of ``papers``; ``folder`` may hold column maps of the firm's own."""

    def __init__(self, store: Store, guard: Guard, papers: PaperService, folder: Path | None = None) -> None:
        self.store = store
        self.guard = guard
        self.papers = papers
        self.folder = folder

    async def seller(self, actor: Actor) -> Seller:
        """Return what the firm says of itself; raise ``no-seller``."""
        scope = self.guard.scope(actor, "read", "desk.invoice")
        scope.own("invoices")
        found = await self.store.read(lambda conn: tables.seller(conn, scope))
        if found is None:
            raise Problem(NO_SELLER, "nothing is entered")
        return found

    async def put_seller(self, actor: Actor, seller: Seller) -> Seller:
        """Enter what the firm says of itself."""
        self.guard.require(actor, "desk.write")
        await self.store.write(actor, lambda tx: tables.put_seller(tx.conn, seller))
        return seller

    async def maps(self, actor: Actor) -> list[str]:
        """Return the names of the column maps."""
        self.guard.require(actor, "desk.read")
        return await asyncio.to_thread(map_names, self.folder)

    async def draft(self, actor: Actor, wanted: Handover) -> Invoice:
        """Return the invoice that would be handed over; raise ``no-seller``, ``not-found``, ``invalid`` or ``invoice-incomplete``."""
        seller = await self.seller(actor)
        lines = await self.store.read(lambda conn: [(billed, book.line(conn, ALL, id=billed.id)) for billed in wanted.orders])
        invoice = _invoice(wanted, seller, [(billed, _known(billed, line)) for billed, line in lines])
        rules.check(invoice, "ubl")
        return invoice

    async def hand_over(self, actor: Actor, wanted: Handover, form: Form, columns: str = "plain", once: str | None = None) -> bytes:
        """Return the invoice in ``form`` (``table``: by the map ``columns``) and note that it was handed over; raise as ``draft``, or ``invoice-map``."""
        self.guard.require(actor, "desk.write")
        invoice = await self.draft(actor, wanted)
        rules.check(invoice, form)
        terms = await self.papers.terms(actor)
        content = await asyncio.to_thread(self._written, invoice, form, columns, terms, wanted.language)
        gross = Money(rules.totals(invoice).gross, invoice.currency)
        orders = tuple(billed.id for billed in wanted.orders)
        body = HandedOver(invoice.number, invoice.buyer.name, gross, form, orders, hashlib.sha256(content).hexdigest())

        def note(tx: Tx) -> None:
            tx.append(f"invoice/{invoice.number}", body)

        await self.store.write(actor, note, once=once)
        return content

    def _written(self, invoice: Invoice, form: Form, columns: str, terms: Terms, language: str) -> bytes:
        if form == "table":
            return table(invoice, load_map(columns, self.folder))
        if form == "zugferd":
            return xml.zugferd(invoice, page(invoice, terms, language))
        return {"ubl": xml.ubl, "xrechnung": xml.xrechnung, "cii": xml.cii}[form](invoice)


def _known(billed: Billed, line: OrderLine | None) -> OrderLine:
    if line is None:
        raise Problem(NOT_FOUND, f"there is no order line {billed.id}")
    if line.price is None:
        raise Problem(INVALID, f"{billed.id}: no price is known; enter it in the order book first")
    return line


def _invoice(wanted: Handover, seller: Seller, lines: list[tuple[Billed, OrderLine]]) -> Invoice:
    currencies = {line.price.currency for _, line in lines if line.price is not None}
    if len(currencies) > 1:
        raise Problem(INVALID, f"orders: prices in {' and '.join(sorted(currencies))} do not go on one invoice")
    numbers = {line.order_no for _, line in lines}
    return Invoice(
        number=wanted.number,
        issued=wanted.issued,
        seller=seller.party,
        buyer=wanted.buyer,
        lines=tuple(_line(wanted, billed, line) for billed, line in lines),
        currency=currencies.pop(),
        due=wanted.due,
        delivered=wanted.delivered,
        order_no=numbers.pop() if len(numbers) == 1 else "",
        despatch_no=wanted.despatch_no,
        buyer_reference=wanted.buyer_reference,
        iban=seller.iban,
        bic=seller.bic,
        terms=wanted.terms or seller.terms,
        note=wanted.note,
        exemption=wanted.exemption,
    )


def _line(wanted: Handover, billed: Billed, line: OrderLine) -> InvoiceLine:
    quantity = billed.quantity if billed.quantity is not None else line.delivered or line.quantity
    assert line.price is not None
    return InvoiceLine(
        name=line.name or line.part_no or line.id,
        quantity=quantity,
        price=line.price.amount,
        unit=line.unit,
        part_no=line.part_id or line.part_no,
        customer_part_no=line.customer_part_no,
        order_line=line.line_no,
        tax=wanted.tax,
        rate=wanted.rate,
    )

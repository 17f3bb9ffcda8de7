"""Folding a passport from its static part and the events of the thing (pure)."""

from collections.abc import Iterable, Sequence

import msgspec

from plait.circulation.epcis.links import Happening
from plait.circulation.passport.model import Element, Passport, Product, Seen
from plait.kernel import gs1
from plait.kernel.clock import iso
from plait.kernel.firm import Firm
from plait.kernel.problems import NOT_FOUND, Problem
from plait.store import from_ms

__all__ = ["History", "Subject", "fold", "subject", "told"]

SCHEMA = "EN 18223:2026"
ENDED = frozenset({"decommissioning", "destroying", "killing"})
PUBLIC = frozenset({"commissioning", "creating_class_instance", "inspecting", "decommissioning", "destroying"})
SAID = {
    "commissioning": "Made",
    "creating_class_instance": "Made",
    "inspecting": "Inspected",
    "packing": "Packed",
    "unpacking": "Unpacked",
    "shipping": "Sent out",
    "receiving": "Received",
    "arriving": "Arrived",
    "decommissioning": "Taken out of use",
    "destroying": "Destroyed",
}
DECIMAL = frozenset({"mass_kg", "module_mm", "hardness_hrc", "x_mm", "y_mm", "z_mm"})


class Subject(msgspec.Struct, frozen=True):
    """What a passport is about: an article, a lot of it, or one piece."""

    uri: str
    gtin: str
    lot: str = ""
    serial: str = ""

    @property
    def granularity(self) -> str:
        """``item``, ``batch`` or ``model``."""
        return "item" if self.serial else "batch" if self.lot else "model"


class History(msgspec.Struct, frozen=True):
    """What our events know of the subject: those that name it, where it was made (a place), the lots it was made from."""

    events: tuple[Happening, ...] = ()
    made_where: str = ""
    materials: tuple[str, ...] = ()


def subject(key: str) -> Subject:
    """Return what ``key`` (a Digital Link, its path, or an EPC URN) names; raise ``gs1-key``, ``not-found`` for what is no article."""
    text = key if ":" in key.partition("/")[0] else f"{gs1.HOST}/{key.lstrip('/')}"
    found = gs1.read(text)
    if found is None or found.ai != "01":
        raise Problem(NOT_FOUND, f"{key} is no article, lot or piece")
    parts = dict(found.qualifiers)
    lot, serial = parts.get("10", ""), parts.get("21", "")
    uri = gs1.sgtin(found.value, serial) if serial else gs1.lgtin(found.value, lot) if lot else gs1.gtin(found.value)
    return Subject(uri, found.value, lot, serial)


def _made(subject: Subject, events: Iterable[Happening]) -> Happening | None:
    named = [event for event in events if subject.uri in event.outputs or (event.biz_step == "commissioning" and subject.uri in event.things)]
    return min(named, key=lambda event: (event.at, event.number), default=None)


def told(history: History, everything: bool) -> list[Seen]:
    """Return the events in words, oldest first; to the public only how the thing was made, inspected and ended."""
    shown = [event for event in history.events if everything or event.biz_step in PUBLIC]
    ordered = sorted(shown, key=lambda event: (event.at, event.number))
    return [Seen(iso(from_ms(event.at)), SAID.get(event.biz_step, event.biz_step.replace("_", " ").capitalize() or event.type)) for event in ordered]


def _static(product: Product) -> list[Element]:
    return [Element(name, "xsd:decimal" if name in DECIMAL else "xsd:string", value) for name, value in sorted(product.fields.items())]


def _dynamic(subject: Subject, product: Product, history: History, firm: Firm, everything: bool) -> list[Element]:
    elements: list[Element] = []
    made = _made(subject, history.events)
    if made is not None:
        elements.append(Element("made_at", "xsd:dateTime", iso(from_ms(made.at))))
        elements.append(Element("made_by", "xsd:string", firm.name))
        if history.made_where:
            elements.append(Element("made_where", "xsd:anyURI", history.made_where))
    if history.materials and (everything or product.materials_public):
        elements.append(Element("materials", "xsd:anyURI[]", list(history.materials)))
    if everything and history.events:
        elements.append(Element("history", "list", told(history, True)))
    return elements


def _status(events: Sequence[Happening]) -> str:
    return "inactive" if any(event.biz_step in ENDED for event in events) else "active"


def fold(subject: Subject, product: Product, history: History, firm: Firm, everything: bool) -> Passport:
    """Return the passport of ``subject`` as its reader may see it; ``everything``: not only what is public."""
    operator = gs1.party(firm.gln) if firm.gln else firm.did
    last = max((event.at for event in history.events), default=None)
    updated = max(product.updated, iso(from_ms(last))) if last is not None else product.updated
    return Passport(
        digital_product_passport_id=f"{firm.url.rstrip('/')}/dpp/v1/dppsByProductId/{subject.uri.removeprefix(gs1.HOST + '/')}",
        unique_product_identifier=subject.uri,
        granularity=subject.granularity,
        dpp_schema_version=SCHEMA,
        dpp_status=_status(history.events),
        last_updated=updated,
        economic_operator_id=operator,
        facility_id=history.made_where or (gs1.gln(firm.gln) if firm.gln else ""),
        content_specification_ids=[],
        elements=[*_static(product), *_dynamic(subject, product, history, firm, everything)],
    )

"""From an identity to what its label says (pure; GS1 General Specifications, sections 2 and 6; GS1 Digital Link 1.3)."""

from plait.kernel import gs1
from plait.kernel.firm import Firm
from plait.kernel.problems import register
from plait.labour.studio.model import Label, LabelRequest

__all__ = ["NO_GLYPH", "UNREADABLE", "article_label", "key_label", "number", "unit_label", "wanted_label"]

UNREADABLE = register("label-unreadable", 500, "The label could not be read back", "Nothing was printed; use shorter identifiers or report this label.")
NO_GLYPH = register("label-text", 422, "A text cannot be drawn", "Install a font that has these characters, or use others.")


def _resolver(firm: Firm) -> str:
    return firm.resolver_url or firm.url or gs1.HOST


def _read(uri: str) -> gs1.Key:
    key = gs1.read(uri)
    if key is None:
        raise gs1.BadKey(f"{uri} is no GS1 key")
    return key


def number(quantity: float | None) -> str:
    """Return a quantity as people write it, empty for None."""
    return "" if quantity is None else f"{quantity:g}"


def article_label(firm: Firm, gtin: str, lot: str, serial: str, name: str, quantity: float | None) -> tuple[str, Label]:
    """Return the identity (the finest key) and the label of an article; BadKey when a part breaks the rules of GS1."""
    uri = gs1.sgtin(gtin, serial) if serial else gs1.lgtin(gtin, lot) if lot else gs1.gtin(gtin)
    key = _read(uri)
    batch = f"(10){_read(gs1.lgtin(gtin, lot)).qualifiers[0][1]}" if lot and serial else ""
    elements = f"(01){key.value}{batch}" + "".join(f"({ai}){value}" for ai, value in key.qualifiers)
    rows = [("GTIN", key.value), ("Batch", lot), ("Serial number", serial), ("Quantity", number(quantity))]
    title = "Piece" if serial else "Batch" if lot else "Article"
    shown = tuple((what, value) for what, value in rows if value)
    return key.uri, Label(firm.name, title, name or "Article", shown, key.on(_resolver(firm)), elements)


def unit_label(firm: Firm, sscc: str, name: str, quantity: float | None) -> tuple[str, Label]:
    """Return the identity and the label of a logistic unit."""
    key = _read(sscc if "/" in sscc or ":" in sscc else gs1.sscc(sscc))
    rows = [("SSCC", key.value), ("Quantity", number(quantity))]
    shown = tuple((what, value) for what, value in rows if value)
    return key.uri, Label(firm.name, "Logistic unit", name or "Logistic unit", shown, key.on(_resolver(firm)), key.elements, linear=True)


def wanted_label(firm: Firm, wanted: LabelRequest) -> tuple[str, Label]:
    """Return the identity and the label of what is asked for: a logistic unit, else an article."""
    if wanted.sscc:
        return unit_label(firm, wanted.sscc, wanted.name, wanted.quantity)
    return article_label(firm, wanted.gtin, wanted.lot, wanted.serial, wanted.name, wanted.quantity)


def key_label(firm: Firm, path: str, name: str, quantity: float | None) -> tuple[str, Label]:
    """Return the identity and the label for the path of a Digital Link (``01/.../21/...`` or ``00/...``)."""
    key = _read(f"{gs1.HOST}/{path}")
    if key.ai == "00":
        return unit_label(firm, key.uri, name, quantity)
    if key.ai != "01":
        raise gs1.BadKey(f"({key.ai}) is neither an article (01) nor a logistic unit (00)")
    parts = dict(key.qualifiers)
    return article_label(firm, key.value, parts.get("10", ""), parts.get("21", ""), name, quantity)

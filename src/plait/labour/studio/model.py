"""What stands on a label, and the fact that one was made."""

from typing import Literal, TypeAlias

import msgspec

from plait.kernel.facts import fact

__all__ = ["MEDIA_TYPES", "Form", "Label", "LabelMade", "LabelPrinted", "LabelRead", "LabelRequest"]

Form: TypeAlias = Literal["png", "pdf", "zpl"]
"""How a label is given: a picture, a page of its size, or what a label printer with ZPL II prints."""

MEDIA_TYPES: dict[Form, str] = {"png": "image/png", "pdf": "application/pdf", "zpl": "application/zpl"}


class LabelRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A label for an article (GTIN), with lot and serial where it has them, or for a logistic unit (SSCC); ``quantity`` in pieces."""

    gtin: str = ""
    lot: str = ""
    serial: str = ""
    name: str = ""
    quantity: float | None = None
    sscc: str = ""


class Label(msgspec.Struct, frozen=True):
    """What is printed: ``rows`` of (what, value), a QR code of ``link``, a GS1 symbol of ``elements`` ((AI)value...).

    ``linear``: the GS1 symbol is a GS1-128 (logistic units), else a GS1 DataMatrix.
    """

    firm: str
    title: str
    name: str
    rows: tuple[tuple[str, str], ...]
    link: str
    elements: str
    linear: bool = False


class LabelRead(msgspec.Struct, frozen=True):
    """A label that was drawn and read back: its identity, what is printed, and what its two codes were read as.

    ``link`` is what the QR code says, ``elements`` what the ``symbol`` beside it says; ``path`` and ``query`` make the address of the drawing
    (``/api/v1/labels/{path}.png?{query}``); ``printer`` is where it would be printed, empty without a label printer.
    """

    key: str
    title: str
    name: str
    rows: tuple[tuple[str, str], ...]
    link: str
    elements: str
    symbol: Literal["GS1 DataMatrix", "GS1-128"]
    path: str
    query: str
    printer: str


@fact("label.made")
class LabelMade(msgspec.Struct, frozen=True):
    """A label was made and read back; ``key`` is the identity it bears, ``sha256`` of the picture."""

    key: str
    name: str
    quantity: str
    sha256: str


@fact("label.printed")
class LabelPrinted(msgspec.Struct, frozen=True):
    """A label was sent to the label printer; ``copies`` of it."""

    key: str
    name: str
    copies: int
    printer: str

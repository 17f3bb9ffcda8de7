"""The letterhead, and papers as data: every text ready to be set."""

from typing import Annotated, Literal

import msgspec

from plait.kernel.facts import fact

__all__ = ["Cell", "Column", "Head", "Letter", "Letterhead", "LetterheadPut", "Logo"]

Short = Annotated[str, msgspec.Meta(max_length=200)]
Lines = Annotated[tuple[Short, ...], msgspec.Meta(max_length=8)]
Language = Literal["en", "de", "zh"]


class Letterhead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands on the firm's papers. ``name`` empty: the firm's own name.

    ``terms`` (payment, delivery, tax) by language are printed under every quotation and confirmation; ``language`` is used for a
    customer whose own is not known; ``accent`` is the colour of rules and titles (``#rrggbb``).
    """

    name: Short = ""
    address: Lines = ()
    contact: Short = ""
    phone: Short = ""
    email: Short = ""
    web: Short = ""
    tax_number: Short = ""
    register: Short = ""
    bank: Lines = ()
    terms: dict[Language, Annotated[str, msgspec.Meta(max_length=2000)]] = {}
    language: Language = "en"
    accent: Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-fA-F]{6}$")] = "#1d4f7c"


class Logo(msgspec.Struct, frozen=True):
    """A picture for the letterhead: ``png`` or ``jpeg`` and its bytes."""

    kind: Literal["png", "jpeg"]
    content: bytes


@fact("desk.letterhead_put")
class LetterheadPut(msgspec.Struct, frozen=True):
    """The letterhead was entered or changed; ``logo`` is the SHA-256 of its picture, empty without one."""

    letterhead: Letterhead
    logo: str


class Cell(msgspec.Struct, frozen=True):
    """One cell of a table: its text, and smaller lines below."""

    text: str
    sub: tuple[str, ...] = ()


class Column(msgspec.Struct, frozen=True):
    """One column: its title, whether it takes the room that is left, whether it stands to the right."""

    title: str
    fill: bool = False
    right: bool = False


class Head(msgspec.Struct, frozen=True):
    """The firm at the head of a paper."""

    name: str
    lines: tuple[str, ...]


class Letter(msgspec.Struct, frozen=True):
    """A business letter with a table. ``main`` is the column set in bold, ``draft`` a word across the page, ``symbol`` and ``logo`` file names.

    ``labels`` are the files of labels (100 by 60 mm) printed in their own size on pages of their own, under ``labels_title``.
    """

    language: str
    region: str
    title: str
    number: str
    firm: Head
    sender: str
    accent: str
    to: tuple[str, ...]
    info: tuple[tuple[str, str], ...]
    intro: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, tuple[str, ...]], ...]
    closing: tuple[str, ...]
    footer: tuple[tuple[str, ...], ...]
    page: str
    contact: str = ""
    draft: str = ""
    logo: str = ""
    symbol: str = ""
    main: int = 1
    labels: tuple[str, ...] = ()
    labels_title: str = ""

"""What a visitor of the firm's card asks for."""

import msgspec

__all__ = ["Asked", "AskedFile", "Taken"]


class AskedFile(msgspec.Struct, frozen=True):
    """A file sent along: a drawing, a model, a list."""

    name: str
    content: bytes


class Asked(msgspec.Struct, frozen=True):
    """A request as it was typed; ``due`` is an ISO date or empty, ``quantity`` a whole or decimal number as text."""

    firm: str = ""
    person: str = ""
    email: str = ""
    phone: str = ""
    item: str = ""
    number: str = ""
    material: str = ""
    quantity: str = ""
    due: str = ""
    note: str = ""
    files: tuple[AskedFile, ...] = ()


class Taken(msgspec.Struct, frozen=True):
    """What the visitor is told: the ``number`` to name when asking back."""

    number: str

"""A digital product passport (EN 18223 envelope, read second-hand), and the fact that its static part was entered."""

from typing import Any

import msgspec

from plait.kernel.facts import fact

__all__ = ["Element", "Passport", "PassportEntered", "Product", "Seen", "Tiers"]


class Product(msgspec.Struct, frozen=True):
    """The static part: what is said of every piece of an article. ``materials_public``: everybody may see what it was made from."""

    gtin: str
    fields: dict[str, str]
    version: int
    updated: str
    materials_public: bool = False


class Element(msgspec.Struct, frozen=True, rename="camel"):
    """One statement of a passport."""

    element_id: str
    value_data_type: str
    value: Any
    dictionary_reference: str = ""


class Seen(msgspec.Struct, frozen=True):
    """An event of the thing in words; ``at`` RFC 3339."""

    at: str
    said: str


class Passport(msgspec.Struct, frozen=True, rename="camel"):
    """What the passport says to one kind of reader. ``granularity`` is ``model``, ``batch`` or ``item``."""

    digital_product_passport_id: str
    unique_product_identifier: str
    granularity: str
    dpp_schema_version: str
    dpp_status: str
    last_updated: str
    economic_operator_id: str
    facility_id: str
    content_specification_ids: list[str]
    elements: list[Element]


class Tiers(msgspec.Struct, frozen=True):
    """A passport side by side for who may read it: ``public`` by anybody, ``more`` besides by a person with a legitimate interest and by who got the thing.

    ``uri`` and ``granularity`` as in a passport; ``version`` and ``updated`` of its static part; ``known``: False when no event names the lot or piece;
    ``page`` is the public page, ``data`` the address of the data, ``link`` what the code on a label says.
    """

    uri: str
    gtin: str
    lot: str
    serial: str
    granularity: str
    name: str
    status: str
    version: int
    updated: str
    materials_public: bool
    known: bool
    public: list[Element]
    more: list[Element]
    fields: dict[str, str]
    page: str
    data: str
    link: str


@fact("passport.entered", key="gtin", quantity="version")
class PassportEntered(msgspec.Struct, frozen=True):
    """The static part of an article's passport was entered or changed."""

    gtin: str
    version: int
    fields: dict[str, str]
    materials_public: bool

"""Links from names to pages and data, and what the resolver answers."""

from collections.abc import Mapping
from typing import Any

import msgspec

from plait.kernel.facts import fact
from plait.kernel.problems import register

__all__ = ["BAD_NAME", "DEFAULT", "NO_LINK", "Answer", "Asked", "Link", "LinkPut", "LinkRemoved"]

BAD_NAME = register("bad-digital-link", 400, "This is no valid GS1 Digital Link", "Check the key, its check digit, and the order of the qualifiers.")
NO_LINK = register("no-such-link", 404, "This resolver knows nothing of that name", "Check the number on the label.")

DEFAULT = "https://gs1.org/voc/defaultLink"


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One link of ``anchor``, a Digital Link path such as ``/01/09506000134352``.

    ``rel`` is ``gs1:...`` (GS1 web vocabulary), another URI or a registered relation; ``lang`` BCP 47 (two letters, or
    with region), ``type`` a media type; ``description`` says what the item is.
    """

    anchor: str
    rel: str
    href: str
    title: str
    lang: str = ""
    type: str = ""
    description: str = ""


class Asked(msgspec.Struct, frozen=True):
    """A request to resolve ``path``: its query string without ``linkType``, and what the client accepts."""

    path: str
    link_type: str = ""
    accept: str = ""
    languages: str = ""
    query: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What the resolver answers: a redirect (307 with Location), choices (300) or a linkset (200)."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any] | None = None


@fact("resolve.link_put")
class LinkPut(msgspec.Struct, frozen=True):
    """A name leads somewhere, or somewhere else now."""

    anchor: str
    rel: str
    href: str
    lang: str
    type: str


@fact("resolve.link_removed")
class LinkRemoved(msgspec.Struct, frozen=True):
    """A name leads there no more."""

    anchor: str
    rel: str
    lang: str
    type: str

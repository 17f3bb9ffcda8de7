"""Guest links, what they show, what guests did, and the facts of them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

import msgspec

from plait.kernel.facts import fact

__all__ = [
    "Act",
    "Choice",
    "Claim",
    "Deed",
    "Field",
    "Form",
    "GuestActed",
    "GuestFile",
    "History",
    "Kind",
    "Language",
    "Link",
    "LinkExpired",
    "LinkHistory",
    "LinkMade",
    "LinkOpened",
    "LinkRevoked",
    "LinksClaimed",
    "LinksUnclaimed",
    "MadeLink",
    "Need",
    "NeedLine",
    "NewLink",
    "NewPurchase",
    "Noted",
    "PastLink",
    "PastTaken",
    "Row",
    "Shown",
    "SignedHistory",
    "Taken",
    "Tier",
    "Tone",
]

Kind: TypeAlias = Literal["offer", "order", "request", "delivery", "purchase", "passport"]
Language: TypeAlias = Literal["", "en", "de", "zh"]
Tone: TypeAlias = Literal["", "good", "bad"]
Tier: TypeAlias = Literal["public", "interest"]
Word = Annotated[str, msgspec.Meta(max_length=300)]


class NeedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing we ask a supplier for; ``unit`` is UN/ECE Rec 20, ``due`` the day we want it."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    quantity: Decimal
    unit: Annotated[str, msgspec.Meta(min_length=1, max_length=3)] = "C62"
    part_no: Word = ""
    drawing_no: Word = ""
    material: Word = ""
    due: date | None = None
    note: Word = ""


class Need(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What we ask a supplier for by a link, and until when we want the answer; ``files`` are the ids of kept drawings and models that go with it."""

    lines: Annotated[tuple[NeedLine, ...], msgspec.Meta(min_length=1, max_length=50)]
    note: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    respond_by: date | None = None
    files: Annotated[tuple[Word, ...], msgspec.Meta(max_length=20)] = ()


class NewLink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A link to be made: for which thing, for whom (``name``), for how many ``days`` (0: as the settings say), in which language (empty: the letterhead's).

    ``id`` is the number of an offer, of an order line, of an order of ours (``purchase``), or the Digital Link (or its path) of an article,
    lot or piece (``passport``). A ``request`` has ``need`` instead, or the ``id`` of a request made before: another supplier is asked the same.
    ``tier``: how much of a passport is shown: what is public, or what a person with a legitimate interest may see (materials, whole history).
    ``anyway``: also for a guest that has a node of its own by now.
    """

    kind: Kind
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    id: Word = ""
    days: Annotated[int, msgspec.Meta(ge=0, le=366)] = 0
    language: Language = ""
    need: Need | None = None
    tier: Tier = "public"
    anyway: bool = False


class NewPurchase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An order on what a supplier (``name``) quoted for ``request`` (RQ-00001), and the link by which it confirms: how long, in which language.

    ``close``: the other suppliers asked are told that nothing more is needed.
    """

    request: Word
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    days: Annotated[int, msgspec.Meta(ge=0, le=366)] = 0
    language: Language = ""
    close: bool = False


class Link(msgspec.Struct, frozen=True):
    """A link without its code. ``thing`` is what it is for; ``opened`` when a page was first fetched by it, which a chat's preview does too.

    ``party`` is the firm (party_id) that has claimed it with a node of its own.
    """

    id: str
    kind: Kind
    thing: str
    name: str
    language: Literal["en", "de", "zh"]
    made: datetime
    expires: datetime
    maker: str
    state: Literal["open", "revoked", "expired"] = "open"
    opened: datetime | None = None
    ended: datetime | None = None
    acts: int = 0
    bytes: int = 0
    need: Need | None = None
    tier: Tier = "public"
    party: str = ""


class MadeLink(msgspec.Struct, frozen=True):
    """A link just made: its address (shown this once), the address as a QR code in SVG, and a text for a chat with it."""

    link: Link
    url: str
    qr: str
    text: str


class GuestFile(msgspec.Struct, frozen=True):
    """A file that a guest sends."""

    name: str
    content: bytes


class Noted(msgspec.Struct, frozen=True):
    """A file that a guest has sent: its name and the SHA-256 of its content."""

    name: str
    sha256: str


class Act(msgspec.Struct, frozen=True):
    """What a guest did: which act, with what was typed (``values``), in words (``said``, English); ``item`` is where it lies in the inbox, if it does.

    ``ticket`` is a hash of the page's ticket and of what was sent: the same sent again is the same act. ``by`` is who did it: the name typed,
    else the one the link was made for.
    """

    link: str
    act: str
    at: datetime
    said: str
    ticket: str
    values: dict[str, str] = {}
    files: tuple[Noted, ...] = ()
    item: str = ""
    by: str = ""


class Choice(msgspec.Struct, frozen=True):
    """One of the answers a field takes, and how it is called in the guest's language."""

    value: str
    label: str


class Field(msgspec.Struct, frozen=True):
    """A field of a guest's form: ``label`` and ``hint`` in the guest's language, at most ``most`` characters; ``value`` is what stands in it at first."""

    name: str
    label: str
    kind: Literal["text", "long", "date", "number", "currency", "choice", "check", "files"] = "text"
    hint: str = ""
    needed: bool = False
    most: int = 200
    choices: tuple[Choice, ...] = ()
    value: str = ""


class Form(msgspec.Struct, frozen=True):
    """Something a guest may do. ``once``: not a second time; ``post``: what is typed and sent goes into the inbox; ``main``: what the page is for."""

    act: str
    title: str
    button: str
    fields: tuple[Field, ...] = ()
    said: str = ""
    once: bool = False
    post: bool = True
    main: bool = False


class Row(msgspec.Struct, frozen=True):
    """One line of a thing: its name, and what is said of it as (label, words)."""

    name: str
    pairs: tuple[tuple[str, str], ...] = ()
    tone: Tone = ""
    state: str = ""


class Shown(msgspec.Struct, frozen=True):
    """What a guest sees of a thing, in the guest's language, and may do. ``version`` tells whether it is still what the guest has read.

    ``state`` says in a sentence where it stands; ``paper`` is the name of the PDF that goes with it ("": none), ``files`` are the names of
    what else can be fetched. ``answered``: what is asked of a guest has been answered, by this link or another.
    """

    title: str
    lead: str = ""
    state: str = ""
    tone: Tone = ""
    rows: tuple[Row, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    forms: tuple[Form, ...] = ()
    version: str = ""
    paper: str = ""
    files: tuple[str, ...] = ()
    answered: bool = False


class Deed(msgspec.Struct, frozen=True):
    """What a guest sends from a page: which act, the page's version and ticket, what was typed, and files."""

    act: str
    version: str = ""
    ticket: str = ""
    values: dict[str, str] = {}
    files: tuple[GuestFile, ...] = ()


class LinkHistory(msgspec.Struct, frozen=True):
    """One link with all that was done by it, and the facts that tell of it as (kind, number, hash)."""

    link: Link
    acts: tuple[Act, ...]
    facts: tuple[tuple[str, int, str], ...]


class History(msgspec.Struct, frozen=True):
    """All that a guest did at a firm, by its links: what it can show when it has a node of its own."""

    firm: str
    did: str
    guest: str
    at: datetime
    links: tuple[LinkHistory, ...]


class SignedHistory(msgspec.Struct, frozen=True):
    """A history, and the same signed by the firm (compact JWS, RFC 7515)."""

    history: History
    jws: str


class PastLink(msgspec.Struct, frozen=True):
    """What we did by a link of another firm before we had this node.

    ``issuer`` is its DID, ``firm`` its name, ``file`` the SHA-256 of the signed history that says so.
    """

    id: str
    issuer: str
    firm: str
    name: str
    kind: str
    thing: str
    made: datetime
    acts: tuple[Act, ...]
    file: str


class Taken(msgspec.Struct, frozen=True):
    """What came of taking in a history: how many links and acts of it are new here, and how many acts were known already.

    ``claimed``: the firm that issued it knows now that its guest is us; ``said`` why not, when it does not.
    """

    issuer: str
    firm: str
    guest: str
    links: int
    acts: int
    known: int
    claimed: bool = False
    said: str = ""


class Claim(msgspec.Struct, frozen=True):
    """A guest that has a node of its own now: the firm (``party``, ``did``), the name its links were made for, and which links those are."""

    party: str
    did: str
    name: str
    links: tuple[str, ...]


@fact("guest.claimed")
class LinksClaimed(msgspec.Struct, frozen=True):
    """A guest has shown, with a node of its own, the history that we signed: what was done by these links was done by that firm."""

    party: str
    did: str
    name: str
    links: tuple[str, ...]


@fact("guest.unclaimed")
class LinksUnclaimed(msgspec.Struct, frozen=True):
    """Our people say that a guest is not the firm that claimed its links."""

    party: str
    name: str
    links: tuple[str, ...]


@fact("guest.past_taken")
class PastTaken(msgspec.Struct, frozen=True):
    """What we did by a link of another firm, before we had this node, is known here: only the acts that are new."""

    issuer: str
    firm: str
    link: str
    kind: str
    thing: str
    name: str
    acts: tuple[Act, ...]
    file: str


@fact("guest.link_made")
class LinkMade(msgspec.Struct, frozen=True):
    """A link was made; neither its code nor the code's hash is told."""

    id: str
    kind: Kind
    thing: str
    name: str
    language: str
    expires: datetime
    tier: str = ""


@fact("guest.opened")
class LinkOpened(msgspec.Struct, frozen=True):
    """A page was fetched by a link for the first time: by the guest, or by the preview of a chat."""

    id: str
    kind: Kind
    thing: str


@fact("guest.acted")
class GuestActed(msgspec.Struct, frozen=True):
    """A guest did something with the thing of its link."""

    id: str
    kind: Kind
    thing: str
    name: str
    act: str
    said: str
    values: dict[str, str]
    files: tuple[Noted, ...]
    item: str


@fact("guest.revoked")
class LinkRevoked(msgspec.Struct, frozen=True):
    """A link was ended before its time."""

    id: str
    kind: Kind
    thing: str


@fact("guest.expired")
class LinkExpired(msgspec.Struct, frozen=True):
    """The time of a link is over."""

    id: str
    kind: Kind
    thing: str

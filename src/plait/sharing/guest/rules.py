"""What a code is, what a link may be made for, and what a guest's form may hold (pure)."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from email.message import EmailMessage
from mimetypes import guess_type

import msgspec

from plait.identity.jws import header_of
from plait.kernel.problems import INVALID, Problem, register
from plait.kernel.texts import Texts
from plait.sharing.guest.model import Deed, Field, Form, GuestFile, History, Link, NewLink

__all__ = [
    "ANSWERED",
    "CHANGED",
    "CLAIMED",
    "GONE",
    "HAS_NODE",
    "MOST_ACTS",
    "MOST_BYTES",
    "NOT_NOW",
    "NOT_OURS",
    "NO_HISTORY",
    "NO_LINK",
    "WRONG",
    "check",
    "errors",
    "fingerprint",
    "letter",
    "mark",
    "new_code",
    "number",
    "one_line",
    "person",
    "read_history",
    "wrong",
]

GONE = register("guest-link", 404, "This link opens nothing", "Ask whoever sent it for a new one.")
NO_LINK = register("no-such-guest-link", 404, "There is no such link", "See the links with `plait guest list`.")
NOT_NOW = register("guest-not-open", 409, "This cannot be done by a link now", "See where the thing stands; send an offer before a link is made for it.")
CHANGED = register("guest-changed", 409, "It has changed since the page was opened", "Look at the page again: it shows what holds now.")
ANSWERED = register("guest-answered", 409, "It has been answered already", "Look at the page again: it shows what was said.")
HAS_NODE = register("guest-has-node", 409, "This guest has a node of its own now", "Deal with it node to node; `--anyway` makes a link nonetheless.")
NO_HISTORY = register("guest-history", 422, "This is no history of a guest", "Take the file from the page of the link again, whole and unchanged.")
NOT_OURS = register("guest-history-foreign", 409, "This history does not belong here", "Take it to the node of the guest it was signed for.")
CLAIMED = register("guest-claimed", 409, "Another firm has claimed this guest", "Telephone the firm that made the links: it can take the claim back.")
WRONG = register("guest-form", 422, "The form is not complete", "Correct the marked fields and send it again.")

CODE_BYTES = 16
MOST_ACTS = 60
MOST_BYTES = 150_000_000
NEWEST = date(2200, 1, 1)
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def new_code() -> str:
    """Return a new code: 128 bits from the system's source of randomness, in 22 letters that an address may hold."""
    return secrets.token_urlsafe(CODE_BYTES)


def fingerprint(code: str) -> str:
    """Return what is kept of a code (SHA-256, hex); 128 random bits need no salt."""
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()


def mark(deed: Deed) -> str:
    """Return what tells an act again: the same content sent from the same page is the same act, anything else is another."""
    parts = [deed.ticket, deed.act, deed.version, *(f"{name}={value}" for name, value in sorted(deed.values.items()))]
    parts += [hashlib.sha256(file.content).hexdigest() for file in deed.files]
    return fingerprint("\x1f".join(parts))


def one_line(text: str) -> str:
    """Return ``text`` on one line, without control characters and changes of direction."""
    return " ".join(_CONTROL.sub(" ", text).split())


def check(new: NewLink) -> None:
    """Raise ``invalid`` for a link without its thing, or whose guest has no name."""
    if not one_line(new.name):
        raise Problem(INVALID, "name: say who the link is for", path="$.name")
    if (new.need is not None) != (new.kind == "request" and not new.id.strip()):
        raise Problem(INVALID, "need: a request says what is needed or names an earlier one, and nothing else does", path="$.need")
    if any(not line.quantity.is_finite() or line.quantity <= 0 for line in (new.need.lines if new.need else ())):
        raise Problem(INVALID, "need: a quantity is a number above 0", path="$.need.lines")
    if new.kind != "request" and not new.id.strip():
        raise Problem(INVALID, f"id: which {new.kind}?", path="$.id")


def errors(form: Form, deed: Deed, say: Texts) -> dict[str, str]:
    """Return for each field of ``form`` that cannot be taken what is wrong, in the guest's language."""
    found = {field.name: word for field in form.fields if (word := wrong(field, deed.values.get(field.name, ""), deed.files, say))}
    ticks = [field.name for field in form.fields if field.kind == "check"]
    if ticks and not any(deed.values.get(name) for name in ticks):
        found[ticks[0]] = say("please choose")
    return found


def wrong(field: Field, value: str, files: Sequence[GuestFile], say: Texts) -> str:
    """Return what is wrong with what a field holds, "" when nothing is."""
    if field.kind == "files":
        return say("choose a file") if field.needed and not files else ""
    if not value:
        return say("please fill this in") if field.needed else ""
    if len(value) > field.most:
        return say("at most {count} characters", count=field.most)
    if field.kind == "choice" and value not in {choice.value for choice in field.choices}:
        return say("please choose")
    if field.kind == "number" and number(value) is None:
        return say("a number, such as 12.50")
    if field.kind == "currency" and not _CURRENCY.fullmatch(value):
        return say("three letters, such as EUR")
    if field.kind == "date":
        return _day(value, say)
    return ""


def _day(value: str, say: Texts) -> str:
    try:
        return "" if date.fromisoformat(value) < NEWEST else say("a date, such as 2027-03-14")
    except ValueError:
        return say("a date, such as 2027-03-14")


def read_history(jws: str) -> History:
    """Return what a signed history says, its signature not yet checked; raise ``guest-history`` for anything else."""
    try:
        history = msgspec.json.decode(header_of(jws)[1], type=History)
    except (Problem, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(NO_HISTORY, f"it cannot be read: {error}") from error
    if not history.did.startswith("did:") or not history.links:
        raise Problem(NO_HISTORY, "it names no firm, or no link")
    strange = next((act for each in history.links for act in each.acts if act.link != each.link.id), None)
    if strange is not None:
        raise Problem(NO_HISTORY, f"an act of another link, {strange.link}, stands in it")
    return history


def person(say: Texts) -> Field:
    """Return the field in which who answers may say who that is: a second sees it."""
    return Field("person", say("Your name"), most=100)


def number(text: str) -> Decimal | None:
    """Return a number from 0 as it is typed (one comma or point before the decimals), None for anything else."""
    try:
        value = Decimal(text.replace(" ", "").replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= 1_000_000_000 else None


def letter(link: Link, form: Form, deed: Deed, to: str) -> bytes:
    """Return what a guest sends as a mail (RFC 5322) for the inbox, its files attached; the same page sent again gives the same bytes."""
    mail = EmailMessage()
    who = one_line(link.name).replace('"', "'").replace("\\", "/")[:200]
    mail["From"] = f'"{who} (guest link)" <guest@link.invalid>'
    mail["To"] = f'"{one_line(to).replace(chr(34), chr(39))[:200]}" <desk@link.invalid>'
    mail["Subject"] = f"{link.thing}: {deed.act}, by a guest link"
    mail["Message-ID"] = f"<{fingerprint(link.id + deed.ticket)[:32]}@link.invalid>"
    rows = [f"{one_line(field.label)}: {deed.values[field.name]}" for field in form.fields if deed.values.get(field.name)]
    mail.set_content("\n".join(rows or [form.title]) + "\n", cte="base64")
    for file in deed.files:
        kind = (guess_type(file.name)[0] or "application/octet-stream").partition("/")
        mail.add_attachment(file.content, maintype=kind[0], subtype=kind[2], filename=one_line(file.name).replace('"', "'")[-120:])
    if mail.is_multipart():
        mail.set_boundary(f"=={fingerprint(deed.ticket)[:40]}==")
    return mail.as_bytes()

"""The request form of the firm's card (pure): what may be asked, and the request as a mail for the inbox."""

import csv
import io
import mimetypes
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import PurePath

from plait.kernel.texts import Texts
from plait.public.model import Asked, AskedFile

__all__ = ["FILES", "SUFFIXES", "TEXTS", "errors", "file_errors", "message", "tidy"]

TEXTS = {"firm": 120, "person": 120, "email": 200, "phone": 60, "item": 300, "number": 80, "material": 120, "quantity": 20, "due": 10, "note": 4000}
"""The fields of the form and the characters each may have."""

FILES = 10
ENGLISH = Texts()
LINKS = 3
DRAWN = (".pdf", ".step", ".stp", ".iges", ".igs", ".dxf", ".dwg", ".stl", ".3mf", ".x_t", ".x_b", ".sldprt", ".ipt", ".jt")
SHOWN = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".heic")
WRITTEN = (".xlsx", ".xls", ".ods", ".csv", ".txt", ".xml", ".docx", ".odt")
SUFFIXES = frozenset(DRAWN + SHOWN + WRITTEN)
_EMAIL = re.compile(r"[^@\s<>\",;:]+@[^@\s<>\",;:]+\.[^@\s<>\",;:.]+")
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
COLUMNS = ("Part no", "Drawing no", "Description", "Material", "Quantity", "Unit", "Required date", "Note", "Customer", "Contact")


def tidy(field: str, text: str) -> str:
    """Return ``text`` without control characters and, but for the note, on one line."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return text if field == "note" else " ".join(text.split())


def errors(asked: Asked, today: date, say: Texts = ENGLISH) -> dict[str, str]:
    """Return for each field that cannot be taken what is wrong and what to do, in the visitor's language; {} when all is well."""
    found = {name: say("at most {count} characters", count=most) for name, most in TEXTS.items() if len(getattr(asked, name)) > most}
    for field, words in (*_who(asked), *_what(asked, today)):
        found.setdefault(field, say(words, count=LINKS))
    if words := file_errors(asked.files, say):
        found["files"] = words
    return found


def _who(asked: Asked) -> Iterator[tuple[str, str]]:
    if not asked.firm and not asked.person:
        yield "firm", "say who you are"
    if not asked.email and not asked.phone:
        yield "email", "give an e-mail address or a telephone number for our answer"
    if asked.email and not _EMAIL.fullmatch(asked.email):
        yield "email", "this is no e-mail address"


def _what(asked: Asked, today: date) -> Iterator[tuple[str, str]]:
    if not asked.item and not asked.number and not asked.files:
        yield "item", "say what you need, or send a drawing"
    if asked.quantity:
        try:
            amount = Decimal(asked.quantity)
        except InvalidOperation:
            amount = Decimal(0)
        if not amount.is_finite() or not 0 < amount <= 1_000_000_000:
            yield "quantity", "a number above 0, such as 120"
    elif not asked.files:
        yield "quantity", "how many do you need?"
    if asked.due:
        try:
            due = date.fromisoformat(asked.due)
        except ValueError:
            yield "due", "a date such as 2026-03-14"
        else:
            if due < today:
                yield "due", "this day is over"
    if len(_LINK.findall(f"{asked.note} {asked.item}")) > LINKS:
        yield "note", "more than {count} web addresses look like advertising; send a file instead"


def file_errors(files: Sequence[AskedFile], say: Texts = ENGLISH) -> str:
    """Return which of the files cannot be taken and why, "" when all can."""
    if len(files) > FILES:
        return say("at most {count} files", count=FILES)
    for file in files:
        if PurePath(file.name).suffix.lower() not in SUFFIXES:
            return say("{name}: files of this kind are not taken; drawings, models, pictures and lists are", name=file.name[:60])
        if not file.content:
            return say("{name} is empty", name=file.name[:60])
    return ""


def message(asked: Asked, number: str, at: datetime, to: str) -> bytes:
    """Return the request as a mail (RFC 5322) with the line as a table and the files attached: the form in which the inbox takes every request."""
    mail = EmailMessage()
    who = asked.firm or asked.person
    mail["From"] = f'"{_header(who)}" <{asked.email or "no-address@request.invalid"}>'
    mail["To"] = f'"{_header(to)}" <card@request.invalid>'
    mail["Subject"] = _header(f"Request {number}: {asked.item or asked.number or 'see files'}")
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{number}@request.invalid>"
    rows = (("Firm", asked.firm), ("Person", asked.person), ("E-mail", asked.email), ("Telephone", asked.phone), ("Note", asked.note))
    mail.set_content("\n".join(f"{label}: {value}" for label, value in rows if value) + "\n", cte="base64")
    if asked.item or asked.number:
        mail.add_attachment(_table(asked), maintype="text", subtype="csv", filename="request.csv")
    for file in asked.files:
        kind = (mimetypes.guess_type(file.name)[0] or "application/octet-stream").partition("/")
        mail.add_attachment(file.content, maintype=kind[0], subtype=kind[2], filename=_header(PurePath(file.name).name))
    return mail.as_bytes()


def _header(text: str) -> str:
    return " ".join(text.replace('"', "'").replace("\\", "/").split())[:200]


def _table(asked: Asked) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    said = (asked.number, asked.number, asked.item, asked.material, asked.quantity, "pcs", asked.due)
    more = (asked.note, asked.firm or asked.person, ", ".join(filter(None, (asked.person, asked.email, asked.phone))))
    writer.writerow((*said, *(" ".join(text.split()) for text in more)))
    return b"\xef\xbb\xbf" + out.getvalue().encode()

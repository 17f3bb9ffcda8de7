"""The parts of a message: headers decoded, the body as text and as HTML, attachments within limits. Nothing in it is trusted."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

import msgspec

from plait.kernel.problems import Problem
from plait.manufacturing.desk.reading.model import Attachment, Issue, Limits, Place
from plait.manufacturing.desk.reading.refusals import FILE_BROKEN, FILE_ENCRYPTED

__all__ = ["Body", "Mail", "decoded", "parse"]

WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030", "ks_c_5601-1987": "cp949", "iso-8859-1": "cp1252"}
WIDER |= {"us-ascii": "utf-8", "ascii": "utf-8", "unknown-8bit": "utf-8", "ansi": "cp1252", "utf8": "utf-8", "big5": "cp950"}
SMALL_PICTURE = 4_000
MOST_PARTS = 1_000
_FOLD = re.compile(r"\r?\n[ \t]+")
_BROKEN = (MessageError, LookupError, ValueError, TypeError, AttributeError)
_ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "application/pdf": ".pdf", "text/html": ".html", "text/plain": ".txt"}


class Body(msgspec.Struct):
    """A piece of the body: ``plain`` and ``html`` say the same in two ways; one of them may be empty."""

    plain: str = ""
    html: str = ""


class Mail(msgspec.Struct):
    """A message taken apart."""

    headers: dict[str, str]
    bodies: list[Body] = []
    attachments: list[Attachment] = []
    issues: list[Issue] = []


def decoded(raw: str) -> str:
    """Return a header's text: encoded words (RFC 2047) decoded, bytes without any encoding guessed, on one line."""
    text = _FOLD.sub(" ", raw).replace("\r", " ").replace("\n", " ")
    if any("\udc80" <= sign <= "\udcff" for sign in text):
        text = _guess(text.encode("utf-8", "surrogateescape"))
    if "=?" not in text:
        return text.strip()
    try:
        pieces = decode_header(text)
    except _BROKEN:
        return text.strip()
    return "".join(piece if isinstance(piece, str) else _text(piece, charset or "ascii")[0] for piece, charset in pieces).replace("\x00", "").strip()


def _guess(data: bytes) -> str:
    for name in ("utf-8", "gb18030"):
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", "replace")


def _text(data: bytes, charset: str) -> tuple[str, bool]:
    """Return bytes as text and whether that is sure."""
    name = WIDER.get(charset.lower().strip("'\" "), charset)
    try:
        return data.decode(name), True
    except (LookupError, UnicodeDecodeError, ValueError):
        pass
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000], cp_isolation=["utf-8", "gb18030", "cp1252", "big5", "shift_jis", "cp1250"]).best()
    try:
        return data.decode(best.encoding if best is not None else "utf-8", "replace"), False
    except LookupError:
        return data.decode("utf-8", "replace"), False


def parse(content: bytes, limits: Limits) -> Mail:
    """Take a message apart; raise ``file-broken`` when it is none, ``file-encrypted`` when only its reader can open it."""
    try:
        message = message_from_bytes(content, policy=compat32)
        mail = Mail(_headers(message))
    except (RecursionError, *_BROKEN) as error:
        raise Problem(FILE_BROKEN, f"no message that can be taken apart: {type(error).__name__}") from error
    if not {"from", "subject", "date", "message-id", "to"} & mail.headers.keys():
        raise Problem(FILE_BROKEN, "neither sender, addressee, subject, date nor message id is said")
    _Parts(mail, limits).take(message)
    return mail


def _headers(message: Message) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in message.raw_items():
        found.setdefault(name.lower(), decoded(str(value))[:2000])
    return found


def address(header: str) -> tuple[str, str]:
    """Return the name and the address of a header's first mailbox."""
    try:
        found = getaddresses([header[:1000]])
    except (RecursionError, *_BROKEN):
        return "", ""
    return next(((name.strip("'\" "), mailbox.strip().lower()) for name, mailbox in found if mailbox), ("", ""))


def moment(header: str) -> str:
    """Return a Date header as ISO 8601, "" when it is none."""
    try:
        return parsedate_to_datetime(header).isoformat()
    except (*_BROKEN, OverflowError):
        return ""


class _Parts:
    def __init__(self, mail: Mail, limits: Limits) -> None:
        self.mail = mail
        self.limits = limits
        self.room = limits.unpacked
        self.parts = 0
        self.pictures: list[str] = []
        self.left = 0

    def take(self, message: Message) -> None:
        """Go through all parts."""
        try:
            self.mail.bodies = list(self._bodies(message, 0))
        except (RecursionError, *_BROKEN) as error:
            raise Problem(FILE_BROKEN, f"the parts of the message cannot be read: {type(error).__name__}") from error
        if self.pictures:
            reason = f"{len(self.pictures)} pictures stand in the text; what is in them is not read"
            self._issue("note", "inline-pictures", reason, "Look at the pictures.", ", ".join(self.pictures)[:200])
        if self.left:
            self._issue("warning", "attachments-limit", f"{self.left} attachments were not read: too many or too large", "Ask for them separately.")

    def _issue(self, level: Any, code: str, reason: str, fix: str, text: str = "") -> None:
        self.mail.issues.append(Issue(level, code, reason, fix, Place(path="attachments" if "attach" in code else "body"), "", text))

    def _bodies(self, part: Message, depth: int) -> Iterator[Body]:
        self.parts += 1
        if self.parts > MOST_PARTS or depth > 20:
            self.left += 1
            return
        kind = part.get_content_type()
        if kind in ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime") and "signed-data" not in str(part.get("content-type", "")):
            raise Problem(FILE_ENCRYPTED, "the message is encrypted for its addressee")
        if kind == "message/rfc822":
            self._forwarded(part)
        elif kind == "multipart/alternative" and part.is_multipart():
            bodies = [body for each in self._inner(part) for body in self._bodies(each, depth + 1)]
            plain = "\n".join(body.plain for body in bodies if body.plain.strip())
            yield Body(plain, "\n".join(body.html for body in bodies if body.html))
        elif part.is_multipart():
            for each in self._inner(part):
                yield from self._bodies(each, depth + 1)
        elif kind.startswith("multipart/"):
            yield Body(plain=self._decode(part))
        elif kind in ("text/plain", "text/html") and not self._is_file(part):
            text = self._decode(part)
            yield Body(html=text) if kind == "text/html" else Body(plain=text)
        else:
            self._attach(part, kind)

    @staticmethod
    def _inner(part: Message) -> list[Message]:
        payload = part.get_payload()
        return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []

    @staticmethod
    def _is_file(part: Message) -> bool:
        return (part.get_content_disposition() or "") == "attachment" or bool(part.get_filename())

    def _decode(self, part: Message) -> str:
        data = part.get_payload(decode=True)
        content = data if isinstance(data, bytes) else b""
        charset = part.get_content_charset()
        text, sure = _text(content, charset or "utf-8")
        if not sure and charset:
            self._issue("warning", "encoding-unclear", f"the text is not {charset} as it says", "Check letters outside ASCII.", charset)
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
        if str(part.get_param("format") or "").lower() == "flowed":
            text = _flowed(text, str(part.get_param("delsp") or "").lower() == "yes")
        return text

    def _name(self, part: Message, kind: str) -> str:
        try:
            name = decoded(str(part.get_filename() or ""))
        except _BROKEN:
            name = ""
        name = re.split(r"[\\/]", name)[-1].strip()
        return (name or f"attachment-{len(self.mail.attachments) + 1}{_ENDINGS.get(kind, '')}")[:200]

    def _attach(self, part: Message, kind: str) -> None:
        data = part.get_payload(decode=True)
        content = data if isinstance(data, bytes) else b""
        name = self._name(part, kind)
        if kind == "application/ms-tnef" or name.lower() == "winmail.dat":
            self._issue(
                "warning", "attachment-winmail", "attachments are wrapped in winmail.dat, which is not read", "Ask the sender to send as plain text or HTML."
            )
        inline = kind.startswith("image/") and ((part.get_content_disposition() or "") == "inline" or part.get("content-id") is not None)
        if inline:
            self.pictures.append(name)
            if len(content) < SMALL_PICTURE:
                return
        if not content:
            self._issue("note", "attachment-empty", "an attachment is empty", "Ask the sender for it if it matters.", name)
            return
        self._keep(Attachment(name, kind, content))

    def _keep(self, attachment: Attachment) -> None:
        if len(self.mail.attachments) >= self.limits.attachments or len(attachment.content) > self.room:
            self.left += 1
            return
        self.room -= len(attachment.content)
        self.mail.attachments.append(attachment)

    def _forwarded(self, part: Message) -> None:
        """A message in the message is an attachment to be read for itself, down to the depth allowed."""
        if self.limits.depth <= 0:
            self._issue("warning", "attachment-depth", "messages are nested more deeply than is read", "Ask for the innermost message.")
            return
        for inner in self._inner(part):
            try:
                content = inner.as_bytes(policy=compat32)
            except (RecursionError, *_BROKEN):
                self._issue("warning", "attachment-unreadable", "an attached message cannot be taken out", "Ask the sender for it.")
                continue
            subject = decoded(str(inner.get("subject", "") or ""))
            name = re.sub(r"[\\/:*?\"<>|\x00-\x1f]", "_", subject)[:80] or f"message-{len(self.mail.attachments) + 1}"
            self._keep(Attachment(f"{name}.eml", "message/rfc822", content))


def _flowed(text: str, glued: bool) -> str:
    """Join the lines that were broken for the way (RFC 3676)."""
    made: list[str] = []
    going = False
    for line in text.split("\n"):
        plain = line.removeprefix(" ") if line.startswith(" ") else line
        quoted = plain.startswith(">")
        if going and not quoted and made:
            made[-1] += plain
        else:
            made.append(plain)
        going = plain.endswith(" ") and plain != "-- " and not quoted
        if going and glued:
            made[-1] = made[-1][:-1]
    return "\n".join(made)

"""E-mails as answers to offers: what stands in the head, and the text its sender has written (pure)."""

import re
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default
from html import unescape

from plait.manufacturing.desk.offers.model import Reply
from plait.manufacturing.desk.offers.reply import number_in

__all__ = ["read_reply"]

HIDDEN = re.compile(r"<(script|style|blockquote)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
BREAKS = re.compile(r"<(?:br|/p|/div|/li|/tr|/h\d)\b[^>]*>", re.IGNORECASE)
TAGS = re.compile(r"<[^>]*>")
MOST = 100_000


def read_reply(content: bytes) -> Reply | None:
    """Return an e-mail that names an offer of ours as an answer to it; None for anything else."""
    try:
        mail = message_from_bytes(content, policy=default)
        if not isinstance(mail, EmailMessage) or not mail["From"]:
            return None
        refers = " ".join(str(mail[name] or "") for name in ("In-Reply-To", "References"))
        heads = {name: _head(mail, name) for name in ("From", "Subject", "Message-ID")}
        reply = Reply(heads["From"][:300], heads["Subject"][:1000], _text(mail)[:MOST], refers[:2000], heads["Message-ID"][:300])
    except (MessageError, LookupError, UnicodeError, ValueError, KeyError, AttributeError):
        return None
    return reply if number_in(reply) else None


def _head(mail: EmailMessage, name: str) -> str:
    return " ".join(str(mail[name] or "").split())


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    if body is None:
        return ""
    text = str(body.get_content())
    if body.get_content_subtype() != "html":
        return text
    return unescape(TAGS.sub("", BREAKS.sub("\n", HIDDEN.sub("", text))))

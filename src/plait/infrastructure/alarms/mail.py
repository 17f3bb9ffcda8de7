"""Alarms by mail (RFC 5321, 8314): never in the clear where TLS is asked for, and in words why one did not arrive."""

import smtplib
import ssl
from base64 import b64encode
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path

import msgspec

from plait.kernel.os import read_text
from plait.kernel.settings import Alarms

__all__ = ["MailFailed", "letter", "send_mail"]

PATIENCE_S = 20
ACCEPTED = 235


class MailFailed(Exception):
    """A mail was not handed over; the text says why and what to do."""


def letter(settings: Alarms, subject: str, body: str, id: int, at: datetime) -> EmailMessage:
    """Return a mail as it goes out at ``at``."""
    said = msgspec.json.decode(body)
    made = EmailMessage()
    sender = settings.mail_from or settings.mail_user or settings.mail_to[0]
    made["From"], made["To"], made["Subject"], made["Date"] = sender, ", ".join(settings.mail_to), subject, format_datetime(at)
    made["Message-ID"] = f"<plait-alarm-{id}@{parseaddr(sender)[1].rpartition('@')[2] or 'localhost'}>"
    made["Auto-Submitted"] = "auto-generated"
    rows = [str(said.get("text", "")), "", *(f"{name}: {said[name]}" for name in ("name", "severity", "value", "at") if said.get(name) is not None)]
    if said.get("advice"):
        rows += ["", str(said["advice"])]
    made.set_content("\n".join(rows) + "\n")
    return made


def send_mail(settings: Alarms, folder: Path, message: EmailMessage) -> str:
    """Hand a mail to the server (blocks; on a thread); return whom it was refused for while others have it, "" when for nobody. Raise ``MailFailed``."""
    where = f"{settings.mail_host}:{settings.mail_port}"
    context = _context(settings, folder)
    password = _password(settings, folder)
    try:
        server = _connected(settings, context)
    except OSError as error:
        raise MailFailed(_why(where, settings, error)) from error
    try:
        if settings.mail_security == "starttls":
            _protect(server, context)
        if settings.mail_user:
            _login(server, settings.mail_user, password)
        refused = server.send_message(message)
    except (OSError, ValueError) as error:
        raise MailFailed(_why(where, settings, error)) from error
    finally:
        # What comes after the mail was taken does not make it untaken.
        with suppress(OSError):
            server.quit()
        server.close()
    return _refused(where, refused) if refused else ""


def _context(settings: Alarms, folder: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(folder / settings.mail_ca_file) if settings.mail_ca_file else None)
    except OSError as error:
        raise MailFailed(f"mail_ca_file: {settings.mail_ca_file} holds no certificates that can be read ({error.strerror or error}).") from error


def _password(settings: Alarms, folder: Path) -> str:
    if not settings.mail_user:
        return ""
    try:
        found = read_text(folder / settings.mail_password_file).partition("\n")[0].rstrip("\r")
    except (OSError, ValueError) as error:
        raise MailFailed(f"mail_password_file: {settings.mail_password_file or 'none is named'}; it cannot be read.") from error
    if not found:
        raise MailFailed(f"mail_password_file: the first line of {settings.mail_password_file} is empty.")
    return found


def _connected(settings: Alarms, context: ssl.SSLContext) -> smtplib.SMTP:
    if settings.mail_security == "tls":
        return smtplib.SMTP_SSL(settings.mail_host, settings.mail_port, timeout=PATIENCE_S, context=context)
    return smtplib.SMTP(settings.mail_host, settings.mail_port, timeout=PATIENCE_S)


def _protect(server: smtplib.SMTP, context: ssl.SSLContext) -> None:
    """Go over to TLS; raise when the server does not."""
    server.ehlo()
    if not server.has_extn("starttls"):
        raise smtplib.SMTPNotSupportedError("it offers no STARTTLS; neither password nor mail was sent")
    server.starttls(context=context)


def _login(server: smtplib.SMTP, user: str, password: str) -> None:
    server.ehlo_or_helo_if_needed()
    if not server.has_extn("auth"):
        raise smtplib.SMTPNotSupportedError("it takes no login; leave mail_user empty")
    if f"{user}{password}".isascii():
        server.login(user, password)
        return
    # smtplib knows ASCII only; PLAIN is UTF-8 (RFC 4616).
    code, reply = server.docmd("AUTH", "PLAIN " + b64encode(f"\0{user}\0{password}".encode()).decode())
    if code != ACCEPTED:
        raise smtplib.SMTPAuthenticationError(code, reply.decode("utf-8", "replace"))


def _why(where: str, settings: Alarms, error: Exception) -> str:
    """Return in words what went wrong; never what was sent."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"{where}: its certificate is refused: {error.verify_message}. Nothing was sent. mail_ca_file names an authority of your own."
        case ssl.SSLError():
            return f'{where}: it does not speak TLS here ({error.reason or error}). Is it mail_security = "starttls" with port 587?'
        case smtplib.SMTPAuthenticationError():
            return f"{where}: the login of {settings.mail_user} is refused: {_reply(error.smtp_code, error.smtp_error)}"
        case smtplib.SMTPRecipientsRefused():
            return _refused(where, error.recipients)
        case smtplib.SMTPResponseException():
            return f"{where}: {_reply(error.smtp_code, error.smtp_error)}"
        case smtplib.SMTPServerDisconnected() | TimeoutError() if settings.mail_security != "tls":
            return f'{where}: it does not answer, or broke off. Is it mail_security = "tls" with port 465?'
        case UnicodeError():
            return f"{where}: an address holds letters that this server does not take."
        case _:
            return f"{where}: {error}"


def _refused(where: str, recipients: dict[str, tuple[int, bytes]]) -> str:
    return f"{where}: refused for " + "; ".join(f"{name}: {_reply(*said)}" for name, said in recipients.items())


def _reply(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(text.split())}"

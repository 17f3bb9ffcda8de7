"""Alarms by mail over TLS, against a mail server that is really there, with certificates of an authority made here."""

import asyncio
import base64
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from plait.infrastructure.alarms.model import Notice
from plait.infrastructure.alarms.notify import Messenger
from plait.kernel.settings import Alarms, Logs
from plait.web.client import PartnerClient
from tests.infrastructure.alarms.authority import Authority
from tests.infrastructure.meaning.house import room
from tests.infrastructure.support import ME
from tests.support import free_port
from tests.support.logs import logging_to

USER, PASSWORD = "plait", "Schloss-9f3a7c"
UMLAUT = "Schlüssel-9f3a7c"
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


class Post:
    """What a mail server was told and took. ``nobody``: an address that it does not know."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.logins: list[str] = []
        self.senders: list[str] = []
        self.password = PASSWORD
        self.nobody = ""

    def let_in(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        """Let one user in."""
        del server, session, envelope
        self.logins.append(mechanism)
        return AuthResult(success=(data.login, data.password) == (USER.encode(), self.password.encode()), handled=False)

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        """Take any sender."""
        del server, session
        self.senders.append(address)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 go on"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """Take all recipients but one."""
        del server, session, options
        if address == self.nobody:
            return "550 5.1.1 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 go on"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take a mail."""
        del server, session
        self.mails.append(message_from_bytes(envelope.content))
        return "250 taken"


@contextmanager
def mail_server(how: str, authority: Authority, **certificate: Any) -> Iterator[tuple[Post, int]]:
    """Run a mail server that wants a login: by ``tls`` from the start, after ``starttls``, or ``plain`` without either."""
    post, port = Post(), free_port()
    given: dict[str, Any] = {"authenticator": post.let_in, "auth_required": True, "auth_require_tls": how == "starttls"}
    if how == "tls":
        given["ssl_context"] = authority.server(**certificate)
    elif how == "starttls":
        given |= {"tls_context": authority.server(**certificate), "require_starttls": True}
    server = Server(post, hostname="127.0.0.1", port=port, **given)
    server.start()
    try:
        yield post, port
    finally:
        server.stop()


class Server(Controller):
    """The server on a thread of its own; that it listens is enough to begin."""

    def _trigger_server(self) -> None:
        socket.create_connection((self.hostname, self.port), timeout=10).close()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """An authority whose certificate lies in the data folder, beside the password."""
    made = Authority("Works")
    (tmp_path / "ca.pem").write_bytes(made.pem)
    (tmp_path / "mail.password").write_text(f"{PASSWORD}\n", "utf-8")
    return made


async def trial(folder: Path, port: int, security: Any, **more: Any) -> Notice:
    """Send a message of trial once; return how it went. Neither the log nor anything kept says the password."""
    settings = Alarms(
        mail_host="127.0.0.1",
        mail_port=port,
        mail_security=security,
        mail_user=USER,
        mail_password_file="mail.password",
        mail_from="Works <plait@works.example>",
        mail_to=("foreman@works.example",),
        mail_ca_file="ca.pem",
    )
    with logging_to(Logs(level="debug", file="plait.log"), folder) as handler:
        async with room(folder, msgspec.structs.replace(settings, **more)) as at:
            await at.alarms.test(ME)
            await Messenger(at.alarms, PartnerClient(), folder, first_ms=3_600_000).send_due()
            (notice, *_) = await at.alarms.notices(ME)
        handler.flush()
    assert says_a_password(folder) == []
    return notice


def says_a_password(folder: Path) -> list[str]:
    """Return the files below ``folder``, but the password's own, in which one stands, plain or as it goes to a server."""
    found = []
    for secret in (PASSWORD, UMLAUT):
        hidden = [secret.encode(), *(base64.b64encode(f"{begin}{secret}".encode()) for begin in ("", f"\0{USER}\0"))]
        kept = [file for file in folder.rglob("*") if file.is_file() and file.name != "mail.password"]
        found += [file.name for file in kept if any(each in file.read_bytes() for each in hidden)]
    return found


@pytest.mark.parametrize("how", ["tls", "starttls"])
@pytest.mark.parametrize("password", [PASSWORD, UMLAUT])
async def test_a_mail_goes_out_by_tls(tmp_path: Path, authority: Authority, how: str, password: str) -> None:
    """Tests that a mail arrives under TLS from the start and by STARTTLS, with a login of any letters, and with what a mail must have."""
    (tmp_path / "mail.password").write_text(f"{password}\n", "utf-8")
    with mail_server(how, authority) as (post, port):
        post.password = password
        notice = await trial(tmp_path, port, how)
    assert (notice.state, notice.error) == ("sent", "")
    (mail,) = post.mails
    assert mail["Date"] and mail["Message-ID"] == f"<plait-alarm-{notice.id}@works.example>"
    assert post.senders == ["plait@works.example"]


@pytest.mark.parametrize("how", ["tls", "starttls"])
@pytest.mark.parametrize("wrong", ["authority", "name", "old"])
async def test_a_wrong_certificate_is_refused(tmp_path: Path, authority: Authority, how: str, wrong: str) -> None:
    """Tests that neither password nor mail goes to a server whose certificate is of somebody else, for another name or over, and that this is said."""
    certificates: dict[str, dict[str, Any]] = {"name": {"address": "127.0.0.2"}, "old": {"days": -30}}
    with mail_server(how, Authority("Works") if wrong == "authority" else authority, **certificates.get(wrong, {})) as (post, port):
        notice = await trial(tmp_path, port, how)
    assert notice.state == "waiting"
    assert f"127.0.0.1:{port}: its certificate is refused: " in notice.error and "mail_ca_file" in notice.error
    assert {"name": "mismatch", "old": "expired"}.get(wrong, "") in notice.error
    assert (post.logins, post.senders, post.mails) == ([], [], [])


async def test_nothing_goes_in_the_clear_where_tls_is_asked_for(tmp_path: Path, authority: Authority) -> None:
    """Tests that a server without TLS gets neither password nor mail, and one that wants it before a login no password, and that this is said."""
    with mail_server("plain", authority) as (post, port):
        for security, words in (("starttls", "it offers no STARTTLS; neither password nor mail was sent"), ("tls", "it does not speak TLS here")):
            notice = await trial(tmp_path, port, security)
            assert notice.state == "waiting" and words in notice.error
        assert (post.logins, post.senders, post.mails) == ([], [], [])
    with mail_server("starttls", authority) as (post, port):
        notice = await trial(tmp_path, port, "plain")
        assert notice.state == "waiting" and "it takes no login" in notice.error
        assert (post.logins, post.senders, post.mails) == ([], [], [])


async def test_a_server_that_takes_back_its_starttls_gets_nothing(tmp_path: Path, authority: Authority) -> None:
    """Tests that a server which offers STARTTLS and then does not do it hears of nothing but the parting."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail\r\n")
        while line := await reader.readline():
            heard.append(line.split()[0].upper())
            answers = {b"EHLO": b"250-mail\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n", b"STARTTLS": b"454 4.7.0 not now\r\n"}
            writer.write(answers.get(heard[-1], b"250 ok\r\n"))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        notice = await trial(tmp_path, server.sockets[0].getsockname()[1], "starttls")
    assert notice.state == "waiting" and notice.error.endswith("454 4.7.0 not now")
    assert heard == [b"EHLO", b"STARTTLS", b"QUIT"]


async def test_a_refused_login_and_refused_addresses_are_said(tmp_path: Path, authority: Authority) -> None:
    """Tests that a refusal of the login, of the only address and of one of two is said in words, and that the other of two gets one mail."""
    with mail_server("tls", authority) as (post, port):
        post.password = "another"
        for password in (PASSWORD, UMLAUT):
            (tmp_path / "mail.password").write_text(f"{password}\n", "utf-8")
            notice = await trial(tmp_path, port, "tls")
            assert notice.state == "waiting" and notice.error.startswith(f"127.0.0.1:{port}: the login of plait is refused: 535 ")
        assert (post.senders, post.mails) == ([], [])
        post.password, post.nobody = UMLAUT, "gone@works.example"
        notice = await trial(tmp_path, port, "tls", mail_to=(post.nobody,))
        assert (notice.state, notice.error) == ("waiting", f"127.0.0.1:{port}: refused for gone@works.example: 550 5.1.1 nobody of that name")
        notice = await trial(tmp_path, port, "tls", mail_to=("foreman@works.example", post.nobody))
        assert (notice.state, notice.error) == ("sent", f"127.0.0.1:{port}: refused for gone@works.example: 550 5.1.1 nobody of that name")
        assert [mail["To"] for mail in post.mails] == ["foreman@works.example, gone@works.example"]


async def test_files_that_are_not_there_are_named(tmp_path: Path, authority: Authority) -> None:
    """Tests that a missing or empty file of the password or of the authority is named before anything is opened."""
    (tmp_path / "empty").write_text("\n", "utf-8")
    for more, words in (
        ({"mail_password_file": ""}, "mail_password_file: none is named"),
        ({"mail_password_file": "gone"}, "mail_password_file: gone; it cannot be read"),
        ({"mail_password_file": "empty"}, "the first line of empty is empty"),
        ({"mail_ca_file": "gone.pem"}, "mail_ca_file: gone.pem holds no certificates"),
        ({"mail_ca_file": "empty"}, "mail_ca_file: empty holds no certificates"),
    ):
        notice = await trial(tmp_path, free_port(), "tls", **more)
        assert notice.state == "waiting" and words in notice.error

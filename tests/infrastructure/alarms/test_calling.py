"""Messages of alarms against a mail server and a webhook that are really there, on sockets of this computer."""

import asyncio
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from plait.infrastructure.alarms.calling import quiet_until
from plait.infrastructure.alarms.model import Alarm
from plait.infrastructure.alarms.notify import Messenger
from plait.kernel.settings import Alarms
from plait.web.client import PartnerClient
from tests.infrastructure.meaning.house import room
from tests.infrastructure.support import ME
from tests.support import START, free_port

HOT = Alarm("hot", "m1", "high", "temperature", 80.0, severity="high", text="It is too hot", advice="Stop it")


class Post:
    """Keeps what a mail server takes."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take a mail."""
        del server, session
        self.mails.append(message_from_bytes(envelope.content))
        return "250 taken"

    def password(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        """Let one user in."""
        del server, session, envelope, mechanism
        return AuthResult(success=(data.login, data.password) == (b"plait", b"secret"))


@contextmanager
def mail_server(port: int) -> Iterator[Post]:
    """Run a mail server that wants a login."""
    post = Post()
    server = Controller(post, hostname="127.0.0.1", port=port, authenticator=post.password, auth_required=True, auth_require_tls=False)
    server.start()
    try:
        yield post
    finally:
        server.stop()


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_mail_arrives_also_after_the_server_was_away(tmp_path: Path) -> None:
    """Tests that a raised alarm becomes one mail with its words, that one whose server is away waits, also over a restart, and arrives once."""
    port = free_port()
    (tmp_path / "mail.password").write_text("secret\n", "utf-8")
    settings = Alarms(
        mail_host="127.0.0.1",
        mail_port=port,
        mail_security="plain",
        mail_user="plait",
        mail_password_file="mail.password",
        mail_from="plait@works.example",
        mail_to=("foreman@works.example",),
    )
    async with room(tmp_path, settings) as at:
        await at.alarms.define(ME, HOT)
        await at.say(1, "temperature", 85)
        await at.until(5)
        await Messenger(at.alarms, PartnerClient(), tmp_path, first_ms=1).send_due()
        (waiting,) = await at.alarms.notices(ME)
        assert (waiting.state, waiting.tries) == ("waiting", 1) and waiting.error
    with mail_server(port) as post:
        async with room(tmp_path, settings) as at:
            messenger = Messenger(at.alarms, PartnerClient(), tmp_path, first_ms=1)
            async with asyncio.timeout(60):
                while (await at.alarms.notices(ME))[0].state != "sent":
                    await messenger.send_due()
            await at.alarms.test(ME)
            await messenger.send_due()
    mail, trial = post.mails
    assert mail["Subject"] == "[high] Mill: It is too hot"
    assert mail["To"] == "foreman@works.example"
    assert "Stop it" in mail.get_payload() and "value: 85.0" in mail.get_payload()
    assert "trial" in trial.get_payload().lower()


async def test_a_webhook_is_signed_and_inside_addresses_are_not_called(tmp_path: Path) -> None:
    """Tests that what goes out is signed and told once, that a refusal is tried again, and that an address inside is only called where it is trusted."""
    heard: list[tuple[dict[str, str], bytes]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        names = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        heard.append((names, await reader.readexactly(int(names["content-length"]))))
        writer.write(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    (tmp_path / "hook.secret").write_text("pepper\n", "utf-8")
    settings = Alarms(webhook=f"http://127.0.0.1:{port}/hook", webhook_secret_file="hook.secret")
    async with server, room(tmp_path, settings) as at:
        await at.alarms.define(ME, HOT)
        await at.say(1, "temperature", 85)
        await at.until(5)
        strict = PartnerClient()
        await Messenger(at.alarms, strict, tmp_path).send_due()
        await strict.close()
        assert not heard and (await at.alarms.notices(ME))[0].state == "waiting"
        await at.alarms.test(ME)
        client = PartnerClient(["127.0.0.1/32"])
        await Messenger(at.alarms, client, tmp_path).send_due()
        await client.close()
        (names, body), *more = heard
        assert not more and msgspec.json.decode(body)["type"] == "alarm.test"
        expected = hmac.new(b"pepper", names["plait-timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
        assert names["plait-signature"] == f"sha256={expected}"


async def test_a_mail_server_that_does_not_answer_holds_up_no_webhook(tmp_path: Path) -> None:
    """Tests that messages by webhook go out while a mail server is silent, and that its silence is said."""
    silent: list[asyncio.StreamWriter] = []
    heard = asyncio.Event()

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        silent.append(writer)

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        heard.set()

    mails, hooks = await asyncio.start_server(keep, "127.0.0.1", 0), await asyncio.start_server(take, "127.0.0.1", 0)
    port, hook = (each.sockets[0].getsockname()[1] for each in (mails, hooks))
    settings = Alarms(webhook=f"http://127.0.0.1:{hook}/", mail_host="127.0.0.1", mail_port=port, mail_security="starttls", mail_to=("foreman@works.example",))
    async with mails, hooks, room(tmp_path, settings) as at:
        await at.alarms.test(ME)
        client = PartnerClient(["127.0.0.1/32"])
        sending = asyncio.create_task(Messenger(at.alarms, client, tmp_path).send_due())
        async with asyncio.timeout(60):
            await heard.wait()
            while not silent:
                await asyncio.sleep(0)
            assert not sending.done()
            for writer in silent:
                writer.close()
            await sending
        await client.close()
        states = {notice.channel: (notice.state, notice.error) for notice in await at.alarms.notices(ME)}
    assert states["webhook"] == ("sent", "")
    assert states["mail"] == ("waiting", f'127.0.0.1:{port}: it does not answer, or broke off. Is it mail_security = "tls" with port 465?')


async def test_a_flood_and_chatter_are_held_back(tmp_path: Path) -> None:
    """Tests that of many alarms a bounded number of messages goes out, one of which says so, that critical ones still call, and that chatter does not."""
    settings = Alarms(webhook="https://hook.example/")
    async with room(tmp_path, settings) as at:
        for number in range(15):
            await at.alarms.define(ME, Alarm(f"a{number}", "m1", "high", f"s{number}", 1.0))
        await at.alarms.define(ME, Alarm("worst", "m1", "high", "worst", 1.0, severity="critical"))
        for number in range(15):
            await at.say(1 + number, f"s{number}", 2.0)
        await at.say(20, "worst", 2.0)
        await at.until(25)
        notices = await at.alarms.notices(ME)
        assert len(await at.told("alarm.raised")) == 16
        assert len(notices) == 12
        assert "More than 10" in notices[1].subject and "[critical]" in notices[0].subject
        await at.until(2000)
        for second in range(20):
            await at.say(2000 + second, "worst", 2.0 * (second % 2))
        await at.until(2030)
        assert len(await at.alarms.notices(ME)) - 12 == 5


@pytest.mark.parametrize(("hour", "end"), [(12, None), (22, datetime(2026, 3, 3, 5, 0, tzinfo=UTC)), (3, datetime(2026, 3, 2, 5, 0, tzinfo=UTC)), (5, None)])
def test_quiet_hours(hour: int, end: datetime | None) -> None:
    """Tests that quiet hours go over midnight, at the firm's place, and end when they are over."""
    settings = Alarms(quiet_from="22:00", quiet_until="06:00")
    assert quiet_until(settings, START.replace(hour=hour), "Europe/Berlin") == end
    assert quiet_until(Alarms(), START, "Europe/Berlin") is None

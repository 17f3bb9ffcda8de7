"""No call leaves the node for an address that a stranger chose: names whose answers change, redirects, every spelling of an inside address."""

import ast
import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from plait.kernel.problems import Problem
from plait.web import Api, PartnerClient, Reply, serve
from tests.web.door import make

SRC = Path(__file__).parents[2] / "src" / "plait"
API = Api("inside")
# Who may open connections besides the guarded client: the port the node listens on, and what leads only to addresses that stand in the node's settings or
# were entered by whoever runs its machines. No address that came with a request or from a partner gets there.
OPENS = {
    "web/client.py": {"httpcore"},
    "web/guard.py": {"socket"},
    "web/serve.py": {"socket"},
    "kernel/os.py": {"socket"},  # looks for a free port
    "kernel/stepped.py": {"open_connection"},  # the clock of a demonstration, on loopback
    "upkeep/backup/multipart.py": {"httpx"},  # backup.endpoint
    "upkeep/backup/targets.py": {"obstore"},  # backup.endpoint
    "labour/studio/printer.py": {"open_connection"},  # labels.printer
    "manufacturing/desk/inbox/imap.py": {"imap_tools", "imaplib"},  # the mailbox of the settings
    "infrastructure/alarms/mail.py": {"smtplib"},  # alarms.mail_host
    "infrastructure/mqtt/client.py": {"paho"},  # a broker that somebody who may change machines has entered
    "infrastructure/sparkplug/link.py": {"paho"},  # the same, or the host of the settings
    # Machines: addresses that somebody who may change machines has entered, in the workshop's own network
    "infrastructure/machines/connect/probe.py": {"open_connection", "socket"},
    "infrastructure/machines/files/fetch.py": {"httpx", "socket"},  # refuses link-local addresses, follows nothing
    "infrastructure/machines/mc3e/device.py": {"open_connection"},
    "infrastructure/machines/modbus/device.py": {"pymodbus"},
    "infrastructure/machines/mtconnect/agent.py": {"httpx"},
    "infrastructure/machines/opcua_signals/security.py": {"asyncua", "socket"},
    "infrastructure/machines/polling.py": {"open_connection"},
}
FOLDERS = ("cli/", "plant/", "infrastructure/machines/opcua/")  # the terminal to its own node, the simulated plant, machines
CLIENTS = {"httpx", "httpcore", "requests", "aiohttp", "urllib.request", "urllib3", "http.client", "socket", "ftplib", "smtplib", "websockets", "xmlrpc.client"}
CLIENTS |= {"imap_tools", "imaplib", "poplib", "telnetlib", "obstore", "asyncua", "pymodbus", "aiomqtt", "paho", "nats", "boto3"}
CALLS = {"open_connection", "create_connection", "open_unix_connection", "create_datagram_endpoint", "sock_connect"}


@API.get("/secret", action=None, summary="What nobody outside may have")
async def secret() -> str:
    """Return it."""
    return "inside"


@API.get("/away", action=None, summary="Point inside")
async def away() -> Reply:
    """Redirect to an inside address."""
    return Reply(None, 302, {"Location": "http://169.254.169.254/latest/meta-data/"})


def opens(file: Path) -> set[str]:
    """Return what a file imports or calls that opens connections."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name for alias in node.names for name in (alias.name, alias.name.partition(".")[0]) if name in CLIENTS}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            module = node.module or ""
            found |= {name for name in (module, module.partition(".")[0], *(f"{module}.{alias.name}" for alias in node.names)) if name in CLIENTS}
        elif isinstance(node, ast.Attribute) and node.attr in CALLS:
            found.add(node.attr)
    return found


def test_one_way_out() -> None:
    """Tests that rooms call partners by the guarded client alone: nothing else that opens connections is imported or called, but where it is known why."""
    files = {file.relative_to(SRC).as_posix(): file for file in SRC.rglob("*.py")}
    found = {name: opens(file) for name, file in files.items() if not name.startswith(FOLDERS)}
    wrong = {name: what - OPENS.get(name, set()) for name, what in found.items()}
    assert {name: what for name, what in wrong.items() if what} == {}
    assert {name for name in OPENS if not found.get(name)} == set()


class Names:
    """A resolver whose answers change from one question to the next."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
        self.answers = list(answers)
        self.asked = 0
        real = asyncio.get_running_loop().getaddrinfo

        async def answer(host: Any, port: Any, **options: Any) -> Any:
            if host != "partner.example":
                return await real(host, port, **options)
            self.asked += 1
            address = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", answer)


async def test_the_address_checked_is_the_one_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a name that is allowed when it is checked and inside a moment later leads to the address checked: it is asked once a connection."""
    server = await serve(make([API], {}, names=lambda: {"partner.example"}), grace_s=1)
    client = PartnerClient(["127.0.0.1/32"])
    try:
        names = Names(monkeypatch, "127.0.0.1", "10.0.0.1")
        answer = await client.request("GET", f"http://partner.example:{server.port}/secret")
        assert (answer.status, names.asked) == (200, 1)
        await client.close()
        with pytest.raises(Problem, match=r"10\.0\.0\.1|not in network\.trusted"):
            await client.request("GET", f"http://partner.example:{server.port}/secret")
        assert names.asked == 2
    finally:
        await client.close()
        await server.stop()


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "0.0.0.0"],
)
async def test_names_that_lead_inside(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Tests that a name whose answer is an inside address, plain or wrapped in IPv6, is refused before anything is sent."""
    Names(monkeypatch, address)
    client = PartnerClient()
    with pytest.raises(Problem) as refused:
        await client.request("GET", "https://partner.example/")
    assert refused.value.code == "partner-unreachable"
    assert "inside address" in refused.value.detail
    assert client.breakers.lines() == {}
    await client.close()


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:7f00:1]", "[::]", "0"])
async def test_every_spelling(host: str) -> None:
    """Tests that decimal, hexadecimal, octal, shortened and IPv6 forms of an inside address are seen for what they are."""
    client = PartnerClient()
    with pytest.raises(Problem) as refused:
        await client.request("GET", f"https://{host}/")
    assert refused.value.code == "partner-unreachable"
    await client.close()


async def test_redirects_lead_nowhere() -> None:
    """Tests that a redirect is an answer and not a way: nothing is asked of where it points."""
    server = await serve(make([API], {}, names=lambda: set()), grace_s=1)
    client = PartnerClient(["127.0.0.1/32"])
    try:
        answer = await client.request("GET", f"{server.url}/away")
        assert (answer.status, answer.body) == (302, b"")
    finally:
        await client.close()
        await server.stop()

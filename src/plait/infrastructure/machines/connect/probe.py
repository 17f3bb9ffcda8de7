"""Why a device cannot be reached: asks the network itself, since a protocol's library often only says that it did not work."""

import asyncio
import contextlib
import socket

from plait.infrastructure.machines.connect.model import Why

__all__ = ["diagnose"]

PATIENCE_S = 2.0
_SPEAKS = (
    (b"HTTP/", "a web server (HTTP)"),
    (b"SSH-", "a remote terminal (SSH)"),
    (b"220", "a mail or file server (SMTP, FTP)"),
    (b"ACKF", "an OPC UA server"),
    (b"ERRF", "an OPC UA server"),
    (b"\x15\x03", "a service that wants encryption (TLS)"),
)
_ASK = b"GET / HTTP/1.0\r\n\r\n"


async def diagnose(host: str, port: int) -> tuple[Why, str]:
    """Return what is wrong with the way to ``host``:``port`` and a line about it; ``other`` and "" when the way is free and nothing is known of it."""
    try:
        await asyncio.get_running_loop().getaddrinfo(host, port or None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return "name", f"No device called {host!r} is known in this network."
    if not port:
        return "other", ""
    try:
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection(host, port)
    except ConnectionRefusedError:
        return "refused", f"{host} answers, but nothing listens on port {port}."
    except (TimeoutError, OSError):
        return "timeout", f"{host}:{port} does not answer."
    try:
        return await _who(reader, writer, f"{host}:{port}")
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _who(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, where: str) -> tuple[Why, str]:
    said = b""
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(PATIENCE_S / 4):
            said = await reader.read(64)
    if not said:
        with contextlib.suppress(OSError, TimeoutError):
            writer.write(_ASK)
            async with asyncio.timeout(PATIENCE_S):
                said = await reader.read(64)
    for begin, name in _SPEAKS:
        if said.startswith(begin):
            return "protocol", f"At {where} {name} answers, not this kind of machine."
    return "other", ""

"""A label printer on the network: what comes by TCP to its port 9100 is printed as it is (the raw port of network printers)."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

from plait.kernel.problems import Problem, register

__all__ = ["NO_PRINTER", "UNREACHABLE", "send"]

NO_PRINTER = register("no-printer", 409, "There is no label printer", "Set labels.printer to its address, such as 192.168.1.50:9100.")
UNREACHABLE = register("printer-unreachable", 502, "The label printer does not take the label", "Switch it on, check labels.printer, print again.")

RAW_PORT = 9100
PATIENCE_S = 10.0


async def send(printer: str, content: bytes) -> None:
    """Send ``content`` to ``printer`` (``host`` or ``host:port``); raise ``no-printer`` or ``printer-unreachable``."""
    try:
        place = urlsplit(f"//{printer}")
        host, port = place.hostname, place.port or RAW_PORT
    except ValueError as error:
        raise Problem(NO_PRINTER, f"labels.printer: {printer!r} is no address: {error}") from error
    if not host:
        raise Problem(NO_PRINTER, "labels.printer is not set")
    try:
        async with asyncio.timeout(PATIENCE_S):
            _, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(content)
                await writer.drain()
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError) as error:
        raise Problem(UNREACHABLE, f"{host}:{port} {str(error) or 'does not answer'}") from error

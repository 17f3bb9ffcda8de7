"""A line between two programs that can really be cut: what a browser's own offline switch does not promise for a page that is just loading."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

__all__ = ["Relay", "relay"]


class Relay:
    """Passes bytes from its ``port`` on 127.0.0.1 to another; after ``cut`` nothing passes and nobody is let in until ``mend``."""

    def __init__(self, to: int) -> None:
        self.port = 0
        self._to = to
        self._cut = False
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End every connection and listen no more."""
        self.cut()
        if self._server is not None:
            self._server.close()

    def cut(self) -> None:
        """Break every connection; new ones are broken at once."""
        self._cut = True
        for writer in list(self._open):
            writer.transport.abort()

    def mend(self) -> None:
        """Let everything pass again."""
        self._cut = False

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        with contextlib.suppress(OSError):
            inner, outer = await asyncio.open_connection("127.0.0.1", self._to)
            self._open |= {writer, outer}
            await asyncio.gather(self._copy(reader, outer), self._copy(inner, writer))
            self._open -= {writer, outer}

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while content := await reader.read(1 << 16):
                writer.write(content)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def relay(to: int) -> AsyncIterator[Relay]:
    """Run a relay to a port of this machine."""
    made = Relay(to)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()

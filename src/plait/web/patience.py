"""A connection that is given only so long: to send a request's head, its content, and to take the answer (against slow loris and slow readers)."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["BODY_S", "HEAD_S", "READ_S", "PatientProtocol"]

HEAD_S = 10.0
BODY_S = 120.0
READ_S = 60.0


class PatientProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, closed when the other side keeps us waiting."""

    head_s = HEAD_S
    body_s = BODY_S
    read_s = READ_S
    _phase = ""
    _timer: asyncio.TimerHandle | None = None
    _writing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Wait for the head of the first request."""
        super().connection_made(transport)
        self._enter("head")

    def data_received(self, data: bytes) -> None:
        """Take what has come, and see what is waited for now."""
        super().data_received(data)
        their = self.conn.their_state
        if their is h11.SEND_BODY:
            self._enter("body")
        elif their is h11.IDLE:
            self._enter("head" if self.conn.trailing_data[0] else "")
        else:
            self._enter("")

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._enter("")
        self.resume_writing()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The other side does not take what we send."""
        super().pause_writing()
        if self._writing is None:
            self._writing = self.loop.call_later(self.read_s, self.transport.abort)

    def resume_writing(self) -> None:
        """The other side has taken it."""
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        super().resume_writing()

    def _enter(self, phase: str) -> None:
        if phase == self._phase:
            return
        self._phase = phase
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if phase:
            self._timer = self.loop.call_later(self.head_s if phase == "head" else self.body_s, self.transport.abort)

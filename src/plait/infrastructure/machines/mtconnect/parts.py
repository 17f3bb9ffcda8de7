"""The parts of an endless multipart answer (multipart/x-mixed-replace, RFC 2046, 5.1), each limited in size."""

import re

from plait.infrastructure.machines.model import LinkLost

__all__ = ["Parts", "boundary_of"]

MOST_HEAD = 8192
_BOUNDARY = re.compile(r'boundary="?([^";\s]{1,200})"?', re.IGNORECASE)
_LENGTH = re.compile(rb"^content-length:\s*(\d{1,12})\s*$", re.IGNORECASE | re.MULTILINE)


def boundary_of(content_type: str) -> bytes:
    """Return the boundary that a content type names; raise ``LinkLost`` when the answer is not in parts."""
    found = _BOUNDARY.search(content_type)
    if not content_type.lower().startswith("multipart/") or found is None:
        raise LinkLost(f"The agent does not stream: it answers {content_type[:80] or 'without a content type'}.")
    return found.group(1).encode()


class Parts:
    """Takes bytes as they come and gives whole parts; holds at most one part of ``most`` bytes and what came behind it."""

    def __init__(self, boundary: bytes, most: int) -> None:
        self._mark = b"--" + boundary.removeprefix(b"--")
        self._most = most
        self._buffer = bytearray()
        self._length: int | None = None
        self._inside = False
        self.ended = False

    def feed(self, data: bytes) -> list[bytes]:
        """Take ``data`` and return the parts that are whole now; raise ``LinkLost`` when it is not what was announced."""
        self._buffer += data
        found = []
        while not self.ended and (part := self._next()) is not None:
            if part:
                found.append(part)
        return found

    def _next(self) -> bytes | None:
        if not self._inside and not self._head():
            return None
        return self._body()

    def _head(self) -> bool:
        """Read up to the blank line after the boundary."""
        start = self._buffer.find(self._mark)
        if start < 0:
            if len(self._buffer) > MOST_HEAD:
                raise LinkLost("The agent's stream does not hold the boundary it announces.")
            return False
        after = start + len(self._mark)
        if self._buffer[after : after + 2] == b"--":
            self.ended = True
            return False
        for blank in (b"\r\n\r\n", b"\n\n"):
            end = self._buffer.find(blank, after, after + MOST_HEAD)
            if end >= 0:
                length = _LENGTH.search(bytes(self._buffer[after:end]).replace(b"\r", b""))
                self._length = int(length.group(1)) if length else None
                if self._length is not None and self._length > self._most:
                    raise LinkLost(f"A part of the agent's stream is {self._length} bytes long; at most {self._most} are taken (most_mb).")
                del self._buffer[: end + len(blank)]
                self._inside = True
                return True
        if len(self._buffer) - start > MOST_HEAD:
            raise LinkLost("A part of the agent's stream has no end of its header.")
        return False

    def _body(self) -> bytes | None:
        length = self._length
        if length is None:
            length = self._buffer.find(self._mark)
            if length < 0:
                if len(self._buffer) > self._most:
                    raise LinkLost(f"A part of the agent's stream is longer than {self._most} bytes (most_mb).")
                return None
        if len(self._buffer) < length:
            return None
        part = bytes(self._buffer[:length])
        del self._buffer[:length]
        self._inside = False
        return part.strip()

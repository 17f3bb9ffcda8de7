"""Identifiers made by a node (UUIDv7, RFC 9562 section 5.7)."""

import secrets
import threading
import uuid

from plait.kernel.clock import SYSTEM

_lock = threading.Lock()
_last = [0, 0]


def new_id() -> str:
    """Return a new UUIDv7 as text; ids made by one process sort in the order they were made."""
    with _lock:
        millis = int(SYSTEM.now().timestamp() * 1000)
        if millis <= _last[0]:
            millis, counter = _last[0], _last[1] + 1
            if counter >= 1 << 12:
                millis, counter = millis + 1, 0
        else:
            counter = secrets.randbelow(1 << 8)
        _last[0], _last[1] = millis, counter
    value = (millis & ((1 << 48) - 1)) << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def urn(identifier: str) -> str:
    """Return ``identifier`` as a ``urn:uuid:`` IRI."""
    return identifier if identifier.startswith("urn:uuid:") else f"urn:uuid:{identifier}"

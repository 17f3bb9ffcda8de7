"""The S7 server of python-snap7, with what it lacks: single bits are written as bits, refused access can be simulated, and the power can be taken away."""

import contextlib
import logging
import socket
from collections.abc import Iterator
from typing import Any

from snap7 import server as snap7
from snap7.datatypes import S7WordLen
from snap7.type import SrvArea

__all__ = ["Server", "areas"]

logging.getLogger("snap7").setLevel(logging.CRITICAL)

REFUSED = 0x8104


def areas(db: bytearray, merkers: bytearray, inputs: bytearray, outputs: bytearray) -> Iterator[tuple[Any, int, bytearray]]:
    """Return what ``register_area`` takes: area, number, memory."""
    yield from ((SrvArea.DB, 1, db), (SrvArea.MK, 0, merkers), (SrvArea.PE, 0, inputs), (SrvArea.PA, 0, outputs))


class Server(snap7.Server):
    """A simulated S7 controller. ``denied``: every read and write is refused, as by a controller whose PUT/GET access is off."""

    def __init__(self, *, denied: bool = False) -> None:
        super().__init__(log=False)
        self.denied = denied
        self._sockets: set[socket.socket] = set()

    def kill(self) -> None:
        """Take the power away: connections end at once."""
        self.running = False
        for each in list(self._sockets):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self.running = True
        self.stop()

    def _handle_client(self, client_socket: socket.socket, address: tuple[str, int]) -> None:
        self._sockets.add(client_socket)
        try:
            super()._handle_client(client_socket, address)
        finally:
            self._sockets.discard(client_socket)

    def _handle_read_area(self, request: dict[str, Any], client_address: tuple[str, int]) -> bytes:
        if self.denied:
            return self._build_error_response(request, REFUSED)
        return super()._handle_read_area(request, client_address)

    def _handle_write_area(self, request: dict[str, Any], client_address: tuple[str, int]) -> bytes:
        if self.denied:
            return self._build_error_response(request, REFUSED)
        return super()._handle_write_area(request, client_address)

    def _parse_address_specification(self, addr_spec: bytes) -> dict[str, Any]:
        found = super()._parse_address_specification(addr_spec)
        return {**found, "bit": addr_spec[11] % 8} if found else found

    def _parse_write_address(self, request: dict[str, Any]) -> Any:
        found = super()._parse_write_address(request)
        spec = request.get("parameters", {}).get("address_spec", {})
        if found is None or spec.get("word_len") != S7WordLen.BIT:
            return found
        area, number, start, count, data = found
        code, byte = self._read_from_memory_area(area, number, start, 1)
        if code != 0xFF:
            return found
        mask = 1 << spec["bit"]
        return area, number, start, count, bytearray([byte[0] | mask if data[0] & 1 else byte[0] & ~mask])

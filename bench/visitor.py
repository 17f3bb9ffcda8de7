"""People at the console without a browser: they sign in, open a page and hold its live connection, as the page's own script does."""

import re
import secrets
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import socketio

__all__ = ["Visitor", "sign_in"]


async def sign_in(base: str, folder: Path, name: str, role: str = "manager") -> dict[str, str]:
    """Enter a person with the token of the data folder, let them set a password, and return the cookie of their session."""
    headers = {"Authorization": f"Bearer {(folder / 'admin.token').read_text('utf-8').strip()}"}
    async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=60) as client:
        person = (await client.post("/api/v1/people", json={"name": name, "role": role}, headers=headers)).raise_for_status().json()
        made = (await client.post(f"/api/v1/people/{person['id']}/code", headers=headers)).raise_for_status().json()
        answer = await client.post("/api/v1/session/activate", json={"code": made["code"], "password": secrets.token_urlsafe(18)})
        return dict(answer.raise_for_status().cookies)


class Visitor:
    """One person with one page open; ``async with`` opens it and closes it. ``heard`` counts the messages the page was sent."""

    def __init__(self, base: str, cookie: dict[str, str], path: str = "/console/") -> None:
        self.base = base
        self.path = path
        self.heard = 0
        self._cookie = "; ".join(f"{name}={value}" for name, value in cookie.items())
        self._socket = socketio.AsyncClient(reconnection=False, handle_sigint=False)

    async def __aenter__(self) -> "Visitor":
        headers = {"Cookie": self._cookie, "Accept": "text/html"}
        async with httpx.AsyncClient(base_url=self.base, trust_env=False, timeout=60) as client:
            page = (await client.get(self.path, headers=headers)).raise_for_status().text
        query = {name: value.strip("'\"") for name, value in re.findall(r"['\"](\w+)['\"]: ('[^']*'|\"[^\"]*\"|\d+)", _between(page, "query: {", "}"))}
        query |= {"tab_id": secrets.token_hex(8), "document_id": secrets.token_hex(8)}
        self._socket.on("*", self._hear)
        address = f"{self.base}?{'&'.join(f'{name}={value}' for name, value in query.items())}"
        await self._socket.connect(address, {"Cookie": self._cookie, "Origin": self.base}, ["websocket"], socketio_path="/console/_nicegui_ws/socket.io")
        if query.get("implicit_handshake") != "true" and not await self._socket.call("handshake", query):
            raise RuntimeError("the console did not know its own page")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._socket.disconnect()

    def _hear(self, event: str, *data: Any) -> None:
        del event, data
        self.heard += 1


def _between(text: str, start: str, end: str) -> str:
    begin = text.index(start) + len(start)
    return text[begin : text.index(end, begin)]

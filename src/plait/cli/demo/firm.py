"""Asking one firm's node from outside, over its public HTTP interfaces."""

import asyncio
from pathlib import Path
from typing import Any

import httpx

from plait.kernel.clock import SYSTEM
from plait.kernel.ids import new_id

__all__ = ["FirmClient", "Refused"]

PATIENCE_S = 60.0


class Refused(Exception):
    """The node refused; ``status`` and ``problem`` say why."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.problem = problem
        super().__init__(f"{status}: {problem.get('detail') or problem}")


class FirmClient:
    """One firm as its administrator sees it (token from its data folder), or as the public does."""

    def __init__(self, name: str, url: str, folder: Path) -> None:
        self.name = name
        self.url = url
        self.folder = folder
        self.party = ""
        self.did = ""
        self._client = httpx.AsyncClient(base_url=url, timeout=60, trust_env=False)
        self._seen: list[dict[str, Any]] = []

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def is_ready(self) -> bool:
        """Tell whether the node takes requests."""
        try:
            return (await self._client.get("/health/ready")).status_code == 200 and (self.folder / "admin.token").exists()
        except httpx.HTTPError:
            return False

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {(self.folder / 'admin.token').read_text('utf-8').strip()}"}

    async def call(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, media: str = "", token: str | None = None) -> Any:
        """Call the node; return the decoded answer (bytes when it is not JSON); raise ``Refused``."""
        headers = self._headers() if token is None else ({"Authorization": f"Bearer {token}"} if token else {})
        if method == "POST":
            headers = headers | {"Idempotency-Key": new_id()}
        content: dict[str, Any] = {"content": raw, "headers": headers | {"Content-Type": media}} if raw is not None else {"headers": headers}
        if body is not None:
            content["json"] = body
        answer = await self._insist(method, path, content)
        is_json = "json" in answer.headers.get("content-type", "")
        if answer.status_code >= 400:
            raise Refused(answer.status_code, answer.json() if is_json else {"detail": answer.text[:300]})
        if not answer.content:
            return None
        return answer.json() if is_json else answer.content

    async def _insist(self, method: str, path: str, content: dict[str, Any]) -> httpx.Response:
        """Send a request; when the node dies meanwhile, send it again (under the same idempotency key) once it is back."""
        while True:
            try:
                return await self._client.request(method, path, **content)
            except httpx.TransportError:
                async with asyncio.timeout(PATIENCE_S):
                    while not await self.is_ready():
                        await SYSTEM.sleep(0.05)

    async def get(self, path: str) -> Any:
        """GET as administrator."""
        return await self.call("GET", path)

    async def post(self, path: str, body: Any) -> Any:
        """POST as administrator."""
        return await self.call("POST", path, body)

    async def facts(self, *kinds: str) -> list[dict[str, Any]]:
        """Return all facts of ``kinds`` (all kinds if none is named), in order; only new ones are fetched."""
        while True:
            after = self._seen[-1]["seq"] if self._seen else 0
            page = await self.get(f"/api/v1/facts?after={after}&limit=1000")
            items = page["items"] if isinstance(page, dict) else page
            self._seen += items
            if len(items) < 1000:
                break
        return [fact for fact in self._seen if not kinds or fact["kind"] in kinds]

    async def fact(self, kind: str, **where: Any) -> dict[str, Any] | None:
        """Return the body of the first fact of ``kind`` whose fields have the given values."""
        for fact in await self.facts(kind):
            body: dict[str, Any] = fact["body"]
            if all(body.get(key) == value for key, value in where.items()):
                return body
        return None

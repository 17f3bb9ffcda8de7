"""HTTP with an MTConnect agent: answers limited in size and time, no redirects, no compression, no proxy."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from urllib.parse import quote

import httpx

from plait.infrastructure.machines.model import LinkLost
from plait.infrastructure.machines.mtconnect import MtConnectConfig
from plait.infrastructure.machines.mtconnect.parts import Parts, boundary_of
from plait.infrastructure.machines.mtconnect.xml import Device, Header, Observation, devices, streams

__all__ = ["Agent"]

PATIENCE = 3
_KINDS = {
    httpx.ConnectTimeout: "Nothing answers at {place}: is the machine on, and is this computer in its network?",
    httpx.ConnectError: "Nothing listens at {place}: is the address right, and does the agent run?",
    httpx.ReadTimeout: "The agent at {place} has fallen silent.",
    httpx.RemoteProtocolError: "What answers at {place} does not speak HTTP as an agent does: {error}",
}


class Agent:
    """An agent at ``config.agent``, as seen through ``config.device``."""

    def __init__(self, config: MtConnectConfig) -> None:
        self._config = config
        self._most = config.most_mb << 20
        self._root = config.agent.rstrip("/")
        self._path = f"{self._root}/{quote(config.device, safe='')}" if config.device else self._root
        headers = {"Accept": "application/xml, text/xml, multipart/x-mixed-replace", "Accept-Encoding": "identity", "User-Agent": "plait"}
        self._client = httpx.AsyncClient(timeout=config.timeout_s, follow_redirects=False, trust_env=False, headers=headers)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    @contextlib.asynccontextmanager
    async def _open(self, url: str, patience: httpx.Timeout | None = None) -> AsyncIterator[httpx.Response]:
        try:
            async with self._client.stream("GET", url, timeout=patience or self._config.timeout_s) as response:
                if response.is_redirect:
                    raise LinkLost(f"{url} sends on to {response.headers.get('location', 'elsewhere')[:200]}: enter the agent's own address.")
                if response.headers.get("content-encoding", "identity").lower() != "identity":
                    raise LinkLost("The agent answers compressed although it was asked not to.")
                yield response
        except httpx.HTTPError as error:
            text = next((text for kind, text in _KINDS.items() if isinstance(error, kind)), "The link to {place} broke: {error}")
            raise LinkLost(text.format(place=self._root, error=str(error) or type(error).__name__)) from error
        except httpx.InvalidURL as error:
            raise LinkLost(f"{self._root} is no address: {error}") from error

    async def _whole(self, response: httpx.Response) -> bytes:
        parts, size = [], 0
        async for chunk in response.aiter_raw():
            size += len(chunk)
            if size > self._most:
                raise LinkLost(f"The agent's answer is longer than {self._config.most_mb} MB (most_mb).")
            parts.append(chunk)
        return b"".join(parts)

    async def _get(self, url: str) -> bytes:
        async with self._open(url) as response:
            raw = await self._whole(response)
            if response.status_code >= 400 and not raw.lstrip().startswith(b"<"):
                raise LinkLost(f"{url} answers HTTP {response.status_code}: is this the agent's address?")
            return raw

    async def probe(self) -> list[Device]:
        """Return the agent's devices."""
        return devices(await self._get(f"{self._root}/probe"))

    async def device(self) -> Device:
        """Return the device that is meant; raise ``LinkLost`` naming those there are."""
        found = [each for each in await self.probe() if each.items]
        wanted = self._config.device
        if wanted:
            named = [each for each in found if wanted in (each.name, each.uuid, each.id)]
        else:
            named = found if len(found) == 1 else [each for each in found if each.name.lower() != "agent"]
        if len(named) == 1:
            return named[0]
        names = ", ".join(each.name for each in found[:20]) or "none"
        raise LinkLost(f"config.device: the agent at {self._root} has {f'no device {wanted!r}' if wanted else 'several devices'}; there are {names}.")

    async def current(self) -> tuple[Header, list[Observation]]:
        """Return the latest observation of everything."""
        return streams(await self._get(f"{self._path}/current"))

    async def sample(self, start: int) -> AsyncGenerator[tuple[Header, list[Observation]], None]:
        """Yield what is observed from sequence number ``start`` on, part by part, until the link breaks.

        Raise ``AgentError`` OUT_OF_RANGE when the agent does not hold ``start`` any more.
        """
        config = self._config
        query = f"from={start}&count={config.count}&interval={config.interval_ms}&heartbeat={round(config.heartbeat_s * 1000)}"
        silence = httpx.Timeout(config.timeout_s, read=config.heartbeat_s * PATIENCE)
        async with self._open(f"{self._path}/sample?{query}", silence) as response:
            kind = response.headers.get("content-type", "")
            if not kind.lower().startswith("multipart/"):
                raw = await self._whole(response)
                if raw.lstrip().startswith(b"<"):
                    streams(raw)
                raise LinkLost(f"The agent at {self._root} does not stream: it answers {kind[:80] or 'without a content type'} (HTTP {response.status_code}).")
            parts = Parts(boundary_of(kind), self._most)
            async for chunk in response.aiter_raw():
                for raw in parts.feed(chunk):
                    yield streams(raw)
                if parts.ended:
                    break
        raise LinkLost(f"The agent at {self._root} has ended the stream.")
